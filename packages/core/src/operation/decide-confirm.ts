/** After many nodes fell silent together nothing is done to those that return before a person says that it is still wanted. */
import type { FleetEvent } from '@sluice/contract';
import type { Command, Context } from '../command.ts';
import { decided, type Decision } from '../decision.ts';
import { type NodeState, operationOf } from '../node/node.ts';
import { refuse, type Result } from '../result.ts';
import { endedInWords } from './decide-cancel.ts';
import { isAct, isTerminal } from './operation.ts';

type ConfirmOperation = Extract<Command, { kind: 'ConfirmOperation' }>;

/** Every act that has not begun; those that run are the agent's already. */
export function decideRequireConfirmation(node: NodeState, because: string): Result<Decision> {
  return decided(
    node.operations.flatMap((operation): readonly FleetEvent[] =>
      isAct(operation) && operation.status === 'queued' && operation.confirmationNeeded === null
        ? [{ kind: 'OperationConfirmationNeeded', operationId: operation.id, because }]
        : [],
    ),
  );
}

/** Of an operation that needs nobody's word it changes nothing. */
export function decideConfirm(node: NodeState, command: ConfirmOperation, context: Context): Result<Decision> {
  const operation = operationOf(node, command.operationId);
  if (operation === undefined)
    return refuse({ code: 'operation-ended', detail: `The operation ${command.operationId} has ended.` });
  if (isTerminal(operation.status)) return refuse({ code: 'operation-ended', detail: endedInWords(operation) });
  if (operation.confirmationNeeded === null) return decided([], operation.id);
  return decided([{ kind: 'OperationConfirmed', operationId: operation.id, by: context.actor.name }], operation.id);
}
