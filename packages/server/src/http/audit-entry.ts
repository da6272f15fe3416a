/** An event as the audit tells it: what was before, what after, and what came of it. */
import { Actor, type AuditEntry, Json, type OperationRecord } from '@sluice/contract';
import { Compile } from 'typebox/compile';
import { timestamp } from '../fleet/timestamp.ts';
import type { HistoryEvent } from '../fleet/history.ts';

const actorSchema = Compile(Actor);
const jsonSchema = Compile(Json);

/** @param operation The one that the event is about, as it is now; `null`: it is about none, or that one is not kept any more. */
export function auditEntry(event: HistoryEvent, operation: OperationRecord | null): AuditEntry {
  const { sequence, nodeId, kind, at, body, previousHash, hash } = event;
  const { actor } = body;
  return {
    sequence,
    at: timestamp(at),
    actor: actorSchema.Check(actor) ? actor : { name: 'unknown', address: null },
    action: kind,
    nodeId: nodeId === '' ? null : nodeId,
    operationId: operationIdOf(event),
    ...changeOf(kind, body),
    result: 'kind' in body ? resultOf(kind, body, operation) : DAMAGED,
    previousHash,
    hash,
  };
}

const DAMAGED: AuditEntry['result'] = {
  status: 'damaged',
  code: null,
  detail: 'The event was changed in the store; `sluice audit verify` says more.',
  count: 1,
};

/** `null`: it is about none. */
export function operationIdOf({ body }: HistoryEvent): string | null {
  const { operationId, operation } = body;
  if (typeof operationId === 'string') return operationId;
  return isObject(operation) && typeof operation['id'] === 'string' ? operation['id'] : null;
}

function changeOf(kind: string, body: HistoryEvent['body']): { readonly before: Json; readonly after: Json } {
  switch (kind) {
    case 'MetadataReplaced':
      return { before: parsed(body['before']), after: parsed(body['after']) };
    case 'HoldPlaced':
      return { before: json(body['before']), after: json(body['hold']) };
    case 'HoldReleased':
      return { before: json(body['hold'] ?? body['name']), after: null };
    case 'AvailabilityWished':
      return { before: json(body['before']), after: json(body['availability']) };
    case 'NodeForgotten':
      return { before: json(body['identity']), after: null };
    case 'TokenCreated':
      return { before: null, after: json(body['token']) };
    case 'WebhookCreated':
      return { before: null, after: json(body['webhook']) };
    case 'WebhookChanged':
      return { before: json(body['before']), after: json(body['webhook']) };
    case 'WebhookRemoved':
      return { before: json(body['webhook']), after: null };
    case 'BudgetSet':
      return { before: json(body['before']), after: json(body['budget']) };
    case 'BudgetRemoved':
      return { before: json(body['budget']), after: null };
    case 'BudgetOverridden':
      return { before: null, after: json(body['budgets']) };
    case 'SlotTaken':
      return { before: null, after: json(body['slot']) };
    case 'SlotReleased':
      return { before: json(body['slot']), after: null };
    case 'RolloutStarted':
      return { before: null, after: json({ id: body['rolloutId'], ...(isObject(body['spec']) ? body['spec'] : {}) }) };
    case 'RolloutPaused':
    case 'RolloutResumed':
    case 'RolloutApproved':
    case 'RolloutCancelled':
    case 'RolloutRetried':
      return { before: null, after: json({ id: body['rolloutId'] }) };
    case 'TokenRevoked':
      return { before: json(body['token']), after: null };
    case 'AgentEnrolled':
    case 'AgentKeyRotated':
      return { before: null, after: json(body['publicKey']) };
    case 'AgentKeySuperseded':
      return { before: json(body['publicKey']), after: null };
    case 'AgentCredentialsRevoked':
      return { before: json(body['publicKeys']), after: null };
    case 'OperationRequested':
      return { before: null, after: isObject(body['operation']) ? json(body['operation']['task']) : null };
    default:
      return { before: null, after: null };
  }
}

function resultOf(kind: string, body: HistoryEvent['body'], operation: OperationRecord | null): AuditEntry['result'] {
  const { code, detail, reason, count } = body;
  const times = typeof count === 'number' ? count : 1;
  if (kind === 'RequestRefused') return { status: 'refused', code: text(code), detail: text(detail), count: times };
  if (kind === 'LoginRefused') return { status: 'refused', code: 'login', detail: text(reason), count: times };
  if (kind === 'BudgetOverridden') return { status: 'done', code: null, detail: text(reason), count: 1 };
  if (kind === 'WebhookChanged') return { status: 'done', code: null, detail: text(reason), count: 1 };
  if (kind.startsWith('Rollout')) return { status: 'done', code: null, detail: text(detail) ?? text(reason), count: 1 };
  if (operation === null) return { status: 'done', code: null, detail: null, count: 1 };
  const { status, error } = operation;
  return { status, code: error?.code ?? null, detail: error?.message ?? null, count: 1 };
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

/** What came from the store as JSON is JSON. */
function json(value: unknown): Json {
  return parsed(JSON.stringify(value ?? null));
}

function parsed(given: unknown): Json {
  if (typeof given !== 'string') return null;
  let value: unknown;
  try {
    value = JSON.parse(given);
  } catch {
    // Not as it was recorded; the chain tells.
    return given;
  }
  return jsonSchema.Check(value) ? value : null;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
