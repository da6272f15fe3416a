/** The rules of acts: restarts and declared commands, one test a rule, through the core's doors. */
import { describe, expect, test } from 'vitest';
import { HEALTHY, LivingNode } from '../node-fixture.ts';
import { statusOf } from '../node/status.ts';
import { actOnNode, DELIVER_WITHIN_MS } from '../operation/operation.ts';
import { underWay } from '../under-way.ts';

describe('restart', () => {
  test('is queued, runs when the agent has taken it, and succeeds only when the incarnation grew', () => {
    const living = LivingNode.registered();
    const restart = living.restart();
    expect(restart.status).toBe('queued');
    expect(living.update(restart.id, { sequence: 1 })).toBe('perform');
    expect(statusOf(living.node)).toBe('restarting');
    living.update(restart.id, { sequence: 2, status: 'succeeded', result: { oldIncarnation: 1, newIncarnation: 2 } });
    expect(living.operation(restart.id)).toMatchObject({ status: 'succeeded', result: { newIncarnation: 2 } });
  });

  test('that claims success without a new incarnation has failed', () => {
    const living = LivingNode.registered();
    const restart = living.restart();
    living.update(restart.id, { sequence: 1, status: 'succeeded', result: { oldIncarnation: 1, newIncarnation: 1 } });
    expect(living.operation(restart.id)).toMatchObject({ status: 'failed', error: { code: 'no-evidence' } });
  });

  test('a second one while one is queued or running is that one', () => {
    const living = LivingNode.registered();
    const restart = living.restart();
    expect(living.restart().id).toBe(restart.id);
    living.update(restart.id, { sequence: 1 });
    expect(living.restart().id).toBe(restart.id);
  });

  test('not delivered in time expires, and an agent that has it still must not perform it', () => {
    const living = LivingNode.registered();
    living.must({ kind: 'RecordDisconnect', sessionId: 's1', goodbye: false, why: 'lost' });
    const restart = living.restart();
    living.pass(DELIVER_WITHIN_MS);
    expect(living.operation(restart.id)).toMatchObject({ status: 'expired', startedAt: null });
    expect(living.update(restart.id, { sequence: 1 })).toBe('stop');
    expect(living.operation(restart.id).status).toBe('expired');
  });

  test('that the agent never finishes fails at its deadline with an unknown outcome, and is stopped there', () => {
    const living = LivingNode.registered();
    const restart = living.restart({ executeWithinMs: 20_000 });
    living.update(restart.id, { sequence: 1 });
    living.pass(20_000);
    expect(living.operation(restart.id).status).toBe('running');
    living.pass(15_000);
    expect(living.operation(restart.id)).toMatchObject({
      status: 'failed',
      error: { code: 'timed-out', outcome: 'unknown' },
    });
    expect(underWay(living.node).forAgent).toContainEqual(
      expect.objectContaining({ kind: 'StopOperation', operationId: restart.id }),
    );
  });

  test('terminal states never change, and older updates change nothing', () => {
    const living = LivingNode.registered();
    const restart = living.restart();
    living.update(restart.id, { sequence: 5, phase: 'stopping' });
    living.update(restart.id, { sequence: 4, phase: 'older' });
    expect(living.operation(restart.id).phase).toBe('stopping');
    living.update(restart.id, {
      sequence: 6,
      status: 'failed',
      error: { code: 'x', message: 'y' },
      output: 'last words',
    });
    living.update(restart.id, { sequence: 7, status: 'succeeded', result: { newIncarnation: 9 } });
    expect(living.operation(restart.id)).toMatchObject({ status: 'failed', output: 'last words' });
  });

  test('is refused while the workload holds a lock, unless forced; an expired lock does not count', () => {
    const lock = { reason: 'finals are played', since: 0, expiresAt: 2_000_000 };
    const living = LivingNode.registered({ workload: { ...HEALTHY, locks: [lock] } });
    const command = {
      kind: 'RestartWorkload',
      graceMs: null,
      executeWithinMs: null,
      drainFirst: null,
      reason: null,
    } as const;
    expect(living.tell({ ...command, force: false }).refusal).toBe('workload-locked');
    expect(living.tell({ ...command, force: true }).operation?.status).toBe('queued');
    const later = LivingNode.registered({ workload: { ...HEALTHY, locks: [{ ...lock, expiresAt: 5 }] } });
    expect(later.restart().status).toBe('queued');
  });

  test('waits for a running drain unless forced; commands that do not disrupt go ahead', () => {
    const living = LivingNode.registered();
    living.drain();
    const restart = living.restart();
    expect(actOnNode(living.node)).toBeNull();
    const { operation } = living.tell({
      kind: 'RunDeclaredCommand',
      name: 'reload',
      params: {},
      force: false,
      reason: null,
    });
    expect(actOnNode(living.node)?.id).toBe(operation?.id);
    living.update(operation?.id ?? '', { sequence: 1, status: 'succeeded', result: { exitCode: 0 } });
    living.report(0);
    expect(actOnNode(living.node)?.id).toBe(restart.id);

    const hasty = LivingNode.registered();
    hasty.drain();
    expect(actOnNode(hasty.node)).toBeNull();
    const forced = hasty.restart({ force: true });
    expect(actOnNode(hasty.node)?.id).toBe(forced.id);
  });

  test('availability is unchanged by it', () => {
    const living = LivingNode.registered();
    living.drain();
    living.report(0);
    const restart = living.restart();
    living.update(restart.id, { sequence: 2, status: 'succeeded', result: { newIncarnation: 2 } });
    expect(statusOf(living.node)).toBe('drained');
  });
});

