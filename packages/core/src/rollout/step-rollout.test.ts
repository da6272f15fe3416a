/** The way of a node through a rollout, and what begins when: one test a rule, over real nodes with played agents. */
import type { RolloutSpec } from '@sluice/contract';
import { describe, expect, test } from 'vitest';
import { type Behaviour, PlayedFleet } from './played-fleet.ts';
import { PlayedRollout } from './played-rollout.ts';

type Wish = Partial<RolloutSpec>;

/** Nodes n01, n02, … whose workloads are healthy and whose agents do what they are told within a second. */
function fleetOf(
  size: number,
  behaviours: Record<string, Behaviour> = {},
  zoneOf?: (index: number) => string,
): PlayedFleet {
  const fleet = new PlayedFleet(size, zoneOf);
  fleet.pass(1000);
  for (const [id, behaviour] of Object.entries(behaviours)) fleet.behaviours.set(id, behaviour);
  return fleet;
}

function rolloutOver(fleet: PlayedFleet, wish: Wish = {}): PlayedRollout {
  return new PlayedRollout(fleet, { selector: 'game=chess', command: { kind: 'restart' }, healthySeconds: 2, ...wish });
}

/** The statuses that a node went through. */
function wayOf(rollout: PlayedRollout, nodeId: string): string {
  return rollout.events
    .flatMap(({ event }) =>
      (event.kind === 'RolloutNodeBegun' ||
        event.kind === 'RolloutNodeAdvanced' ||
        event.kind === 'RolloutNodeEnded') &&
      event.nodeId === nodeId
        ? [event.status]
        : [],
    )
    .join(' ');
}

