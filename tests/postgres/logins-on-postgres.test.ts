/** Logins at two real servers of one PostgreSQL: one makes the admin token, and what one has made the other knows at once. */
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadServerConfig, type RunningServer, startServer } from '../../packages/server/src/index.ts';
import { PostgresUnderTest } from '../../packages/server/src/store/postgres/postgres-under-test.ts';

let postgres: PostgresUnderTest;
let directory: string;
let servers: readonly RunningServer[] = [];
/** The admin token, as whichever server made it has shown it. */
let admin: string;

beforeAll(async () => {
  postgres = await PostgresUnderTest.start({ isDurable: false });
  directory = await mkdtemp(path.join(os.tmpdir(), 'sluice-logins-'));
  const url = await postgres.newDatabase();
  servers = await Promise.all(['one', 'other'].map((name) => serve(url, name)));
  admin = servers.flatMap(({ newAdminToken }) => newAdminToken ?? []).join(' and ');
}, 90_000);
afterAll(async () => {
  for (const server of servers) await server.stop();
  await postgres.destroy();
  await rm(directory, { recursive: true, force: true });
});

function serve(url: string, name: string): Promise<RunningServer> {
  const loaded = loadServerConfig({
    flags: { listen: '127.0.0.1:0', data: path.join(directory, name), logLevel: 'silent' },
    env: { SLUICE_DATABASE_URL: url },
  });
  if (!loaded.ok) throw new Error(`configuring a server for a test: ${loaded.message}`);
  return startServer(loaded.config);
}

async function ask(place: number, method: string, target: string, token: string | null, body?: object) {
  const response = await fetch(`${servers[place % 2]?.url ?? ''}${target}`, {
    method,
    headers: {
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const json: unknown = JSON.parse(await response.text());
  const field = (name: string) => (typeof json === 'object' && json !== null ? String(Reflect.get(json, name)) : '');
  return { status: response.status, field };
}

test('of servers that start at once on a new database one shows an admin token, which opens both', async () => {
  expect(admin).toMatch(/^slc_[\w-]{43}$/u);
  for (const place of [0, 1]) expect((await ask(place, 'GET', '/api/v1/whoami', admin)).status).toBe(200);
});

test('a token and a link that one server made work at the other at once, and the link once', async () => {
  for (let round = 0; round < 10; round += 1) {
    const made = await ask(round, 'POST', '/api/v1/tokens', admin, { name: `pipeline ${round}`, role: 'viewer' });
    const secret = made.field('secret');
    expect((await ask(round + 1, 'GET', '/api/v1/nodes', secret)).status).toBe(200);
    const link = await ask(round, 'POST', '/api/v1/login-links', secret);
    const code = link.field('path').slice('/login#code='.length);
    const opened = [0, 1, 0, 1].map((place) => ask(place, 'POST', '/auth/link', null, { code }));
    const statuses = (await Promise.all(opened)).map(({ status }) => status);
    expect(statuses.toSorted((one, other) => one - other)).toEqual([200, 400, 400, 400]);
  }
});

test('a secret that nobody made is refused by both', async () => {
  for (const place of [0, 1]) expect((await ask(place, 'GET', '/api/v1/nodes', 'slc_invented')).status).toBe(401);
});
