/** `stepRollout`: what happens to a rollout by itself, as its nodes, its budgets, its gate and the time are now. */
import type { RolloutEvent, RolloutPause } from '@sluice/contract';
import { durationInWords } from '../duration-in-words.ts';
import { placesOf } from '../budget/places.ts';
import { advanceNode, type Gathered } from './advance-node.ts';
import { beginNodes } from './begin-nodes.ts';
import { evolveRollout } from './evolve-rollout.ts';
import { newcomersOf } from './newcomers.ts';
import { unansweredCommands } from './node-command.ts';
import { isEnded, type RolloutState } from './rollout.ts';
import type { RolloutStep, RolloutView } from './rollout-view.ts';
import { NAMED_MAX, namesOf } from './unavailable-nodes.ts';
import { openMsBetween, windowAt } from './window.ts';

/** Milliseconds after which a command that nobody has answered is given again. */
const ASK_AGAIN_MS = 5000;

/**
 * Pure and total. To be called after whatever may concern the rollout has changed, and at `wakeAt`; calling it more often
 * changes nothing. What it costs grows with the nodes in flight, and, while a place is free, with all of its nodes.
 */
export function stepRollout(state: RolloutState, view: RolloutView, now: number): RolloutStep {
  // What it knows of its nodes may be of long ago: also what it has in its hands waits until somebody has looked.
  if (state.header.pause?.because === 'restored') return nothingOf(state);
  return new Step(state, view, now).take();
}

function nothingOf(state: RolloutState): RolloutStep {
  return { state, events: [], commands: [], wakeAt: null, waiting: null, unavailable: null, unknownOperations: [] };
}

class Step {
  readonly #view: RolloutView;
  readonly #now: number;
  readonly #gathered: Gathered = { events: [], unknownOperations: [], wakeAt: [] };
  readonly #events: RolloutEvent[] = [];
  #state: RolloutState;
  #waiting: string | null = null;
  #unavailable: number | null = null;

  constructor(state: RolloutState, view: RolloutView, now: number) {
    this.#state = state;
    this.#view = view;
    this.#now = now;
  }

