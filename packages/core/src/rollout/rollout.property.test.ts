/**
 * Properties of rollouts over arbitrary fleets, wishes and lives of nodes: what must hold is checked after each step by the
 * fixture; every rollout ends or pauses. fast-check prints the seed and the shortest story that fails.
 */
import type { RolloutSpec, RolloutWindow } from '@sluice/contract';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isUnavailable } from '../budget/unavailable.ts';
import { type Behaviour, PlayedFleet } from './played-fleet.ts';
import { PlayedRollout } from './played-rollout.ts';
import { isEnded } from './rollout.ts';

type Deed =
  | { readonly kind: 'pass'; readonly seconds: number }
  | { readonly kind: 'steer'; readonly what: 'pause' | 'resume' | 'approve' | 'cancel' | 'retry' }
  | {
      readonly kind: 'node';
      readonly which: number;
      readonly what: 'vanish' | 'return' | 'forget' | 'drain' | 'undrain' | 'unhealthy' | 'healthy' | 'cancel-act';
    }
  | { readonly kind: 'join'; readonly name: number }
  | { readonly kind: 'behave'; readonly which: number; readonly behaviour: Behaviour }
  | { readonly kind: 'gate'; readonly isGood: boolean | null; readonly badInARow: number }
  | { readonly kind: 'silence'; readonly isOn: boolean };

const countOrPercent = fc.oneof(fc.integer({ min: 1, max: 4 }), fc.constantFrom('1%', '25%', '50%', '100%'));

const behaviour: fc.Arbitrary<Behaviour> = fc.record({
  drains: fc.oneof({ weight: 4, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
  returns: fc.oneof({ weight: 4, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
  act: fc.constantFrom(
    'succeeds' as const,
    'succeeds' as const,
    'succeeds' as const,
    'fails' as const,
    'hangs' as const,
  ),
  healthy: fc.oneof({ weight: 4, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
});

const deed: fc.Arbitrary<Deed> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('pass' as const), seconds: fc.constantFrom(1, 3, 10, 100, 700) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('steer' as const),
      what: fc.constantFrom(
        'pause' as const,
        'resume' as const,
        'resume' as const,
        'approve' as const,
        'cancel' as const,
        'retry' as const,
      ),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('node' as const),
      which: fc.nat(9),
      what: fc.constantFrom(
        'vanish' as const,
        'return' as const,
        'forget' as const,
        'drain' as const,
        'undrain' as const,
        'unhealthy' as const,
        'healthy' as const,
        'cancel-act' as const,
      ),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('join' as const), name: fc.nat(3) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('behave' as const), which: fc.nat(9), behaviour }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('gate' as const),
      isGood: fc.constantFrom(true, true, false, null),
      badInARow: fc.nat(4),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('silence' as const), isOn: fc.boolean() }) },
);

const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 2 });

const spec: fc.Arbitrary<RolloutSpec> = fc
  .record({
    command: fc.constantFrom<RolloutSpec['command']>(
      { kind: 'restart' },
      { kind: 'reboot' },
      { kind: 'drain' },
      { kind: 'undrain' },
      { kind: 'run', name: 'wipe' },
      { kind: 'run', name: 'reload' },
    ),
    order: fc.constantFrom<NonNullable<RolloutSpec['order']>>(
      { by: 'id' },
      { by: 'zone' },
      { by: 'label', label: 'tier' },
      { by: 'random' },
    ),
    maxUnavailable: countOrPercent,
    maxFailures: countOrPercent,
    onFailures: fc.constantFrom('pause' as const, 'abort' as const),
    onDeadline: fc.constantFrom('force' as const, 'cancel' as const, 'hold' as const),
    drainTimeoutSeconds: fc.constantFrom(5, 100),
    undrainAfter: fc.boolean(),
    healthySeconds: fc.constantFrom(0, 3, 20),
    healthyWithinSeconds: fc.constantFrom(30, 100),
    offline: fc.constantFrom('skip' as const, 'wait' as const),
    includeNew: fc.boolean(),
    stallSeconds: fc.constantFrom(10, 600, 3600),
    canary: optional(fc.integer({ min: 1, max: 3 })),
    drainFirst: optional(fc.boolean()),
    window: optional(
      fc.constantFrom<RolloutWindow>(
        { start: '08:00', end: '08:10', timeZone: 'UTC' },
        { start: '23:00', end: '09:00', timeZone: 'Europe/Berlin' },
        { days: ['tue'], start: '02:00', end: '02:01', timeZone: 'Asia/Kolkata' },
      ),
    ),
    metricGate: optional(fc.constant({ url: 'http://metrics.example/', failuresMax: 3 })),
  })
  .map(({ canary, drainFirst, window, metricGate, ...others }) => {
    const kind = others.command.kind;
    return {
      ...others,
      selector: 'game=chess',
      ...(canary === undefined ? {} : { canary }),
      ...(drainFirst === undefined || kind === 'drain' || kind === 'undrain' ? {} : { drainFirst }),
      ...(window === undefined ? {} : { window }),
      ...(metricGate === undefined ? {} : { metricGate }),
    };
  });

