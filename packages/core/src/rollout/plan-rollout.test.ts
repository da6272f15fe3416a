/** Plans: in which order, in which batches, who is skipped, what binds, how long, what to know before; and when a plan is still the same. */
import type { RolloutSpec } from '@sluice/contract';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { normaliseSpec } from './normalise-spec.ts';
import { planRollout } from './plan-rollout.ts';
import type { PlannedBudget, PlanView } from './plan-view.ts';
import { PlayedFleet } from './played-fleet.ts';

const SPEC: RolloutSpec = { selector: 'game=chess', command: { kind: 'restart' } };

function viewOf(fleet: PlayedFleet, overrides: Partial<PlanView> = {}): PlanView {
  return {
    now: fleet.now,
    nodes: () => fleet.nodes.values(),
    node: (id) => fleet.nodes.get(id),
    sessionsOf: () => 2,
    budgets: [],
    otherRolloutOf: () => null,
    history: { drain: null, command: null },
    ...overrides,
  };
}

function planned(fleet: PlayedFleet, wish: Partial<RolloutSpec> = {}, overrides: Partial<PlanView> = {}) {
  const spec = normaliseSpec({ ...SPEC, ...wish }, { drainTimeoutMs: null });
  if (!spec.ok) throw new Error(spec.problem.detail);
  const plan = planRollout(spec.value, viewOf(fleet, overrides));
  if (!plan.ok) throw new Error(`${plan.problem.code}: ${plan.problem.detail}`);
  return plan.value;
}

const zones = (index: number) => (index % 2 === 0 ? 'a' : 'b');

function budget(overrides: Partial<PlannedBudget> = {}): PlannedBudget {
  return {
    name: 'lobby',
    definition: '["lobby","game=chess","25%"]',
    allowed: 1,
    unavailable: 0,
    matching: 4,
    inWords: () => 'Its arithmetic.',
    matches: () => true,
    ...overrides,
  };
}

describe('the order', () => {
  test.each<[NonNullable<RolloutSpec['order']>, string]>([
    [{ by: 'id' }, 'n01 n02 n03 n04'],
    [{ by: 'zone' }, 'n02 n04 n01 n03'],
    [{ by: 'label', label: 'tier' }, 'n02 n04 n01 n03'],
    [{ by: 'label', label: 'nothing' }, 'n01 n02 n03 n04'],
    [{ by: 'least-loaded' }, 'n03 n02 n04 n01'],
  ])('%j', (order, expected) => {
    const sessions = new Map([
      ['n02', 3],
      ['n03', 0],
      ['n04', 3],
    ]);
    const sessionsOf = (id: string) => sessions.get(id) ?? null;
    expect(planned(new PlayedFleet(4, zones), { order }, { sessionsOf }).nodeIds.join(' ')).toBe(expected);
  });

  test('at random it has every node once, is the same for the same wish, and another one for another seed', () => {
    const fleet = new PlayedFleet(30);
    const [first, same, other] = [undefined, undefined, 'x'].map(
      (seed) => planned(fleet, { order: { by: 'random', ...(seed === undefined ? {} : { seed }) } }).nodeIds,
    );
    expect(first).toEqual(same);
    expect(first).not.toEqual(other);
    expect(first?.toSorted()).toEqual([...fleet.nodes.keys()].toSorted());
  });

  test('does not hang on the order in which the nodes are kept', () => {
    const fleet = new PlayedFleet(8, zones);
    const order = fc.constantFrom<NonNullable<RolloutSpec['order']>>(
      { by: 'zone' },
      { by: 'random' },
      { by: 'least-loaded' },
    );
    fc.assert(
      fc.property(fc.shuffledSubarray([...fleet.nodes.values()], { minLength: 8 }), order, (nodes, by) => {
        expect(planned(fleet, { order: by }, { nodes: () => nodes }).nodeIds).toEqual(
          planned(fleet, { order: by }).nodeIds,
        );
      }),
    );
  });
});

