/** Decides commands that share a transaction, each on the state that the ones before it in the batch leave. */
import type { Actor, FleetEvent, OperationRecord } from '@sluice/contract';
import {
  type Command,
  decide,
  type Decision,
  evolve,
  type JoinGrant,
  type NodeState,
  operationOf,
  operationWrittenBy,
  type Result,
  takesPlace,
  violationsOf,
} from '@sluice/core';
import type { BudgetChange, SlotChange } from '../store/budget-store.ts';
import type { AnsweredRequest, Beside, NodeChange, Note, StoredToken } from '../store/store.ts';
import type { WebhookChange } from '../store/webhook-store.ts';
import type { BudgetBook } from './budget-book.ts';
import { type KnownWebhooks, webhooksAfter } from './webhook-book.ts';
import { auditedActor } from './audited-actor.ts';
import { joinGrantOf, whyEnded } from './token.ts';
import { type KnownTokens, tokensAfter } from './token-book.ts';
import type { Executed, FleetSettings, Once } from './execution.ts';
import type { AccessDecided, AccessRequest, NodeRequest, Request } from './request.ts';
import type { DecidedRollout } from './stored-rollouts.ts';

interface Answer {
  readonly request: Request;
  /** Tells the one who asked. */
  readonly tell: () => void;
  /** Whether the answer rests on something that this batch is yet to commit. */
  readonly dependsOnCommit: boolean;
}

export interface Batch {
  /** At most one change a node. */
  readonly changes: readonly NodeChange[];
  /** The nodes as they are once it is committed; `null`: forgotten. */
  readonly states: ReadonlyMap<string, NodeState | null>;
  /** Requests with a key that were carried out by it. */
  readonly answered: readonly AnsweredRequest[];
  readonly beside: Omit<Required<Beside>, 'rollouts'> & { readonly rollouts: readonly DecidedRollout[] };
  readonly answers: readonly Answer[];
}

export interface BatchContext {
  readonly tokens: KnownTokens;
  readonly webhooks: KnownWebhooks;
  readonly budgets: Pick<BudgetBook, 'draft'>;
  /** All nodes as they were committed. */
  readonly nodes: () => Iterable<NodeState>;
  readonly now: number;
  readonly newOperationId: (now: number) => string;
  readonly settings: FleetSettings;
  /** Requests that were carried out before, by key. */
  readonly answered: ReadonlyMap<string, AnsweredRequest>;
  readonly broken: (nodeId: string, violations: readonly string[]) => void;
  readonly failed: (nodeId: string, error: unknown) => void;
}

interface Working {
  readonly before: NodeState | null;
  state: NodeState | null;
  readonly events: { readonly event: FleetEvent; readonly actor: Actor }[];
  /** As they stood after the last event that wrote them: a state keeps only the newest of those that have ended. */
  readonly operations: Map<string, OperationRecord>;
}