const story = fc.record({
  size: fc.integer({ min: 1, max: 10 }),
  budget: fc.option(fc.oneof(fc.integer({ min: 0, max: 3 }), fc.constantFrom('25%', '50%')), { nil: null }),
  before: fc.array(deed, { maxLength: 6 }),
  asked: spec,
  deeds: fc.array(deed, { maxLength: 30 }),
  lost: fc.array(fc.boolean(), { maxLength: 20 }),
});
type Story = typeof story extends fc.Arbitrary<infer T> ? T : never;

function fleetOf({ size, budget }: Story): PlayedFleet {
  const fleet = new PlayedFleet(size, (index) => (index % 3 === 0 ? 'b' : 'a'));
  fleet.pass(1000);
  fleet.pass(1000);
  if (budget !== null)
    fleet.budgets.push({ name: 'zone a', matches: ({ identity }) => identity.zone === 'a', maxUnavailable: budget });
  return fleet;
}

function perform(fleet: PlayedFleet, rollout: PlayedRollout | null, given: Deed): void {
  const ids = [...fleet.nodes.keys()];
  const pick = (which: number) => ids[which % Math.max(1, ids.length)];
  switch (given.kind) {
    case 'pass':
      if (rollout === null) fleet.pass(given.seconds * 1000);
      else rollout.play(given.seconds, Math.max(1, given.seconds / 10));
      break;
    case 'steer':
      rollout?.[given.what]();
      break;
    case 'join':
      fleet.register(`new${given.name}`);
      break;
    case 'behave': {
      const id = pick(given.which);
      if (id !== undefined) fleet.behaviours.set(id, given.behaviour);
      break;
    }
    case 'gate':
      if (rollout !== null) {
        const badInARow = given.isGood === false ? given.badInARow + 1 : 0;
        rollout.gate = { isGood: given.isGood, badInARow, detail: 'it said so.' };
      }
      break;
    case 'silence':
      if (rollout !== null) rollout.massSilence = given.isOn ? '4 of 10 nodes fell silent.' : null;
      break;
    case 'node': {
      const id = pick(given.which);
      if (id !== undefined) happen(fleet, id, given.what);
    }
  }
}

function happen(fleet: PlayedFleet, id: string, what: Extract<Deed, { kind: 'node' }>['what']): void {
  switch (what) {
    case 'vanish':
      fleet.vanish(id);
      break;
    case 'return':
      if (fleet.node(id).session.kind !== 'connected') fleet.register(id, fleet.node(id).identity.zone ?? 'a');
      break;
    case 'forget':
      fleet.forget(id);
      break;
    case 'drain':
      fleet.drain(id);
      break;
    case 'undrain':
      fleet.undrain(id);
      break;
    case 'unhealthy':
    case 'healthy':
      fleet.setHealthy(id, what === 'healthy');
      break;
    case 'cancel-act': {
      const act = fleet.node(id).operations.find(({ endedAt, task }) => endedAt === null && task.kind !== 'undrain');
      if (act !== undefined) fleet.tell(id, { kind: 'CancelOperation', operationId: act.id, reason: null }, 'bob');
    }
  }
}

