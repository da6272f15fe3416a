/** The rules of draining and undraining, one test a rule, through the core's doors. */
import { describe, expect, test } from 'vitest';
import { DRAIN, hello, LivingNode, UNASKED } from '../node-fixture.ts';
import { forceAt } from '../node/node.ts';
import { statusOf } from '../node/status.ts';

describe('drain', () => {
  test('places the hold, runs at once, and is drained only with evidence', () => {
    const living = LivingNode.registered();
    const drain = living.drain({ reason: 'kernel update' });
    expect(drain.status).toBe('running');
    expect(statusOf(living.node)).toBe('draining');
    expect(living.node.holds).toMatchObject([{ name: 'operator', owner: 'alice', reason: 'kernel update' }]);
    living.report(2);
    expect(statusOf(living.node)).toBe('draining');
    living.report(0);
    expect(statusOf(living.node)).toBe('drained');
    expect(living.operation(drain.id)).toMatchObject({
      status: 'succeeded',
      result: { forced: false, evidence: { kind: 'counted' } },
    });
  });

  test('again under the same hold is the running operation with the new deadline, longer or shorter or none', () => {
    const living = LivingNode.registered();
    const first = living.drain({ timeoutMs: 60_000 });
    expect(living.drain({ timeoutMs: 5000 })).toMatchObject({ id: first.id, deadlineAt: living.now + 5000 });
    expect(forceAt(living.node)).toBe(living.now + 5000);
    expect(living.drain({ timeoutMs: null })).toMatchObject({ id: first.id, deadlineAt: null });
    expect(forceAt(living.node)).toBeNull();
  });

  test('without a timeout takes the configured default', () => {
    const living = LivingNode.registered();
    const { operation } = living.tell(DRAIN, { defaultDrainTimeoutMs: 9000 });
    expect(operation?.deadlineAt).toBe(living.now + 9000);
  });

  test('of a drained node succeeds at once', () => {
    const living = LivingNode.registered();
    living.drain();
    living.report(0);
    expect(living.drain({ hold: 'second' })).toMatchObject({ status: 'succeeded' });
    expect(living.node.holds).toHaveLength(2);
  });

  test('a late report of an older wish marks nothing', () => {
    const living = LivingNode.registered();
    living.drain();
    const { generation } = living.node;
    living.undrain();
    living.drain();
    living.report(0, true, generation);
    expect(statusOf(living.node)).toBe('draining');
  });

  test('a report of a newer generation than was ever wished marks nothing', () => {
    const living = LivingNode.registered();
    living.drain();
    living.report(0, true, living.node.generation + 1);
    expect(statusOf(living.node)).toBe('draining');
  });

  test('a proof of emptiness that counts sessions proves nothing', () => {
    const living = LivingNode.registered();
    living.drain();
    living.report(4, true);
    expect(statusOf(living.node)).toBe('draining');
  });

  test('sessions that come back make a drained node draining again, and no deadline ends them', () => {
    const living = LivingNode.registered();
    living.drain({ timeoutMs: 5000 });
    living.report(0);
    living.report(2);
    expect(statusOf(living.node)).toBe('draining');
    expect(forceAt(living.node)).toBeNull();
  });
});

describe('deadline', () => {
  test('force: the operation ends when the agent says what it ended', () => {
    const living = LivingNode.registered();
    const drain = living.drain({ timeoutMs: 2000 });
    living.report(3);
    living.pass(2000);
    expect(living.operation(drain.id).status).toBe('running');
    expect(living.node.holds[0]?.deadlineReachedAt).toBe(living.now);
    living.must({
      kind: 'RecordAvailability',
      report: {
        kind: 'availability.report',
        generation: living.node.generation,
        availability: 'drain',
        reached: true,
        phase: 'drained',
        sessionsAtStart: 3,
        sessionsRemaining: 0,
        blockers: [],
        problem: null,
        evidence: { kind: 'forced', forcedAt: living.now, sessionsEnded: 3 },
      },
    });
    expect(living.operation(drain.id)).toMatchObject({
      status: 'succeeded',
      result: { forced: true, sessionsEnded: 3 },
    });
    expect(statusOf(living.node)).toBe('drained');
  });

  test('force: a vanished agent cannot stall it; the hold stays and the outcome is said to be unknown', () => {
    const living = LivingNode.registered();
    const drain = living.drain({ timeoutMs: 2000 });
    living.must({ kind: 'RecordDisconnect', sessionId: 's1', goodbye: false, why: 'the connection was lost' });
    living.pass(2000);
    living.pass(60_000);
    expect(living.operation(drain.id)).toMatchObject({
      status: 'failed',
      error: { code: 'force-unconfirmed', outcome: 'unknown' },
    });
    expect(living.node.holds).toHaveLength(1);
  });

  test('cancel: releases the hold, fails the operation and puts the node back', () => {
    const living = LivingNode.registered();
    const drain = living.drain({ timeoutMs: 2000, onDeadline: 'cancel' });
    expect(forceAt(living.node)).toBeNull();
    living.report(3);
    living.pass(2000);
    expect(living.operation(drain.id)).toMatchObject({ status: 'failed', error: { code: 'deadline-reached' } });
    expect(statusOf(living.node)).toBe('active');
  });

  test('hold: fails the operation and goes on draining', () => {
    const living = LivingNode.registered();
    const drain = living.drain({ timeoutMs: 2000, onDeadline: 'hold' });
    living.report(3);
    living.pass(2000);
    expect(living.operation(drain.id)).toMatchObject({ status: 'failed', error: { code: 'deadline-reached' } });
    expect(statusOf(living.node)).toBe('draining');
    living.report(0);
    expect(statusOf(living.node)).toBe('drained');
  });

  test('each hold keeps its own: the deadline of one does not end the drain of another', () => {
    const living = LivingNode.registered();
    const patient = living.drain({ hold: 'a', timeoutMs: 600_000 });
    const hasty = living.drain({ hold: 'b', timeoutMs: 2000, onDeadline: 'cancel' });
    living.pass(2000);
    expect(living.operation(hasty.id).status).toBe('failed');
    expect(living.operation(patient.id).status).toBe('running');
    expect(living.node.holds.map(({ name }) => name)).toEqual(['a']);
  });
});

