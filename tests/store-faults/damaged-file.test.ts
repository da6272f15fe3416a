/** A database that was damaged: told at start with what to do, answered with the reason while the server runs, and mended by a backup. */
import { copyFile, mkdir, open, readFile, rm, truncate } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FleetUnderTest } from '../end-to-end/fleet-under-test.ts';
import { runSluice, startThatFails } from './run-sluice.ts';

const PAGE_BYTES = 4096;
/** A text that finds its way into the nodes, their events and their operations. */
const MARK = 'the-marked-reason';

let fleet: FleetUnderTest;
/** The database of a stopped server, whole. */
let whole: string;

beforeAll(async () => {
  fleet = await FleetUnderTest.start();
  await fleet.addNode('n1');
  await fleet.nodeThat('n1', 'active', ({ status }) => status === 'active');
  const operation = await fleet.post('n1', 'drain', { reason: MARK });
  await fleet.ended(operation.id);
  await fleet.ended((await fleet.post('n1', 'undrain', { reason: MARK })).id);
  await fleet.request('PUT', '/api/v1/nodes/n1/meta', { meta: { text: 'x'.repeat(50_000) } });
  await fleet.stopServer();
  whole = path.join(fleet.directory, 'whole.db');
  await copyFile(database(), whole);
});
afterAll(() => fleet.stop());

const database = () => path.join(fleet.dataDirectory, 'sluice.db');

/** Overwrites every page that has the mark, past SQLite. */
async function damageMarkedPages(file: string): Promise<void> {
  const bytes = await readFile(file);
  const pages = new Set<number>();
  for (let at = bytes.indexOf(MARK); at !== -1; at = bytes.indexOf(MARK, at + 1))
    pages.add(Math.floor(at / PAGE_BYTES));
  expect(pages.size).toBeGreaterThan(2);
  const handle = await open(file, 'r+');
  for (const page of pages) await handle.write(Buffer.alloc(PAGE_BYTES, 0x5a), 0, PAGE_BYTES, page * PAGE_BYTES);
  await handle.close();
}

async function overwriteHeader(file: string): Promise<void> {
  const handle = await open(file, 'r+');
  await handle.write(Buffer.alloc(100, 0x5a), 0, 100, 0);
  await handle.close();
}

describe('at start', () => {
  test.each([
    ['whose header was overwritten', overwriteHeader],
    ['of which pages in the middle were overwritten', damageMarkedPages],
    ['that was cut short', (file: string) => truncate(file, 20 * PAGE_BYTES)],
    ['that was cut short within its first page', (file: string) => truncate(file, 1000)],
  ])('a file %s: exit code 1, and what to do', async (what, damage) => {
    const directory = path.join(fleet.directory, what.replaceAll(' ', '-'));
    const file = path.join(directory, 'sluice.db');
    await mkdir(directory);
    await copyFile(whole, file);
    await damage(file);
    const damaged = await readFile(file);
    const { exitCode, out, error } = await startThatFails(directory);
    expect(exitCode).toBe(1);
    expect(out).not.toContain('listening');
    expect(error).toContain(`Error: The server cannot start: The database ${file}`);
    expect(error).toMatch(/damaged/u);
    expect(error).toMatch(/sluice server restore/u);
    // Neither a trace nor a request to report it.
    expect(error).not.toMatch(/\n\s+at |should not happen/u);
    // What may still be saved of it is not touched.
    expect((await readFile(file)).equals(damaged)).toBe(true);
  });
});

test('while it runs: the reason instead of wrong data; a backup brings back everything but what only the server knew', async () => {
  await fleet.startServer();
  await fleet.nodeThat('n1', 'active', ({ status, connected }) => status === 'active' && connected);
  const backup = path.join(fleet.directory, 'backup.db');
  expect(await runSluice(['server', 'backup', backup, '--data', fleet.dataDirectory])).toMatchObject({ exitCode: 0 });
  // After the backup: the agent is told of a hold that the backup does not know.
  await fleet.ended((await fleet.post('n1', 'drain', { reason: 'after the backup' })).id);
  const { json: before } = await fleet.request('GET', '/api/v1/operations');
  expect(before).toMatchObject({ items: [{ command: 'drain' }, { command: 'undrain' }, { command: 'drain' }] });
  await fleet.stopServer();
  await fleet.startServer();
  await fleet.nodeThat('n1', 'drained', ({ status, connected }) => status === 'drained' && connected);
  await damageMarkedPages(database());

  const damaged = { status: 503, json: { code: 'store-unavailable', detail: expect.stringContaining('is damaged') } };
  expect(await fleet.request('GET', '/api/v1/operations')).toMatchObject(damaged);
  expect(await fleet.request('POST', '/api/v1/nodes/n1/undrain')).toMatchObject(damaged);
  expect(await fleet.node('n1')).toMatchObject({ status: 'drained', connected: true });
  await fleet.stopServer();

  const refused = await runSluice(['server', 'backup', `${backup}-2`, '--data', fleet.dataDirectory]);
  expect(refused).toMatchObject({ exitCode: 1, error: expect.stringContaining('is damaged') });
  expect(await runSluice(['server', 'restore', backup, '--data', fleet.dataDirectory])).toMatchObject({ exitCode: 0 });
  await fleet.startServer();
  const node = await fleet.nodeThat(
    'n1',
    'drained again',
    ({ status, connected }) => status === 'drained' && connected,
  );
  expect(node.holds).toMatchObject([{ name: 'operator', reason: 'after the backup' }]);
  expect((await fleet.request('GET', '/api/v1/operations')).json).toMatchObject({
    items: [{ command: 'undrain' }, { command: 'drain' }],
  });

  // Without any backup: an empty directory, and the token that the agents have.
  await fleet.stopServer();
  await rm(fleet.dataDirectory, { recursive: true });
  await fleet.startServer();
  const anew = await fleet.nodeThat('n1', 'drained anew', ({ status, connected }) => status === 'drained' && connected);
  expect(anew.holds).toMatchObject([{ name: 'operator', reason: 'after the backup' }]);
}, 60_000);
