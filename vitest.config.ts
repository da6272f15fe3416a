/** How the tests run: straight from the sources of every room, in two processes, with time enough for a loaded machine. */
import { defineConfig } from 'vitest/config';

/**
 * Under `source` each package's door is its src/index.ts, so no test needs a build; the rest are what Node.js itself goes by. Without
 * `module`, which some packages mean for bundlers only: Node.js cannot load what stands there.
 */
const conditions = ['source', 'node', 'development|production'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: ['source', 'node'] } },
  test: {
    include: ['packages/**/src/**/*.test.ts', 'examples/**/*.test.ts', 'tests/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 20_000,
    hookTimeout: 20_000,
  },
});
