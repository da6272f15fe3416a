/** The files of this package: they stand in the same places in a checkout and where npm has installed it. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * A file of the package, such as `examples/game-server/dist/server.js`.
 * This file and the bundle that it ends up in (`packages/cli/dist/bundle`) are equally deep below the package.
 */
export function ownFile(path: string): string {
  return fileURLToPath(new URL(`../../../../${path}`, import.meta.url));
}

/** What Node.js runs to be this command. */
export function programFile(): string {
  return ownFile('packages/cli/bin/sluice.js');
}

/** How a person calls this command: in a checkout it is on nobody's PATH. */
export function commandInWords(): string {
  return existsSync(ownFile('packages/cli/src')) ? 'npx sluice' : 'sluice';
}
