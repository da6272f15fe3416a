/**
 * What must be true of every rollout, and of every step from one state of it to the next.
 * Written apart from decide, step and evolve, so that a mistake there is not made here again.
 */
import type { RolloutEvent, RolloutNodeStatus } from '@sluice/contract';
import { placesOf } from '../budget/places.ts';
import { isUnavailable } from '../budget/unavailable.ts';
import type { NodeState } from '../node/node.ts';
import type { RolloutState } from './rollout.ts';

const IN_HANDS: ReadonlySet<RolloutNodeStatus> = new Set(['draining', 'acting', 'undraining', 'settling']);
const ENDS: ReadonlySet<string> = new Set(['succeeded', 'failed', 'cancelled']);

/** @returns One sentence for each violation; none when all is well. */
export function rolloutViolations({
  header,
  nodes,
  counts,
  inFlight,
  pendingFrom,
  positions,
}: RolloutState): readonly string[] {
  const violations: string[] = [];
  const claim = (isTrue: boolean, sentence: string) => {
    if (!isTrue) violations.push(`rollout ${header.id}: ${sentence}`);
  };
  const inHands = nodes.filter(({ status }) => IN_HANDS.has(status));
  const countOf = (status: RolloutNodeStatus) => nodes.filter((node) => node.status === status).length;
  claim(counts.inProgress === inHands.length, 'those in its hands are counted');
  claim(counts.pending === countOf('pending'), 'those to come are counted');
  claim(counts.succeeded === countOf('succeeded'), 'those that succeeded are counted');
  claim(counts.failed === countOf('failed'), 'those that failed are counted');
  claim(counts.skipped === countOf('skipped'), 'those that were skipped are counted');
  claim(
    inFlight.toSorted((one, other) => one - other).join() === inHands.map(({ position }) => position).join(),
    'those in its hands are known',
  );
  claim(
    nodes.slice(0, pendingFrom - 1).every(({ status }) => status !== 'pending'),
    'nobody is pending before the first of them',
  );
  claim(new Set(nodes.map(({ nodeId }) => nodeId)).size === nodes.length, 'each node is in it once');
  for (const { nodeId, position } of nodes) claim(positions.get(nodeId) === position, `${nodeId} is at its position`);
  claim(header.newNodeIds.length <= 100, 'it keeps the names of a hundred newcomers at most');
  claim((header.status === 'paused') === (header.pause !== null), 'it says why it is paused if and only if it is');
  claim(
    (header.status === 'cancelling') === (header.ending !== null),
    'it ends as something if and only if it is about to',
  );
  claim(ENDS.has(header.status) === (header.endedAt !== null), 'it has an end if and only if it has ended');
  if (ENDS.has(header.status)) claim(inHands.length === 0, 'one that has ended has no node in its hands');
  if (header.status === 'succeeded')
    claim(counts.failed === 0 && counts.pending === 0, 'one that succeeded is through');
  return violations;
}

/** What the checker may see beside the states. */
export interface RolloutLook {
  /** Epoch milliseconds of the step. */
  readonly now: number;
  /**
   * The nodes as they were when the step was made; `undefined`: the fleet has no such node.
   * `null`: nobody knows any more, so that what hangs on it is not judged.
   */
  readonly node: ((nodeId: string) => NodeState | undefined) | null;
}

/** @returns One sentence for each thing that a step did and no step may do. */
export function rolloutViolationsOfStep(
  before: RolloutState,
  events: readonly RolloutEvent[],
  after: RolloutState,
  look: RolloutLook,
): readonly string[] {
  const violations: string[] = [];
  const claim = (isTrue: boolean, sentence: string) => {
    if (!isTrue) violations.push(`rollout ${before.header.id}: ${sentence}`);
  };
  claim(after.header.revision === before.header.revision + events.length, 'the revision counts its events');
  const replayed = new Replay(before, claim, look);
  for (const event of events) replayed.take(event);
  for (const { nodeId, status, attempt } of after.nodes) {
    const expected = replayed.nodes.get(nodeId);
    claim(
      expected?.status === status && expected.attempt === attempt,
      `${nodeId} is ${status} (attempt ${attempt}) as the events say`,
    );
  }
  for (const [index, { nodeId }] of before.nodes.entries())
    claim(after.nodes[index]?.nodeId === nodeId, `${nodeId} keeps its position`);
  return violations;
}

/** Follows the events with what little is needed to judge each at its moment. */
class Replay {
  readonly nodes: Map<string, { readonly status: RolloutNodeStatus; readonly attempt: number }>;
  readonly #before: RolloutState;
  readonly #claim: (isTrue: boolean, sentence: string) => void;
  readonly #look: RolloutLook;
  #status: string;
  #isApproved: boolean;

  constructor(before: RolloutState, claim: (isTrue: boolean, sentence: string) => void, look: RolloutLook) {
    this.#before = before;
    this.#claim = claim;
    this.#look = look;
    this.#status = before.header.status;
    this.#isApproved = before.header.isApproved;
    this.nodes = new Map(before.nodes.map(({ nodeId, status, attempt }) => [nodeId, { status, attempt }]));
  }

