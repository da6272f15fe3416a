/** `npm run check`: types, lint and walls, format, dead code, generated files; a line each, and the output of those that failed. */
import { install } from './install-and-build.mjs';
import { runChecks } from './checks.mjs';

if (!(await install())) process.exit(1);
const { failed } = await runChecks();
process.exitCode = failed === 0 ? 0 : 1;
