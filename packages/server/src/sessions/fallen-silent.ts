/** Whether a node whose lease ran out is one more that fell silent, or only one that is away as somebody wanted. */
import { type NodeState, runningReboot } from '@sluice/core';

/** @param wasOffline One that said goodbye is offline before its lease runs out: it did not fall silent. */
export function hasFallenSilent(node: NodeState | null, wasOffline: boolean): boolean {
  if (node?.offlineSince == null || wasOffline) return false;
  // Nor did one whose machine is being rebooted.
  return runningReboot(node) === null;
}
