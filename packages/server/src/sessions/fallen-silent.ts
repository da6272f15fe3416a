/** Whether a node whose lease ran out is one more that fell silent, or only one that is away as somebody wanted. */
import { type NodeState, runningReboot } from '@sluice/core';

/** Whether it is offline because its agent said that it goes, and not because its lease ran out, as far as its state tells. */
export function saidGoodbye({ session, offlineSince }: NodeState): boolean {
  return session.kind === 'disconnected' && session.since === offlineSince;
}

/** @param wasOffline One that said goodbye is offline before its lease runs out: it did not fall silent. */
export function hasFallenSilent(node: NodeState | null, wasOffline: boolean): boolean {
  if (node?.offlineSince == null || wasOffline) return false;
  // Nor did one whose machine is being rebooted.
  return runningReboot(node) === null;
}