describe('the way of a node', () => {
  test.each<[string, Wish, string, string]>([
    ['a restart', {}, 'draining acting undraining settling succeeded', 'active'],
    ['a restart that does not drain', { drainFirst: false }, 'acting settling succeeded', 'active'],
    ['a restart that leaves it drained', { undrainAfter: false }, 'draining acting settling succeeded', 'drained'],
    ['a reboot', { command: { kind: 'reboot' } }, 'draining acting undraining settling succeeded', 'active'],
    ['a drain', { command: { kind: 'drain' } }, 'draining settling succeeded', 'drained'],
    ['an undrain', { command: { kind: 'undrain' } }, 'undraining settling succeeded', 'active'],
    ['a declared command', { command: { kind: 'run', name: 'reload' } }, 'acting settling succeeded', 'active'],
    [
      'a declared command that drains first',
      { command: { kind: 'run', name: 'wipe' }, drainFirst: true },
      'draining acting undraining settling succeeded',
      'active',
    ],
  ])('%s', (_name, wish, way, status) => {
    const fleet = fleetOf(1);
    const rollout = rolloutOver(fleet, wish);
    rollout.playOut();
    expect(wayOf(rollout, 'n01')).toBe(way);
    expect([fleet.statusOf('n01'), rollout.status]).toEqual([status, 'succeeded']);
  });

  test.each<[string, Behaviour, Wish, string]>([
    [
      'its drain comes to its deadline',
      { drains: false },
      { onDeadline: 'hold', drainTimeoutSeconds: 5 },
      'It was not drained: The deadline passed',
    ],
    ['its restart fails', { act: 'fails' }, {}, 'Its restart did not succeed: It did not come back.'],
    ['its restart hangs', { act: 'hangs' }, {}, 'Its restart did not succeed: Not delivered in time'],
    [
      'its workload stays unhealthy',
      { healthy: false },
      { healthyWithinSeconds: 30 },
      'It was not healthy for 2 s within 30 s: its workload is not healthy',
    ],
    [
      'it does not go back into rotation',
      { returns: false, healthy: false },
      { healthyWithinSeconds: 30 },
      'It was not healthy for 2 s within 30 s',
    ],
  ])('fails when %s', (_name, behaviour, wish, detail) => {
    const rollout = rolloutOver(fleetOf(1, { n01: behaviour }), wish);
    rollout.playOut();
    expect(rollout.entry('n01')).toMatchObject({ status: 'failed', detail: expect.stringContaining(detail) });
    expect(rollout.state.header).toMatchObject({ status: 'failed', error: '1 of 1 nodes failed: n01.' });
  });

  test('one that failed keeps the hold, and stays out of rotation', () => {
    const fleet = fleetOf(1, { n01: { act: 'fails' } });
    rolloutOver(fleet).playOut();
    expect(fleet.node('n01').holds.map(({ name }) => name)).toEqual(['rollout/r1']);
  });

  test('is healthy without a break, or begins to be anew', () => {
    const fleet = fleetOf(1);
    const rollout = rolloutOver(fleet, { drainFirst: false, healthySeconds: 10 });
    rollout.play(5);
    expect(rollout.entry('n01').status).toBe('settling');
    fleet.setHealthy('n01', false);
    rollout.play(2);
    expect(rollout.entry('n01')).toMatchObject({ healthySince: null, detail: 'its workload is not healthy' });
    fleet.setHealthy('n01', true);
    rollout.play(9);
    expect(rollout.entry('n01').status).toBe('settling');
    rollout.play(2);
    expect(rollout.entry('n01').status).toBe('succeeded');
  });

  test('a hold of somebody else is neither waited for nor released', () => {
    const fleet = fleetOf(1);
    fleet.drain('n01');
    fleet.pass(1000);
    const rollout = rolloutOver(fleet);
    rollout.playOut();
    expect(rollout.entry('n01').status).toBe('succeeded');
    expect(fleet.node('n01').holds.map(({ name }) => name)).toEqual(['operator']);
  });

  test("an operator's undrain says: not this node", () => {
    const fleet = fleetOf(2, { n01: { drains: false } });
    const rollout = rolloutOver(fleet);
    rollout.play(2);
    fleet.undrain('n01');
    rollout.playOut();
    expect(rollout.entry('n01').status).toBe('skipped');
    expect(rollout.entry('n01').detail).toMatch(
      /^Not this node: Cancelled by the undrain op_\d+ of bob: I need it\.$/u,
    );
    expect(rollout.statuses).toBe('skipped succeeded');
    expect(fleet.performed.get('n01')).toBe(undefined);
  });

  test.each(['before', 'after'])('so does one once the drain is over, %s its act was asked for', (when) => {
    const fleet = fleetOf(2, { n01: { act: 'hangs' } });
    const rollout = rolloutOver(fleet);
    const undrain = () => {
      if (rollout.entry('n01').status === 'acting' && fleet.node('n01').holds.length > 0)
        fleet.undrain('n01', 'rollout/r1');
    };
    if (when === 'before') rollout.beforeCommands = undrain;
    rollout.play(3);
    undrain();
    rollout.playOut();
    expect(rollout.statuses).toBe('skipped succeeded');
    expect(rollout.entry('n01').detail).toMatch(/^Not this node: .*bob/u);
    expect([fleet.statusOf('n01'), fleet.performed.get('n01')]).toEqual(['active', undefined]);
  });

  test('an act that is cancelled before it began is given back and skipped; one that had begun has failed', () => {
    const fleet = fleetOf(2, { n01: { act: 'hangs' } });
    const rollout = rolloutOver(fleet, { maxFailures: 2 });
    rollout.play(3);
    const act = fleet.node('n01').operations.find(({ command }) => command === 'restart');
    fleet.tell('n01', { kind: 'CancelOperation', operationId: act?.id ?? '', reason: null }, 'bob');
    rollout.playOut();
    expect(rollout.entry('n01')).toMatchObject({ status: 'skipped', detail: 'Not this node: Cancelled by bob.' });
    expect(fleet.statusOf('n01')).toBe('active');
  });

  test('one that leaves the fleet is skipped, at its turn and in the middle', () => {
    const fleet = fleetOf(3, { n01: { drains: false } });
    const rollout = rolloutOver(fleet);
    rollout.play(2);
    fleet.forget('n01');
    fleet.forget('n03');
    rollout.playOut();
    expect(rollout.statuses).toBe('skipped succeeded skipped');
    expect(rollout.entry('n03').detail).toBe('It left the fleet.');
  });

  test('an operation that left its node is looked up; one that nobody knows has failed', () => {
    const fleet = fleetOf(1);
    const rollout = rolloutOver(fleet);
    rollout.step();
    fleet.pass(1000);
    for (let times = 0; times < 12; times += 1) fleet.drain('n01', `other/${times}`);
    const [operationId = ''] = rollout.entry('n01').operationIds;
    expect(fleet.node('n01').operations.some(({ id }) => id === operationId)).toBe(false);
    const operation = fleet.operations.get(operationId);
    fleet.operations.delete(operationId);
    const unknown = rollout.look((id) => (id === operationId ? undefined : null));
    expect(unknown).toMatchObject({ events: [], unknownOperations: [operationId] });
    const detail = `Nobody knows what became of it: the server has no operation ${operationId}.`;
    expect(rollout.look(() => null).events[0]).toMatchObject({ kind: 'RolloutNodeEnded', status: 'failed', detail });
    if (operation !== undefined) fleet.operations.set(operationId, operation);
    rollout.step();
    expect(rollout.entry('n01').status).toBe('acting');
  });
});

