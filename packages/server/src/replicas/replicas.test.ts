/** What a server believes of the others, and they of it, when one stood still: told by a roll that is of now. */
import pino from 'pino';
import { expect, test } from 'vitest';
import { HandClock } from '../fleet/hand-clock-under-test.ts';
import type { StoredReplica } from '../store/shared-store.ts';
import { replicaUnderTest } from './replica-under-test.ts';
import { Replicas } from './replicas.ts';

const BEAT_MS = 250;

/** A roll that is kept in memory, and what happens to a question on its way there. */
class RollUnderTest {
  readonly rows = new Map<string, StoredReplica>();
  beforeBeat: (id: string) => Promise<void> | void = () => undefined;

  lagMs(): number {
    return 0;
  }

  async enter(replica: StoredReplica): Promise<void> {
    for (const { id, name } of this.rows.values()) if (name === replica.name) this.rows.delete(id);
    this.rows.set(replica.id, replica);
  }

  async beat(replica: StoredReplica) {
    await this.beforeBeat(replica.id);
    const isKnown = this.rows.has(replica.id);
    if (isKnown) this.rows.set(replica.id, replica);
    const replicas = [...this.rows.values()].toSorted((one, other) => (one.id < other.id ? -1 : 1));
    return { isKnown, replicas, isUpToDate: true };
  }

  async strike(id: string): Promise<boolean> {
    return this.rows.delete(id);
  }
}

const other = (id: string, beat: number) => replicaUnderTest(id, beat, 'other');

async function entered(shared: RollUnderTest, clock: HandClock, givenUp: () => void = () => undefined) {
  let ids = 0;
  const entering = Replicas.enter({
    shared,
    clock,
    logger: pino({ level: 'silent' }),
    newId: () => `own-${(ids += 1)}`,
    about: () => ({ name: 'own', url: null, version: '0.1.0', startedAt: 0, sessions: 0 }),
    givenUp,
  });
  await passes(clock, BEAT_MS);
  return entering;
}

/** What is asked meanwhile is answered at once. */
async function passes(clock: HandClock, ms: number, each: () => void = () => undefined): Promise<void> {
  const until = clock.now() + ms;
  while (clock.now() < until) {
    await new Promise(setImmediate);
    each();
    clock.moveTo(Math.min(until, clock.now() + BEAT_MS / 10));
  }
  await new Promise(setImmediate);
}

test('one that was given up and is back is there to those who are told that its work is handed over', async () => {
  const [shared, clock] = [new RollUnderTest(), new HandClock()];
  const replicas = await entered(shared, clock);
  let beat = 0;
  await passes(clock, 2000, () => shared.rows.set('other-1', other('other-1', (beat += 1))));

  const told: { readonly at: number; readonly roll: readonly string[] }[] = [];
  replicas.subscribe(() => told.push({ at: clock.now(), roll: replicas.roll.map(({ id }) => id) }));
  await passes(clock, 3500);
  expect(told).toEqual([{ at: expect.any(Number), roll: ['own-1'] }]);

  // It enters again just before the work is handed over, after the last look by then.
  const handedOverAt = (told[0]?.at ?? 0) + 1000;
  await passes(clock, handedOverAt - clock.now() - BEAT_MS / 10);
  shared.rows.set('other-2', other('other-2', 1));
  await passes(clock, 2 * BEAT_MS);
  expect(told).toHaveLength(2);
  expect(told[1]?.roll).toEqual(['other-2', 'own-1']);
  await replicas.stop();
});

test('what was not told while the store was away is told when it is back', async () => {
  const [shared, clock] = [new RollUnderTest(), new HandClock()];
  const replicas = await entered(shared, clock);
  shared.rows.set('other-1', other('other-1', 1));
  await passes(clock, 2 * BEAT_MS);
  const told: number[] = [];
  replicas.subscribe(() => told.push(clock.now()));
  shared.beforeBeat = () => Promise.reject(new Error('away'));
  await passes(clock, 1500);
  expect(told).toEqual([]);
  shared.beforeBeat = () => undefined;
  await passes(clock, 2 * BEAT_MS);
  expect(told).toHaveLength(1);
  await replicas.stop();
});

test('one that was given up has its new id when that is on the roll, not before', async () => {
  const [shared, clock] = [new RollUnderTest(), new HandClock()];
  const ended: string[] = [];
  const replicas = await entered(shared, clock, () => ended.push(replicas.id));
  const seen = () => expect([...shared.rows.keys(), 'own-1']).toContain(replicas.id);
  let isAway = true;
  shared.beforeBeat = (id) => {
    seen();
    if (isAway && id !== 'own-1') throw new Error('away');
  };
  shared.rows.delete('own-1');
  await passes(clock, 2 * BEAT_MS, seen);
  expect(replicas.id).toBe('own-1');
  expect(ended).toEqual([]);
  isAway = false;
  await passes(clock, 2 * BEAT_MS, seen);
  expect([...shared.rows.keys()]).toEqual([replicas.id]);
  expect(replicas.isThere(replicas.id)).toBe(true);
  // Its agents' sessions are over in the same moment.
  expect(ended).toEqual([replicas.id]);
  expect(replicas.id).not.toBe('own-1');
  await replicas.stop();
});
