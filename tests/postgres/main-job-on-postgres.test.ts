/** The main job with everything kept in PostgreSQL, by a real server process: what was wanted and what was done survives its restarts. */
import { execFile } from 'node:child_process';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PASSWORD, PostgresUnderTest } from '../../packages/server/src/store/postgres/postgres-under-test.ts';
import { FleetUnderTest } from '../end-to-end/fleet-under-test.ts';

const sluice = fileURLToPath(new URL('../../packages/cli/bin/sluice.js', import.meta.url));

let postgres: PostgresUnderTest;
let databaseUrl: string;
let fleet: FleetUnderTest;

beforeAll(async () => {
  postgres = await PostgresUnderTest.start({ isDurable: true });
  databaseUrl = await postgres.newDatabase();
  fleet = await FleetUnderTest.start({ databaseUrl });
  await fleet.addNode('lobby-1');
  await fleet.addNode('lobby-2');
  for (const nodeId of ['lobby-1', 'lobby-2'])
    await fleet.nodeThat(nodeId, 'active', ({ status }) => status === 'active', 30_000);
}, 120_000);

afterAll(async () => {
  await fleet.stop();
  await postgres.destroy();
}, 60_000);

test('drain, undrain, restart and metadata do what they say', async () => {
  await fleet.game('lobby-1', 'POST', '/players', { seconds: 1 });
  const drain = await fleet.post('lobby-1', 'drain', { timeout: 60, reason: 'new build' });
  expect(await fleet.ended(drain.id)).toMatchObject({ status: 'succeeded', result: { forced: false } });
  const undrain = await fleet.post('lobby-1', 'undrain');
  expect(await fleet.ended(undrain.id)).toMatchObject({ status: 'succeeded' });
  const restart = await fleet.post('lobby-1', 'restart');
  expect(await fleet.ended(restart.id)).toMatchObject({ status: 'succeeded' });
  const meta = { owner: 'alice', 名: ['é', null] };
  expect((await fleet.request('PUT', '/api/v1/nodes/lobby-1/meta', { meta })).status).toBe(200);
  expect(await fleet.request('GET', '/api/v1/nodes/lobby-1/meta')).toEqual({ status: 200, json: { meta } });
  const { json } = await fleet.request('GET', '/api/v1/operations?node=lobby-1');
  expect(json).toMatchObject({ items: [{ id: restart.id }, { id: undrain.id }, { id: drain.id }] });
  expect((await fleet.request('GET', '/api/v1/server/status')).json).toMatchObject({ store: { kind: 'postgres' } });
}, 60_000);

test.each(['SIGTERM', 'SIGKILL'] as const)(
  'a server that ends by %s finds everything again',
  async (signal) => {
    const drain = await fleet.post('lobby-2', 'drain', { reason: signal });
    await fleet.ended(drain.id);
    const before = await fleet.request('GET', '/api/v1/operations');
    await fleet.stopServer(signal);
    await fleet.startServer();
    const node = await fleet.nodeThat('lobby-2', 'back and drained', ({ connected }) => connected, 30_000);
    expect(node).toMatchObject({ status: 'drained', drain: { reason: signal } });
    expect(await fleet.request('GET', '/api/v1/operations')).toEqual(before);
    expect(await fleet.request('GET', '/api/v1/nodes/lobby-1/meta')).toMatchObject({
      json: { meta: { owner: 'alice' } },
    });
    await fleet.ended((await fleet.post('lobby-2', 'undrain')).id);
  },
  90_000,
);

test('the password is in nothing that the server says', () => {
  expect(fleet.serverOutput()).not.toContain(PASSWORD);
  expect(fleet.serverOutput()).not.toContain(encodeURIComponent(PASSWORD));
});

test('an import into a database that a server has is told who has it, in one line, without a trace', async () => {
  const archive = path.join(fleet.directory, 'archive');
  const run = (...words: readonly string[]) =>
    promisify(execFile)(process.execPath, [sluice, 'server', ...words], {
      cwd: fleet.directory,
      env: { PATH: process.env['PATH'], HOME: os.tmpdir(), NO_COLOR: '1', SLUICE_DATABASE_URL: databaseUrl },
    });
  await run('export', archive);
  const importing = run('import', archive);
  await expect(importing).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/in use by another program: sluice server /u),
  });
  await expect(importing).rejects.toMatchObject({ stderr: expect.not.stringMatching(/^\s+at /mu) });
  expect((await fleet.request('GET', '/readyz')).status).toBe(200);
}, 60_000);
