/** Builds the dashboard into packages/dashboard/dist, and packs each of its files once, so that no server packs them again. */
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { workspaceDirectory } from './run-step.mjs';
import { thirdPartyNotices } from './third-party-notices.mjs';

const DASHBOARD = join(workspaceDirectory, 'packages', 'dashboard');
export const DASHBOARD_BUILT = join(DASHBOARD, 'dist');

/** Bytes below which a packed file would not be smaller on the wire. */
const PACKED_BYTES_MIN = 1024;

/** Does nothing when nothing was changed or installed since. False, after showing why, when it failed. */
export async function buildDashboard() {
  const page = join(DASHBOARD_BUILT, 'index.html');
  if (existsSync(page) && statSync(page).mtimeMs > newestSourceMs()) return true;
  // Loaded late: it is there only once packages are installed.
  const { build } = await import('vite');
  try {
    const { output } = await build({ root: DASHBOARD, logLevel: 'warn' });
    writeFileSync(join(DASHBOARD_BUILT, 'THIRD-PARTY-NOTICES.txt'), thirdPartyNotices(output));
  } catch (error) {
    console.error(error, '\nThe dashboard was not built: the error above says why.');
    return false;
  }
  await Promise.all(filesBelow(DASHBOARD_BUILT).filter(isWorthPacking).map(pack));
  return true;
}

/** index.html is not packed: the server writes a nonce into it. */
function isWorthPacking(file) {
  return /\.(?:js|css|svg)$/u.test(file) && statSync(file).size >= PACKED_BYTES_MIN;
}

async function pack(file) {
  const bytes = readFileSync(file);
  const [asGzip, asBrotli] = await Promise.all([
    promisify(gzip)(bytes, { level: constants.Z_BEST_COMPRESSION }),
    promisify(brotliCompress)(bytes),
  ]);
  writeFileSync(`${file}.gz`, asGzip);
  writeFileSync(`${file}.br`, asBrotli);
}

/** Also of the rooms that it is made of. */
function newestSourceMs() {
  const sources = ['contract', 'core', 'client'].flatMap((name) =>
    filesBelow(join(workspaceDirectory, 'packages', name, 'src')),
  );
  const own = ['src', 'public'].flatMap((name) => filesBelow(join(DASHBOARD, name)));
  const settings = ['index.html', 'vite.config.ts', 'package.json'].map((name) => join(DASHBOARD, name));
  const all = [...sources, ...own, ...settings, join(workspaceDirectory, 'package-lock.json')];
  return Math.max(...all.filter((file) => !file.endsWith('.test.ts')).map((file) => statSync(file).mtimeMs));
}

function filesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
}
