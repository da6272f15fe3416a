/** What the passing of time does to a node: deadlines, expiries and bounds that have come. The server keeps them all itself. */
import type { Hold, OperationError, OperationRecord } from '@sluice/contract';
import { decided, type Decision } from '../decision.ts';
import { releaseHold } from '../drain/decide-undrain.ts';
import { type Draft, openDraft } from '../draft.ts';
import { availabilityOf, isDrained, type NodeState, operationOf } from '../node/node.ts';
import { releaseDrainHold } from '../operation/decide-update.ts';
import { drainHoldOf, isAct, isActive, isTerminal, waitsForDrain } from '../operation/operation.ts';
import { endOperation } from '../operation/request.ts';
import type { Result } from '../result.ts';

/** Milliseconds beyond the workload's grace until the server stops waiting for word that a forced end was done. */
const FORCE_REPORT_WITHIN_MS = 30_000;
/** Milliseconds beyond an act's own deadline until the server stops waiting for the agent's word about it. */
const ACT_REPORT_WITHIN_MS = 15_000;

/**
 * Everything that is due at `now`. Nothing is due before `nextDueAt`.
 * @param heardSince Since when the server could hear agents: where an agent's word is waited for, its time counts from then.
 */
export function decidePassTime(node: NodeState, heardSince: number, now: number): Result<Decision> {
  const draft = openDraft(node, now);
  for (const { name } of node.holds) {
    const hold = holdOf(draft, name);
    if (hold !== undefined) passDeadline(draft, hold, heardSince, now);
  }
  for (const { name } of node.holds) {
    const hold = holdOf(draft, name);
    if (hold !== undefined && hold.expiresAt !== null && hold.expiresAt <= now) expireHold(draft, hold);
  }
  for (const { id } of node.operations) passOperation(draft, id, heardSince, now);
  return decided(draft.events());
}

/** The next instant at which something of this node is due; `null` when nothing ever is. */
export function nextDueAt(node: NodeState): number | null {
  const instants: number[] = [];
  for (const hold of node.holds) {
    if (hold.expiresAt !== null) instants.push(hold.expiresAt);
    if (hold.deadlineAt === null || isDrained(node) || waitingOperation(node, hold) === undefined) continue;
    instants.push(hold.deadlineReachedAt === null ? hold.deadlineAt : forceReportDueAt(node, hold.deadlineAt, 0));
  }
  for (const operation of node.operations) {
    const dueAt = operationDueAt(operation, 0);
    if (dueAt !== null) instants.push(dueAt);
  }
  return instants.length === 0 ? null : Math.min(...instants);
}

/** When an operation that has not ended ends by time alone; a drain's deadline is its hold's. */
function operationDueAt(operation: OperationRecord, heardSince: number): number | null {
  if (operation.status === 'queued') return operation.deliverBy;
  if (isTerminal(operation.status) || operation.deadlineAt === null || operation.task.kind === 'drain') return null;
  return isAct(operation)
    ? Math.max(operation.deadlineAt, heardSince) + ACT_REPORT_WITHIN_MS
    : Math.max(operation.deadlineAt, heardSince + ACT_REPORT_WITHIN_MS);
}

function holdOf(draft: Draft, name: string): Hold | undefined {
  return draft.node().holds.find((hold) => hold.name === name);
}

/** The operation that waits for this hold's drain: its drain, or the act that drains first. */
function waitingOperation(node: NodeState, hold: Hold): OperationRecord | undefined {
  return node.operations.find(
    (operation) =>
      operation.id === hold.operationId &&
      isActive(operation) &&
      (operation.task.kind === 'drain' || (drainHoldOf(operation) !== null && operation.deliverBy === null)),
  );
}

function forceReportDueAt(node: NodeState, deadlineAt: number, heardSince: number): number {
  return Math.max(deadlineAt + node.workload.stopGraceMs, heardSince) + FORCE_REPORT_WITHIN_MS;
}

