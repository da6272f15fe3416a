/** Cancelling and confirming operations: what has not begun never is, and what has ended stays as it ended. */
import { describe, expect, test } from 'vitest';
import { LivingNode } from '../node-fixture.ts';
import { underWay } from '../under-way.ts';
import { actOnNode } from './operation.ts';

function cancel(living: LivingNode, operationId: string, reason: string | null = null) {
  return living.tell({ kind: 'CancelOperation', operationId, reason });
}

function run(living: LivingNode, name = 'reload'): string {
  const command = { kind: 'RunDeclaredCommand', name, params: {}, force: false, reason: null } as const;
  return living.must(command)?.id ?? '';
}

function stops(living: LivingNode): readonly string[] {
  return underWay(living.node).forAgent.flatMap((effect) =>
    effect.kind === 'StopOperation' ? [effect.operationId] : [],
  );
}

describe('cancelling', () => {
  test('a drain is given up: its hold goes, and the node comes back', () => {
    const living = LivingNode.registered();
    const drain = living.drain();
    expect(cancel(living, drain.id, 'wrong node').operation).toMatchObject({
      status: 'cancelled',
      error: { code: 'cancelled', message: expect.stringContaining('wrong node') },
    });
    expect(living.node.holds).toEqual([]);
    expect(living.node.wished).toBe('active');
  });

  test('only its own hold goes', () => {
    const living = LivingNode.registered();
    const drain = living.drain();
    living.drain({ hold: 'rollout/1' });
    cancel(living, drain.id);
    expect(living.node.holds.map(({ name }) => name)).toEqual(['rollout/1']);
    expect(living.node.wished).toBe('drain');
  });

  test('an act that waits is never performed, and what it drained for comes back', () => {
    const living = LivingNode.registered();
    const restart = living.restart({ drainFirst: { timeoutMs: null, onDeadline: 'force' } });
    expect(living.node.wished).toBe('drain');
    expect(cancel(living, restart.id).operation?.status).toBe('cancelled');
    expect(living.node.wished).toBe('active');
    expect(actOnNode(living.node)).toBeNull();
  });

  test('an act that runs is stopped by its agent, whose word is the end of it', () => {
    const living = LivingNode.registered();
    const id = run(living);
    living.update(id, { sequence: 1, status: 'accepted' });
    expect(cancel(living, id).operation).toMatchObject({ status: 'running', cancelRequested: { by: 'alice' } });
    expect(stops(living)).toEqual([id]);
    const revision = living.node.revision;
    cancel(living, id);
    expect(living.node.revision).toBe(revision);
    living.update(id, { sequence: 2, status: 'cancelled' });
    expect(living.operation(id).status).toBe('cancelled');
    expect(stops(living)).toEqual([]);
  });

  test('what has ended stays as it ended; cancelling once more says the same', () => {
    const living = LivingNode.registered();
    const undrain = living.undrain();
    expect(cancel(living, undrain.id).refusal).toBe('operation-ended');
    const drain = living.drain();
    cancel(living, drain.id);
    expect(cancel(living, drain.id)).toMatchObject({ refusal: null, operation: { status: 'cancelled' } });
  });

  test('an undrain has released its holds already', () => {
    const living = LivingNode.registered();
    living.drain();
    expect(cancel(living, living.undrain().id).refusal).toBe('operation-not-cancellable');
  });
});

describe('confirming', () => {
  const silence = { kind: 'RequireConfirmation', because: '12 of 30 nodes fell silent' } as const;

  test('an act that waits is not delivered before somebody says that it is still wanted', () => {
    const living = LivingNode.registered();
    const id = run(living);
    living.must(silence);
    expect(actOnNode(living.node)).toBeNull();
    expect(living.operation(id).confirmationNeeded).toContain('12 of 30');
    living.must({ kind: 'ConfirmOperation', operationId: id });
    expect(actOnNode(living.node)?.id).toBe(id);
  });

  test('an act that was asked for later goes ahead', () => {
    const living = LivingNode.registered();
    run(living);
    living.must(silence);
    const later = run(living);
    expect(actOnNode(living.node)?.id).toBe(later);
  });

  test('who asks for the same restart again confirms it', () => {
    const living = LivingNode.registered();
    const restart = living.restart();
    living.must(silence);
    expect(living.restart().id).toBe(restart.id);
    expect(actOnNode(living.node)?.id).toBe(restart.id);
  });

  test('what nobody confirms expires, and says why', () => {
    const living = LivingNode.registered();
    const id = run(living);
    living.must(silence);
    living.pass(600_000);
    expect(living.operation(id)).toMatchObject({
      status: 'expired',
      error: { message: expect.stringContaining('12 of 30') },
    });
  });

  test('an act that runs is its agent’s already', () => {
    const living = LivingNode.registered();
    const id = run(living);
    living.update(id, { sequence: 1, status: 'accepted' });
    living.must(silence);
    expect(living.operation(id).confirmationNeeded).toBeNull();
  });
});

describe('an act that was taken when its turn had passed', () => {
  test('is not permitted while another runs, and is sent anew at its turn', () => {
    const living = LivingNode.registered();
    const first = run(living, 'wipe');
    living.drain();
    const second = run(living);
    living.update(second, { sequence: 1, status: 'accepted' });
    living.update(first, { sequence: 1, status: 'accepted' });
    expect(living.operation(first).status).toBe('queued');
    living.update(second, { sequence: 2, status: 'succeeded' });
    living.undrain();
    expect(actOnNode(living.node)?.id).toBe(first);
  });

  test('is not permitted while a drain has begun', () => {
    const living = LivingNode.registered();
    const restart = living.restart();
    living.drain();
    living.update(restart.id, { sequence: 1, status: 'accepted' });
    expect(living.operation(restart.id).status).toBe('queued');
  });
});

describe('a clock that was set', () => {
  test.each([3_600_000, -3_600_000])('by %i ms takes every time to come along', (byMs) => {
    const living = LivingNode.registered();
    const drain = living.drain({ timeoutMs: 20_000, onDeadline: 'cancel' });
    const id = run(living, 'wipe');
    const { wakeAt } = underWay(living.node);
    living.must({ kind: 'ShiftTimes', byMs });
    living.now += byMs;
    expect(underWay(living.node).wakeAt).toBe((wakeAt ?? 0) + byMs);
    living.pass(19_999);
    expect(living.operation(drain.id).status).toBe('running');
    living.pass(1);
    expect(living.operation(drain.id).status).toBe('failed');
    expect(living.operation(id).status).toBe('queued');
    living.pass(600_000);
    expect(living.operation(id).status).toBe('expired');
  });
});