describe('undrain', () => {
  test('cancels a running drain at once, naming itself, and succeeds when the agent confirms', () => {
    const living = LivingNode.registered();
    const drain = living.drain();
    const undrain = living.undrain();
    expect(living.operation(drain.id)).toMatchObject({ status: 'cancelled', error: { code: 'undrained' } });
    expect(living.operation(drain.id).error?.message).toContain(undrain.id);
    expect(undrain.status).toBe('running');
    living.must({
      kind: 'RecordAvailability',
      report: {
        kind: 'availability.report',
        generation: living.node.generation,
        availability: 'active',
        reached: true,
        phase: null,
        sessionsAtStart: null,
        sessionsRemaining: null,
        blockers: [],
        problem: null,
        evidence: null,
      },
    });
    expect(living.operation(undrain.id)).toMatchObject({
      status: 'succeeded',
      result: { released: ['operator'], remainingHolds: [] },
    });
  });

  test('of an active node succeeds at once', () => {
    expect(LivingNode.registered().undrain()).toMatchObject({ status: 'succeeded', result: { released: [] } });
  });

  test('never releases another’s hold, and names those that remain', () => {
    const living = LivingNode.registered();
    living.drain();
    living.drain({ hold: 'rollout/7', reason: 'new build' });
    expect(living.undrain()).toMatchObject({
      status: 'succeeded',
      result: { released: ['operator'], remainingHolds: [{ name: 'rollout/7', owner: 'alice', reason: 'new build' }] },
    });
    expect(statusOf(living.node)).toBe('draining');
    living.undrain(null);
    expect(living.node.holds).toEqual([]);
  });

  test('of a node whose agent is away succeeds at once and says when it takes effect', () => {
    const living = LivingNode.registered();
    living.drain();
    living.must({ kind: 'RecordDisconnect', sessionId: 's1', goodbye: true, why: 'stopped' });
    const undrain = living.undrain();
    expect(undrain.status).toBe('succeeded');
    expect(undrain.result?.note).toContain('when its agent connects');
  });

  test('is replaced by a newer drain: the newest wish rules', () => {
    const living = LivingNode.registered();
    living.drain();
    const undrain = living.undrain();
    living.drain();
    expect(living.operation(undrain.id)).toMatchObject({ status: 'cancelled', error: { code: 'superseded' } });
  });

  test('that the agent never confirms fails with what hinders it', () => {
    const living = LivingNode.registered();
    living.drain();
    const undrain = living.undrain();
    living.pass(60_000);
    expect(living.operation(undrain.id)).toMatchObject({ status: 'failed', error: { code: 'not-confirmed' } });
    expect(living.node.holds).toEqual([]);
  });
});

describe('a hold that expires', () => {
  test('releases itself when the node is healthy', () => {
    const living = LivingNode.registered();
    const drain = living.drain({ expiresInMs: 5000 });
    living.pass(5000);
    expect(living.node.holds).toEqual([]);
    expect(living.operation(drain.id)).toMatchObject({ status: 'cancelled', error: { code: 'hold-expired' } });
  });

  test('stays and says why when it is not', () => {
    const living = LivingNode.registered();
    living.drain({ expiresInMs: 5000 });
    living.must({
      kind: 'RecordWorkload',
      workload: { ...living.node.workload, healthy: false, problem: 'answers 503' },
    });
    living.pass(5000);
    expect(living.node.holds[0]?.expiryDeferredBecause).toContain('answers 503');
    living.pass(1_000_000);
    expect(living.node.holds).toHaveLength(1);
  });
});

test('a restored server that believed the node drained asks anew: its proof is of an older life', () => {
  const restored = LivingNode.registered();
  restored.drain();
  restored.report(0);
  expect(statusOf(restored.node)).toBe('drained');
  const { holds } = restored.node;
  restored.must({
    kind: 'RegisterNode',
    credentials: UNASKED,
    hello: hello({ availability: { generation: 9, availability: 'drain', holds: [...holds] } }),
    sessionId: 's2',
    remoteIp: '10.0.0.1',
  });
  expect(statusOf(restored.node)).toBe('draining');
});

test('a restored server takes over the newer wish that the agent holds', () => {
  const before = LivingNode.registered();
  before.drain({ hold: 'rollout/7' });
  const { holds, generation } = before.node;
  const restored = LivingNode.registered({ availability: { generation, availability: 'drain', holds: [...holds] } });
  expect(restored.eventKinds).toContain('AvailabilityRecovered');
  expect(restored.node.holds).toEqual(holds);
  expect(statusOf(restored.node)).toBe('draining');
});
