/** A server that was restored from an older copy learns the newer wish from the agent, and loses nothing that was set since. */
import type { Hold } from '@sluice/contract';
import { expect, test } from 'vitest';
import { hello, LivingNode, UNASKED } from '../node-fixture.ts';

/** A node whose agent left at generation 1, with the hold `operator` on it. */
function restored(): LivingNode {
  const living = LivingNode.registered();
  living.drain();
  living.must({ kind: 'RecordDisconnect', sessionId: 's1', goodbye: false, why: 'the server was restarted' });
  return living;
}

function hold(name: string): Hold {
  return {
    name,
    owner: 'bob',
    reason: null,
    placedAt: 1,
    expiresAt: null,
    operationId: null,
    deadlineAt: null,
    onDeadline: 'hold',
    deadlineReachedAt: null,
    expiryDeferredBecause: null,
  };
}

/** The agent comes back with what it was told by the server that is no more. */
function comesBack(living: LivingNode, generation: number, names: readonly string[]): void {
  living.must({
    kind: 'RegisterNode',
    credentials: UNASKED,
    hello: hello({
      availability: { generation, availability: names.length === 0 ? 'active' : 'drain', holds: names.map(hold) },
    }),
    sessionId: 's2',
    remoteIp: '10.0.0.1',
  });
}

function held(living: LivingNode): readonly string[] {
  return living.node.holds.map(({ name }) => name).sort();
}

test('an agent that knows what this server told it changes nothing', () => {
  const living = restored();
  comesBack(living, 1, ['operator']);
  expect(living.eventKinds).not.toContain('AvailabilityRecovered');
});

test('the agent’s newer holds are taken over', () => {
  const living = restored();
  comesBack(living, 7, ['operator', 'rollout/1']);
  expect(held(living)).toEqual(['operator', 'rollout/1']);
  expect(living.node.generation).toBe(7);
});

test('a newer wish to be active is taken over too', () => {
  const living = restored();
  comesBack(living, 2, []);
  expect(held(living)).toEqual([]);
  expect(living.node.wished).toBe('active');
});

test.each([3, 2, 9])(
  'what is placed while the agent is away stays, also when the agent is at generation %i',
  (generation) => {
    const living = restored();
    living.drain({ hold: 'maintenance' });
    comesBack(living, generation, ['rollout/1']);
    expect(held(living)).toEqual(['maintenance', 'rollout/1']);
    expect(living.node.generation).toBeGreaterThan(generation);
  },
);

test('what is released while the agent is away stays released, though the agent still has it', () => {
  const living = restored();
  living.undrain('operator');
  comesBack(living, 5, ['operator', 'rollout/1']);
  expect(held(living)).toEqual(['rollout/1']);
});

test('what time alone released comes back with the agent that has it renewed', () => {
  const living = LivingNode.registered();
  living.drain({ timeoutMs: 1000, onDeadline: 'cancel' });
  living.must({ kind: 'RecordDisconnect', sessionId: 's1', goodbye: false, why: 'the server was restarted' });
  living.pass(1000);
  expect(held(living)).toEqual([]);
  comesBack(living, 6, ['operator']);
  expect(held(living)).toEqual(['operator']);
});
