/** What is true of an operation by its record alone: has it ended, is it an act, may it be delivered now? */
import type { OperationRecord, OperationStatus } from '@sluice/contract';
import { isDraining, type NodeState } from '../node/node.ts';

/** Milliseconds that an agent gets to take an act before it expires: nobody's node restarts three days later. */
export const DELIVER_WITHIN_MS = 600_000;

export function isTerminal(status: OperationStatus): boolean {
  return status !== 'queued' && status !== 'running';
}

export function isActive(operation: OperationRecord): boolean {
  return !isTerminal(operation.status);
}

/** Acts happen at most once, one at a time; drain and undrain are wishes and have their own lane. */
export function isAct(operation: OperationRecord): boolean {
  return operation.task.kind !== 'drain' && operation.task.kind !== 'undrain';
}

/** Whether it interrupts the workload, so that it waits for a running drain. */
export function isDisruptive({ task }: OperationRecord): boolean {
  return task.kind === 'restart' || task.kind === 'reboot' || (task.kind === 'declared' && task.disruptive);
}

function isForced({ task }: OperationRecord): boolean {
  return 'force' in task && task.force;
}

/** The hold that an act placed to drain first; `null`: it is no such act, or does not drain. */
export function drainHoldOf({ task }: OperationRecord): string | null {
  return task.kind === 'restart' || task.kind === 'reboot' ? task.drainHold : null;
}

/** The reboot of the machine that runs: its agent is away on purpose. */
export function runningReboot(node: NodeState): OperationRecord | null {
  return node.operations.find(({ task, status }) => task.kind === 'reboot' && status === 'running') ?? null;
}

/** Whether it waits for the drain that runs on its node. */
export function waitsForDrain(node: NodeState, operation: OperationRecord): boolean {
  return operation.status === 'queued' && isDisruptive(operation) && !isForced(operation) && isDraining(node);
}

/**
 * The one act that should be on the node now: the running one, else the first queued one that need not wait.
 * First in, first out, one at a time; an act that waits for a drain, or for somebody's word, lets those that need not wait go ahead.
 */
export function actOnNode(node: NodeState): OperationRecord | null {
  const acts = node.operations.filter((operation) => isAct(operation) && isActive(operation));
  return (
    acts.find((operation) => operation.status === 'running') ??
    acts.find(
      (operation) =>
        operation.deliverBy !== null && operation.confirmationNeeded === null && !waitsForDrain(node, operation),
    ) ??
    null
  );
}
