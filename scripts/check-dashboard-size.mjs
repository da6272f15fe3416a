/** Holds the dashboard to its budget: what a browser loads before it shows the fleet. */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DASHBOARD_BUILT } from './build-dashboard.mjs';

/** Bytes of JavaScript, gzipped: half a second on a slow line, with the styles and the page beside it; too few for antd, which is to come after it. */
const FIRST_LOAD_BYTES_MAX = 250 * 1024;

const manifest = JSON.parse(readFileSync(join(DASHBOARD_BUILT, '.vite', 'manifest.json'), 'utf8'));
const entries = Object.keys(manifest).filter((key) => manifest[key].isEntry === true);
if (entries.length === 0) throw new Error('looking for the entry in what was built');

const files = new Set();
const seen = new Set();
const visit = (key) => {
  if (seen.has(key)) return;
  seen.add(key);
  files.add(manifest[key].file);
  for (const imported of manifest[key].imports ?? []) visit(imported);
};
entries.forEach(visit);

const sizes = [...files].filter((file) => file.endsWith('.js')).map((file) => [file, gzippedBytes(file)]);
const total = sizes.reduce((sum, [, bytes]) => sum + bytes, 0);
if (total > FIRST_LOAD_BYTES_MAX) {
  for (const [file, bytes] of sizes.toSorted(([, one], [, other]) => other - one))
    console.error(`${inKb(bytes)}  ${file}`);
  console.error(
    `The first load is ${inKb(total)} of JavaScript, gzipped; at most ${inKb(FIRST_LOAD_BYTES_MAX)} is allowed. Load something later, or do without.`,
  );
  process.exitCode = 1;
} else {
  console.log(
    `First load of the dashboard: ${inKb(total)} of JavaScript, gzipped, in ${sizes.length} ${sizes.length === 1 ? 'file' : 'files'}.`,
  );
}

function gzippedBytes(file) {
  const path = join(DASHBOARD_BUILT, file);
  return (
    statSync(path, { throwIfNoEntry: true }) &&
    (statSync(`${path}.gz`, { throwIfNoEntry: false }) ?? statSync(path)).size
  );
}

function inKb(bytes) {
  return `${(bytes / 1024).toFixed(0).padStart(3)} kB`;
}
