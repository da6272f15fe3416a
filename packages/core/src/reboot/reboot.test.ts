/** The rules of reboots as the server keeps them, one test a rule, through the core's doors. */
import { describe, expect, test } from 'vitest';
import { HEALTHY, hello, LivingNode, UNASKED } from '../node-fixture.ts';
import { statusOf } from '../node/status.ts';
import { whyIsNode } from '../node/why.ts';
import { actOnNode, DELIVER_WITHIN_MS } from '../operation/operation.ts';
import { underWay } from '../under-way.ts';

const drainFirst = { timeoutMs: null, onDeadline: 'force' } as const;
const asked = { kind: 'RebootMachine', drainFirst: null, undrainAfter: true, force: false, reason: null } as const;
const booted = { sequence: 2, status: 'succeeded', result: { oldBootId: 'boot-1', newBootId: 'boot-2' } } as const;

/** A node whose agent does not allow it. */
function closed(): LivingNode {
  const { reboot: _, ...rest } = hello();
  const living = new LivingNode();
  living.must({ kind: 'RegisterNode', hello: rest, sessionId: 's1', remoteIp: '10.0.0.1', credentials: UNASKED });
  return living;
}

function leaves(living: LivingNode): void {
  living.must({ kind: 'RecordDisconnect', sessionId: 's1', goodbye: false, why: 'the connection was lost' });
  living.must({ kind: 'ExpireLease', afterSession: 's1', lastHeardAt: null });
}

function returns(living: LivingNode, bootId = 'boot-2'): void {
  living.must({
    kind: 'RegisterNode',
    hello: hello({ reboot: { bootId, withinMs: 600_000 } }),
    sessionId: 's2',
    remoteIp: '10.0.0.1',
    credentials: UNASKED,
  });
}

