/** `npm run fuzz -- --inputs 100000` tries so many requests and agent messages; `--seed S` says from which seed on. */
import { parseArgs } from 'node:util';
import { binary, runStep } from './run-step.mjs';

const { values } = parseArgs({ options: { inputs: { type: 'string' }, seed: { type: 'string' } } });
const { exitCode } = await runStep(
  binary('vitest'),
  ['run', 'tests/fuzz', '--disable-console-intercept', '--execArgv=--expose-gc'],
  {
    inherit: true,
    env: {
      SLUICE_FUZZ_INPUTS: values.inputs ?? '100000',
      ...(values.seed === undefined ? {} : { SLUICE_FUZZ_SEED: values.seed }),
    },
  },
);
process.exitCode = exitCode;