  take(): RolloutStep {
    if (!isEnded(this.#state.header)) {
      this.#advance();
      this.#takeNewcomers();
      this.#stopForCause();
      if (this.#state.header.status === 'running') this.#goOn();
      this.#end();
    }
    const commands = unansweredCommands(this.#state);
    const { wakeAt, unknownOperations } = this.#gathered;
    if (commands.length > 0) wakeAt.push(this.#now + ASK_AGAIN_MS);
    const isRunning = this.#state.header.status === 'running';
    return {
      events: this.#events,
      state: this.#state,
      commands,
      wakeAt: isEnded(this.#state.header) || wakeAt.length === 0 ? null : Math.min(...wakeAt),
      waiting: isRunning ? this.#waiting : null,
      unavailable: this.#unavailable,
      unknownOperations,
    };
  }

  #record(...events: readonly RolloutEvent[]): void {
    this.#events.push(...events);
    this.#state = evolveRollout(this.#state, events, this.#now);
  }

  #advance(): void {
    const { header, nodes, inFlight } = this.#state;
    for (const position of inFlight) {
      const entry = nodes[position - 1];
      if (entry !== undefined) advanceNode(header, entry, this.#view, this.#now, this.#gathered);
    }
    this.#record(...this.#gathered.events);
    this.#watchThoseThatSettleNow();
  }

  /** What begins to settle in this step is looked at once more: its time runs from now, and with nothing to wait for it is done. */
  #watchThoseThatSettleNow(): void {
    const again: Gathered = { events: [], unknownOperations: [], wakeAt: this.#gathered.wakeAt };
    for (const event of this.#gathered.events) {
      if (event.kind !== 'RolloutNodeAdvanced' || event.status !== 'settling') continue;
      const entry = this.#state.nodes[(this.#state.positions.get(event.nodeId) ?? 0) - 1];
      if (entry !== undefined) advanceNode(this.#state.header, entry, this.#view, this.#now, again);
    }
    this.#record(...again.events);
  }

  /**
   * They are told at once, which is bounded. While it is paused none is taken into it, so that one that is forgotten does not grow
   * with all that come and go: they are when it goes on, or before it would end.
   */
  #takeNewcomers(): void {
    const { header, counts } = this.#state;
    const { status, spec, id, otherNewNodes } = header;
    const isThrough = counts.pending === 0 && counts.inProgress === 0;
    if (status !== 'running' && status !== 'paused') return;
    if (status === 'paused' && spec.includeNew && !isThrough) return;
    const { nodeIds, others } = newcomersOf(this.#state, this.#view);
    if (nodeIds.length === 0 && others <= otherNewNodes) return;
    const joined = { nodeIds: [...nodeIds], others, areIncluded: spec.includeNew };
    this.#record({ kind: 'RolloutNodesJoined', rolloutId: id, ...joined });
  }

  /** Of one that has nothing more to begin, there is nothing to stop: it ends by itself. */
  #stopForCause(): void {
    const { header, counts } = this.#state;
    if (header.status !== 'running' || counts.pending === 0) return;
    const { massSilence, gate } = this.#view;
    const { maxFailures, onFailures, metricGate, canary } = header.spec;
    const failures = counts.failed - header.failuresForgiven;
    if (massSilence !== null) this.#pause('mass-silence', `${massSilence} Resume it when it is clear why.`);
    else if (failures >= placesOf(maxFailures, this.#state.nodes.length)) {
      const detail = `${this.#failedInWords()}. It stops when ${maxFailures} ${maxFailures === 1 ? 'has' : 'have'} failed.`;
      if (onFailures === 'abort') this.#record({ kind: 'RolloutAborted', rolloutId: header.id, detail });
      else this.#pause('failures', `${detail} Resume it to go on with the others, or retry those that failed.`);
    } else if (metricGate !== undefined && gate !== null && gate.badInARow >= (metricGate.failuresMax ?? 1))
      this.#pause(
        'metric-gate',
        `The metric gate was bad ${gate.badInARow} times in a row; the last answer: ${gate.detail}`,
      );
    else if (canary !== undefined && !header.isApproved && counts.succeeded >= canary && counts.inProgress === 0)
      this.#pause('canary', `The first ${canary} succeeded. Approve it for the other ${counts.pending} to follow.`);
  }

  #pause(because: RolloutPause['because'], detail: string): void {
    this.#record({ kind: 'RolloutPaused', rolloutId: this.#state.header.id, because, detail, by: 'server' });
  }

  #failedInWords(): string {
    const { nodes, counts } = this.#state;
    const named: string[] = [];
    for (const { nodeId, status } of nodes) {
      if (named.length === NAMED_MAX) break;
      if (status === 'failed') named.push(nodeId);
    }
    return `${counts.failed} of ${nodes.length} nodes failed: ${namesOf(named, counts.failed)}`;
  }

  /** Begins what may begin now; where nothing could for too long, it pauses. */
  #goOn(): void {
    const { window } = this.#state.header.spec;
    const opening = window === undefined ? null : windowAt(window, this.#now);
    if (window !== undefined && opening?.isOpen === false) {
      this.#gathered.wakeAt.push(opening.opensAt);
      const opensIn = durationInWords(opening.opensAt - this.#now);
      this.#waiting = `Outside of its window: it opens in ${opensIn} (at ${window.start}, ${window.timeZone}).`;
      return;
    }
    if (opening?.isOpen === true) this.#gathered.wakeAt.push(opening.until);
    const { gate, whyNotYet } = this.#view;
    // It passes by itself: this is no stall, however long nothing was begun before.
    if (whyNotYet !== null) {
      this.#waiting = this.#state.counts.pending === 0 ? null : whyNotYet;
      return;
    }
    if (this.#state.header.spec.metricGate !== undefined && gate?.isGood !== true) {
      this.#waiting =
        gate === null || gate.isGood === null
          ? 'It waits for the first answer of its metric gate.'
          : `The metric gate is bad: ${gate.detail}`;
    } else {
      const { events, waiting, wakeAt, unavailable } = beginNodes(this.#state, this.#view, this.#now);
      this.#record(...events);
      this.#gathered.wakeAt.push(...wakeAt);
      this.#waiting = waiting;
      this.#unavailable = unavailable;
    }
    this.#watchForStall();
  }

  #watchForStall(): void {
    const { header, counts } = this.#state;
    if (counts.inProgress > 0 || counts.pending === 0) return;
    const { window, stallSeconds } = header.spec;
    const since = Math.max(header.progressedAt, header.runningSince);
    const idleMs = window === undefined ? this.#now - since : openMsBetween(window, since, this.#now);
    if (idleMs < stallSeconds * 1000) {
      this.#gathered.wakeAt.push(this.#now + stallSeconds * 1000 - idleMs);
      return;
    }
    const waited = durationInWords(stallSeconds * 1000);
    this.#pause(
      'stalled',
      `Nothing was under way, and nothing could begin for ${waited}. ${this.#waiting ?? ''}`.trim(),
    );
  }

  #end(): void {
    const { header, counts } = this.#state;
    if (counts.inProgress > 0) return;
    const { status, ending, id: rolloutId } = header;
    if (status !== 'cancelling' && counts.pending > 0) return;
    const { succeeded, failed, skipped, pending } = counts;
    const error = ending?.as === 'failed' ? ending.detail : failed > 0 ? `${this.#failedInWords()}.` : null;
    const endsAs = ending?.as ?? (failed > 0 ? 'failed' : 'succeeded');
    this.#record({
      kind: 'RolloutEnded',
      rolloutId,
      status: endsAs,
      error: endsAs === 'failed' ? error : null,
      succeeded,
      failed,
      skipped,
      pending,
    });
  }
}
