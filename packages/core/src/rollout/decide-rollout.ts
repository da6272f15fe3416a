/** `decideRollout`: what somebody's wish, or the pipeline's answer, means for a rollout, as events to record, or why it is refused. */
import type { Problem, ProblemCode, RolloutEvent } from '@sluice/contract';
import { placesOf } from '../budget/places.ts';
import { standingInWords } from '../budget/standing.ts';
import { refuse, type Result } from '../result.ts';
import { evolveRollout } from './evolve-rollout.ts';
import { newRollout } from './new-rollout.ts';
import { firstStepOf } from './node-command.ts';
import { isEnded, isInFlight, LEFT_THE_FLEET, type RolloutHeader, type RolloutState } from './rollout.ts';
import type { RolloutContext, RolloutDecision, RolloutRequest } from './rollout-request.ts';

/** Milliseconds after which a node that a budget had no place for is tried again. */
const PUT_BACK_MS = 5000;

/** Refusals that say nothing of the node: the same command is given again, for as long as the server lasts. */
const PASSING: ReadonlySet<ProblemCode> = new Set([
  'store-unavailable',
  'outcome-unknown',
  'stopping',
  'too-many-requests',
]);

/**
 * Pure and total.
 * @param state `null`: there is no such rollout; only its start is possible then. One that was started before is not started again, however long ago
 * it has ended.
 */
export function decideRollout(
  state: RolloutState | null,
  request: RolloutRequest,
  context: RolloutContext,
): Result<RolloutDecision> {
  if (request.kind === 'StartRollout') return state === null ? decideStart(request, context) : unchanged(state);
  if (state === null) return refuse({ code: 'rollout-not-found', detail: 'There is no such rollout.' });
  switch (request.kind) {
    case 'PauseRollout':
      return decidePause(state, request.reason, context);
    case 'ResumeRollout':
      return decideResume(state, request.reason, context);
    case 'ApproveRollout':
      return decideApprove(state, request.reason, context);
    case 'CancelRollout':
      return decideCancelRollout(state, request.reason, context);
    case 'RetryRollout':
      return decideRetry(state, request.reason, context);
    case 'RecordAnswer':
      return decideAnswer(state, request, context);
    case 'DoubtRollout':
      return decideDoubt(state, request.detail, context);
    case 'ShiftTimes':
      return isEnded(state.header) || request.byMs === 0
        ? unchanged(state)
        : decided(state, context, { kind: 'RolloutTimesShifted', rolloutId: state.header.id, byMs: request.byMs });
  }
}

function unchanged(state: RolloutState): Result<RolloutDecision> {
  return { ok: true, value: { events: [], state } };
}

function decided(
  state: RolloutState,
  { now }: RolloutContext,
  ...events: readonly RolloutEvent[]
): Result<RolloutDecision> {
  return { ok: true, value: { events, state: evolveRollout(state, events, now) } };
}

function notPossible({ header }: RolloutState, why: string): Result<RolloutDecision> {
  const name = header.spec.name ?? header.id;
  return refuse({ code: 'rollout-not-possible', detail: `The rollout ${name} is ${header.status}: ${why}.` });
}

function whyTooMany({ othersUnended, unendedMax }: RolloutContext): Problem | null {
  if (othersUnended < unendedMax) return null;
  const detail = `${othersUnended} rollouts have not ended, and at most ${unendedMax} may be under way at once.`;
  return { code: 'too-many-rollouts', detail };
}

type Start = Extract<RolloutRequest, { kind: 'StartRollout' }>;

function decideStart({ id, spec, nodeIds, scope }: Start, context: RolloutContext): Result<RolloutDecision> {
  const tooMany = whyTooMany(context);
  if (tooMany !== null) return refuse(tooMany);
  const { now, by } = context;
  const state = newRollout(
    {
      id,
      spec,
      batchSize: placesOf(spec.maxUnavailable, nodeIds.length),
      createdBy: by,
      ...(scope === undefined ? {} : { scope }),
      createdAt: now,
      runningSince: now,
      progressedAt: now,
      isApproved: false,
      failuresForgiven: 0,
      newNodeIds: [],
      otherNewNodes: 0,
    },
    nodeIds,
  );
  const event: RolloutEvent = { kind: 'RolloutStarted', rolloutId: id, spec, nodes: nodeIds.length, by };
  return { ok: true, value: { events: [event], state } };
}

function decidePause(state: RolloutState, reason: string | null, context: RolloutContext): Result<RolloutDecision> {
  const { id: rolloutId, status } = state.header;
  if (status === 'paused') return unchanged(state);
  if (status !== 'running') return notPossible(state, 'only one that runs can be paused');
  const { by } = context;
  const detail = `Paused by ${by}${reason === null ? '' : `: ${reason}`}. Nothing new begins until it is resumed.`;
  return decided(state, context, { kind: 'RolloutPaused', rolloutId, because: 'operator', detail, by });
}

