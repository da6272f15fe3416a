/** How the tests run: straight from the sources of every room, a few files at once, with time enough for a loaded machine. */
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Under `source` each package's door is its src/index.ts, so no test needs a build; the rest are what Node.js itself goes by. Without
 * `module`, which some packages mean for bundlers only: Node.js cannot load what stands there.
 */
const conditions = ['source', 'node', 'development|production'];

/**
 * What takes longest comes first: begun last, it would go on alone while every other process has nothing more to do. What needs
 * the processor stands beside what waits (for npm, for killed processes to be back), not beside more of its kind.
 */
const FIRST = [
  'tests/published/',
  'tests/crashes/crashes.test.ts',
  'tests/replicas/',
  'tests/load-balancers/rollout.test.ts',
  'tests/end-to-end/rollouts-cli.test.ts',
  'tests/browser/rollouts.test.ts',
  'tests/end-to-end/main-job.test.ts',
  'tests/simulation/',
  'tests/browser/',
  'tests/end-to-end/reboot.test.ts',
  'tests/load-balancers/',
  'tests/end-to-end/rollouts.test.ts',
  'tests/end-to-end/cli.test.ts',
  'tests/fuzz/',
  'packages/server/src/sessions/agent-sessions.test.ts',
  'packages/server/src/http/open-streams.test.ts',
  'packages/server/src/http/limits.test.ts',
  'packages/server/src/store/postgres/',
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
    // A room's own tests change nothing that another file sees, and load the room once for many of them: that halves their work.
    // Those of the server and of several rooms have a process each: some measure the memory and the processor time of theirs.
    projects: [
      {
        extends: true,
        test: {
          name: 'rooms',
          include: ['packages/**/src/**/*.test.ts', 'examples/**/*.test.ts'],
          exclude: ['packages/server/**'],
          isolate: false,
        },
      },
      {
        extends: true,
        test: { name: 'together', include: ['packages/server/src/**/*.test.ts', 'tests/**/*.test.ts'] },
      },
    ],
    exclude: ['**/node_modules/**', '**/dist/**'],
    pool: 'forks',
    // More than processors, of which two are enough: most of a test is waiting for heartbeats, restarts and programs of others.
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    // Longer than `waitFor` waits, so that what is told of a failure is what was waited for.
    testTimeout: 90_000,
    hookTimeout: 90_000,
  },
});
