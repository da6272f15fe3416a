/** Which nodes have their turn now: in their order, as long as there is a place in the rollout and in every budget that is for them. */
import type { RolloutEvent } from '@sluice/contract';
import { takesPlace } from '../budget/check-budgets.ts';
import { placesOf } from '../budget/places.ts';
import { isUnavailable } from '../budget/unavailable.ts';
import type { Command } from '../command.ts';
import type { NodeState } from '../node/node.ts';
import { statusOf } from '../node/status.ts';
import { ended } from './advance-node.ts';
import { commandOf, firstStepOf } from './node-command.ts';
import { whatItIsFor } from './newcomers.ts';
import {
  LEFT_THE_FLEET,
  type NormalSpec,
  type RolloutHeader,
  type RolloutNodeState,
  type RolloutState,
} from './rollout.ts';
import type { RolloutView } from './rollout-view.ts';
import { namesOf, unavailableNodes } from './unavailable-nodes.ts';

export interface Beginning {
  readonly events: readonly RolloutEvent[];
  /** What keeps the next one from beginning; `null`: nothing, or none is left. */
  readonly waiting: string | null;
  /** Epoch milliseconds at which to look again though nothing changed. */
  readonly wakeAt: readonly number[];
  /** Of its nodes, those that are out, before any of these begins; `null`: not counted. */
  readonly unavailable: number | null;
}

/** Of a rollout that runs, within its window, with a gate that is good. */
export function beginNodes(state: RolloutState, view: RolloutView, now: number): Beginning {
  const { header, nodes, counts } = state;
  const allowed = placesOf(header.spec.maxUnavailable, nodes.length);
  const canaryLeft = canaryLeftOf(state);
  const nothing = { events: [], wakeAt: [], unavailable: null };
  if (counts.pending === 0) return { ...nothing, waiting: null };
  if (canaryLeft <= 0) {
    const waiting = `The canary comes first: its ${header.spec.canary} nodes succeed before others begin.`;
    return { ...nothing, waiting };
  }
  if (counts.inProgress >= allowed) return { ...nothing, waiting: allTakenInWords(state, allowed) };
  return new Turns(state, view, now, allowed, Math.min(allowed - counts.inProgress, canaryLeft)).begin();
}

/** Nodes that may begin before the canary has been approved. */
function canaryLeftOf({ header, counts }: RolloutState): number {
  const { canary } = header.spec;
  return canary === undefined || header.isApproved ? Infinity : canary - counts.succeeded - counts.inProgress;
}

function allTakenInWords({ nodes, inFlight }: RolloutState, allowed: number): string {
  const named = inFlight.slice(0, 3).map((position) => nodes[position - 1]?.nodeId ?? '');
  return `${allTaken(allowed)}: ${namesOf(named, inFlight.length)}.`;
}

function allTaken(allowed: number): string {
  return `${allowed === 1 ? 'Its one place is' : `All its ${allowed} places are`} taken`;
}

/**
 * By zone or by label the order means something, so it is kept: who waits for a place holds back those behind it. In the other
 * orders those that need another place, or none, go on. Who is waited for itself (offline, in other hands) is passed over in all.
 */
function isStrict({ order }: NormalSpec): boolean {
  return order.by === 'zone' || order.by === 'label';
}

/** One look at those whose turn is to come. */
class Turns {
  readonly #state: RolloutState;
  readonly #view: RolloutView;
  readonly #now: number;
  readonly #allowed: number;
  readonly #firstCommand: Command | null;
  readonly #mayActUpon: (node: NodeState) => boolean;
  readonly #events: RolloutEvent[] = [];
  readonly #wakeAt: number[] = [];
  /** Places that those which begin now have taken, by budget. */
  readonly #taken = new Map<string, number>();
  #turnsLeft: number;
  #placesLeft = 0;
  /** Somebody waits for a place: it is not the turn of those behind, and who is offline may be back until it is. */
  #isHeldBack = false;
  #waiting: string | null = null;

  constructor(state: RolloutState, view: RolloutView, now: number, allowed: number, turnsLeft: number) {
    this.#state = state;
    this.#view = view;
    this.#now = now;
    this.#allowed = allowed;
    this.#firstCommand = commandOf(state.header, firstStepOf(state.header.spec));
    this.#mayActUpon = withinScopeOf(state.header);
    this.#turnsLeft = turnsLeft;
  }

