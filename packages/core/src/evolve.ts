/** `evolve`: a node's state after a recorded event. Total: it never refuses, because what is recorded has happened. */
import type { FleetEvent, OperationRecord } from '@sluice/contract';
import { evolveAvailability } from './drain/evolve-availability.ts';
import { evolveAccess } from './enrolment/evolve-access.ts';
import { withoutSession } from './liveness/end-session.ts';
import { newNode } from './node/new-node.ts';
import { type NodeState, operationOf } from './node/node.ts';
import { evolveOperation, upsertOperation } from './operation/evolve-operation.ts';

/**
 * @param node `null`: the fleet does not have the node.
 * @param at Epoch milliseconds at which the event was recorded.
 * @returns `null` when the node was forgotten, or when an event other than its registration meets no node.
 */
export function evolve(node: NodeState | null, event: FleetEvent, nodeId: string, at: number): NodeState | null {
  if (event.kind === 'NodeRegistered') return newNode(nodeId, at);
  if (node === null || event.kind === 'NodeForgotten') return null;
  return { ...apply(node, event, at), revision: node.revision + 1, updatedAt: at };
}

function apply(
  node: NodeState,
  event: Exclude<FleetEvent, { kind: 'NodeRegistered' | 'NodeForgotten' }>,
  at: number,
): NodeState {
  switch (event.kind) {
    case 'NodeDescribed': {
      const { identity, ip, agentVersion, resources, commands, reboot = null } = event;
      return { ...node, identity, ip, agentVersion, resources, commands, reboot };
    }
    case 'AgentEnrolled':
    case 'AgentKeyRotationRequested':
    case 'AgentKeyRotated':
    case 'AgentKeySuperseded':
    case 'AgentCredentialsRevoked':
      return { ...node, agentAccess: evolveAccess(node.agentAccess, event, at) };
    case 'AgentConnected':
      return {
        ...node,
        instanceId: event.instanceId,
        agentAccess: evolveAccess(node.agentAccess, event, at),
        session: {
          kind: 'connected',
          sessionId: event.sessionId,
          since: at,
          ...(event.serverId === undefined ? {} : { serverId: event.serverId }),
        },
        offlineSince: null,
      };
    case 'AgentDisconnected':
      return { ...withoutSession(node, at, event.why), offlineSince: event.goodbye ? at : node.offlineSince };
    case 'LeaseExpired':
      return { ...node, offlineSince: at };
    case 'WorkloadChanged':
      return { ...node, workload: event.workload };
    case 'MetadataReplaced':
      return { ...node, metadata: { json: event.after, revision: event.revision, changedAt: at } };
    case 'HoldPlaced':
    case 'HoldReleased':
    case 'HoldExpiryDeferred':
    case 'HoldTimesShifted':
    case 'AvailabilityWished':
    case 'AvailabilityRecovered':
    case 'DrainProgressed':
    case 'DrainDeadlineReached':
    case 'NodeDrained':
    case 'NodeNoLongerEmpty':
    case 'NodeActivated':
    case 'ActivationHindered':
      return evolveAvailability(node, event, at);
    case 'BudgetOverridden':
      return node;
    case 'OperationRequested':
      return upsertOperation(node, event.operation);
    case 'OperationDeadlineMoved':
    case 'OperationDeliverable':
    case 'OperationStarted':
    case 'OperationProgressed':
    case 'OperationCancelRequested':
    case 'OperationConfirmationNeeded':
    case 'OperationConfirmed':
    case 'OperationTimesShifted':
    case 'OperationEnded':
      return evolveOperation(node, event, at);
  }
}

/** The operation that an event wrote, as it stands after it: what a store keeps beside the node. `null`: it wrote none. */
export function operationWrittenBy(event: FleetEvent, after: NodeState | null): OperationRecord | null {
  if (after === null) return null;
  const id =
    event.kind === 'OperationRequested' ? event.operation.id : 'operationId' in event ? event.operationId : null;
  return id === null ? null : (operationOf(after, id) ?? null);
}