describe('what begins', () => {
  test('a window of nodes slides over the order', () => {
    const rollout = rolloutOver(fleetOf(4, { n01: { drains: false } }), { maxUnavailable: 2 });
    rollout.play(30);
    expect(rollout.statuses).toBe('draining succeeded succeeded succeeded');
  });

  test('those that are out for another reason take places; those that were left out on purpose do not', () => {
    const fleet = fleetOf(4);
    fleet.vanish('n04');
    const waits = rolloutOver(fleet, { offline: 'wait' });
    waits.play(10);
    expect(waits.statuses).toBe('pending pending pending pending');
    expect(waits.last?.waiting).toBe('Of its nodes 1 may be out at once, and 1 is: n04 (offline).');
    const drains = rolloutOver(fleetOf(3), { command: { kind: 'drain' } });
    drains.playOut();
    expect(drains.statuses).toBe('succeeded succeeded succeeded');
  });

  test('one that is out already needs no further place', () => {
    const fleet = fleetOf(3);
    fleet.setHealthy('n03', false);
    const byId = rolloutOver(fleet, { order: { by: 'id' } });
    byId.playOut();
    expect(byId.statuses).toBe('succeeded succeeded succeeded');
    expect(byId.events.find(({ event }) => event.kind === 'RolloutNodeBegun')?.event).toMatchObject({ nodeId: 'n03' });
  });

  test('by zone the order is kept: who waits for a place holds back those behind it', () => {
    const fleet = fleetOf(3);
    fleet.setHealthy('n03', false);
    const rollout = rolloutOver(fleet, { stallSeconds: 60 });
    rollout.playOut();
    expect(rollout.state.header.pause).toMatchObject({
      because: 'stalled',
      detail:
        'Nothing was under way, and nothing could begin for 1 min. Of its nodes 1 may be out at once, and 1 is: n03 (unhealthy).',
    });
  });

  test('a budget without a place holds back those that need it, and in an order by id no others', () => {
    const fleet = fleetOf(4, {}, (index) => (index <= 2 ? 'a' : 'b'));
    fleet.budgets.push({ name: 'a', matches: ({ identity }) => identity.zone === 'a', maxUnavailable: 0 });
    const rollout = rolloutOver(fleet, { order: { by: 'id' }, stallSeconds: 60 });
    rollout.playOut();
    expect(rollout.statuses).toBe('pending pending succeeded succeeded');
    expect(rollout.state.header.pause?.detail).toContain(
      "Budget 'a' allows 0 of 2 nodes to be unavailable, and none is.",
    );
    const strict = rolloutOver(fleet, { order: { by: 'zone' }, stallSeconds: 60 });
    strict.playOut();
    expect(strict.statuses).toBe('pending pending pending pending');
  });

  test('one step never begins more than a budget has places for', () => {
    const fleet = fleetOf(6, {}, () => 'a');
    fleet.budgets.push({ name: 'a', matches: () => true, maxUnavailable: '34%' });
    const rollout = rolloutOver(fleet, { maxUnavailable: '100%' });
    rollout.step();
    expect(rollout.statuses).toBe('draining draining pending pending pending pending');
    rollout.playOut();
    expect(rollout.status).toBe('succeeded');
    expect(rollout.kinds).not.toContain('RolloutNodePutBack');
  });

  test('where somebody took the last place first, the node is put back, and has its turn later', () => {
    const fleet = fleetOf(2);
    const rollout = new PlayedRollout(fleet, { nodeIds: ['n01'], command: { kind: 'restart' }, healthySeconds: 2 });
    rollout.beforeCommands = () => {
      fleet.budgets.push({ name: 'one', matches: () => true, maxUnavailable: 1 });
      if (fleet.statusOf('n02') === 'active') fleet.drain('n02');
    };
    rollout.step();
    expect(rollout.entry('n01')).toMatchObject({
      status: 'pending',
      attempt: 1,
      detail: "Budget 'one' allows 1 of 2 nodes to be unavailable, and 1 is.",
    });
    rollout.beforeCommands = () => undefined;
    fleet.undrain('n02');
    rollout.playOut();
    expect(rollout.status).toBe('succeeded');
  });

  test('in the hands of another rollout: it is passed over until it is free', () => {
    const rollout = rolloutOver(fleetOf(3));
    rollout.otherRolloutOf = (nodeId) => (nodeId === 'n01' ? 'r0' : null);
    rollout.play(20);
    expect(rollout.statuses).toBe('pending succeeded succeeded');
    expect(rollout.last?.waiting).toBe('n01 is in the hands of the rollout r0.');
    rollout.otherRolloutOf = () => null;
    rollout.playOut();
    expect(rollout.status).toBe('succeeded');
  });

  test('while the view is not to be trusted yet nothing begins, and that is no stall', () => {
    const rollout = rolloutOver(fleetOf(2), { stallSeconds: 60 });
    rollout.whyNotYet = 'The server was started a moment ago.';
    rollout.play(120);
    expect([rollout.status, rollout.statuses]).toEqual(['running', 'pending pending']);
    expect(rollout.last?.waiting).toBe('The server was started a moment ago.');
    rollout.whyNotYet = null;
    rollout.playOut();
    expect(rollout.status).toBe('succeeded');
  });

  test('offline at its turn: skipped and told, or waited for while others go on', () => {
    const skips = fleetOf(2);
    skips.vanish('n01');
    const skipping = rolloutOver(skips, { maxUnavailable: 2 });
    skipping.playOut();
    expect(skipping.statuses).toBe('skipped succeeded');
    expect(skipping.entry('n01').detail).toBe('It was offline at its turn.');
    const waits = fleetOf(2);
    waits.vanish('n01');
    const waiting = rolloutOver(waits, { maxUnavailable: 2, offline: 'wait' });
    waiting.play(20);
    expect(waiting.statuses).toBe('pending succeeded');
    waits.register('n01');
    waiting.playOut();
    expect(waiting.statuses).toBe('succeeded succeeded');
  });

  test('outside of the scope of whoever started it at its turn: skipped', () => {
    const fleet = fleetOf(3, {}, () => 'a');
    const rollout = rolloutOver(fleet);
    rollout.state = { ...rollout.state, header: { ...rollout.state.header, scope: 'game=chess,tier=a' } };
    rollout.play(1);
    fleet.register('n02', 'b');
    rollout.playOut();
    expect(rollout.statuses).toBe('succeeded skipped succeeded');
    expect(rollout.entry('n02').detail).toBe('It had left the nodes upon which alice may act.');
    expect([wayOf(rollout, 'n02'), rollout.status]).toEqual(['skipped', 'succeeded']);
  });

  test('after the canary it waits for an approval', () => {
    const rollout = rolloutOver(fleetOf(5), { canary: 2, maxUnavailable: 3 });
    rollout.step();
    expect(rollout.statuses).toBe('draining draining pending pending pending');
    expect(rollout.approve()).toBe('rollout-not-possible');
    rollout.playOut();
    expect(rollout.state.header.pause).toMatchObject({
      because: 'canary',
      detail: 'The first 2 succeeded. Approve it for the other 3 to follow.',
    });
    expect(rollout.approve()).toBe(null);
    rollout.playOut();
    expect(rollout.status).toBe('succeeded');
  });

  test('outside of its window nothing begins, and what is in flight finishes', () => {
    // It is 08:00 in UTC.
    const window = { start: '08:00', end: '08:01', timeZone: 'UTC' };
    const rollout = rolloutOver(fleetOf(3, { n01: { drains: false } }), { window });
    rollout.play(70);
    expect(rollout.statuses).toBe('draining pending pending');
    rollout.fleet.behaviours.clear();
    rollout.play(60);
    expect(rollout.statuses).toBe('succeeded pending pending');
    expect(rollout.last?.waiting).toMatch(/^Outside of its window: it opens in 23 h \d+ min \(at 08:00, UTC\)\.$/u);
    rollout.playOut();
    expect(rollout.status).toBe('succeeded');
  });

  test('a window that is always too short pauses it all the same', () => {
    const fleet = fleetOf(2);
    fleet.vanish('n01');
    const window = { start: '08:00', end: '08:10', timeZone: 'UTC' };
    const rollout = rolloutOver(fleet, { window, offline: 'wait', stallSeconds: 1500 });
    rollout.playOut();
    expect(rollout.state.header.pause).toMatchObject({ because: 'stalled' });
    const days = ((rollout.state.header.pause?.at ?? 0) - rollout.state.header.createdAt) / 86_400_000;
    expect(Math.floor(days)).toBe(2);
  });

  test('nodes that join are reported, or taken at the end', () => {
    const reports = rolloutOver(fleetOf(2));
    reports.step();
    reports.fleet.register('n99');
    reports.playOut();
    expect(reports.state.header.newNodeIds).toEqual(['n99']);
    expect(reports.kinds.filter((kind) => kind === 'RolloutNodesJoined')).toHaveLength(1);
    expect(reports.statuses).toBe('succeeded succeeded');
    const takes = rolloutOver(fleetOf(2), { includeNew: true });
    takes.step();
    takes.fleet.register('n00');
    takes.playOut();
    expect(takes.state.nodes.map(({ nodeId, status }) => `${nodeId} ${status}`)).toEqual([
      'n01 succeeded',
      'n02 succeeded',
      'n00 succeeded',
    ]);
  });
});