function begin(given: Story): { readonly fleet: PlayedFleet; readonly rollout: PlayedRollout } | null {
  const fleet = fleetOf(given);
  for (const each of given.before) perform(fleet, null, each);
  if (![...fleet.nodes.values()].some(({ identity }) => identity.labels['game'] === 'chess')) return null;
  const rollout = new PlayedRollout(fleet, given.asked);
  rollout.gate = given.asked.metricGate === undefined ? null : { isGood: true, badInARow: 0, detail: 'good.' };
  const lost = [...given.lost];
  rollout.losesAnswer = () => lost.shift() ?? false;
  return { fleet, rollout };
}

test('every rollout ends or pauses, whatever its nodes and its operators do (each step is checked by the fixture)', () => {
  fc.assert(
    fc.property(story, (given) => {
      const begun = begin(given);
      if (begun === null) return;
      const { rollout } = begun;
      for (const each of given.deeds) perform(begun.fleet, rollout, each);
      rollout.playOut();
    }),
    { numRuns: Number(process.env['SLUICE_ROLLOUT_RUNS'] ?? 400) },
  );
});

test('after a cancel nothing begins, and it ends', () => {
  fc.assert(
    fc.property(story, fc.nat(30), (given, at) => {
      const begun = begin(given);
      if (begun === null) return;
      const { rollout, fleet } = begun;
      const early = given.deeds.slice(0, at);
      for (const each of early) perform(fleet, rollout, each);
      if (isEnded(rollout.state.header)) return;
      rollout.cancel();
      const since = rollout.events.length;
      for (const each of given.deeds.slice(at)) if (each.kind !== 'steer') perform(fleet, rollout, each);
      rollout.playOut();
      expect(rollout.status).toBe('cancelled');
      const after = rollout.events.slice(since).map(({ event }) => event);
      expect(after.filter(({ kind }) => kind === 'RolloutNodeBegun')).toEqual([]);
      expect(after.filter((event) => event.kind === 'RolloutNodeAdvanced' && event.status === 'acting')).toEqual([]);
    }),
    { numRuns: 200 },
  );
});

test('nothing that a rollout does breaks a budget', () => {
  fc.assert(
    fc.property(story, (given) => {
      const begun = begin(given);
      if (begun === null) return;
      const { rollout, fleet } = begun;
      const [budget] = fleet.budgets;
      if (budget === undefined) return;
      const tell = fleet.tell.bind(fleet);
      fleet.tell = (id, command, by) => {
        const node = fleet.nodes.get(id);
        const wasAvailable = node !== undefined && !isUnavailable(node);
        const answer = tell(id, command, by);
        const now = fleet.nodes.get(id);
        if (by === 'rollout/r1' && wasAvailable && now !== undefined && isUnavailable(now))
          for (const { unavailable, allowed } of fleet.standingsOf(now))
            expect(unavailable).toBeLessThanOrEqual(allowed);
        return answer;
      };
      for (const each of given.deeds) perform(fleet, rollout, each);
      rollout.playOut();
    }),
    { numRuns: 200 },
  );
});

test('left alone, a healthy fleet is through, each node once', () => {
  fc.assert(
    fc.property(story, (given) => {
      const fleet = fleetOf({ ...given, budget: given.budget === null ? null : 1 });
      const { window: _, metricGate: _gate, ...asked } = given.asked;
      const rollout = new PlayedRollout(fleet, { ...asked, stallSeconds: 3600 });
      for (let round = 0; round < 2; round += 1) {
        rollout.playOut();
        if (rollout.state.header.pause?.because === 'canary') rollout.approve();
      }
      // A budget of one node lets those that stay drained be only one.
      if (rollout.status === 'paused') expect(rollout.state.header.pause?.because).toBe('stalled');
      else {
        expect(rollout.status).toBe('succeeded');
        expect(new Set(rollout.state.nodes.map(({ status }) => status))).toEqual(new Set(['succeeded']));
      }
      const acts =
        asked.command.kind === 'restart' || asked.command.kind === 'reboot' || asked.command.kind === 'run' ? 1 : 0;
      for (const { nodeId, status } of rollout.state.nodes)
        expect(fleet.performed.get(nodeId) ?? 0).toBe(status === 'pending' ? 0 : acts);
    }),
  );
});
