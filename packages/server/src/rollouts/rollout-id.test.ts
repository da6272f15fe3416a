/** The same request starts no second rollout while its key is remembered, and another one after that. */
import { decideRollout, normaliseSpec, type RolloutState } from '@sluice/core';
import { describe, expect, test } from 'vitest';
import { ANSWERED_FOR_MS } from '../fleet/execution.ts';
import { findStarted, newRolloutId } from './rollout-id.ts';

const NIGHTLY = { key: 'tok_a nightly', fingerprint: 'f' };
const NOON = ANSWERED_FOR_MS * 20_000 + ANSWERED_FOR_MS / 2;

const started = new Map<string, RolloutState>();

/** As the server does it. @returns The id of the rollout that the request is answered with. */
async function ask(once: typeof NIGHTLY | null, now: number): Promise<string> {
  const { id, known } = await findStarted(
    newRolloutId(once),
    (each) => Promise.resolve(started.get(each) ?? null),
    now,
  );
  expect(started.has(id)).toBe(known !== null);
  if (known === null) started.set(id, rolloutOf(id, now));
  return id;
}

function rolloutOf(id: string, createdAt: number): RolloutState {
  const spec = normaliseSpec({ all: true, command: { kind: 'restart' } }, { drainTimeoutMs: null });
  if (!spec.ok) throw new Error(spec.problem.detail);
  const start = { kind: 'StartRollout', id, spec: spec.value, nodeIds: ['a'] } as const;
  const decided = decideRollout(null, start, { now: createdAt, by: 'alice', othersUnended: 0, unendedMax: 1 });
  if (!decided.ok) throw new Error('it did not start');
  return decided.value.state;
}

describe('the same key', () => {
  test('is answered with its rollout for 24 hours, and starts another one after that, again and again', async () => {
    started.clear();
    const first = await ask(NIGHTLY, NOON);
    for (const later of [1, ANSWERED_FOR_MS / 2 - 1, ANSWERED_FOR_MS / 2, ANSWERED_FOR_MS])
      expect(await ask(NIGHTLY, NOON + later)).toBe(first);
    const second = await ask(NIGHTLY, NOON + ANSWERED_FOR_MS + 1);
    expect(second).not.toBe(first);
    for (const later of [2, ANSWERED_FOR_MS / 2, ANSWERED_FOR_MS + 1])
      expect(await ask(NIGHTLY, NOON + ANSWERED_FOR_MS + later)).toBe(second);
    const third = await ask(NIGHTLY, NOON + 3 * ANSWERED_FOR_MS);
    expect(new Set([first, second, third]).size).toBe(3);
  });

  test('of another token, and no key at all, start a rollout of their own', async () => {
    started.clear();
    const ids = [
      await ask(NIGHTLY, NOON),
      await ask({ ...NIGHTLY, key: 'tok_b nightly' }, NOON),
      await ask(null, NOON),
      await ask(null, NOON),
    ];
    expect(new Set(ids).size).toBe(4);
  });
});
