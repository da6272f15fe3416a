/** Documents of the store as what they are: states of nodes and records of operations, checked once when they are read. */
import { OperationRecord } from '@sluice/contract';
import { NO_ACCESS, type NodeState } from '@sluice/core';
import { Compile } from 'typebox/compile';
import type { StoredNode, StoredOperation } from '../store/store.ts';

const operationRecord = Compile(OperationRecord);

/** What operations lack that an older version wrote. */
const ADDED_LATER = { cancelRequested: null, confirmationNeeded: null };

/** @throws when the document is no operation: another program wrote it, or a migration is missing. */
export function readOperation(stored: StoredOperation): OperationRecord {
  const body = { ...ADDED_LATER, ...stored.body };
  if (!operationRecord.Check(body))
    throw new Error(`reading operation ${stored.id}: the store holds a document that is no operation`);
  return body;
}

/** @throws when the document is no state of this node. */
export function readNode(stored: StoredNode): NodeState {
  const { state } = stored;
  if (!isNodeState(state) || state.id !== stored.nodeId) {
    throw new Error(`reading node ${stored.nodeId}: the store holds a document that is no node of this version`);
  }
  const isComplete = state.operations.every((operation) => 'confirmationNeeded' in operation);
  const hasAccess = 'agentAccess' in state && 'certificates' in state.agentAccess;
  if (isComplete && hasAccess && (state.session.kind === 'connected' || 'generationThen' in state.session))
    return state;
  const { session } = state;
  const addedToSession = { generationThen: state.generation, holdsChangedSince: [] };
  return {
    ...state,
    agentAccess: { ...NO_ACCESS, ...state.agentAccess },
    session: session.kind === 'connected' ? session : { ...addedToSession, ...session },
    operations: state.operations.map((operation) => ({ ...ADDED_LATER, ...operation })),
  };
}

const OBJECTS = ['identity', 'resources', 'session', 'workload', 'activation', 'metadata'] as const;
const NUMBERS = ['createdAt', 'updatedAt', 'revision', 'generation', 'turnedAtGeneration'] as const;
const LISTS = ['commands', 'holds', 'operations'] as const;

/** The store keeps what this very program wrote; the check finds a document of another kind or version, not a forger. */
function isNodeState(value: unknown): value is NodeState {
  if (!isObject(value)) return false;
  return (
    typeof value['id'] === 'string' &&
    OBJECTS.every((key) => isObject(value[key])) &&
    NUMBERS.every((key) => typeof value[key] === 'number') &&
    LISTS.every((key) => Array.isArray(value[key])) &&
    (value['drain'] === null || isObject(value['drain']))
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