export function decideBatch(
  requests: readonly Request[],
  stateOf: (nodeId: string) => NodeState | null,
  context: BatchContext,
): Batch {
  const working = new Map<string, Working>();
  const answered = new Map<string, AnsweredRequest>();
  const tokens = new Map<string, StoredToken>();
  const webhooks = new Map<string, WebhookChange>();
  const budgetChanges = new Map<string, BudgetChange>();
  const slotChanges = new Map<string, SlotChange>();
  const rollouts: DecidedRollout[] = [];
  const notes: Note[] = [];
  const knownTokens = tokensAfter(context.tokens, tokens);
  const knownWebhooks = webhooksAfter(context.webhooks, webhooks);
  const stateNow = (nodeId: string) => {
    const known = working.get(nodeId);
    return known === undefined ? stateOf(nodeId) : known.state;
  };
  // What is decided here counts for what comes after it in the batch: two never both take the last place.
  const budgets = context.budgets.draft({ stateOf: stateNow, all: () => nodesNow(context.nodes(), working) });
  // Counted in the transaction that lets the agent in: no crash lets one more in than the token is for.
  const useJoinToken = (id: string) => {
    const token = knownTokens.get(id);
    if (token !== undefined) tokens.set(id, { ...token, uses: token.uses + 1 });
  };
  const answerAccess = (request: AccessRequest): Answer => {
    const ended = request.by === null ? null : whyEnded(request.by, knownTokens, context.now);
    const result: Result<AccessDecided> =
      ended === null ? request.decide(knownTokens, context.now, knownWebhooks, budgets) : { ok: false, problem: ended };
    if (result.ok) {
      for (const token of result.value.tokens) tokens.set(token.id, token);
      for (const change of result.value.webhooks ?? []) webhooks.set(change.id, change);
      for (const change of result.value.budgets ?? []) budgetChanges.set(change.name, change);
      for (const change of result.value.slots ?? []) slotChanges.set(`${change.groupName}/${change.holderId}`, change);
      budgets.apply(result.value);
      rollouts.push(...(result.value.rollouts ?? []));
      notes.push(...result.value.notes);
    }
    const told = result.ok ? ({ ok: true, value: null } as const) : result;
    return {
      request,
      tell: () => request.resolve(told),
      // A refusal may rest on what this batch is yet to commit.
      dependsOnCommit:
        result.ok || working.size + tokens.size + webhooks.size + budgetChanges.size + slotChanges.size > 0,
    };
  };
  const answerNode = (request: NodeRequest): Answer => {
    const answer = (result: Result<Executed>, dependsOnCommit: boolean): Answer => ({
      request,
      tell: () => request.resolve(result),
      dependsOnCommit,
    });
    const { nodeId, once } = request;
    // Whoever has revoked a token is sure that nothing is done with it afterwards.
    const ended = whyEnded(request.actor, knownTokens, context.now);
    if (ended !== null) return answer({ ok: false, problem: ended }, tokens.size > 0);
    const known = working.get(nodeId);
    const before = stateNow(nodeId);
    const repeated = once === null ? undefined : (answered.get(once.key) ?? context.answered.get(once.key));
    if (once !== null && repeated !== undefined)
      return answer(answerAgain(once, repeated, before), known !== undefined || answered.has(once.key));
    if (once?.isOnlyRepeat?.() === true) return answer(NEVER_DONE, known !== undefined);
    const step = stepOf(before, request, context, knownTokens, budgets);
    // That a budget has no place left may rest on what others in this batch have taken.
    if (!step.ok) return answer(step, known !== undefined || (step.problem.budget !== undefined && working.size > 0));
    const { decision, state: after, operations } = step.value;
    const { events, operationId } = decision;
    for (const event of events) if (event.kind === 'AgentEnrolled') useJoinToken(event.joinTokenId);
    if (events.length > 0) {
      const entry: Working = known ?? { before, state: before, events: [], operations: new Map() };
      entry.state = after;
      entry.events.push(...events.map((event) => ({ event, actor: request.actor })));
      for (const operation of operations) entry.operations.set(operation.id, operation);
      working.set(nodeId, entry);
      budgets.nodeChanged(before, after);
    }
    const operation =
      after === null || operationId === null
        ? null
        : (operations.findLast(({ id }) => id === operationId) ?? operationOf(after, operationId) ?? null);
    if (once !== null && operationId !== null)
      answered.set(once.key, { key: once.key, fingerprint: once.fingerprint, operationId, answeredAt: context.now });
    return answer(
      { ok: true, value: { node: after, operation, repeatOf: null } },
      working.has(nodeId) || once !== null,
    );
  };
  const answers = requests.map((request) => (request.kind === 'node' ? answerNode(request) : answerAccess(request)));
  return {
    changes: [...working].map(([nodeId, entry]) => changeOf(nodeId, entry, context.now)),
    states: new Map([...working].map(([nodeId, { state }]) => [nodeId, state])),
    answered: [...answered.values()],
    beside: {
      tokens: [...tokens.values()],
      webhooks: [...webhooks.values()],
      budgets: [...budgetChanges.values()],
      slots: [...slotChanges.values()],
      rollouts,
      notes,
    },
    answers,
  };
}

