/** Undraining: a hold is released; with the last one the node goes back into rotation. */
import type { FleetEvent } from '@sluice/contract';
import type { Command, Context } from '../command.ts';
import { decided, type Decision } from '../decision.ts';
import { type Draft, openDraft } from '../draft.ts';
import type { NodeState } from '../node/node.ts';
import { isActive } from '../operation/operation.ts';
import { endOperation, requestOperation } from '../operation/request.ts';
import type { Result } from '../result.ts';
import { hangsOnHold } from './while-held.ts';
import { wish } from './wish.ts';

type ReleaseHold = Extract<Command, { kind: 'ReleaseHold' }>;
type ReleaseReason = Extract<FleetEvent, { kind: 'HoldReleased' }>['why'];

/** Milliseconds that a connected agent gets to bring its node back: an undrain hook (10 s) and a few tries of it. */
const ACTIVATE_WITHIN_MS = 60_000;

/** Works from every state, and is never refused: what is not held is released already. */
export function decideUndrain(node: NodeState, command: ReleaseHold, context: Context): Result<Decision> {
  const running = node.operations.find((operation) => operation.command === 'undrain' && isActive(operation));
  if (running !== undefined && node.holds.length === 0) return decided([], running.id);

  const draft = openDraft(node, context.now);
  const names = node.holds.map((hold) => hold.name).filter((name) => command.hold === null || name === command.hold);
  const cancelled = {
    code: 'undrained',
    message: `Cancelled by the undrain ${context.operationId} of ${context.actor.name}${command.reason === null ? '' : `: ${command.reason}`}.`,
  };
  for (const name of names) releaseHold(draft, name, 'undrain', cancelled);

  const remaining = draft.node().holds;
  const result = {
    released: names,
    remainingHolds: remaining.map(({ name, owner, reason }) => ({ name, owner, reason })),
  };
  const mustConfirm = names.length > 0 && remaining.length === 0 && node.session.kind === 'connected';
  draft.record({
    kind: 'OperationRequested',
    operation: requestOperation(context, node.id, {
      command: 'undrain',
      task: { kind: 'undrain', holds: names },
      reason: command.reason,
      status: 'running',
      phase: mustConfirm ? 'going back into rotation' : null,
      deadlineAt: mustConfirm ? context.now + ACTIVATE_WITHIN_MS : null,
    }),
  });
  if (!mustConfirm) {
    draft.record(
      endOperation(context.operationId, 'succeeded', { result: { ...result, note: noteOf(draft.node(), names) } }),
    );
  }
  return decided(draft.events(), context.operationId);
}

function noteOf(after: NodeState, released: readonly string[]): string {
  if (after.holds.length > 0) {
    const holds = after.holds.map((hold) => `'${hold.name}' of ${hold.owner}`).join(', ');
    return `The node stays out of rotation: ${holds} ${after.holds.length === 1 ? 'holds' : 'hold'} it.`;
  }
  if (released.length === 0) return 'The node had no such hold; it is wanted in rotation.';
  return 'The node goes back into rotation when its agent connects.';
}

/**
 * Releases a hold and ends what hung on it: its running drain, and an act that has not begun and was wanted under it only.
 * With the last hold the availability turns to active.
 */
export function releaseHold(
  draft: Draft,
  name: string,
  why: ReleaseReason,
  ended: { readonly code: string; readonly message: string },
  status: 'cancelled' | 'failed' = 'cancelled',
): void {
  for (const operation of draft.node().operations) {
    if (!isActive(operation)) continue;
    const isItsDrain = operation.task.kind === 'drain' && operation.task.hold === name;
    // An act that has not begun is cancelled, however its drain ended: nothing was performed.
    if (isItsDrain) draft.record(endOperation(operation.id, status, { error: ended }));
    if (hangsOnHold(operation, name)) draft.record(endOperation(operation.id, 'cancelled', { error: ended }));
  }
  const hold = draft.node().holds.find((held) => held.name === name);
  draft.record({ kind: 'HoldReleased', name, why, ...(hold === undefined ? {} : { hold }) });
  wish(draft, draft.node().holds.length === 0 ? 'active' : 'drain');
}