  begin(): Beginning {
    const { nodes, pendingFrom, header } = this.#state;
    const out = unavailableNodes(this.#state, this.#view);
    this.#placesLeft = this.#allowed - out.count;
    const outInWords = () =>
      `Of its nodes ${this.#allowed} may be out at once, and ${out.count} ${out.count === 1 ? 'is' : 'are'}: ${namesOf(out.named, out.count)}.`;
    for (let position = pendingFrom; position <= nodes.length && this.#turnsLeft > 0; position += 1) {
      const entry = nodes[position - 1];
      if (entry?.status !== 'pending') continue;
      const node = this.#view.node(entry.nodeId);
      const whySkipped = this.#whySkipped(node);
      if (whySkipped !== null && this.#isHeldBack) continue;
      if (whySkipped !== null || node === undefined) {
        this.#events.push(ended(header, entry, 'skipped', whySkipped ?? LEFT_THE_FLEET));
        continue;
      }
      const isPassedOver = this.#whyPassedOver(entry, node);
      if (isPassedOver !== null) {
        this.#waiting ??= isPassedOver;
        continue;
      }
      const noPlace = this.#whyNoPlace(entry, node, outInWords);
      if (noPlace === null) {
        this.#begin(entry, node);
        continue;
      }
      this.#waiting ??= noPlace;
      this.#isHeldBack = true;
      if (isStrict(header.spec) || (this.#placesLeft <= 0 && !out.hasPending)) break;
    }
    const { length } = this.#events;
    if (this.#waiting === null && this.#turnsLeft === 0 && length < this.#state.counts.pending)
      this.#waiting = `${allTaken(this.#allowed)}.`;
    return { events: this.#events, waiting: this.#waiting, wakeAt: this.#wakeAt, unavailable: out.count };
  }

  #whySkipped(node: NodeState | undefined): string | null {
    const { spec, createdBy } = this.#state.header;
    if (node === undefined) return LEFT_THE_FLEET;
    if (!this.#mayActUpon(node)) return `It had left the nodes upon which ${createdBy} may act.`;
    return spec.offline === 'skip' && statusOf(node) === 'offline' ? 'It was offline at its turn.' : null;
  }

  /** It is waited for, and others go on. */
  #whyPassedOver({ nodeId }: RolloutNodeState, node: NodeState): string | null {
    const other = this.#view.otherRolloutOf(nodeId);
    if (other !== null) return `${nodeId} is in the hands of the rollout ${other}.`;
    return statusOf(node) === 'offline' ? `${nodeId} is offline, and is waited for.` : null;
  }

  #whyNoPlace(
    { nodeId, notBefore, detail }: RolloutNodeState,
    node: NodeState,
    outInWords: () => string,
  ): string | null {
    if (notBefore !== null && notBefore > this.#now) {
      this.#wakeAt.push(notBefore);
      return detail ?? `${nodeId} is tried again in a moment.`;
    }
    if (isUnavailable(node)) return null;
    if (this.#placesLeft <= 0) return outInWords();
    if (!this.#asksBudgets(node)) return null;
    const full = this.#view
      .budgetsOf(node)
      .find(({ name, placesLeft }) => placesLeft - (this.#taken.get(name) ?? 0) <= 0);
    return full === undefined ? null : full.inWords();
  }

  #asksBudgets(node: NodeState): boolean {
    return this.#firstCommand !== null && takesPlace(node, this.#firstCommand);
  }

  #begin({ nodeId, attempt, batch }: RolloutNodeState, node: NodeState): void {
    const { header } = this.#state;
    this.#turnsLeft -= 1;
    if (!isUnavailable(node)) {
      this.#placesLeft -= 1;
      if (this.#asksBudgets(node))
        for (const { name } of this.#view.budgetsOf(node)) this.#taken.set(name, (this.#taken.get(name) ?? 0) + 1);
    }
    const status = firstStepOf(header.spec);
    this.#events.push({ kind: 'RolloutNodeBegun', rolloutId: header.id, nodeId, attempt, batch, status });
  }
}

/** Labels change: a node may have left the scope of whoever started the rollout since. */
function withinScopeOf({ scope }: Pick<RolloutHeader, 'scope'>): (node: NodeState) => boolean {
  return whatItIsFor(scope === undefined ? { all: true } : { selector: scope });
}