describe('reboot', () => {
  test('is refused where the agent does not allow it', () => {
    const living = closed();
    expect(living.tell(asked)).toMatchObject({ refusal: 'reboot-not-allowed' });
    expect(living.node.operations).toEqual([]);
  });

  test('that was allowed and is not any more is refused', () => {
    const living = LivingNode.registered();
    const { reboot: _, ...rest } = hello();
    living.must({ kind: 'RegisterNode', hello: rest, sessionId: 's2', remoteIp: '10.0.0.1', credentials: UNASKED });
    expect(living.tell(asked)).toMatchObject({ refusal: 'reboot-not-allowed' });
  });

  test('that waits is not asked of an agent that does not allow it any more; one that runs is that agent’s to end', () => {
    const waiting = LivingNode.registered();
    const { id } = waiting.reboot({ drainFirst });
    const running = LivingNode.registered();
    const begun = running.reboot();
    running.update(begun.id, { sequence: 1 });
    const { reboot: _, ...rest } = hello();
    for (const living of [waiting, running]) {
      leaves(living);
      living.must({ kind: 'RegisterNode', hello: rest, sessionId: 's2', remoteIp: '10.0.0.1', credentials: UNASKED });
    }
    expect(waiting.operation(id)).toMatchObject({ status: 'cancelled', error: { code: 'reboot-not-allowed' } });
    expect(waiting.node.holds).toEqual([]);
    expect(running.operation(begun.id).status).toBe('running');
  });

  test('runs while its machine is away, and succeeds only in another boot', () => {
    const living = LivingNode.registered();
    const reboot = living.reboot();
    expect(reboot).toMatchObject({ status: 'queued', command: 'reboot', task: { expectedBootId: 'boot-1' } });
    expect(living.update(reboot.id, { sequence: 1 })).toBe('perform');
    expect(statusOf(living.node)).toBe('restarting');
    leaves(living);
    expect(statusOf(living.node)).toBe('offline');
    living.pass(600_000);
    expect(living.operation(reboot.id).status).toBe('running');
    returns(living);
    expect(statusOf(living.node)).toBe('restarting');
    living.update(reboot.id, booted);
    expect(living.operation(reboot.id)).toMatchObject({ status: 'succeeded', result: { newBootId: 'boot-2' } });
    expect(statusOf(living.node)).toBe('active');
  });

  test('that claims success in the same boot has failed', () => {
    const living = LivingNode.registered();
    for (const newBootId of ['boot-1', undefined]) {
      const reboot = living.reboot();
      const result = newBootId === undefined ? { oldBootId: 'boot-1' } : { newBootId };
      living.update(reboot.id, { sequence: 1, status: 'succeeded', result });
      expect(living.operation(reboot.id)).toMatchObject({ status: 'failed', error: { code: 'no-evidence' } });
    }
  });

  test('whose machine never comes back fails when its time, and that of its workload’s health, is over', () => {
    const living = LivingNode.registered();
    const reboot = living.reboot();
    living.update(reboot.id, { sequence: 1 });
    leaves(living);
    living.pass(600_000 + HEALTHY.healthyWithinMs + 60_000);
    expect(living.operation(reboot.id).status).toBe('running');
    living.pass(15_000);
    expect(living.operation(reboot.id)).toMatchObject({
      status: 'failed',
      error: { code: 'timed-out', outcome: 'unknown', message: expect.stringContaining('has not come back in time') },
    });
  });

  test('a second one while one is queued or running is that one', () => {
    const living = LivingNode.registered();
    const reboot = living.reboot();
    expect(living.reboot().id).toBe(reboot.id);
    living.update(reboot.id, { sequence: 1 });
    leaves(living);
    expect(living.reboot().id).toBe(reboot.id);
    expect(living.restart().id).not.toBe(reboot.id);
  });

  test('is refused while the workload holds a lock, unless forced', () => {
    const lock = { reason: 'finals are played', since: 0, expiresAt: 2_000_000 };
    const living = LivingNode.registered({ workload: { ...HEALTHY, locks: [lock] } });
    expect(living.tell(asked).refusal).toBe('workload-locked');
    expect(living.tell({ ...asked, force: true }).operation?.status).toBe('queued');
  });

  test('not delivered in time expires, and is never performed', () => {
    const living = LivingNode.registered();
    leaves(living);
    const reboot = living.reboot();
    living.pass(DELIVER_WITHIN_MS);
    expect(living.operation(reboot.id)).toMatchObject({ status: 'expired', startedAt: null });
    expect(living.update(reboot.id, { sequence: 1 })).toBe('stop');
  });

  test('waits for a running drain unless forced', () => {
    const living = LivingNode.registered();
    living.drain();
    living.reboot();
    expect(actOnNode(living.node)).toBeNull();
    const hasty = LivingNode.registered();
    hasty.drain();
    expect(actOnNode(hasty.node)).toBeNull();
    const forced = hasty.reboot({ force: true });
    expect(actOnNode(hasty.node)?.id).toBe(forced.id);
  });

  test('that runs can be asked to be cancelled, and the agent says what came of that', () => {
    const living = LivingNode.registered();
    const reboot = living.reboot({ drainFirst });
    living.report(0);
    living.update(reboot.id, { sequence: 1 });
    living.must({ kind: 'CancelOperation', operationId: reboot.id, reason: null });
    expect(underWay(living.node).forAgent).toContainEqual(
      expect.objectContaining({ kind: 'StopOperation', operationId: reboot.id }),
    );
    living.update(reboot.id, { sequence: 2, status: 'cancelled', error: { code: 'cancelled', message: 'in time' } });
    expect(living.operation(reboot.id).status).toBe('cancelled');
    expect(living.node.holds).toEqual([]);
  });

  test('why says that the agent is away with its machine, and how long it has left', () => {
    const living = LivingNode.registered();
    const reboot = living.reboot();
    living.update(reboot.id, { sequence: 1, phase: 'rebooting the machine' });
    leaves(living);
    living.pass(60_000);
    const { summary, causes } = whyIsNode(living.node, null, living.now, []);
    expect(summary).toBe('n1 is offline, since its machine is being rebooted: the connection was lost.');
    expect(causes).toContainEqual(expect.objectContaining({ code: 'agent-rebooting', severity: 'info' }));
    expect(causes.find(({ code }) => code === 'agent-rebooting')?.text).toContain(reboot.id);
    returns(living);
    expect(whyIsNode(living.node, null, living.now, []).summary).toBe('The machine of n1 is being rebooted.');
  });
});

