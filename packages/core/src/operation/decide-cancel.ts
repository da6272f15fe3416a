/** Cancelling an operation: what has not begun never is, what runs is stopped where it can be, what has ended stays as it ended. */
import type { OperationRecord } from '@sluice/contract';
import type { Command, Context } from '../command.ts';
import { decided, type Decision } from '../decision.ts';
import { releaseHold } from '../drain/decide-undrain.ts';
import { openDraft } from '../draft.ts';
import { type NodeState, operationOf } from '../node/node.ts';
import { refuse, type Result } from '../result.ts';
import { releaseDrainHold } from './decide-update.ts';
import { isTerminal } from './operation.ts';
import { endOperation } from './request.ts';

type CancelOperation = Extract<Command, { kind: 'CancelOperation' }>;

export function decideCancel(node: NodeState, command: CancelOperation, context: Context): Result<Decision> {
  const operation = operationOf(node, command.operationId);
  if (operation === undefined)
    return refuse({ code: 'operation-ended', detail: `The operation ${command.operationId} has ended.` });
  if (operation.status === 'cancelled') return decided([], operation.id);
  if (isTerminal(operation.status)) return refuse({ code: 'operation-ended', detail: endedInWords(operation) });

  const draft = openDraft(node, context.now);
  const error = {
    code: 'cancelled',
    message: `Cancelled by ${context.actor.name}${command.reason === null ? '' : `: ${command.reason}`}.`,
  };
  switch (operation.task.kind) {
    case 'drain':
      releaseHold(draft, operation.task.hold, 'operation-cancelled', error);
      break;
    case 'undrain':
      return refuse({
        code: 'operation-not-cancellable',
        detail: `The undrain ${operation.id} has released its holds already. Drain ${node.id} again to take it out of rotation.`,
      });
    case 'restart':
    case 'reboot':
    case 'declared':
      if (operation.status === 'queued') {
        draft.record(endOperation(operation.id, 'cancelled', { error }));
        releaseDrainHold(draft, operation);
      } else if (operation.cancelRequested === null) {
        const { name: by } = context.actor;
        draft.record({
          kind: 'OperationCancelRequested',
          operationId: operation.id,
          by,
          reason: command.reason,
        });
      }
  }
  return decided(draft.events(), operation.id);
}

export function endedInWords({ id, status, error }: OperationRecord): string {
  return `The operation ${id} has ended: it is ${status}${error === null ? '' : ` (${error.message})`}.`;
}
