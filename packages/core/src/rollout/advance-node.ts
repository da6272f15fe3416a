/** What happens by itself to one node that is in a rollout's hands: its step has ended, or it has become healthy, or time is over. */
import type { OperationRecord, RolloutEvent } from '@sluice/contract';
import { releasedInWords } from '../drain/while-held.ts';
import { durationInWords } from '../duration-in-words.ts';
import { type NodeState, operationOf } from '../node/node.ts';
import { isActive } from '../operation/operation.ts';
import { staysDrained } from './node-command.ts';
import {
  holdOf,
  isInFlight,
  LEFT_THE_FLEET,
  type RolloutHeader,
  type RolloutNodeState,
  type RolloutStepName,
} from './rollout.ts';
import { whyNotSettled } from './settled.ts';
import type { RolloutView } from './rollout-view.ts';

/** What a step gathers while it looks at one node after the other. */
export interface Gathered {
  readonly events: RolloutEvent[];
  readonly unknownOperations: string[];
  /** Epoch milliseconds of instants to step again at. */
  readonly wakeAt: number[];
}

type Turn = { readonly header: RolloutHeader; readonly entry: RolloutNodeState; readonly node: NodeState };

/** @param entry A node in flight. */
export function advanceNode(
  header: RolloutHeader,
  entry: RolloutNodeState,
  view: RolloutView,
  now: number,
  gathered: Gathered,
): void {
  const node = view.node(entry.nodeId);
  if (node === undefined) {
    gathered.events.push(ended(header, entry, 'skipped', LEFT_THE_FLEET));
    return;
  }
  const turn: Turn = { header, entry, node };
  if (entry.status === 'settling') {
    settle(turn, now, gathered);
    return;
  }
  if (entry.status === 'draining' && header.ending?.as === 'cancelled') {
    const detail = `Given back while it drained: the rollout was ${header.ending.detail}.`;
    gathered.events.push(advanced(turn, 'undraining', now, { status: 'skipped', detail }));
    return;
  }
  if (entry.operationId === null || !isInFlight(entry.status)) return;
  const operation = operationOf(node, entry.operationId) ?? view.endedOperation(entry.operationId);
  if (operation === undefined) gathered.unknownOperations.push(entry.operationId);
  else if (operation === null) gathered.events.push(...lost(turn, entry.operationId));
  else if (!isActive(operation)) gathered.events.push(...afterStep(turn, entry.status, operation, now));
}

/** The server was restored from a copy that is older than the operation. */
function lost({ header, entry }: Turn, operationId: string): readonly RolloutEvent[] {
  const detail = `Nobody knows what became of it: the server has no operation ${operationId}.`;
  return [ended(header, entry, 'failed', detail)];
}

function afterStep(
  turn: Turn,
  step: RolloutStepName,
  operation: OperationRecord,
  now: number,
): readonly RolloutEvent[] {
  const { header, entry } = turn;
  switch (step) {
    case 'draining':
      return afterDrain(turn, operation, now);
    case 'acting':
      return afterAct(turn, operation, now);
    case 'undraining':
      // However it ended, the hold is released: whether the node is back is what settling watches.
      return entry.endsAs === null
        ? [advanced(turn, 'settling', now)]
        : [ended(header, entry, entry.endsAs.status, entry.endsAs.detail)];
    case 'settling':
      return [];
  }
}

function afterDrain(turn: Turn, operation: OperationRecord, now: number): readonly RolloutEvent[] {
  const { header, entry, node } = turn;
  const said = operation.error?.message ?? `its drain is ${operation.status}`;
  if (operation.status === 'cancelled') return [ended(header, entry, 'skipped', `Not this node: ${said}`)];
  if (operation.status !== 'succeeded') return [ended(header, entry, 'failed', `It was not drained: ${said}`)];
  if (!isHeld(turn))
    return [ended(header, entry, 'skipped', `Not this node: ${releasedInWords(node, holdOf(header.id))}.`)];
  return [advanced(turn, header.spec.command.kind === 'drain' ? 'settling' : 'acting', now)];
}

function afterAct(turn: Turn, operation: OperationRecord, now: number): readonly RolloutEvent[] {
  const { header, entry } = turn;
  if (operation.status === 'succeeded') {
    const goesBack = isHeld(turn) && !staysDrained(header.spec);
    return [advanced(turn, goesBack ? 'undraining' : 'settling', now)];
  }
  const said = operation.error?.message ?? `it is ${operation.status}`;
  if (operation.status !== 'cancelled' || operation.startedAt !== null)
    return [ended(header, entry, 'failed', `Its ${operation.command} did not succeed: ${said}`)];
  // It was never performed, so the node is as it was: somebody did not want it for this one.
  const detail = `Not this node: ${said}`;
  return isHeld(turn)
    ? [advanced(turn, 'undraining', now, { status: 'skipped', detail })]
    : [ended(header, entry, 'skipped', detail)];
}

function isHeld({ header, node }: Turn): boolean {
  return node.holds.some(({ name }) => name === holdOf(header.id));
}

function settle(turn: Turn, now: number, gathered: Gathered): void {
  const { header, entry, node } = turn;
  const { healthySeconds, healthyWithinSeconds, command } = header.spec;
  if (command.kind === 'drain' && !isHeld(turn)) {
    gathered.events.push(
      ended(header, entry, 'skipped', `Not this node: ${releasedInWords(node, holdOf(header.id))}.`),
    );
    return;
  }
  const why = whyNotSettled(node, header);
  const healthySince = why === null ? (entry.healthySince ?? now) : null;
  if (healthySince !== null && now >= healthySince + healthySeconds * 1000) {
    gathered.events.push(ended(header, entry, 'succeeded', null));
    return;
  }
  if (entry.settleBy !== null && now >= entry.settleBy) {
    const within = durationInWords(healthyWithinSeconds * 1000);
    const what = why ?? `it is so only for ${durationInWords(now - (healthySince ?? now))}`;
    const detail = `It was not healthy for ${durationInWords(healthySeconds * 1000)} within ${within}: ${what}.`;
    gathered.events.push(ended(header, entry, 'failed', detail));
    return;
  }
  if (healthySince !== entry.healthySince)
    gathered.events.push({ kind: 'RolloutNodeHealthChanged', ...of(header, entry), healthySince, detail: why });
  if (healthySince !== null) gathered.wakeAt.push(healthySince + healthySeconds * 1000);
  if (entry.settleBy !== null) gathered.wakeAt.push(entry.settleBy);
}

function of({ id }: RolloutHeader, { nodeId, attempt }: RolloutNodeState) {
  return { rolloutId: id, nodeId, attempt };
}

/** The end of a node's turn. */
export function ended(
  header: RolloutHeader,
  entry: RolloutNodeState,
  status: 'succeeded' | 'failed' | 'skipped',
  detail: string | null,
): RolloutEvent {
  return { kind: 'RolloutNodeEnded', ...of(header, entry), status, detail };
}

function advanced(
  { header, entry, node }: Turn,
  status: RolloutStepName,
  now: number,
  endsAs: RolloutNodeState['endsAs'] = null,
): RolloutEvent {
  const isSettled = status === 'settling' && whyNotSettled(node, header) === null;
  const healthySince = isSettled ? now : null;
  return { kind: 'RolloutNodeAdvanced', ...of(header, entry), status, endsAs, healthySince };
}