describe('the plan', () => {
  test('has the nodes in batches of as many as may be out, those of the canary first', () => {
    const { plan } = planned(new PlayedFleet(7), { maxUnavailable: '30%', canary: 1 });
    expect(plan.maxUnavailable).toBe(2);
    expect(plan.batches.map(({ number, nodes }) => `${number}: ${nodes.map(({ id }) => id).join(' ')}`)).toEqual([
      '1: n01',
      '2: n02 n03',
      '3: n04 n05',
      '4: n06 n07',
    ]);
  });

  test('counts the sessions on them, as far as anybody does', () => {
    const sessionsOf = (id: string) => (id === 'n01' ? null : 5);
    const { plan } = planned(new PlayedFleet(3), { maxUnavailable: 2 }, { sessionsOf });
    expect(plan).toMatchObject({ sessions: 10, uncountedNodes: 1, batches: [{ sessions: 5 }, { sessions: 5 }] });
  });

  test('tells who is skipped, and only where they are not waited for', () => {
    const fleet = new PlayedFleet(3);
    fleet.vanish('n02');
    expect(planned(fleet, { maxUnavailable: 2 }).plan.skipped).toEqual([
      { nodeId: 'n02', because: 'It is offline, and is skipped if it still is at its turn.' },
    ]);
    expect(planned(fleet, { offline: 'wait', maxUnavailable: 2 }).plan.skipped).toEqual([]);
  });

  test('tells the budgets that are for its nodes, and which of them bind', () => {
    const budgets = [budget(), budget({ name: 'wide', allowed: 3 }), budget({ name: 'other', matches: () => false })];
    const { plan } = planned(new PlayedFleet(4), { maxUnavailable: 2 }, { budgets });
    expect(plan.budgets.map(({ name, binds }) => [name, binds])).toEqual([
      ['lobby', true],
      ['wide', false],
    ]);
  });

  test('says how long it takes, from what the fleet has seen', () => {
    const took = (seconds: number) => ({ medianMs: seconds * 1000, p90Ms: seconds * 3000, samples: 12 });
    const history = { drain: took(60), command: took(20) };
    const fleet = new PlayedFleet(5);
    const { plan } = planned(fleet, { maxUnavailable: 2 }, { history, budgets: [budget({ allowed: 9 })] });
    expect(plan.duration).toMatchObject({ expectedSeconds: 3 * 90, pessimisticSeconds: 3 * 250 });
    expect(plan.duration?.basis).toContain('12 of the command drain and 12 of the command restart');
    const narrow = planned(fleet, { maxUnavailable: 2 }, { history, budgets: [budget()] });
    expect(narrow.plan.duration?.expectedSeconds).toBe(5 * 90);
    expect(planned(fleet, {}, { history: { drain: took(60), command: null } }).plan.duration).toBe(null);
  });

  test.each<[string, Partial<RolloutSpec>, (fleet: PlayedFleet) => Partial<PlanView> | void, RegExp]>([
    [
      'so many are out that nothing begins',
      {},
      (fleet) => fleet.setHealthy('n02', false),
      /^n02 \(unhealthy\) is out already, and 1 may be/u,
    ],
    [
      'a budget is full',
      {},
      () => ({ budgets: [budget({ allowed: 0 })] }),
      /^The budget 'lobby' has no place left now: Its arithmetic\.$/u,
    ],
    [
      'another rollout has one',
      {},
      () => ({ otherRolloutOf: (id) => (id === 'n01' ? 'r7' : null) }),
      /^n01 \(r7\) is in the hands of another rollout/u,
    ],
    [
      'one does not declare the command',
      { command: { kind: 'run', name: 'nothing' } },
      () => undefined,
      /^n01, n02, n03 do not declare the command 'nothing', and would fail\.$/u,
    ],
    ['sessions are cut', { drainFirst: false }, () => undefined, /^Nodes are not drained first/u],
    ['the canary is everything', { canary: 3 }, () => undefined, /^The canary of 3 is the whole rollout/u],
    [
      'a machine may not be rebooted',
      { command: { kind: 'reboot' } },
      (fleet) => ({ nodes: () => [...fleet.nodes.values()].map((node) => ({ ...node, reboot: null })) }),
      /^The agents of n01, n02, n03 do not allow/u,
    ],
  ])('warns: %s', (_name, wish, happens, warning) => {
    const fleet = new PlayedFleet(3);
    const overrides = happens(fleet) ?? {};
    expect(planned(fleet, wish, overrides).plan.warnings).toContainEqual(expect.stringMatching(warning));
  });

  test('warns of nothing where nothing is in the way', () => {
    expect(planned(new PlayedFleet(3)).plan.warnings).toEqual([]);
  });

  test.each<[RolloutSpec, object]>([
    [
      { ...SPEC, selector: 'game=go' },
      { field: 'selector', detail: "No node matches 'game=go' now." },
    ],
    [
      { command: { kind: 'restart' }, nodeIds: ['n01', 'n8', 'n9'] },
      { field: 'nodeIds', detail: "The fleet has no node 'n8', 'n9'." },
    ],
  ])('of nothing is refused: %j', (asked, problem) => {
    const spec = normaliseSpec(asked, { drainTimeoutMs: null });
    if (!spec.ok) throw new Error(spec.problem.detail);
    const plan = planRollout(spec.value, viewOf(new PlayedFleet(2)));
    expect(plan).toMatchObject({ ok: false, problem: { code: 'rollout-selects-nothing', ...problem } });
  });
});

describe('what a plan is recognised by', () => {
  const fleet = new PlayedFleet(4, zones);
  const before = planned(fleet, {}, { budgets: [budget()] }).canonical;

  test.each<[string, Partial<RolloutSpec>, Partial<PlanView>, boolean]>([
    ['nothing changed', {}, {}, true],
    ['a budget is full now', {}, { budgets: [budget({ unavailable: 1 })] }, true],
    ['a default is written out', { healthySeconds: 10 }, {}, true],
    ['a budget was set otherwise', {}, { budgets: [budget({ definition: 'other' })] }, false],
    ['a budget that is for none of its nodes', {}, { budgets: [budget(), budget({ matches: () => false })] }, true],
    ['another wish', { maxUnavailable: 2 }, {}, false],
    ['another order', { order: { by: 'id' } }, {}, false],
    ['a node less', {}, { nodes: () => [...fleet.nodes.values()].slice(1) }, false],
  ])('%s', (_name, wish, overrides, isSame) => {
    const { canonical } = planned(fleet, wish, { budgets: [budget()], ...overrides });
    expect(canonical === before).toBe(isSame);
  });

  test('by load, only which nodes they are: loads change all the time', () => {
    const wish: Partial<RolloutSpec> = { order: { by: 'least-loaded' } };
    const now = planned(fleet, wish, { sessionsOf: (id) => Number(id.slice(1)) });
    const later = planned(fleet, wish, { sessionsOf: (id) => -Number(id.slice(1)) });
    expect(later.canonical).toBe(now.canonical);
    expect(later.nodeIds).not.toEqual(now.nodeIds);
  });
});
