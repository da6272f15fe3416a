/** `npm run prove:haproxy -- --rounds 5 --rate 500` drains, restarts and brings back three servers behind a real HAProxy under load, and prints what came of every request. */
import { parseArgs } from 'node:util';
import { build, install } from './install-and-build.mjs';
import { binary, runStep } from './run-step.mjs';

const { values } = parseArgs({ options: { rounds: { type: 'string' }, rate: { type: 'string' } } });
if (!((await install()) && (await build()))) process.exit(1);
const { exitCode } = await runStep(
  binary('vitest'),
  ['run', 'tests/load-balancers/haproxy.test.ts', '--reporter=verbose', '--disable-console-intercept'],
  { inherit: true, env: { SLUICE_PROOF_ROUNDS: values.rounds ?? '4', SLUICE_PROOF_RATE: values.rate ?? '400' } },
);
process.exitCode = exitCode;
