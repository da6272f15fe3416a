/** Acts that are wanted only while a hold is there: who releases the hold of a rollout says that it is not to touch the node. */
import type { OperationRecord, Problem } from '@sluice/contract';
import type { Command } from '../command.ts';
import type { NodeState } from '../node/node.ts';
import { drainHoldOf, isAct } from '../operation/operation.ts';
import { isRolloutHold } from '../rollout/rollout.ts';

/** Why a command is not wanted any more; `null`: it is. */
export function whyWithdrawn(node: NodeState, command: Command): Problem | null {
  const hold = 'onlyWhileHeldBy' in command ? command.onlyWhileHeldBy : undefined;
  if (hold === undefined || node.holds.some(({ name }) => name === hold)) return null;
  return { code: 'command-withdrawn', detail: `${releasedInWords(node, hold)}. Nothing was done.` };
}

/** Whether an act that has not begun is not wanted without this hold: it placed the hold, or acts under its name. */
export function hangsOnHold(operation: OperationRecord, hold: string): boolean {
  if (operation.status !== 'queued' || !isAct(operation)) return false;
  return drainHoldOf(operation) === hold || (isRolloutHold(hold) && operation.requestedBy === hold);
}

/** Who released a hold that is not there any more, and why. */
export function releasedInWords(node: NodeState, hold: string): string {
  const undrain = node.operations.findLast(({ task }) => task.kind === 'undrain' && task.holds.includes(hold));
  const by = undrain === undefined ? 'somebody' : undrain.requestedBy;
  const why = undrain?.reason == null ? '' : `: ${undrain.reason}`;
  return `${by} released the hold '${hold}'${why}`;
}
