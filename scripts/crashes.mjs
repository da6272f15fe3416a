/** `npm run crashes -- --rounds 1000 --seed 7` kills real servers and agents at random moments under load, and compares what clients were told with what is true. */
import { parseArgs } from 'node:util';
import { binary, runStep } from './run-step.mjs';

const { values } = parseArgs({ options: { rounds: { type: 'string' }, seed: { type: 'string' } } });
const { exitCode } = await runStep(binary('vitest'), ['run', 'tests/crashes'], {
  inherit: true,
  env: { SLUICE_CRASH_ROUNDS: values.rounds ?? '200', SLUICE_CRASH_SEED: values.seed ?? '1' },
});
process.exitCode = exitCode;
