/** What is refused is recorded once, counted when it repeats itself, and never fills the store. */
import { oneServer } from '../fleet/servers.ts';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Clock } from '@sluice/core';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { waitFor } from '../../../../tests/wait-for.ts';
import { Fleet } from '../fleet/fleet.ts';
import { newOperationId } from '../fleet/operation-id.ts';
import { openSqliteStore } from '../store/sqlite/sqlite-store.ts';
import type { Store } from '../store/store.ts';
import { type Refusal, RefusalLog } from './refusal-log.ts';

/** A clock that stands still until it is moved. */
class SetClock implements Clock {
  #now = 1_800_000_000_000;
  readonly #wakes = new Set<{ readonly at: number; readonly wake: () => void }>();

  now(): number {
    return this.#now;
  }

  wakeAt(at: number, wake: () => void): () => void {
    const entry = { at, wake };
    this.#wakes.add(entry);
    return () => this.#wakes.delete(entry);
  }

  pass(ms: number): void {
    this.#now += ms;
    const due = [...this.#wakes].filter(({ at }) => at <= this.#now);
    for (const entry of due) if (this.#wakes.delete(entry)) entry.wake();
  }
}

let directory: string;
let store: Store;
let fleet: Fleet;
let clock: SetClock;
let log: RefusalLog;

beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'sluice-refusals-'));
  clock = new SetClock();
  store = await openSqliteStore(directory);
  fleet = await Fleet.open({
    servers: oneServer('server'),
    store,
    clock,
    settings: { defaultDrainTimeoutMs: null, metadataBytesMax: 65_536 },
    newOperationId,
    logger: pino({ level: 'silent' }),
  });
  log = new RefusalLog({ fleet, clock, logger: pino({ level: 'silent' }) });
});
afterEach(async () => {
  log.flush();
  await fleet.stop();
  await store.close();
  await rm(directory, { recursive: true, force: true });
});

const refusal: Refusal = {
  actor: { name: 'bob', address: '10.0.0.9', tokenId: 'tok_b' },
  route: 'drainNode',
  code: 'forbidden',
  detail: 'This needs the role operator.',
  nodeId: 'lobby-1',
};
const stranger = (address: string): Refusal => ({
  ...refusal,
  actor: { name: 'unknown', address },
  code: 'unauthenticated',
  nodeId: '',
});

/** The events by now, as their counts and the names of their actors. */
async function recorded(): Promise<readonly unknown[]> {
  const events = await store.events({ limit: 1000 });
  return events.map(({ nodeId, body }) => ({ nodeId, code: body['code'], count: body['count'] }));
}

async function expectRecorded(expected: readonly unknown[]): Promise<void> {
  await waitFor('the refusals to be recorded', async () => (await recorded()).length >= expected.length);
  expect(await recorded()).toEqual(expected);
}

test('the first is recorded at once, with who it was and what was refused', async () => {
  log.note(refusal);
  await waitFor('the refusal to be recorded', async () => (await recorded()).length === 1);
  expect(await store.events({ limit: 10 })).toMatchObject([
    {
      nodeId: 'lobby-1',
      kind: 'RequestRefused',
      body: {
        route: 'drainNode',
        code: 'forbidden',
        detail: 'This needs the role operator.',
        count: 1,
        actor: { name: 'bob', address: '10.0.0.9', tokenId: 'tok_b' },
      },
    },
  ]);
});

test('what repeats it within a minute is one event more, and the next minute begins anew', async () => {
  const first = { nodeId: 'lobby-1', code: 'forbidden', count: 1 };
  for (let count = 0; count < 1000; count += 1) log.note(refusal);
  await expectRecorded([first]);
  clock.pass(59_999);
  expect(await recorded()).toEqual([first]);
  clock.pass(1);
  await expectRecorded([first, { ...first, count: 999 }]);
  clock.pass(60_000);
  log.note(refusal);
  await expectRecorded([first, { ...first, count: 999 }, first]);
});

test('other nodes, codes, routes and tokens are other kinds', async () => {
  log.note(refusal);
  log.note({ ...refusal, nodeId: 'lobby-2' });
  log.note({ ...refusal, code: 'node-not-found' });
  log.note({ ...refusal, route: 'undrainNode' });
  log.note({ ...refusal, actor: { ...refusal.actor, tokenId: 'tok_c' } });
  await waitFor('all to be recorded', async () => (await recorded()).length === 5);
  expect(
    (await recorded()).every((one) => typeof one === 'object' && one !== null && Reflect.get(one, 'count') === 1),
  ).toBe(true);
});

test('a flood from many addresses is a few events, and does not hide what those who are known were refused', async () => {
  for (let count = 0; count < 100_000; count += 1)
    log.note(stranger(`10.${count >> 16}.${(count >> 8) & 255}.${count & 255}`));
  log.note(refusal);
  clock.pass(60_000);
  await waitFor('the flood to be summed up', async () =>
    (await recorded()).some(
      (one) => typeof one === 'object' && one !== null && Reflect.get(one, 'code') === 'many-refusals',
    ),
  );
  const events = await recorded();
  expect(events).toHaveLength(32);
  expect(events).toContainEqual({ nodeId: 'lobby-1', code: 'forbidden', count: 1 });
  expect(events.at(-1)).toEqual({ nodeId: '', code: 'many-refusals', count: 99_970 });
});

test('a detail is cut', async () => {
  log.note({ ...refusal, detail: 'x'.repeat(5000) });
  await waitFor('the refusal to be recorded', async () => (await recorded()).length === 1);
  expect(await store.events({ limit: 10 })).toMatchObject([{ body: { detail: 'x'.repeat(300) } }]);
});

test('what was only counted is recorded at the end', async () => {
  log.note(refusal);
  log.note(refusal);
  log.flush();
  await fleet.stop();
  expect(await recorded()).toMatchObject([{ count: 1 }, { count: 1 }]);
});
