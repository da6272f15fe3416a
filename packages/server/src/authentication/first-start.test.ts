/** Servers that start together on one new store: one of them makes the admin token, and all of them know it. */
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Fleet } from '../fleet/fleet.ts';
import { newOperationId } from '../fleet/operation-id.ts';
import { oneServer } from '../fleet/servers.ts';
import { steadyClock } from '../fleet/system-clock.ts';
import { openSqliteStore } from '../store/sqlite/sqlite-store.ts';
import type { Store } from '../store/store.ts';
import { Authentication } from './authentication.ts';
import { PersonSessions } from './person-sessions.ts';

const CONFIGURED = 'slc_the-configured-admin-token';
const HOUR_MS = 3_600_000;
const logger = pino({ level: 'silent' });

let directory: string;
let store: Store;
let fleets: Fleet[];

beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'sluice-first-start-'));
  store = await openSqliteStore(directory);
  fleets = [];
});
afterEach(async () => {
  for (const fleet of fleets) await fleet.stop();
  await store.close();
  await rm(directory, { recursive: true, force: true });
});

async function begin(adminToken: string | null = null, joinToken: string | null = null) {
  const fleet = await Fleet.open({
    servers: oneServer('server'),
    store,
    clock: steadyClock,
    settings: { defaultDrainTimeoutMs: null, metadataBytesMax: 65_536 },
    newOperationId,
    logger,
  });
  fleets.push(fleet);
  const authentication = new Authentication({ fleet, adminToken, joinToken, isOpen: false });
  const times = { idleMs: HOUR_MS, absoluteMs: HOUR_MS, cliTokenMs: HOUR_MS };
  return { fleet, authentication, sessions: new PersonSessions(fleet, times, logger) };
}

/** As a server takes over what others have committed before it decides. */
async function follow({ fleet }: { readonly fleet: Fleet }): Promise<void> {
  for (const token of await store.tokens()) fleet.tokens.put(token);
}

const history = async () => (await store.events({ limit: 100 })).map(({ kind }) => kind);

test('the one that is first shows its token; the other shows none, and knows that one', async () => {
  const [first, second] = [await begin(), await begin()];
  const invented = second.authentication.newAdminToken ?? '';
  await first.authentication.keepNewTokens();
  const shown = first.authentication.newAdminToken ?? '';
  await follow(second);
  await second.authentication.keepNewTokens();
  expect(second.authentication.newAdminToken).toBeNull();
  await follow(first);
  for (const { authentication } of [first, second]) {
    expect(authentication.principalOf(shown)).toMatchObject({ name: 'admin', role: 'admin' });
    expect(authentication.principalOf(invented)).toBeNull();
  }
  expect(await history()).toEqual(['TokenCreated']);
});

test('with the same secrets in the configuration they are kept once', async () => {
  const join = 'slc_the-configured-join-token';
  const servers = [await begin(CONFIGURED, join), await begin(CONFIGURED, join)];
  // So that their tokens differ in when they were made.
  await expect.poll(() => Date.now()).toBeGreaterThan((servers[1]?.fleet.tokens.get('admin')?.createdAt ?? 0) + 1);
  const third = await begin(CONFIGURED, join);
  for (const server of [third, ...servers]) {
    await follow(server);
    await server.authentication.keepNewTokens();
    expect(server.authentication.principalOf(CONFIGURED)).not.toBeNull();
    expect(server.authentication.joinTokenOf(join)).not.toBeNull();
  }
  expect((await store.tokens()).map(({ id }) => id).toSorted()).toEqual(['admin', 'join']);
  expect(await history()).toEqual(['TokenCreated', 'TokenCreated']);
});

test('a secret of the configuration goes before one that another server has just made', async () => {
  const [made, configured] = [await begin(), await begin(CONFIGURED)];
  const invented = made.authentication.newAdminToken ?? '';
  await made.authentication.keepNewTokens();
  await follow(configured);
  await configured.authentication.keepNewTokens();
  await follow(made);
  for (const { authentication } of [made, configured]) {
    expect(authentication.principalOf(CONFIGURED)).not.toBeNull();
    expect(authentication.principalOf(invented)).toBeNull();
  }
});

test('another secret ends sessions that another server has opened meanwhile with the one of before', async () => {
  const old = await begin();
  await old.authentication.keepNewTokens();
  const token = old.fleet.tokens.get('admin');
  if (token === undefined) throw new Error('there is no admin token');
  await expect.poll(() => steadyClock.now()).toBeGreaterThan(token.createdAt);
  const opened = await old.sessions.openSessionWith(token, '10.0.0.9');
  const before = opened?.secret ?? '';
  expect(old.authentication.principalOfSession(before)).not.toBeNull();

  const next = await begin(CONFIGURED);
  const late = await old.sessions.openSessionWith(token, '10.0.0.9');
  const meanwhile = late?.secret ?? '';
  await follow(next);
  await next.authentication.keepNewTokens();
  await follow(old);
  for (const { authentication } of [old, next])
    for (const secret of [before, meanwhile]) expect(authentication.principalOfSession(secret)).toBeNull();
  // What was opened at a server that does not know it yet is not opened once it does.
  expect(await old.sessions.openSessionWith(token, '10.0.0.9')).toBeNull();
});
