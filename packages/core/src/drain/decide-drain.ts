/** Draining: a hold is placed, and an operation waits for the proof that nobody is left. */
import type { OnDeadline } from '@sluice/contract';
import type { Command, Context } from '../command.ts';
import { decided, type Decision } from '../decision.ts';
import { type Draft, openDraft } from '../draft.ts';
import { isDrained, type NodeState } from '../node/node.ts';
import { isActive } from '../operation/operation.ts';
import { endOperation, requestOperation } from '../operation/request.ts';
import type { Result } from '../result.ts';
import { wish } from './wish.ts';

type DrainNode = Extract<Command, { kind: 'DrainNode' }>;

/** What a drain is asked for with; see the command. */
type DrainWish = Omit<DrainNode, 'kind' | 'force'>;

export function decideDrain(node: NodeState, command: DrainNode, context: Context): Result<Decision> {
  const draft = openDraft(node, context.now);
  const operationId = recordDrain(draft, command, context);
  return decided(draft.events(), operationId);
}

/**
 * A new drain; or, under a hold whose drain still runs, that operation with the new deadline;
 * or, of a drained node, an operation that has succeeded at once.
 * @returns The operation's id.
 */
export function recordDrain(draft: Draft, { hold, ...asked }: DrainWish, context: Context): string {
  const node = draft.node();
  const { onDeadline, reason } = asked;
  const timeoutMs = asked.timeoutMs ?? context.defaultDrainTimeoutMs;
  const deadlineAt = timeoutMs === null ? null : context.now + timeoutMs;
  const running = runningDrainOf(node, hold);

  if (running !== undefined) {
    placeHold(draft, context, { ...asked, name: hold, deadlineAt, operationId: running.id });
    draft.record({ kind: 'OperationDeadlineMoved', operationId: running.id, deadlineAt, onDeadline });
    return running.id;
  }

  if (isDrained(node) && node.drain?.drained) {
    placeHold(draft, context, { ...asked, name: hold, deadlineAt: null, operationId: context.operationId });
    draft.record({
      kind: 'OperationRequested',
      operation: requestOperation(context, node.id, {
        command: 'drain',
        task: { kind: 'drain', hold, onDeadline },
        reason,
        status: 'running',
        phase: null,
      }),
    });
    draft.record(
      endOperation(context.operationId, 'succeeded', {
        result: { evidence: node.drain.drained.evidence, forced: false, note: 'The node was drained already.' },
      }),
    );
    return context.operationId;
  }

  for (const operation of node.operations) {
    if (operation.command !== 'undrain' || !isActive(operation)) continue;
    draft.record(
      endOperation(operation.id, 'cancelled', {
        error: {
          code: 'superseded',
          message: `A newer drain (${context.operationId}) by ${context.actor.name} replaced it.`,
        },
      }),
    );
  }
  placeHold(draft, context, { ...asked, name: hold, deadlineAt, operationId: context.operationId });
  draft.record({
    kind: 'OperationRequested',
    operation: requestOperation(context, node.id, {
      command: 'drain',
      task: { kind: 'drain', hold, onDeadline },
      reason,
      status: 'running',
      phase: node.session.kind === 'connected' ? 'leaving rotation' : 'waiting for the agent to connect',
      deadlineAt,
    }),
  });
  return context.operationId;
}

/** The operation that still drains under this hold. */
function runningDrainOf(node: NodeState, hold: string) {
  return node.operations.find(
    (operation) => operation.task.kind === 'drain' && operation.task.hold === hold && isActive(operation),
  );
}

/** Places or renews a hold, and says the new wish. */
export function placeHold(
  draft: Draft,
  context: Context,
  hold: {
    readonly name: string;
    readonly reason: string | null;
    readonly expiresInMs: number | null;
    readonly deadlineAt: number | null;
    readonly onDeadline: OnDeadline;
    readonly operationId: string;
  },
): void {
  const existing = draft.node().holds.find((held) => held.name === hold.name);
  draft.record({
    kind: 'HoldPlaced',
    hold: {
      name: hold.name,
      owner: context.actor.name,
      reason: hold.reason ?? existing?.reason ?? null,
      placedAt: existing?.placedAt ?? context.now,
      expiresAt: hold.expiresInMs === null ? null : context.now + hold.expiresInMs,
      operationId: hold.operationId,
      deadlineAt: hold.deadlineAt,
      onDeadline: hold.onDeadline,
      deadlineReachedAt: null,
      expiryDeferredBecause: null,
    },
    before: existing ?? null,
  });
  wish(draft, 'drain');
}
