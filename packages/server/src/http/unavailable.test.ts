/** A store that cannot be written, and a server that is stopping: nothing is half done, and the answer says to come back. */
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSqliteStore } from '../store/sqlite/sqlite-store.ts';
import { startApp } from './app-under-test.ts';
import { ServerUnderTest } from './server-under-test.ts';

let server: ServerUnderTest;

beforeAll(async () => {
  server = await ServerUnderTest.start();
  await server.addNode('n1');
});
afterAll(() => server.stop());

test('a store that cannot be written: 503 for changes, reads go on, and it heals by itself', async () => {
  const other = new Database(path.join(server.directory, 'sluice.db'));
  try {
    other.exec('BEGIN IMMEDIATE');
    const refused = await server.ask('POST', '/api/v1/nodes/n1/drain');
    expect(refused).toMatchObject({
      status: 503,
      json: { code: 'store-unavailable', detail: expect.stringContaining('Another program') },
      headers: { 'retry-after': '1' },
    });
    expect(await server.ask('GET', '/readyz')).toMatchObject({ status: 503, json: { code: 'store-unavailable' } });
    expect(await server.ask('GET', '/healthz')).toMatchObject({ status: 200 });
    expect(await server.ask('GET', '/api/v1/nodes/n1')).toMatchObject({
      status: 200,
      json: { availability: 'active' },
    });
  } finally {
    other.exec('ROLLBACK');
    other.close();
  }
  expect(await server.ask('GET', '/api/v1/operations')).toMatchObject({ status: 200, json: { items: [] } });
  expect(await server.ask('POST', '/api/v1/nodes/n1/drain')).toMatchObject({ status: 200 });
  expect(await server.ask('GET', '/readyz')).toMatchObject({ status: 200 });
});

test('a server that is stopping takes nothing new, and says so', async () => {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'sluice-stopping-'));
  const store = await openSqliteStore(directory);
  let isStopping = false;
  const running = await startApp({ store, isOpen: true, isStopping: () => isStopping });
  try {
    const { url } = running;
    expect((await fetch(`${url}/api/v1/nodes`)).status).toBe(200);
    isStopping = true;
    for (const [target, status] of [
      ['/api/v1/nodes', 503],
      ['/readyz', 503],
      ['/healthz', 200],
    ] as const) {
      const response = await fetch(`${url}${target}`);
      expect({ target, status: response.status }).toEqual({ target, status });
      if (status === 503) {
        expect(response.headers.get('retry-after')).toBe('1');
        expect(await response.json()).toMatchObject({ code: 'stopping' });
      }
    }
  } finally {
    await running.stop();
    await store.close();
    await rm(directory, { recursive: true, force: true });
  }
});