function passDeadline(draft: Draft, hold: Hold, heardSince: number, now: number): void {
  const node = draft.node();
  const waiting = waitingOperation(node, hold);
  if (hold.deadlineAt === null || hold.deadlineAt > now || waiting === undefined || isDrained(node)) return;
  const remaining = node.drain?.sessionsRemaining ?? null;
  if (hold.deadlineReachedAt === null) {
    draft.record({ kind: 'DrainDeadlineReached', hold: hold.name, sessionsRemaining: remaining });
  }
  const left =
    remaining === null ? 'an unknown number of sessions' : `${remaining} ${remaining === 1 ? 'session' : 'sessions'}`;
  const undone = undoneInWords(waiting);
  // An act that has not begun is cancelled: nothing was performed.
  const endWaiting = (error: OperationError) =>
    draft.record(endOperation(waiting.id, undone === null ? 'failed' : 'cancelled', { error }));
  switch (hold.onDeadline) {
    case 'force': {
      if (now < forceReportDueAt(node, hold.deadlineAt, heardSince)) return;
      const silence = node.session.kind === 'connected' ? '' : ', which is not connected,';
      const next = undone ?? 'the hold stays, and the agent ends them as soon as it can be reached';
      const message = `The deadline passed, but the agent${silence} has not confirmed that the remaining sessions were ended (${left} when last counted); ${next}.`;
      endWaiting({ code: 'force-unconfirmed', message, ...(undone === null ? { outcome: 'unknown' } : {}) });
      break;
    }
    case 'cancel': {
      const message = `The deadline passed with ${left} remaining; the drain was given up and the hold '${hold.name}' released.`;
      releaseHold(draft, hold.name, 'deadline-cancelled', { code: 'deadline-reached', message }, 'failed');
      return;
    }
    case 'hold': {
      const next = undone ?? 'the node stays out of rotation and goes on draining';
      const message = `The deadline passed with ${left} remaining; ${next}.`;
      endWaiting({ code: 'deadline-reached', message });
      break;
    }
  }
  releaseDrainHold(draft, waiting);
}

/** That an act did not happen, as the end of a sentence; `null`: it is a drain. */
function undoneInWords({ task }: OperationRecord): string | null {
  if (task.kind === 'drain') return null;
  return task.kind === 'reboot' ? 'the machine was not rebooted' : 'the workload was not restarted';
}

/** A hold releases itself if the node is healthy then; if not, it stays and says so. */
function expireHold(draft: Draft, hold: Hold): void {
  const because = whyNotHealthy(draft.node());
  if (because === null) {
    releaseHold(draft, hold.name, 'expired', { code: 'hold-expired', message: `The hold '${hold.name}' expired.` });
  } else {
    draft.record({ kind: 'HoldExpiryDeferred', name: hold.name, because });
  }
}

function whyNotHealthy(node: NodeState): string | null {
  if (node.session.kind !== 'connected') return 'its agent is not connected';
  if (node.workload.healthy === true) return null;
  return `its workload is not healthy${node.workload.problem === null ? '' : ` (${node.workload.problem})`}`;
}

function passOperation(draft: Draft, operationId: string, heardSince: number, now: number): void {
  const node = draft.node();
  const operation = operationOf(node, operationId);
  const dueAt = operation === undefined ? null : operationDueAt(operation, heardSince);
  if (operation === undefined || dueAt === null || dueAt > now) return;
  if (operation.status === 'queued') {
    const message = `Not delivered in time, so it was never performed and will not be: ${whyNotDelivered(node, operation)}.`;
    draft.record(endOperation(operation.id, 'expired', { error: { code: 'expired', message } }));
  } else if (operation.task.kind === 'undrain') {
    const { problem } = node.activation;
    const message =
      `The agent did not confirm in time that the node is back in rotation${problem === null ? '' : ` (${problem})`}. ` +
      (availabilityOf(node) === 'active'
        ? 'It goes on trying.'
        : 'Meanwhile the node is wanted out of rotation again.');
    draft.record(
      endOperation(operation.id, 'failed', { error: { code: 'not-confirmed', message, outcome: 'unknown' } }),
    );
  } else {
    const isAway = node.session.kind !== 'connected';
    const message =
      isAway && operation.task.kind === 'reboot'
        ? 'The machine has not come back in time: its agent is not connected.'
        : `The agent${isAway ? ', which is not connected,' : ''} did not say in time what came of it.`;
    draft.record(endOperation(operation.id, 'failed', { error: { code: 'timed-out', message, outcome: 'unknown' } }));
  }
  releaseDrainHold(draft, operation);
}

function whyNotDelivered(node: NodeState, operation: OperationRecord): string {
  if (node.session.kind !== 'connected') return 'its agent was not connected';
  if (operation.confirmationNeeded !== null)
    return `nobody confirmed that it was still wanted (${operation.confirmationNeeded})`;
  if (waitsForDrain(node, operation)) return 'it waited for the running drain (use force, or drainFirst)';
  return 'the agent did not take it';
}