describe('drainFirst', () => {
  const drainFirst = { timeoutMs: null, onDeadline: 'force' } as const;

  test('drains under its own hold, restarts when drained, and goes back when it ended', () => {
    const living = LivingNode.registered();
    const restart = living.restart({ drainFirst });
    expect(living.node.holds).toMatchObject([{ name: `restart/${restart.id}` }]);
    expect(actOnNode(living.node)).toBeNull();
    living.pass(DELIVER_WITHIN_MS * 2);
    expect(living.operation(restart.id).status).toBe('queued');
    living.report(0);
    expect(actOnNode(living.node)?.id).toBe(restart.id);
    living.update(restart.id, { sequence: 1 });
    living.update(restart.id, { sequence: 2, status: 'succeeded', result: { newIncarnation: 2 } });
    expect(living.node.holds).toEqual([]);
    expect(statusOf(living.node)).toBe('active');
  });

  test('whose drain reaches its deadline with cancel or hold is not performed, and leaves no hold behind', () => {
    for (const onDeadline of ['cancel', 'hold'] as const) {
      const living = LivingNode.registered();
      const restart = living.restart({ drainFirst: { timeoutMs: 2000, onDeadline } });
      living.report(2);
      living.pass(2000);
      expect(living.operation(restart.id)).toMatchObject({
        status: 'cancelled',
        startedAt: null,
        error: { code: 'deadline-reached' },
      });
      expect(living.node.holds).toEqual([]);
    }
  });

  test('undraining everything cancels it before it began', () => {
    const living = LivingNode.registered();
    const restart = living.restart({ drainFirst });
    living.undrain(null);
    expect(living.operation(restart.id)).toMatchObject({ status: 'cancelled' });
  });
});

describe('declared commands', () => {
  test('one that the agent does not declare is refused', () => {
    const living = LivingNode.registered();
    expect(
      living.tell({ kind: 'RunDeclaredCommand', name: 'rm', params: {}, force: false, reason: null }).refusal,
    ).toBe('command-not-found');
  });

  test('acts run one at a time, first in, first out', () => {
    const living = LivingNode.registered();
    const first = living.must({ kind: 'RunDeclaredCommand', name: 'reload', params: {}, force: false, reason: null });
    const second = living.restart();
    expect(actOnNode(living.node)?.id).toBe(first?.id);
    living.update(first?.id ?? '', { sequence: 1 });
    expect(actOnNode(living.node)?.id).toBe(first?.id);
    living.update(first?.id ?? '', {
      sequence: 2,
      status: 'failed',
      error: { code: 'exit-1', message: 'exit code 1' },
    });
    expect(actOnNode(living.node)?.id).toBe(second.id);
  });
});