describe('many nodes that join', () => {
  function join(fleet: PlayedFleet, from: number, to: number): void {
    for (let index = from; index <= to; index += 1) fleet.register(`runner-${index}`);
  }

  test('are named up to a hundred, and counted beyond', () => {
    const fleet = fleetOf(1, { n01: { act: 'hangs' } });
    const rollout = rolloutOver(fleet);
    rollout.step();
    join(fleet, 1, 150);
    rollout.step();
    const { newNodeIds, otherNewNodes } = rollout.state.header;
    expect([newNodeIds.length, newNodeIds[99], otherNewNodes]).toEqual([100, 'runner-100', 50]);
    // Those that are counted are told once, and again only when there are more of them.
    const revision = rollout.state.header.revision;
    rollout.step();
    expect(rollout.state.header.revision).toBe(revision);
    fleet.vanish('runner-150');
    fleet.register('runner-151');
    rollout.step();
    const lengths = rollout.events.flatMap(({ event }) =>
      event.kind === 'RolloutNodesJoined' ? [[event.nodeIds.length, event.others]] : [],
    );
    expect(lengths).toEqual([
      [100, 50],
      [0, 51],
    ]);
    expect(rollout.state.positions.size).toBe(101);
  });

  test('while it is paused are not taken before it is resumed', () => {
    const fleet = fleetOf(2);
    const rollout = rolloutOver(fleet, { includeNew: true });
    rollout.step();
    rollout.pause();
    rollout.play(60);
    const { revision } = rollout.state.header;
    join(fleet, 1, 3);
    rollout.play(60);
    expect(rollout.state.header.revision).toBe(revision);
    rollout.resume();
    rollout.playOut();
    expect([rollout.status, rollout.statuses]).toEqual([
      'succeeded',
      'succeeded succeeded succeeded succeeded succeeded',
    ]);
  });

  test('while it is paused are told all the same, where it takes none', () => {
    const fleet = fleetOf(2);
    const rollout = rolloutOver(fleet, { canary: 1 });
    rollout.playOut();
    expect(rollout.state.header.pause).toMatchObject({ because: 'canary' });
    join(fleet, 1, 1);
    rollout.step();
    expect(rollout.state.header.newNodeIds).toEqual(['runner-1']);
  });

  test('while it is paused are taken before it would end without them', () => {
    const fleet = fleetOf(1);
    const rollout = rolloutOver(fleet, { includeNew: true });
    rollout.step();
    rollout.pause();
    join(fleet, 1, 1);
    rollout.playOut();
    expect([rollout.status, rollout.statuses]).toEqual(['paused', 'succeeded pending']);
    rollout.resume();
    rollout.playOut();
    expect([rollout.status, rollout.statuses]).toEqual(['succeeded', 'succeeded succeeded']);
  });
});

