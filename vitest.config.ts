/** How the tests run: straight from the sources of every room, in two processes, with time enough for a loaded machine. */
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Under `source` each package's door is its src/index.ts, so no test needs a build; the rest are what Node.js itself goes by. Without
 * `module`, which some packages mean for bundlers only: Node.js cannot load what stands there.
 */
const conditions = ['source', 'node', 'development|production'];

/** What takes minutes comes first: begun last, it would go on alone while every other process has nothing more to do. */
const FIRST = [
  'tests/crashes/crashes.test.ts',
  'tests/simulation/',
  'tests/published/',
  'tests/load-balancers/',
  'tests/browser/',
  'tests/fuzz/',
  'tests/end-to-end/',
  'tests/',
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const at = FIRST.findIndex((path) => moduleId.includes(`/${path}`));
      return at === -1 ? FIRST.length : at;
    };
    return (await super.sort(files)).toSorted((one, other) => rank(one) - rank(other));
  }
}

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: ['source', 'node'] } },
  test: {
    include: ['packages/**/src/**/*.test.ts', 'examples/**/*.test.ts', 'tests/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    pool: 'forks',
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    // Longer than `waitFor` waits, so that what is told of a failure is what was waited for.
    testTimeout: 90_000,
    hookTimeout: 90_000,
  },
});
