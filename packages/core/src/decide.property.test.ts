/** Properties of decide and evolve over arbitrary lives of a node; fast-check prints the seed and the shortest life that fails. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Command } from './command.ts';
import { evolve } from './evolve.ts';
import { hello, LivingNode, UNASKED } from './node-fixture.ts';
import { availabilityOf, type NodeState } from './node/node.ts';
import { statusOf } from './node/status.ts';
import { actOnNode, drainHoldOf, isAct, isActive } from './operation/operation.ts';
import { matches, parseSelector } from './selector/selector.ts';
import { underWay } from './under-way.ts';

type Deed =
  | { readonly kind: 'command'; readonly command: Command }
  | {
      readonly kind: 'report';
      readonly sessions: number;
      readonly reached: boolean;
      readonly generationBack: number;
      readonly availability: 'active' | 'drain';
    }
  | {
      readonly kind: 'update';
      readonly which: number;
      readonly sequence: number;
      readonly status: 'running' | 'succeeded' | 'failed' | 'cancelled';
      readonly incarnation: number;
      readonly boot: string;
    }
  | { readonly kind: 'pass'; readonly ms: number };

const hold = fc.constantFrom('operator', 'rollout/1', 'node');
const timeoutMs = fc.constantFrom(null, 0, 2000, 60_000, 3_600_000);
const boot = fc.constantFrom('boot-1', 'boot-2');
const onDeadline = fc.constantFrom('force' as const, 'cancel' as const, 'hold' as const);

const command: fc.Arbitrary<Command> = fc.oneof(
  fc.record({
    kind: fc.constant('DrainNode' as const),
    hold,
    timeoutMs,
    onDeadline,
    expiresInMs: fc.constantFrom(null, 5000),
    force: fc.boolean(),
    reason: fc.constant(null),
  }),
  fc.record({
    kind: fc.constant('ReleaseHold' as const),
    hold: fc.oneof(hold, fc.constant(null)),
    reason: fc.constant(null),
  }),
  fc.record({
    kind: fc.constant('RestartWorkload' as const),
    graceMs: fc.constant(null),
    executeWithinMs: fc.constantFrom(null, 5000),
    drainFirst: fc.oneof(fc.constant(null), fc.record({ timeoutMs, onDeadline })),
    force: fc.boolean(),
    reason: fc.constant(null),
  }),
  fc.record({
    kind: fc.constant('RebootMachine' as const),
    drainFirst: fc.oneof(fc.constant(null), fc.record({ timeoutMs, onDeadline })),
    undrainAfter: fc.boolean(),
    force: fc.boolean(),
    reason: fc.constant(null),
  }),
  fc.record({
    kind: fc.constant('RunDeclaredCommand' as const),
    name: fc.constantFrom('reload', 'wipe', 'unknown'),
    params: fc.constant({}),
    force: fc.boolean(),
    reason: fc.constant(null),
  }),
  fc.record({
    kind: fc.constant('ReplaceMetadata' as const),
    json: fc.json(),
    ifRevision: fc.constantFrom(null, 0, 1),
  }),
  fc.record({ kind: fc.constant('MergeMetadata' as const), patch: fc.json(), ifRevision: fc.constantFrom(null, 1) }),
  fc.record({
    kind: fc.constant('RecordDisconnect' as const),
    sessionId: fc.constantFrom('s1', 's2'),
    goodbye: fc.boolean(),
    why: fc.constant('lost'),
  }),
  fc.record({
    kind: fc.constant('ExpireLease' as const),
    afterSession: fc.constantFrom('s1', 's2'),
    lastHeardAt: fc.constant(null),
  }),
  fc.record({
    kind: fc.constant('RegisterNode' as const),
    sessionId: fc.constantFrom('s1', 's2'),
    remoteIp: fc.constant('10.0.0.1'),
    credentials: fc.constant(UNASKED),
    hello: fc
      .record({ generation: fc.nat(8), healthy: fc.boolean(), boot })
      .map(({ generation, healthy, boot: bootId }) =>
        hello({
          reboot: { bootId, withinMs: 600_000 },
          availability: { generation, availability: 'active', holds: [] },
          workload: { ...hello().workload, healthy },
        }),
      ),
  }),
);

const deed: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 5, arbitrary: command.map((value) => ({ kind: 'command' as const, command: value })) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('report' as const),
      sessions: fc.nat(3),
      reached: fc.boolean(),
      generationBack: fc.nat(3),
      availability: fc.constantFrom('active' as const, 'drain' as const),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('update' as const),
      which: fc.nat(3),
      sequence: fc.integer({ min: 1, max: 9 }),
      status: fc.constantFrom('running' as const, 'succeeded' as const, 'failed' as const, 'cancelled' as const),
      incarnation: fc.nat(4),
      boot,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.constantFrom(1, 2000, 60_000, 700_000) }),
  },
);

function perform(living: LivingNode, given: Deed): void {
  switch (given.kind) {
    case 'command':
      living.tell(given.command);
      return;
    case 'report':
      living.must({
        kind: 'RecordAvailability',
        report: {
          kind: 'availability.report',
          generation: Math.max(0, living.node.generation - given.generationBack),
          availability: given.availability,
          reached: given.reached,
          phase: null,
          sessionsAtStart: null,
          sessionsRemaining: given.sessions,
          blockers: [],
          problem: null,
          evidence: given.reached ? { kind: 'counted', zeroSeenAt: [living.now, living.now] } : null,
        },
      });
      return;
    case 'update': {
      const act = living.node.operations.filter(isAct).at(-1 - given.which);
      if (act === undefined) return;
      living.must({
        kind: 'RecordOperation',
        update: {
          kind: 'operation.update',
          operationId: act.id,
          sequence: given.sequence,
          status: given.status,
          phase: null,
          result: { newIncarnation: given.incarnation, newBootId: given.boot },
          error: null,
          output: null,
        },
      });
      return;
    }
    case 'pass':
      living.pass(given.ms);
      return;
  }
}

const life = fc.array(deed, { maxLength: 40 });

test('no life violates an invariant (each step is checked by the fixture)', () => {
  fc.assert(
    fc.property(life, (deeds) => {
      const living = LivingNode.registered();
      for (const each of deeds) perform(living, each);
    }),
    { numRuns: 2000 },
  );
});

test('a terminal status never changes, whatever comes', () => {
  fc.assert(
    fc.property(life, (deeds) => {
      const living = LivingNode.registered();
      const ends = new Map<string, string>();
      for (const each of deeds) {
        perform(living, each);
        for (const { id, status } of living.node.operations) {
          if (ends.has(id)) expect(status).toBe(ends.get(id));
          else if (['succeeded', 'failed', 'cancelled', 'expired'].includes(status)) ends.set(id, status);
        }
      }
    }),
  );
});

test('every operation with a clock ends: after its deadline or expiry and a bound, none is left', () => {
  fc.assert(
    fc.property(life, (deeds) => {
      const living = LivingNode.registered();
      for (const each of deeds) perform(living, each);
      living.pass(8_000_000);
      living.pass(8_000_000);
      for (const operation of living.node.operations) {
        if (!isActive(operation)) continue;
        const drainsWithoutDeadline = operation.task.kind === 'drain' && operation.deadlineAt === null;
        const waitsForSuchADrain = drainHoldOf(operation) !== null && operation.deliverBy === null;
        expect(drainsWithoutDeadline || waitsForSuchADrain).toBe(true);
      }
    }),
  );
});

test('time that is not due changes nothing, and what is due is due once', () => {
  fc.assert(
    fc.property(life, (deeds) => {
      const living = LivingNode.registered();
      for (const each of deeds) perform(living, each);
      living.pass(0);
      const { revision } = living.node;
      living.pass(0);
      expect(living.node.revision).toBe(revision);
      const { wakeAt } = underWay(living.node);
      if (wakeAt === null) return;
      expect(wakeAt).toBeGreaterThan(living.now);
      living.pass(wakeAt - living.now - 1);
      expect(living.node.revision).toBe(revision);
      living.pass(1);
      expect(living.node.revision).toBeGreaterThan(revision);
    }),
  );
});

test('the last wish rules: what follows from the holds is what the agent is told', () => {
  fc.assert(
    fc.property(life, (deeds) => {
      const living = LivingNode.registered();
      for (const each of deeds) perform(living, each);
      const [told] = underWay(living.node).forAgent;
      expect(told).toMatchObject({
        kind: 'SetAvailability',
        availability: availabilityOf(living.node),
        generation: living.node.generation,
      });
      expect(['draining', 'drained'].includes(statusOf(living.node)) ? living.node.holds.length : 1).toBeGreaterThan(0);
      const act = actOnNode(living.node);
      if (act !== null) expect(isActive(act)).toBe(true);
    }),
  );
});

test('the recorded events alone give the same state: the history is the truth', () => {
  fc.assert(
    fc.property(life, (deeds) => {
      const living = LivingNode.registered();
      for (const each of deeds) perform(living, each);
      const replayed = living.history.reduce<NodeState | null>(
        (state, { event, at }) => evolve(state, event, 'n1', at),
        null,
      );
      expect(replayed).toEqual(living.node);
    }),
  );
});

test.each([
  ['game=chess', true],
  ['game==chess', true],
  ['game!=chess', false],
  ['nothing!=chess', true],
  ['nothing=chess', false],
  ['type=game-server,region=eu', true],
  ['region in (us, eu),zone=b', true],
  ['region not in (us,eu)', false],
  ['game notin (go)', true],
  ['status=active', true],
  ['__proto__=x', false],
])('the selector %s', (text, expected) => {
  const selector = parseSelector(text);
  if (!selector.ok) throw new Error(selector.problem.detail);
  const { node } = LivingNode.registered();
  expect(matches(selector.value, node, statusOf(node))).toBe(expected);
});

test.each(['', '=x', 'a b', 'a in b', 'a in (b', 'a>1', ',a=b'])(
  'the selector %j is refused with what to write',
  (text) => {
    const selector = parseSelector(text);
    expect(selector.ok ? 'accepted' : selector.problem.code).toBe('invalid-selector');
  },
);