describe('what stops it', () => {
  test('so many failures pause it; resumed, it goes on until as many more have failed', () => {
    const fails: Behaviour = { act: 'fails' };
    const fleet = fleetOf(6, { n01: fails, n02: fails, n03: fails, n04: fails });
    const rollout = rolloutOver(fleet, { maxFailures: 2, drainFirst: false });
    rollout.playOut();
    expect(rollout.statuses).toBe('failed failed pending pending pending pending');
    rollout.resume();
    rollout.playOut();
    expect(rollout.statuses).toBe('failed failed failed failed pending pending');
    rollout.resume();
    rollout.playOut();
    expect(rollout.statuses).toBe('failed failed failed failed succeeded succeeded');
    expect(rollout.status).toBe('failed');
  });

  test('it says which failed, and what to do', () => {
    const rollout = rolloutOver(fleetOf(3, { n01: { act: 'fails' } }), { maxUnavailable: 2, drainFirst: false });
    rollout.playOut();
    expect(rollout.state.header.pause).toMatchObject({
      because: 'failures',
      by: 'server',
      detail:
        '1 of 3 nodes failed: n01. It stops when 1 has failed. Resume it to go on with the others, or retry those that failed.',
    });
  });

  test('or end it, once nothing is in flight', () => {
    const rollout = rolloutOver(fleetOf(4, { n01: { act: 'fails' } }), { maxUnavailable: 2, onFailures: 'abort' });
    rollout.playOut();
    expect(rollout.statuses).toMatch(/^failed succeeded (succeeded|pending) pending$/u);
    expect(rollout.state.header).toMatchObject({
      status: 'failed',
      error: '1 of 4 nodes failed: n01. It stops when 1 has failed.',
    });
    expect(rollout.kinds.at(-1)).toBe('RolloutEnded');
  });

  test('mass silence pauses it, and it is resumed by hand', () => {
    const rollout = rolloutOver(fleetOf(3));
    rollout.step();
    rollout.massSilence = '40 of 100 nodes fell silent.';
    rollout.playOut();
    expect(rollout.state.header.pause).toMatchObject({
      because: 'mass-silence',
      detail: '40 of 100 nodes fell silent. Resume it when it is clear why.',
    });
    rollout.massSilence = null;
    rollout.play(10);
    expect(rollout.status).toBe('paused');
    rollout.resume();
    rollout.playOut();
    expect(rollout.status).toBe('succeeded');
  });

  test('a metric gate lets nothing begin until it is good, and pauses it when it is bad too often', () => {
    const rollout = rolloutOver(fleetOf(3), { metricGate: { url: 'http://metrics.example/ok', failuresMax: 2 } });
    rollout.step();
    expect(rollout.last?.waiting).toBe('It waits for the first answer of its metric gate.');
    rollout.gate = { isGood: false, badInARow: 1, detail: '503.' };
    rollout.step();
    expect(rollout.last?.waiting).toBe('The metric gate is bad: 503.');
    expect(rollout.statuses).toBe('pending pending pending');
    rollout.gate = { isGood: true, badInARow: 0, detail: '200.' };
    rollout.step();
    expect(rollout.statuses).toBe('draining pending pending');
    rollout.gate = { isGood: false, badInARow: 2, detail: '503.' };
    rollout.playOut();
    expect(rollout.state.header.pause).toMatchObject({
      because: 'metric-gate',
      detail: 'The metric gate was bad 2 times in a row; the last answer: 503.',
    });
  });

  test('through with all but those that were skipped, it has succeeded', () => {
    const fleet = fleetOf(2);
    fleet.vanish('n01');
    fleet.vanish('n02');
    const rollout = rolloutOver(fleet);
    rollout.playOut();
    expect(rollout.events.at(-1)?.event).toMatchObject({ kind: 'RolloutEnded', status: 'succeeded', skipped: 2 });
  });
});