const NEVER_DONE = {
  ok: false,
  problem: { code: 'command-withdrawn', detail: 'It was not done before it was taken back, and is not done any more.' },
} as const;

/** All nodes as the batch leaves them. */
function* nodesNow(committed: Iterable<NodeState>, working: ReadonlyMap<string, Working>): Iterable<NodeState> {
  for (const node of committed) if (!working.has(node.id)) yield node;
  for (const { state } of working.values()) if (state !== null) yield state;
}

/** The same request again is answered by its operation as it is now; another one under the same key is a mistake of its sender. */
function answerAgain(
  once: Once,
  { fingerprint, operationId }: AnsweredRequest,
  node: NodeState | null,
): Result<Executed> {
  if (fingerprint !== once.fingerprint) {
    const detail = `Another request was sent with this Idempotency-Key before (it is the operation ${operationId}). Nothing was done.`;
    return { ok: false, problem: { code: 'idempotency-key-reused', field: 'Idempotency-Key', detail } };
  }
  const operation = node === null ? null : (operationOf(node, operationId) ?? null);
  return { ok: true, value: { node, operation, repeatOf: operationId } };
}

interface Step {
  readonly decision: Decision;
  readonly state: NodeState | null;
  readonly operations: readonly OperationRecord[];
}

/** Never throws: what fails here must cost nobody but the one who asked. */
function stepOf(
  before: NodeState | null,
  { nodeId, command, actor, traceparent, saidIn }: NodeRequest,
  context: BatchContext,
  tokens: KnownTokens,
  budgets: BudgetBook,
): Result<Step> {
  try {
    const decision = decide(before, nodeId, command, {
      now: context.now,
      actor,
      operationId: context.newOperationId(context.now),
      joinGrant: joinGrant(command, tokens, context.now),
      fullBudgets: before !== null && takesPlace(before, command) ? budgets.fullFor(nodeId) : [],
      traceparent,
      saidIn,
      ...context.settings,
    });
    if (!decision.ok) return decision;
    const after = evolveAll(before, nodeId, decision.value, context.now);
    const violations = after.state === null ? [] : violationsOf(after.state);
    if (violations.length === 0) return { ok: true, value: { decision: decision.value, ...after } };
    context.broken(nodeId, violations);
  } catch (error) {
    context.failed(nodeId, error);
  }
  const detail = 'The server refused to do something that would have broken one of its own rules. Nothing was changed.';
  return { ok: false, problem: { code: 'internal', detail } };
}

function joinGrant(command: Command, tokens: KnownTokens, now: number): JoinGrant | null {
  if (command.kind !== 'RegisterNode' || command.credentials.kind !== 'key') return null;
  const { joinTokenId } = command.credentials;
  return joinTokenId === null ? null : joinGrantOf(tokens.get(joinTokenId), now);
}

function evolveAll(
  before: NodeState | null,
  nodeId: string,
  { events }: Decision,
  now: number,
): { readonly state: NodeState | null; readonly operations: readonly OperationRecord[] } {
  let state = before;
  const operations: OperationRecord[] = [];
  for (const event of events) {
    state = evolve(state, event, nodeId, now);
    const operation = operationWrittenBy(event, state);
    if (operation !== null) operations.push(operation);
  }
  return { state, operations };
}

function changeOf(nodeId: string, { before, state, events, operations }: Working, now: number): NodeChange {
  return {
    nodeId,
    expectedRevision: before?.revision ?? null,
    state: state === null ? null : { ...state },
    revision: state?.revision ?? 0,
    events: events.map(({ event, actor }) => ({
      kind: event.kind,
      at: now,
      body: { ...event, actor },
      actor: auditedActor(event, actor),
    })),
    operations: [...operations.values()].map((operation) => ({
      id: operation.id,
      nodeId,
      command: operation.command,
      status: operation.status,
      createdAt: operation.createdAt,
      endedAt: operation.endedAt,
      body: { ...operation },
    })),
  };
}
