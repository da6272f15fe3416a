/**
 * Everything that should be under way for a node, from its state alone. Start, reconnection, crash recovery and normal operation
 * all ask this one question; there is no second path that could forget something.
 */
import type { Hold, OperationRecord } from '@sluice/contract';
import { nextDueAt } from './deadline/pass-time.ts';
import { availabilityOf, forceAt, type NodeState } from './node/node.ts';
import { actOnNode, isAct, isTerminal } from './operation/operation.ts';

/** Something to do. `key` names this very doing: what was done under a key need not be done again in the same session. */
export type Effect =
  | {
      readonly kind: 'SetAvailability';
      readonly key: string;
      readonly generation: number;
      readonly availability: 'active' | 'drain';
      readonly sinceGeneration: number;
      /** Epoch milliseconds at which what remains is ended; `null`: never. */
      readonly forceAt: number | null;
      readonly holds: readonly Hold[];
    }
  | { readonly kind: 'ShareMetadata'; readonly key: string; readonly json: string; readonly revision: number }
  | { readonly kind: 'RotateKey'; readonly key: string }
  | { readonly kind: 'StartOperation'; readonly key: string; readonly operation: OperationRecord }
  | { readonly kind: 'StopOperation'; readonly key: string; readonly operationId: string; readonly reason: string };

export interface UnderWay {
  /** For the agent's session, in the order in which they are to be sent. */
  readonly forAgent: readonly Effect[];
  /** When time alone will change something next, in epoch milliseconds; `null`: never. */
  readonly wakeAt: number | null;
}

export function underWay(node: NodeState): UnderWay {
  const effects: Effect[] = [
    {
      kind: 'SetAvailability',
      // A deadline that was reached is said again: the agent's own timer may have been slow or lost.
      key: `availability:${node.generation}:${node.holds.some((hold) => hold.deadlineReachedAt !== null) ? 'reached' : ''}`,
      generation: node.generation,
      availability: availabilityOf(node),
      sinceGeneration: node.turnedAtGeneration,
      forceAt: forceAt(node),
      holds: node.holds,
    },
    {
      kind: 'ShareMetadata',
      key: `metadata:${node.metadata.revision}`,
      json: node.metadata.json,
      revision: node.metadata.revision,
    },
  ];
  if (node.agentAccess.isRotationWanted) effects.push({ kind: 'RotateKey', key: 'rotate-key' });
  for (const operation of node.operations) {
    // The agent may still be at it: it did not report the end itself.
    if (!isAct(operation) || !isTerminal(operation.status) || operation.endedBy !== 'server') continue;
    effects.push({
      kind: 'StopOperation',
      key: `stop:${operation.id}`,
      operationId: operation.id,
      reason: operation.error?.message ?? 'It has ended.',
    });
  }
  const act = actOnNode(node);
  if (act !== null) {
    effects.push({ kind: 'StartOperation', key: `start:${act.id}`, operation: act });
    // After its start: an agent that has lost it learns of it and ends it at once.
    if (act.cancelRequested !== null) {
      const { by, reason } = act.cancelRequested;
      effects.push({
        kind: 'StopOperation',
        key: `cancel:${act.id}`,
        operationId: act.id,
        reason: `cancelled by ${by}${reason === null ? '' : `: ${reason}`}`,
      });
    }
  }
  return { forAgent: effects, wakeAt: nextDueAt(node) };
}