describe('what a crash leaves', () => {
  test.each<[string, Wish, string, string]>([
    ['acting', {}, 'acting undraining skipped', 'Given back before its command: the rollout was cancelled by alice.'],
    [
      'acting',
      { drainFirst: false },
      'acting skipped',
      'Given back before its command: the rollout was cancelled by alice.',
    ],
    [
      'undraining',
      { command: { kind: 'undrain' } },
      'undraining skipped',
      'Given back before its command: the rollout was cancelled by alice.',
    ],
    ['draining', {}, 'draining undraining skipped', 'Given back while it drained: the rollout was cancelled by alice.'],
  ])('at %s a command that nobody has given is not given once it is cancelled (%j)', (step, wish, way, detail) => {
    const fleet = fleetOf(2);
    const rollout = rolloutOver(fleet, wish);
    rollout.beforeCommands = () => {
      if (rollout.entry('n01').status === step) rollout.losesCommands = true;
    };
    rollout.play(3);
    expect(rollout.cancel()).toBe(null);
    rollout.beforeCommands = () => undefined;
    rollout.losesCommands = false;
    rollout.playOut();
    expect(wayOf(rollout, 'n01').endsWith(way)).toBe(true);
    expect(rollout.entry('n01').detail).toBe(detail);
    expect([rollout.status, fleet.statusOf('n01')]).toEqual(['cancelled', 'active']);
    expect(fleet.performed.get('n01')).toBe(undefined);
    expect(fleet.node('n01').operations.map(({ command }) => command)).not.toContain('restart');
  });

  test('a command that was given before the cancel is waited for, though its answer was lost', () => {
    const fleet = fleetOf(2);
    const rollout = rolloutOver(fleet, { drainFirst: false });
    rollout.losesAnswer = () => true;
    rollout.play(1);
    rollout.losesAnswer = () => false;
    rollout.cancel();
    rollout.playOut();
    expect(rollout.statuses).toBe('succeeded pending');
    expect([rollout.status, fleet.performed.get('n01')]).toEqual(['cancelled', 1]);
  });

  test('a command whose answer was lost is given again under the same key, and is the same operation', () => {
    const fleet = fleetOf(1);
    const rollout = rolloutOver(fleet);
    let losses = 3;
    rollout.losesAnswer = () => losses-- > 0;
    rollout.playOut();
    expect(rollout.status).toBe('succeeded');
    expect(fleet.performed.get('n01')).toBe(1);
    expect(fleet.node('n01').operations.map(({ command }) => command)).toEqual(['drain', 'restart', 'undrain']);
  });

  test('a step that changes nothing says when to step again', () => {
    const rollout = rolloutOver(fleetOf(1), { drainFirst: false, healthySeconds: 60 });
    rollout.play(4);
    const { healthySince } = rollout.entry('n01');
    expect(rollout.step()).toMatchObject({ events: [], commands: [], wakeAt: (healthySince ?? 0) + 60_000 });
  });
});
