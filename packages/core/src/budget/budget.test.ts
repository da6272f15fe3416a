/** Budgets: when a node is unavailable, how many places there are, and who is refused one. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Command, Context } from '../command.ts';
import { decide } from '../decide.ts';
import { DRAIN, HEALTHY, LivingNode, REBOOT, RESTART } from '../node-fixture.ts';
import { whyIsNode } from '../node/why.ts';
import { arithmeticInWords, withNamesOf } from './check-budgets.ts';
import { placesOf } from './places.ts';
import { type FullBudget, standingInWords, standingOf } from './standing.ts';
import { isUnavailable, whyUnavailable } from './unavailable.ts';

const drain: Command = DRAIN;
const restart: Command = RESTART;
const reboot: Command = REBOOT;
const run = (name: string): Command => ({ kind: 'RunDeclaredCommand', name, params: {}, force: false, reason: null });
const disconnect: Command = { kind: 'RecordDisconnect', sessionId: 's1', goodbye: true, why: 'lost' };
const unhealthy: Command = { kind: 'RecordWorkload', workload: { ...HEALTHY, healthy: false } };
const leaves: Command = {
  kind: 'RecordWorkload',
  workload: { ...HEALTHY, leaving: { reason: 'done', since: 1_000_000 } },
};

const full: FullBudget = {
  ...standingOf({ name: 'lobby', maxUnavailable: '25%' }, 12, 3),
  taken: [
    { id: 'lobby-1', because: 'draining' },
    { id: 'lobby-4', because: 'offline' },
    { id: 'lobby-7', because: 'restart queued' },
  ],
  takenIds: ['lobby-1', 'lobby-4', 'lobby-7'],
};
const eu: FullBudget = { ...full, name: 'eu' };
const withBudgets = (...fullBudgets: readonly FullBudget[]): Partial<Context> => ({ fullBudgets });

describe('places', () => {
  test.each([
    [0, 12, 0],
    [3, 12, 3],
    [3, 2, 3],
    ['0%', 12, 0],
    ['25%', 12, 3],
    ['25%', 15, 3],
    ['25%', 3, 1],
    ['1%', 1, 1],
    ['1%', 0, 1],
    ['100%', 7, 7],
  ])('%s of %i nodes are %i', (maxUnavailable, matching, places) => {
    expect(placesOf(maxUnavailable, matching)).toBe(places);
  });

  test('a share is never more than it says but where it says less than one node, and never more than all', () => {
    fc.assert(
      fc.property(fc.nat(100), fc.nat(50_000), (percent, matching) => {
        const places = placesOf(`${percent}%`, matching);
        if (percent === 0) expect(places).toBe(0);
        else {
          expect(places).toBeGreaterThanOrEqual(1);
          expect(places).toBeLessThanOrEqual(Math.max(1, (matching * percent) / 100));
          expect(placesOf(`${percent}%`, matching + 1)).toBeGreaterThanOrEqual(places);
        }
      }),
    );
  });
});

describe('a node', () => {
  test.each<readonly [string, readonly Command[], string | null]>([
    ['that is healthy and in rotation is available', [], null],
    ['that drains is not', [drain], 'draining'],
    ['whose restart is queued is not', [restart], 'restart queued'],
    ['whose machine is about to be rebooted is not', [reboot], 'reboot queued'],
    ['that is to run a disruptive command is not', [run('wipe')], 'wipe queued'],
    ['that is to run another command is', [run('reload')], null],
    ['whose agent said goodbye is not', [disconnect], 'offline'],
    ['whose workload is unhealthy is not', [unhealthy], 'unhealthy'],
    ['whose workload asked to leave is not', [leaves], 'draining'],
    ['that was undrained is', [drain, { kind: 'ReleaseHold', hold: null, reason: null }], null],
  ])('%s', (_rule, commands, why) => {
    const living = LivingNode.registered();
    for (const command of commands) living.must(command);
    expect(whyUnavailable(living.node)).toBe(why);
    expect(isUnavailable(living.node)).toBe(why !== null);
  });
});

describe('a budget without a place', () => {
  test.each<readonly [string, Command, string | null]>([
    ['refuses a drain', drain, 'budget-exceeded'],
    ['refuses a restart', restart, 'budget-exceeded'],
    ['refuses a reboot', reboot, 'budget-exceeded'],
    ['lets a reboot with force and a reason pass', { ...reboot, force: true, reason: 'it burns' }, null],
    ['refuses a disruptive command', run('wipe'), 'budget-exceeded'],
    ['lets a command pass that is not disruptive', run('reload'), null],
    ['has nothing to say of a command that is not declared', run('unknown'), 'command-not-found'],
    ['refuses force without a reason', { ...drain, force: true }, 'budget-exceeded'],
    ['refuses force with an empty reason', { ...drain, force: true, reason: ' ' }, 'budget-exceeded'],
    ['lets force with a reason pass', { ...drain, force: true, reason: 'it burns' }, null],
    ['lets an undrain pass', { kind: 'ReleaseHold', hold: 'operator', reason: null }, null],
    ['never refuses what has happened', disconnect, null],
    ['never refuses a workload that leaves', leaves, null],
  ])('%s', (_rule, command, refusal) => {
    const living = LivingNode.registered();
    expect(living.tell(command, withBudgets(full)).refusal).toBe(refusal);
  });

  test.each<readonly [string, Command]>([
    ['drains already', drain],
    ['is offline', disconnect],
    ['is unhealthy', unhealthy],
    ['has its restart queued', restart],
    ['has its reboot queued', reboot],
  ])('takes nothing further from a node that %s', (_rule, first) => {
    const living = LivingNode.registered();
    living.must(first);
    for (const command of [drain, restart, reboot, run('wipe')])
      expect(living.tell(command, withBudgets(full)).refusal).toBeNull();
  });

  test('says which budget, how many, which nodes, and what to do', () => {
    const living = LivingNode.registered();
    const refused = decide(living.node, 'n1', drain, {
      now: living.now,
      actor: { name: 'alice', address: null },
      operationId: 'op_1',
      defaultDrainTimeoutMs: null,
      metadataBytesMax: 1,
      joinGrant: null,
      fullBudgets: [full, eu],
    });
    expect(refused).toEqual({
      ok: false,
      problem: {
        code: 'budget-exceeded',
        detail:
          "Budget 'lobby' allows 3 of 12 nodes to be unavailable (25%), and 3 are: lobby-1 (draining), lobby-4 (offline), lobby-7 (restart queued). No place is left in 'eu' either. To do it all the same, use force and give a reason.",
        budget: {
          name: 'lobby',
          maxUnavailable: '25%',
          matching: 12,
          allowed: 3,
          unavailable: 3,
          nodeIds: ['lobby-1', 'lobby-4', 'lobby-7'],
        },
      },
    });
  });

  test('is named in the history when it is overridden, with the reason', () => {
    const living = LivingNode.registered();
    const { operation } = living.tell({ ...restart, force: true, reason: 'it burns' }, withBudgets(full, eu));
    expect(living.history.map(({ event }) => event).find(({ kind }) => kind === 'BudgetOverridden')).toEqual({
      kind: 'BudgetOverridden',
      operationId: operation?.id,
      budgets: [
        { name: 'lobby', matching: 12, allowed: 3, unavailable: 3 },
        { name: 'eu', matching: 12, allowed: 3, unavailable: 3 },
      ],
      reason: 'it burns',
    });
    expect(living.tell({ ...drain, force: true, reason: 'again' }, withBudgets(full)).refusal).toBeNull();
    expect(living.eventKinds.filter((kind) => kind === 'BudgetOverridden')).toHaveLength(1);
  });

  test('comes after what keeps the node itself: a lock is told as a lock', () => {
    const lock = { id: 'l', reason: 'a match', since: 1_000_000, expiresAt: 9_000_000 };
    const living = LivingNode.registered({ workload: { ...HEALTHY, locks: [lock] } });
    expect(living.tell(restart, withBudgets(full)).refusal).toBe('workload-locked');
  });

  test('is told by why', () => {
    const living = LivingNode.registered();
    const { causes } = whyIsNode(living.node, null, living.now, [full]);
    expect(causes.map(({ code, text }) => `${code}: ${text}`)).toEqual([
      `budget-full: It cannot be drained or restarted now without force. ${arithmeticInWords(full, full.taken)}`,
    ]);
  });

  test('names only nodes that exist for the reader', () => {
    const living = LivingNode.registered();
    const refused = decide(
      living.node,
      'n1',
      { ...drain, force: true },
      {
        now: living.now,
        actor: { name: 'alice', address: null },
        operationId: 'op_1',
        defaultDrainTimeoutMs: null,
        metadataBytesMax: 1,
        joinGrant: null,
        fullBudgets: [full],
      },
    );
    if (refused.ok) throw new Error('it was not refused');
    const some = withNamesOf(
      refused.problem,
      (id) => id === 'lobby-4',
      () => 'offline',
    );
    expect(some).toMatchObject({ field: 'reason', budget: { unavailable: 3, nodeIds: ['lobby-4'] } });
    expect(some.detail).toBe(
      "Budget 'lobby' allows 3 of 12 nodes to be unavailable (25%), and 3 are: lobby-4 (offline) and 2 more. Whoever forces it must give a reason.",
    );
    const none = withNamesOf(
      refused.problem,
      () => false,
      () => '',
    );
    expect(none.detail).not.toContain('lobby-');
  });
});

test('the arithmetic is a sentence whatever the numbers', () => {
  expect(standingInWords(standingOf({ name: 'a', maxUnavailable: 0 }, 1, 0))).toBe(
    "Budget 'a' allows 0 of 1 node to be unavailable, and none is",
  );
  const taken = Array.from({ length: 12 }, (_, index) => ({ id: `n${index}`, because: 'offline' }));
  expect(arithmeticInWords(standingOf({ name: 'a', maxUnavailable: 2 }, 50, 30), taken)).toMatch(
    /, and 30 are: n0 \(offline\), .*, n9 \(offline\) and 20 more\.$/u,
  );
});
