/** The status of a node: derived here and nowhere else, never stored. */
import type { NodeStatus, OperationTask } from '@sluice/contract';
import { isDraining, type NodeState } from './node.ts';

/** The first that holds, in the order of the rules; see docs/semantics.md. */
export function statusOf(node: NodeState): NodeStatus {
  if (node.offlineSince !== null) return 'offline';
  if (node.operations.some(({ task, status }) => isRestarting(task) && status === 'running')) return 'restarting';
  if (isDraining(node)) return 'draining';
  if (node.drain !== null) return 'drained';
  if (node.workload.healthy !== true || node.workload.phase !== 'running') return 'unhealthy';
  return 'active';
}

/** The workload is started anew, alone or with its machine. */
function isRestarting({ kind }: OperationTask): boolean {
  return kind === 'restart' || kind === 'reboot';
}
