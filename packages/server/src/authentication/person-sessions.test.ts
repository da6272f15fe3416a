/** How long sessions of people last, on a real store: idle, in all, and after a restart of the server. */
import { oneServer } from '../fleet/servers.ts';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Fleet } from '../fleet/fleet.ts';
import { newOperationId } from '../fleet/operation-id.ts';
import { steadyClock } from '../fleet/system-clock.ts';
import { openSqliteStore } from '../store/sqlite/sqlite-store.ts';
import type { Store } from '../store/store.ts';
import { Authentication } from './authentication.ts';
import { PersonSessions } from './person-sessions.ts';

const MINUTE_MS = 60_000;
const PERSON = {
  subject: 'ada-1',
  name: 'ada@example.com',
  role: 'operator',
  selector: 'game=chess',
  from: '10.0.0.9',
} as const;

let directory: string;
let store: Store;
let fleet: Fleet;
let authentication: Authentication;
let sessions: PersonSessions;
/** How far the fleet's clock is ahead. */
let laterMs: number;

async function open(): Promise<void> {
  store = await openSqliteStore(directory);
  fleet = await Fleet.open({
    servers: oneServer('server'),
    store,
    clock: { now: () => steadyClock.now() + laterMs, wakeAt: (at, wake) => steadyClock.wakeAt(at - laterMs, wake) },
    settings: { defaultDrainTimeoutMs: null, metadataBytesMax: 65_536 },
    newOperationId,
    logger: pino({ level: 'silent' }),
  });
  authentication = new Authentication({ fleet, adminToken: null, joinToken: null, isOpen: false });
  const times = { idleMs: 30 * MINUTE_MS, absoluteMs: 100 * MINUTE_MS, cliTokenMs: 50 * MINUTE_MS };
  sessions = new PersonSessions(fleet, times, pino({ level: 'silent' }));
}

async function close(): Promise<void> {
  await fleet.stop();
  await store.close();
}

beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'sluice-sessions-'));
  laterMs = 0;
  await open();
});
afterEach(async () => {
  await close();
  await rm(directory, { recursive: true, force: true });
});

test('a session that is used goes on until its absolute end, one that is not ends before', async () => {
  const [used, idle] = [await sessions.openSession(PERSON), await sessions.openSession(PERSON)];
  for (laterMs = 0; laterMs < 99 * MINUTE_MS; laterMs += 20 * MINUTE_MS)
    expect({ laterMs, who: authentication.principalOfSession(used.secret) }).toMatchObject({
      who: { name: 'ada@example.com', role: 'operator', selector: 'game=chess', isBrowser: true },
    });
  expect(authentication.principalOfSession(idle.secret)).toBeNull();
  laterMs = 101 * MINUTE_MS;
  expect(authentication.principalOfSession(used.secret)).toBeNull();
});

test('a session opens nothing as a token, and a token nothing as a session', async () => {
  const { secret } = await sessions.openSession(PERSON);
  const login = await sessions.createLoginToken(PERSON);
  expect(authentication.principalOf(`Bearer ${secret}`)).toBeNull();
  expect(authentication.principalOfSession(login.secret)).toBeNull();
  expect(authentication.principalOf(`Bearer ${login.secret}`)).toMatchObject({ name: 'ada@example.com' });
  laterMs = 51 * MINUTE_MS;
  expect(authentication.principalOf(`Bearer ${login.secret}`)).toBeNull();
});

test('both survive a restart, and their end does too', async () => {
  const [kept, ended] = [await sessions.openSession(PERSON), await sessions.createLoginToken(PERSON)];
  await sessions.endSession(ended.secret);
  await sessions.endSession(ended.secret);
  await close();
  await open();
  expect(authentication.principalOfSession(kept.secret)).not.toBeNull();
  expect(authentication.principalOf(ended.secret)).toBeNull();
});

test('a logout ends what a login made and nothing else', async () => {
  await authentication.keepNewTokens();
  const admin = authentication.newAdminToken ?? '';
  await sessions.endSession(admin);
  await sessions.endSession('');
  expect(authentication.principalOf(admin)).not.toBeNull();
});

test('the history tells of each, without a secret', async () => {
  const { secret } = await sessions.openSession(PERSON);
  await sessions.endSession(secret);
  sessions.noteRefusedLogin({ subject: 'eve', reason: 'no rule', from: '10.0.0.6' });
  const history = async () => (await store.events({ limit: 100 })).map(({ kind, body }) => ({ kind, body }));
  await expect
    .poll(async () => (await history()).map(({ kind }) => kind))
    .toEqual(['TokenCreated', 'TokenRevoked', 'LoginRefused']);
  expect(JSON.stringify(await history())).not.toContain(secret);
  expect(await history()).toMatchObject([
    { body: { actor: { name: 'ada@example.com', address: '10.0.0.9' } } },
    { body: { actor: { name: 'ada@example.com' } } },
    { body: { subject: 'eve', reason: 'no rule', actor: { name: 'eve', address: '10.0.0.6' } } },
  ]);
});

test('logins of nobody known that are broken off do not fill the history', async () => {
  const count = async () => (await store.events({ limit: 1000, kinds: ['LoginRefused'] })).length;
  const refuse = (times: number, subject: string | null) => {
    for (let time = 0; time < times; time += 1) sessions.noteRefusedLogin({ subject, reason: 'x', from: '10.0.0.6' });
  };
  refuse(100, null);
  refuse(1, 'eve');
  await expect.poll(count).toBe(31);
  laterMs = MINUTE_MS;
  refuse(100, null);
  refuse(1, 'eve');
  await expect.poll(count).toBe(62);
});
