/** `npm run simulate -- --seeds 5000` runs many simulated worlds; `--seed 45` replays one and tells its story. */
import { parseArgs } from 'node:util';
import { binary, runStep } from './run-step.mjs';

const { values } = parseArgs({
  options: { seeds: { type: 'string' }, seed: { type: 'string' }, from: { type: 'string' } },
});
const { exitCode } = await runStep(
  binary('vitest'),
  ['run', 'tests/simulation/simulation.test.ts', '--testNamePattern=keep every promise', '--disable-console-intercept'],
  {
    inherit: true,
    env: {
      SLUICE_SIMULATION_SEEDS: values.seed === undefined ? (values.seeds ?? '1000') : '1',
      SLUICE_SIMULATION_FIRST_SEED: values.seed ?? values.from ?? '1',
    },
  },
);
process.exitCode = exitCode;
