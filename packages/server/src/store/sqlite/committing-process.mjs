/**
 * A process of its own that opens a store, for the tests to kill: `node committing-process.mjs hold|commit DIRECTORY`.
 * `hold` says `open` and stays. `commit` changes three nodes in each commit, for ever, and prints their revision when a
 * commit is acknowledged. Loads the TypeScript sources through vitest's own vite, so that no build is needed.
 */
import { writeSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createViteServer } from 'vitest/node';

const [, , mode, directory] = process.argv;

const vite = await createViteServer({
  root: fileURLToPath(new URL('../../..', import.meta.url)),
  configFile: false,
  logLevel: 'error',
  appType: 'custom',
  server: { middlewareMode: true, hmr: false, ws: false, watch: null },
  optimizeDeps: { noDiscovery: true },
});
const { openSqliteStore } = await vite.ssrLoadModule(fileURLToPath(new URL('./sqlite-store.ts', import.meta.url)));

if (mode === 'hold') {
  await openSqliteStore(directory);
  // Nothing refers to the store any more: its lock must not go with it.
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc');
  for (let round = 0; round < 3; round += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    collectGarbage();
  }
  say('open');
  // Keeps this process alive, and ends it with the test that started it, however that ends.
  process.stdin.resume();
  process.stdin.once('end', () => process.exit());
} else {
  const store = await openSqliteStore(directory);
  const { nodes } = await store.load();
  say('open');
  for (let revision = (nodes[0]?.revision ?? 0) + 1; ; revision += 1) {
    const outcome = await store.commit(['x', 'y', 'z'].map((nodeId) => changeOf(nodeId, revision)));
    if (!outcome.ok) throw new Error(`the commit was refused: ${JSON.stringify(outcome)}`);
    say(String(revision));
  }
}

function changeOf(nodeId, revision) {
  const body = { text: nodeId.repeat(2000) };
  const id = `op_${nodeId}_${revision}`;
  return {
    nodeId,
    expectedRevision: revision === 1 ? null : revision - 1,
    revision,
    state: { ...body, revision },
    events: [{ kind: 'NodeChanged', at: revision, body }],
    operations: [{ id, nodeId, command: 'drain', status: 'queued', createdAt: revision, endedAt: null, body }],
  };
}

/** Written before the next line runs: what is said is said, also when the process is killed right after. */
function say(line) {
  writeSync(1, `${line}\n`);
}
