/** What people may ask of a rollout, and when: one test a rule. */
import { describe, expect, test } from 'vitest';
import { PlayedFleet } from './played-fleet.ts';
import { PlayedRollout } from './played-rollout.ts';
import { decideRollout } from './decide-rollout.ts';
import { changedNodes, holdOf } from './rollout.ts';

function rolloutOf(size = 3, wish: Partial<ConstructorParameters<typeof PlayedRollout>[1]> = {}): PlayedRollout {
  const fleet = new PlayedFleet(size);
  fleet.pass(1000);
  return new PlayedRollout(fleet, { selector: 'game=chess', command: { kind: 'restart' }, healthySeconds: 1, ...wish });
}

describe('pausing', () => {
  test('nothing new begins, what is in flight finishes, and it goes on when it is resumed', () => {
    const rollout = rolloutOf();
    rollout.step();
    expect(rollout.ask({ kind: 'PauseRollout', reason: 'lunch' })).toBe(null);
    expect(rollout.state.header.pause).toMatchObject({
      because: 'operator',
      by: 'alice',
      detail: 'Paused by alice: lunch. Nothing new begins until it is resumed.',
    });
    rollout.play(30);
    expect(rollout.statuses).toBe('succeeded pending pending');
    expect(rollout.resume()).toBe(null);
    rollout.playOut();
    expect(rollout.status).toBe('succeeded');
  });

  test('what is so already changes nothing', () => {
    const rollout = rolloutOf();
    const { revision } = rollout.state.header;
    expect(rollout.resume()).toBe(null);
    expect(rollout.state.header.revision).toBe(revision);
    rollout.pause();
    rollout.ask({ kind: 'PauseRollout', reason: null }, 'bob');
    expect(rollout.state.header).toMatchObject({ revision: revision + 1, pause: { by: 'alice' } });
  });

  test('resuming a canary that waits for an approval approves it', () => {
    const rollout = rolloutOf(3, { canary: 1 });
    rollout.playOut();
    rollout.resume();
    rollout.playOut();
    expect(rollout.status).toBe('succeeded');
  });
});

describe('cancelling', () => {
  test('those that drain are given back, those that are acted upon finish, and nothing begins', () => {
    const rollout = rolloutOf(4, { maxUnavailable: 2 });
    rollout.fleet.behaviours.set('n01', { drains: false });
    rollout.fleet.behaviours.set('n02', { act: 'hangs' });
    rollout.play(3);
    expect(rollout.statuses).toBe('draining acting pending pending');
    expect(rollout.cancel()).toBe(null);
    expect(rollout.cancel()).toBe(null);
    rollout.step();
    expect(rollout.statuses).toBe('undraining acting pending pending');
    rollout.fleet.behaviours.clear();
    rollout.playOut();
    expect(rollout.statuses).toBe('skipped succeeded pending pending');
    expect(rollout.entry('n01').detail).toBe('Given back while it drained: the rollout was cancelled by alice.');
    expect(rollout.status).toBe('cancelled');
    expect([...rollout.fleet.nodes.values()].flatMap(({ holds }) => holds)).toEqual([]);
  });

  test('one that was never answered to is given back too', () => {
    const rollout = rolloutOf(1);
    rollout.losesAnswer = () => true;
    rollout.step();
    expect(rollout.fleet.node('n01').holds.map(({ name }) => name)).toEqual([holdOf('r1')]);
    rollout.cancel();
    rollout.losesAnswer = () => false;
    rollout.playOut();
    expect(rollout.fleet.statusOf('n01')).toBe('active');
  });

  test('a paused one can be cancelled; of one that has ended it is refused', () => {
    const rollout = rolloutOf(1);
    rollout.pause();
    expect(rollout.cancel()).toBe(null);
    rollout.playOut();
    expect([rollout.status, rollout.cancel()]).toEqual(['cancelled', null]);
    const done = rolloutOf(1);
    done.playOut();
    expect(done.cancel()).toBe('rollout-not-possible');
  });

  test('afterwards nothing of it begins: neither paused, resumed nor retried', () => {
    const rollout = rolloutOf(2, { drainFirst: false });
    rollout.fleet.behaviours.set('n01', { act: 'fails' });
    rollout.playOut();
    rollout.cancel();
    rollout.playOut();
    expect(rollout.status).toBe('cancelled');
    expect([rollout.pause(), rollout.resume(), rollout.approve(), rollout.retry()]).toEqual(
      Array.from({ length: 4 }, () => 'rollout-not-possible'),
    );
  });
});

