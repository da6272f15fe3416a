/**
 * Joins the built command with all it loads into a few files: `sluice` starts in a third of the time, since Node.js
 * otherwise opens a thousand. What is loaded only when it is needed stays in files of its own.
 */
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rolldown } from 'rolldown';
import { workspaceDirectory } from './run-step.mjs';
import { thirdPartyNotices } from './third-party-notices.mjs';

const BUILT = join(workspaceDirectory, 'packages', 'cli', 'dist');
/** As deep below the package as the files that it is made of, so that what they find beside the package is found from here. */
const BUNDLE = join(BUILT, 'bundle');
const ENTRY = join(BUNDLE, 'main.js');

/** What npm installs beside the bundle: it is native, or its files are given out as they are. */
const { dependencies } = JSON.parse(readFileSync(join(workspaceDirectory, 'package.json'), 'utf8'));
/** `pg` looks for the first and does without; fastify would check and write by schemas of its own, of which no route has one. */
const ABSENT = ['pg-native', '@fastify/ajv-compiler', '@fastify/fast-json-stringify-compiler'];

/** Does nothing when nothing was built or installed since. */
export async function bundle() {
  if (existsSync(ENTRY) && statSync(ENTRY).mtimeMs > newestMs()) return;
  rmSync(BUNDLE, { recursive: true, force: true });
  const build = await rolldown({
    input: { main: join(BUILT, 'main.js') },
    platform: 'node',
    external: [...Object.keys(dependencies), ...ABSENT],
    logLevel: 'warn',
  });
  const { output } = await build.write({ dir: BUNDLE, format: 'esm', entryFileNames: '[name].js' });
  writeFileSync(join(BUNDLE, 'THIRD-PARTY-NOTICES.txt'), thirdPartyNotices(output));
  await build.close();
}

function newestMs() {
  // What is built for browsers is no part of it.
  const names = readdirSync(join(workspaceDirectory, 'packages')).filter((name) => name !== 'dashboard');
  const built = names.flatMap((name) => filesBelow(join(workspaceDirectory, 'packages', name, 'dist')));
  return Math.max(...[...built, join(workspaceDirectory, 'package-lock.json')].map((file) => statSync(file).mtimeMs));
}

function filesBelow(folder) {
  if (!existsSync(folder) || folder === BUNDLE) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesBelow(path);
    return entry.name.endsWith('.js') ? [path] : [];
  });
}
