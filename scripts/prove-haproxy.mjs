/** `npm run prove:haproxy`: nodes behind a real HAProxy are drained, restarted and put back under load; `--rounds R` says how often. */
import { parseArgs } from 'node:util';
import { build, install } from './install-and-build.mjs';
import { binary, runStep } from './run-step.mjs';

const { values } = parseArgs({ options: { rounds: { type: 'string' } } });
if (!((await install()) && (await build()))) process.exit(1);
const { exitCode } = await runStep(
  binary('vitest'),
  ['run', 'tests/load-balancers/haproxy', '--disable-console-intercept'],
  {
    inherit: true,
    env: { SLUICE_PROVE_ROUNDS: values.rounds ?? '10' },
  },
);
process.exitCode = exitCode;