  take(event: RolloutEvent): void {
    if (ENDS.has(this.#status))
      this.#claim(event.kind === 'RolloutRetried' && this.#status !== 'cancelled', `${event.kind} after its end`);
    switch (event.kind) {
      case 'RolloutNodeBegun':
        this.#judgeBegin(event.nodeId, event.attempt);
        this.#set(event.nodeId, event.status);
        break;
      case 'RolloutNodeAdvanced':
        this.#claim(IN_HANDS.has(this.#of(event.nodeId)), `${event.nodeId} gets on only in its hands`);
        if (event.status === 'acting')
          this.#claim(this.#of(event.nodeId) === 'draining', `${event.nodeId} is acted upon once`);
        this.#set(event.nodeId, event.status);
        break;
      case 'RolloutNodePutBack':
        this.#set(event.nodeId, 'pending');
        break;
      case 'RolloutNodeEnded': {
        const was = this.#of(event.nodeId);
        this.#claim(
          IN_HANDS.has(was) || (was === 'pending' && event.status === 'skipped'),
          `${event.nodeId} was ${was} and ended as ${event.status}`,
        );
        this.#set(event.nodeId, event.status);
        break;
      }
      case 'RolloutNodesJoined':
        for (const nodeId of event.nodeIds) {
          this.#claim(!this.nodes.has(nodeId), `${nodeId} joins once`);
          if (event.areIncluded) this.nodes.set(nodeId, { status: 'pending', attempt: 1 });
        }
        break;
      case 'RolloutRetried':
        for (const [nodeId, { status, attempt }] of this.nodes)
          if (status === 'failed') this.nodes.set(nodeId, { status: 'pending', attempt: attempt + 1 });
        if (this.#status !== 'paused' || this.#before.header.pause?.because === 'failures') this.#status = 'running';
        break;
      case 'RolloutPaused':
        this.#status = 'paused';
        break;
      case 'RolloutResumed':
      case 'RolloutApproved':
        this.#claim(this.#status === 'paused', 'only one that is paused goes on');
        if (event.kind === 'RolloutApproved' || this.#before.header.pause?.because === 'canary')
          this.#isApproved = true;
        this.#status = 'running';
        break;
      case 'RolloutCancelled':
      case 'RolloutAborted':
        this.#status = 'cancelling';
        break;
      case 'RolloutEnded':
        for (const [nodeId, { status }] of this.nodes)
          this.#claim(!IN_HANDS.has(status), `it ended with ${nodeId} in its hands`);
        this.#status = event.status;
        break;
      case 'RolloutStarted':
      case 'RolloutNodeOperationRequested':
      case 'RolloutNodeHealthChanged':
      case 'RolloutTimesShifted':
        break;
    }
  }

  #of(nodeId: string): RolloutNodeStatus {
    return this.nodes.get(nodeId)?.status ?? 'skipped';
  }

  #set(nodeId: string, status: RolloutNodeStatus): void {
    this.nodes.set(nodeId, { status, attempt: this.nodes.get(nodeId)?.attempt ?? 1 });
  }

  /** Never more than may be out: those in its hands, and, where an available node is taken, all that are out. */
  #judgeBegin(nodeId: string, attempt: number): void {
    const { spec } = this.#before.header;
    this.#claim(this.#status === 'running', `${nodeId} begins while it is ${this.#status}`);
    this.#claim(this.#of(nodeId) === 'pending', `${nodeId} begins, and was ${this.#of(nodeId)}`);
    this.#claim(this.nodes.get(nodeId)?.attempt === attempt, `${nodeId} begins at its attempt`);
    if (spec.window !== undefined)
      this.#claim(isWithin(spec.window, this.#look.now), `${nodeId} begins outside of the window`);
    const allowed = placesOf(spec.maxUnavailable, this.nodes.size);
    const leavesThemOut = spec.command.kind === 'drain' || (spec.drainFirst && !spec.undrainAfter);
    let inHands = 0;
    let out = 0;
    let succeeded = 0;
    for (const [otherId, { status }] of this.nodes) {
      if (status === 'succeeded') succeeded += 1;
      if (IN_HANDS.has(status)) inHands += 1;
      const node = this.#look.node?.(otherId);
      const isLeftOut = leavesThemOut && status === 'succeeded';
      if (IN_HANDS.has(status) || (node !== undefined && !isLeftOut && isUnavailable(node))) out += 1;
    }
    this.#claim(inHands < allowed, `${nodeId} begins beside ${inHands} others, and ${allowed} may be in progress`);
    if (spec.canary !== undefined && !this.#isApproved)
      this.#claim(inHands + succeeded < spec.canary, `${nodeId} begins before the canary was approved`);
    if (this.#look.node === null) return;
    const node = this.#look.node(nodeId);
    this.#claim(node !== undefined, `${nodeId} begins, and is in the fleet`);
    if (node !== undefined && !isUnavailable(node))
      this.#claim(out < allowed, `${nodeId} begins while ${out} are out, and ${allowed} may be`);
  }
}

/** By what the clock of the zone shows. Where it shows an hour twice, the window itself is stricter, or reaches over it. */
function isWithin(
  { days, start, end, timeZone }: NonNullable<RolloutState['header']['spec']['window']>,
  now: number,
): boolean {
  const shown = (at: number) => {
    const clock = new Intl.DateTimeFormat('en-GB', {
      timeZone,
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
    const parts = new Map(clock.formatToParts(at).map(({ type, value }) => [type, value]));
    return { time: `${parts.get('hour')}:${parts.get('minute')}`, day: (parts.get('weekday') ?? '').toLowerCase() };
  };
  const today = shown(now);
  const isDay = (day: string) => days === undefined || days.some((each) => each === day);
  if (start < end) return isDay(today.day) && start <= today.time && today.time < end;
  const yesterday = shown(now - 86_400_000);
  return (isDay(today.day) && today.time >= start) || (isDay(yesterday.day) && today.time < end);
}
