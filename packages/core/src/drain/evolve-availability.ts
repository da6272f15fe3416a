/** How events of holds and drains change a node's state. */
import type { Availability, FleetEvent, Hold } from '@sluice/contract';
import type { Drain, NodeState } from '../node/node.ts';

type AvailabilityEvent = Extract<
  FleetEvent,
  {
    kind:
      | 'HoldPlaced'
      | 'HoldReleased'
      | 'HoldExpiryDeferred'
      | 'HoldTimesShifted'
      | 'AvailabilityWished'
      | 'AvailabilityRecovered'
      | 'DrainProgressed'
      | 'DrainDeadlineReached'
      | 'NodeDrained'
      | 'NodeNoLongerEmpty'
      | 'NodeActivated'
      | 'ActivationHindered';
  }
>;

export function evolveAvailability(node: NodeState, event: AvailabilityEvent, at: number): NodeState {
  switch (event.kind) {
    case 'HoldPlaced':
      return withHolds(
        withChangeNoted(node, event.hold.name),
        [...node.holds.filter((hold) => hold.name !== event.hold.name), event.hold],
        at,
      );
    case 'HoldReleased':
      return withHolds(
        isAskedFor(event.why) ? withChangeNoted(node, event.name) : node,
        node.holds.filter((hold) => hold.name !== event.name),
        at,
      );
    case 'HoldExpiryDeferred':
      return withHold(node, event.name, { expiresAt: null, expiryDeferredBecause: event.because });
    case 'HoldTimesShifted':
      return withTimesShifted(node, event.name, event.byMs);
    case 'DrainDeadlineReached':
      return withHold(node, event.hold, { deadlineReachedAt: at });
    case 'AvailabilityWished':
      return wish(node, event.availability, event.generation);
    case 'AvailabilityRecovered': {
      // What was known of the drain is of an older life: the agent says anew how far the node is.
      const { generation, holds } = event;
      const wished = holds.length === 0 ? 'active' : 'drain';
      return {
        ...withHolds({ ...node, drain: null }, holds, at),
        wished,
        generation,
        turnedAtGeneration: generation,
        activation: { confirmed: false, problem: null },
      };
    }
    case 'DrainProgressed': {
      const { phase, sessionsAtStart, sessionsRemaining, blockers, problem } = event;
      return withDrain(node, { phase, sessionsAtStart, sessionsRemaining, blockers, problem });
    }
    case 'NodeDrained':
      return withDrain(node, {
        phase: 'drained',
        sessionsRemaining: 0,
        blockers: [],
        problem: null,
        drained: { at, evidence: event.evidence },
        wasDrained: true,
      });
    case 'NodeNoLongerEmpty':
      return withDrain(node, {
        phase: 'waiting-for-sessions',
        sessionsRemaining: event.sessionsRemaining,
        drained: null,
      });
    case 'NodeActivated':
      return { ...node, activation: { confirmed: true, problem: null } };
    case 'ActivationHindered':
      return { ...node, activation: { confirmed: false, problem: event.problem } };
  }
}

/** Somebody wanted it, while what time alone releases comes up again by itself. */
function isAskedFor(why: Extract<FleetEvent, { kind: 'HoldReleased' }>['why']): boolean {
  return why === 'undrain' || why === 'operation-cancelled';
}

/** While the agent is away, what changes is newer than anything that it knows, whatever it says when it returns. */
function withChangeNoted(node: NodeState, name: string): NodeState {
  const { session } = node;
  if (session.kind === 'connected' || session.holdsChangedSince.includes(name)) return node;
  return { ...node, session: { ...session, holdsChangedSince: [...session.holdsChangedSince, name] } };
}

/** A drain exists if and only if there is a hold. */
function withHolds(node: NodeState, holds: readonly Hold[], at: number): NodeState {
  const drain = holds.length === 0 ? null : (node.drain ?? beginDrain(at));
  const activation = drain === null && node.drain === null ? node.activation : { confirmed: false, problem: null };
  return { ...node, holds, drain, activation };
}

function beginDrain(at: number): Drain {
  return {
    startedAt: at,
    phase: 'waiting-for-agent',
    sessionsAtStart: null,
    sessionsRemaining: null,
    blockers: [],
    problem: null,
    drained: null,
    wasDrained: false,
  };
}

function withHold(node: NodeState, name: string, change: Partial<Hold>): NodeState {
  return { ...node, holds: node.holds.map((hold) => (hold.name === name ? { ...hold, ...change } : hold)) };
}

function withTimesShifted(node: NodeState, name: string, byMs: number): NodeState {
  const shifted = (at: number | null) => (at === null ? null : at + byMs);
  return {
    ...node,
    holds: node.holds.map((hold) =>
      hold.name === name ? { ...hold, deadlineAt: shifted(hold.deadlineAt), expiresAt: shifted(hold.expiresAt) } : hold,
    ),
  };
}

function withDrain(node: NodeState, change: Partial<Drain>): NodeState {
  return node.drain === null ? node : { ...node, drain: { ...node.drain, ...change } };
}

/** A wish of another availability than the one before turns the node: reports of older generations mark nothing from here on. */
function wish(node: NodeState, availability: Availability, generation: number): NodeState {
  const turnedAtGeneration = availability === node.wished ? node.turnedAtGeneration : generation;
  return { ...node, wished: availability, generation, turnedAtGeneration };
}
