/** Where the built dashboard is. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Beside this package, and as deep below the bundled command: a checkout and an installed package have the same tree. */
const BUILT = fileURLToPath(new URL('../../../dashboard/dist/', import.meta.url));

/** `null`: it was not built. */
export function dashboardDirectory(): string | null {
  return existsSync(`${BUILT}index.html`) ? BUILT : null;
}
