/** `npm run build`: installs what is missing, compiles what has changed, and bundles the command. */
import { build, install } from './install-and-build.mjs';

process.exitCode = (await install()) && (await build()) ? 0 : 1;