describe('drainFirst of a reboot', () => {
  test('drains under its own hold, reboots when drained, and goes back when it is healthy', () => {
    const living = LivingNode.registered();
    const reboot = living.reboot({ drainFirst, reason: 'kernel 6.12' });
    expect(living.node.holds).toMatchObject([{ name: `reboot/${reboot.id}`, reason: 'kernel 6.12' }]);
    expect(actOnNode(living.node)).toBeNull();
    living.report(0);
    expect(actOnNode(living.node)?.id).toBe(reboot.id);
    living.update(reboot.id, { sequence: 1 });
    leaves(living);
    returns(living);
    expect(living.node.holds).toHaveLength(1);
    living.update(reboot.id, booted);
    expect(living.node.holds).toEqual([]);
    expect(statusOf(living.node)).toBe('active');
  });

  test('on a node that others hold out of rotation needs no second drain, and releases no hold but its own', () => {
    const living = LivingNode.registered();
    living.drain();
    living.report(0);
    const reboot = living.reboot({ drainFirst });
    expect(actOnNode(living.node)?.id).toBe(reboot.id);
    living.update(reboot.id, { ...booted, sequence: 1 });
    expect(living.node.holds).toMatchObject([{ name: 'operator' }]);
  });

  test.each([
    { end: booted, stays: true },
    { end: { sequence: 2, status: 'failed', error: { code: 'command-failed', message: '' } }, stays: true },
    { end: { sequence: 2, status: 'cancelled', error: { code: 'cancelled', message: '' } }, stays: false },
  ] as const)('without undrainAfter, after $end.status: the hold stays: $stays', ({ end, stays }) => {
    const living = LivingNode.registered();
    const reboot = living.reboot({ drainFirst, undrainAfter: false });
    living.report(0);
    living.update(reboot.id, { sequence: 1 });
    living.update(reboot.id, end);
    expect(living.node.holds.map(({ name }) => name)).toEqual(stays ? [`reboot/${reboot.id}`] : []);
    if (end.status === 'succeeded')
      expect(living.operation(reboot.id).result?.note).toContain(`releases the hold 'reboot/${reboot.id}'`);
    living.undrain(null);
    expect(living.node.holds).toEqual([]);
  });

  test('however it failed, the hold goes with it', () => {
    const living = LivingNode.registered();
    const reboot = living.reboot({ drainFirst });
    living.report(0);
    living.update(reboot.id, { sequence: 1, status: 'failed', error: { code: 'command-failed', message: 'exit 1' } });
    expect(living.node.holds).toEqual([]);
  });

  test.each(['cancel', 'hold'] as const)(
    'whose drain reaches its deadline with %s is not performed, and leaves no hold behind',
    (onDeadline) => {
      const living = LivingNode.registered();
      const reboot = living.reboot({ drainFirst: { timeoutMs: 2000, onDeadline }, undrainAfter: false });
      living.report(2);
      living.pass(2000);
      expect(living.operation(reboot.id)).toMatchObject({ status: 'cancelled', startedAt: null });
      expect(living.node.holds).toEqual([]);
    },
  );

  test('that a deadline forces, and nobody confirms, is not performed and says so', () => {
    const living = LivingNode.registered();
    const reboot = living.reboot({ drainFirst: { timeoutMs: 2000, onDeadline: 'force' } });
    living.report(2);
    living.pass(2000);
    living.pass(60_000);
    expect(living.operation(reboot.id)).toMatchObject({
      status: 'cancelled',
      error: { code: 'force-unconfirmed', message: expect.stringContaining('the machine was not rebooted') },
    });
    expect(living.node.holds).toEqual([]);
  });

  test('undraining everything cancels it before it began', () => {
    const living = LivingNode.registered();
    const reboot = living.reboot({ drainFirst });
    living.undrain(null);
    expect(living.operation(reboot.id)).toMatchObject({ status: 'cancelled' });
  });
});
