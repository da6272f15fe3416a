/** `npm run record:conversation`: keeps what an agent and a server of this minor version say to each other, for the tests of all versions to come. */
import { binary, runStep } from './run-step.mjs';

const { exitCode } = await runStep(binary('vitest'), ['run', 'tests/version-skew/record.test.ts'], {
  inherit: true,
  env: { SLUICE_RECORD_CONVERSATION: '1' },
});
process.exitCode = exitCode;
