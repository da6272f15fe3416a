/**
 * `npm run bench`: installs and builds, then runs each benchmark, one at a time; arguments choose those whose name has one of them,
 * and what begins with `--` is for the benchmarks themselves (`--quick`).
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { build, install } from './install-and-build.mjs';
import { runStep, workspaceDirectory } from './run-step.mjs';

if (!((await install()) && (await build()))) process.exit(1);

const flags = process.argv.slice(2).filter((argument) => argument.startsWith('--'));
const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
/** It compares what the others have written. */
const LAST = 'growth';
// A benchmark is a file of bench/ itself; what several of them share lives in a folder below.
const names = readdirSync(join(workspaceDirectory, 'bench'))
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.slice(0, -'.ts'.length))
  .filter((name) => wanted.length === 0 || wanted.some((part) => name.includes(part)))
  .sort((one, other) => Number(one === LAST) - Number(other === LAST));

if (names.length === 0) {
  console.error(`No benchmark in bench/ has ${wanted.map((part) => `"${part}"`).join(' or ') || 'a name'}.`);
  process.exitCode = 1;
}
for (const name of names) {
  console.log(`\n── ${name} ──`);
  const { exitCode } = await runStep(process.execPath, [`bench/dist/${name}.js`, ...flags], { inherit: true });
  if (exitCode !== 0) process.exitCode = 1;
}