describe('retrying', () => {
  test('those that failed have their turn once more, as another attempt', () => {
    const rollout = rolloutOf();
    rollout.fleet.behaviours.set('n02', { act: 'fails' });
    rollout.playOut();
    expect(rollout.statuses).toBe('succeeded failed pending');
    rollout.fleet.behaviours.clear();
    expect(rollout.retry()).toBe(null);
    expect(rollout.entry('n02')).toMatchObject({ status: 'pending', attempt: 2, operationIds: [], detail: null });
    rollout.playOut();
    expect(rollout.status).toBe('succeeded');
    expect(rollout.fleet.performed.get('n02')).toBe(2);
    expect(rollout.fleet.node('n02').holds).toEqual([]);
  });

  test('one that had ended runs again, if not too many are under way', () => {
    const rollout = rolloutOf(1);
    rollout.fleet.behaviours.set('n01', { act: 'fails' });
    rollout.playOut();
    expect(rollout.status).toBe('failed');
    expect(rollout.ask({ kind: 'RetryRollout', reason: null }, 'alice', 20)).toBe('too-many-rollouts');
    rollout.fleet.behaviours.clear();
    rollout.retry();
    expect(rollout.state.header).toMatchObject({ status: 'running', endedAt: null, error: null });
    rollout.playOut();
    expect(rollout.status).toBe('succeeded');
  });

  test('one that a person paused stays so', () => {
    const rollout = rolloutOf(2, { maxFailures: 2, drainFirst: false });
    rollout.fleet.behaviours.set('n01', { act: 'fails' });
    rollout.step();
    rollout.pause();
    rollout.play(10);
    rollout.retry();
    expect([rollout.status, rollout.statuses]).toEqual(['paused', 'pending pending']);
  });

  test('is refused where nothing has failed', () => {
    expect(rolloutOf().retry()).toBe('rollout-not-possible');
  });
});

test('an answer that comes after the node left its step changes nothing', () => {
  const rollout = rolloutOf(1);
  rollout.step();
  const { revision } = rollout.state.header;
  const answer = { kind: 'taken', operationId: 'op_late' } as const;
  rollout.ask({ kind: 'RecordAnswer', nodeId: 'n01', attempt: 1, status: 'acting', answer });
  rollout.ask({ kind: 'RecordAnswer', nodeId: 'n01', attempt: 2, status: 'draining', answer });
  rollout.ask({ kind: 'RecordAnswer', nodeId: 'n01', attempt: 1, status: 'draining', answer });
  rollout.ask({ kind: 'RecordAnswer', nodeId: 'n77', attempt: 1, status: 'draining', answer });
  expect(rollout.state.header.revision).toBe(revision);
});

test.each([
  ['store-unavailable', 'draining', null],
  ['workload-locked', 'failed', 'It is locked.'],
  ['node-not-found', 'skipped', 'It left the fleet.'],
  ['budget-exceeded', 'pending', 'It is locked.'],
] as const)('a command that is refused with %s leaves the node %s', (code, status, detail) => {
  const rollout = rolloutOf(1);
  rollout.losesAnswer = () => true;
  rollout.step();
  const problem = { code, detail: 'It is locked.' };
  rollout.ask({
    kind: 'RecordAnswer',
    nodeId: 'n01',
    attempt: 1,
    status: 'draining',
    answer: { kind: 'refused', problem },
  });
  expect(rollout.entry('n01')).toMatchObject({ status, detail });
});

test('when the clock is set, all that is to come moves along', () => {
  const rollout = rolloutOf(1, { drainFirst: false, healthySeconds: 60 });
  rollout.play(5);
  const { settleBy, healthySince } = rollout.entry('n01');
  rollout.ask({ kind: 'ShiftTimes', byMs: 3_600_000 });
  expect(rollout.entry('n01')).toMatchObject({
    settleBy: (settleBy ?? 0) + 3_600_000,
    healthySince: (healthySince ?? 0) + 3_600_000,
  });
});

test('only the nodes that changed are rows to write', () => {
  const rollout = rolloutOf(3);
  const before = rollout.state;
  expect(changedNodes(null, before)).toHaveLength(3);
  rollout.step();
  expect(changedNodes(before, rollout.state).map(({ nodeId }) => nodeId)).toEqual(['n01']);
  const paused = rollout.state;
  rollout.pause();
  expect(changedNodes(paused, rollout.state)).toEqual([]);
});

test('a fleet of rollouts has its bound', () => {
  const rollout = rolloutOf();
  const start = { kind: 'StartRollout', id: 'r2', spec: rollout.state.header.spec, nodeIds: ['n01'] } as const;
  const decided = decideRollout(null, start, { now: 0, by: 'alice', othersUnended: 20, unendedMax: 20 });
  expect(decided).toMatchObject({ ok: false, problem: { code: 'too-many-rollouts' } });
});

test('one that was started is not started again, not even when it has ended', () => {
  const rollout = rolloutOf();
  const { id, spec } = rollout.state.header;
  const start = { kind: 'StartRollout', id, spec, nodeIds: ['n01'] } as const;
  const { state } = rollout;
  expect(rollout.ask(start)).toBe(null);
  expect(rollout.state).toBe(state);
  rollout.playOut();
  const ended = rollout.state;
  expect(ended.header.status).toBe('succeeded');
  expect(rollout.ask(start)).toBe(null);
  expect(rollout.state).toBe(ended);
});
