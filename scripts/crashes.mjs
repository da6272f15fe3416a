/**
 * `npm run crashes -- --rounds 1000 --seed 7` kills real servers and agents at random moments under load, and compares what clients were
 * told with what is true. With `--replicas` three servers share a database, and they are frozen and cut off as well.
 */
import { parseArgs } from 'node:util';
import { binary, runStep } from './run-step.mjs';

const { values } = parseArgs({
  options: { rounds: { type: 'string' }, seed: { type: 'string' }, replicas: { type: 'boolean' } },
});
const tests = values.replicas ? 'tests/replicas/fault-rounds.test.ts' : 'tests/crashes';
const { exitCode } = await runStep(binary('vitest'), ['run', tests], {
  inherit: true,
  env: { SLUICE_CRASH_ROUNDS: values.rounds ?? '200', SLUICE_CRASH_SEED: values.seed ?? '1' },
});
process.exitCode = exitCode;