function decideDoubt(state: RolloutState, detail: string, context: RolloutContext): Result<RolloutDecision> {
  const { id: rolloutId, status } = state.header;
  if (status !== 'running') return unchanged(state);
  return decided(state, context, { kind: 'RolloutPaused', rolloutId, because: 'restored', detail, by: context.by });
}

function decideResume(state: RolloutState, reason: string | null, context: RolloutContext): Result<RolloutDecision> {
  const { id: rolloutId, status } = state.header;
  if (status === 'running') return unchanged(state);
  if (status !== 'paused') return notPossible(state, 'only one that is paused can be resumed');
  return decided(state, context, { kind: 'RolloutResumed', rolloutId, reason, by: context.by });
}

function decideApprove(state: RolloutState, reason: string | null, context: RolloutContext): Result<RolloutDecision> {
  const { id: rolloutId, pause } = state.header;
  if (pause?.because !== 'canary')
    return notPossible(state, 'it does not wait for an approval; it does once its canary has succeeded');
  return decided(state, context, { kind: 'RolloutApproved', rolloutId, reason, by: context.by });
}

function decideCancelRollout(
  state: RolloutState,
  reason: string | null,
  context: RolloutContext,
): Result<RolloutDecision> {
  const { id: rolloutId, status, ending } = state.header;
  if (status === 'cancelled' || ending?.as === 'cancelled') return unchanged(state);
  if (isEnded(state.header)) return notPossible(state, 'it has ended already');
  return decided(state, context, { kind: 'RolloutCancelled', rolloutId, reason, by: context.by });
}

function decideRetry(state: RolloutState, reason: string | null, context: RolloutContext): Result<RolloutDecision> {
  const { header, counts } = state;
  const { id: rolloutId, status } = header;
  if (status === 'cancelling') return notPossible(state, 'wait until it has ended');
  if (status === 'cancelled')
    return notPossible(state, 'after that nothing of it begins; start another one for what is left');
  if (counts.failed === 0) return notPossible(state, 'none of its nodes has failed');
  const tooMany = isEnded(header) ? whyTooMany(context) : null;
  if (tooMany !== null) return refuse(tooMany);
  return decided(state, context, {
    kind: 'RolloutRetried',
    rolloutId,
    nodes: counts.failed,
    reason,
    by: context.by,
  });
}

type Answer = Extract<RolloutRequest, { kind: 'RecordAnswer' }>;

/** An answer that comes after the node has left the step changes nothing: it was asked for more than once, or in vain. */
function decideAnswer(
  state: RolloutState,
  { nodeId, attempt, status, answer }: Answer,
  context: RolloutContext,
): Result<RolloutDecision> {
  const node = state.nodes[(state.positions.get(nodeId) ?? 0) - 1];
  const isAwaited =
    node !== undefined && node.attempt === attempt && node.status === status && node.operationId === null;
  if (!isAwaited || !isInFlight(node.status)) return unchanged(state);
  const of = { rolloutId: state.header.id, nodeId, attempt };
  if (answer.kind === 'taken') {
    const { operationId } = answer;
    return decided(state, context, { kind: 'RolloutNodeOperationRequested', ...of, status, operationId });
  }
  const { code, detail, budget } = answer.problem;
  if (PASSING.has(code)) return unchanged(state);
  if (code === 'budget-exceeded') {
    // Without the names that the refusal has: whoever may see the rollout may not see all nodes of the budget.
    const why = budget === undefined ? detail : `${standingInWords(budget)}.`;
    const notBefore = context.now + PUT_BACK_MS;
    return decided(state, context, { kind: 'RolloutNodePutBack', ...of, detail: why, notBefore });
  }
  if (code === 'command-withdrawn') return decided(state, context, withdrawn(state.header, of, detail));
  const ended =
    code === 'node-not-found'
      ? ({ status: 'skipped', detail: LEFT_THE_FLEET } as const)
      : ({ status: 'failed', detail } as const);
  return decided(state, context, { kind: 'RolloutNodeEnded', ...of, ...ended });
}

/** It was never done, so the node is as it was: after a cancel it is given back, and without the rollout's hold it is somebody else's. */
function withdrawn(
  { ending, spec }: RolloutHeader,
  of: { readonly rolloutId: string; readonly nodeId: string; readonly attempt: number },
  refusal: string,
): RolloutEvent {
  const isCancelled = ending?.as === 'cancelled';
  const detail = isCancelled
    ? `Given back before its command: the rollout was ${ending.detail}.`
    : `Not this node: ${refusal}`;
  const end = { status: 'skipped', detail } as const;
  return isCancelled && firstStepOf(spec) === 'draining'
    ? { kind: 'RolloutNodeAdvanced', ...of, status: 'undraining', endsAs: end, healthySince: null }
    : { kind: 'RolloutNodeEnded', ...of, ...end };
}
