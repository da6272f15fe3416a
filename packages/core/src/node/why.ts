/** Why a node is as it is: a chain of causes in sentences, from its state alone. */
import type { Hold, NodeStatus, OperationRecord } from '@sluice/contract';
import { budgetCauses } from '../budget/budget-causes.ts';
import type { FullBudget } from '../budget/standing.ts';
import { durationInWords } from '../duration-in-words.ts';
import type { Cause } from './cause.ts';
import { connectionCauses } from './why-away.ts';
import { isOfWorkload } from '../drain/follow-leaving.ts';
import { isAct, isActive, runningReboot, waitsForDrain } from '../operation/operation.ts';
import { isDraining, type NodeState } from './node.ts';
import { statusOf } from './status.ts';

export interface Answer {
  readonly status: NodeStatus;
  readonly summary: string;
  readonly causes: readonly Cause[];
}

/**
 * @param countProblem Why the sessions cannot be counted now; `null` when they can, or when nobody is asked to.
 * @param fullBudgets The budgets that would refuse now to let it become unavailable.
 */
export function whyIsNode(
  node: NodeState,
  countProblem: string | null,
  now: number,
  fullBudgets: readonly FullBudget[],
): Answer {
  const status = statusOf(node);
  const causes = [
    ...connectionCauses(node, now),
    ...holdCauses(node, now),
    ...drainCauses(node, countProblem, now),
    ...workloadCauses(node, countProblem),
    ...operationCauses(node, now),
    ...budgetCauses(fullBudgets),
  ];
  return { status, summary: summaryOf(node, status, now), causes };
}

function summaryOf(node: NodeState, status: NodeStatus, now: number): string {
  const holders = [...new Set(node.holds.map((hold) => (isOfWorkload(hold) ? 'its workload' : hold.owner)))].join(
    ' and ',
  );
  switch (status) {
    case 'offline': {
      const why = node.session.kind === 'disconnected' ? node.session.why : 'its agent is not heard';
      return `${node.id} is offline${runningReboot(node) === null ? '' : ', since its machine is being rebooted'}: ${why}.`;
    }
    case 'restarting':
      return runningReboot(node) === null
        ? `${node.id} is being restarted.`
        : `The machine of ${node.id} is being rebooted.`;
    case 'draining': {
      const remaining = node.drain?.sessionsRemaining ?? null;
      return `${node.id} is draining for ${holders}${remaining === null ? '' : `: ${remaining} ${remaining === 1 ? 'session remains' : 'sessions remain'}`}.`;
    }
    case 'drained':
      return `${node.id} is drained: ${holders} ${node.holds.length === 1 ? 'holds' : 'hold'} it out of rotation.`;
    case 'unhealthy':
      return `${node.id} is unhealthy: ${node.workload.problem ?? 'its workload has not passed its health check since it started'}.`;
    case 'active':
      return `${node.id} is active and healthy; its workload started ${
        node.workload.startedAt === null
          ? 'at an unknown time'
          : `${durationInWords(now - node.workload.startedAt)} ago`
      }.`;
  }
}

function holdCauses(node: NodeState, now: number): readonly Cause[] {
  return node.holds.map((hold) => ({
    code: 'held',
    severity: hold.expiryDeferredBecause === null ? 'info' : 'warning',
    since: hold.placedAt,
    text:
      `${isOfWorkload(hold) ? 'Its workload asked to leave and' : hold.owner} holds it out of rotation ` +
      `(hold '${hold.name}') for ${durationInWords(now - hold.placedAt)}, ` +
      `${hold.reason === null ? 'without a reason given' : `because: ${hold.reason}`}${expiryInWords(hold, now)}.`,
  }));
}

function expiryInWords(hold: Hold, now: number): string {
  if (hold.expiryDeferredBecause !== null) return `; it expired but stays, because ${hold.expiryDeferredBecause}`;
  return hold.expiresAt === null ? '' : `; it expires in ${durationInWords(hold.expiresAt - now)}`;
}

function drainCauses(node: NodeState, countProblem: string | null, now: number): readonly Cause[] {
  const { drain } = node;
  if (drain === null) {
    if (node.activation.confirmed || node.activation.problem === null) return [];
    return [
      {
        code: 'activation-hindered',
        severity: 'warning',
        since: null,
        text: `It is wanted in rotation, but: ${node.activation.problem}`,
      },
    ];
  }
  if (drain.drained !== null) {
    return [
      { code: 'drained', severity: 'info', since: drain.drained.at, text: evidenceInWords(drain.drained.evidence) },
    ];
  }
  const causes: Cause[] = [
    { code: `drain-${drain.phase}`, severity: 'info', since: drain.startedAt, text: phaseInWords(node) },
  ];
  const problem = drain.problem ?? countProblem;
  if (problem !== null) {
    causes.push({
      code: 'drain-hindered',
      severity: 'error',
      since: null,
      text: `The drain does not get on: ${problem}`,
    });
  }
  if (drain.blockers.length > 0) {
    const named = drain.blockers
      .slice(0, 10)
      .map(({ id, ageMs }) => (ageMs === undefined ? id : `${id} (${durationInWords(ageMs)})`))
      .join(', ');
    const more = drain.blockers.length > 10 ? ` and ${drain.blockers.length - 10} more` : '';
    causes.push({ code: 'blocked-by-sessions', severity: 'info', since: null, text: `It waits for: ${named}${more}.` });
  }
  for (const hold of node.holds) {
    if (hold.deadlineAt === null) continue;
    causes.push({
      code: hold.deadlineAt > now ? 'deadline-ahead' : 'deadline-passed',
      severity: hold.deadlineAt > now ? 'info' : 'warning',
      since: hold.deadlineReachedAt,
      text: deadlineInWords(hold, hold.deadlineAt, now),
    });
  }
  return causes;
}

function deadlineInWords(hold: Hold, deadlineAt: number, now: number): string {
  const then = {
    force: 'what remains is ended',
    cancel: 'the drain is given up and the hold released',
    hold: 'the operation fails and the node goes on draining',
  }[hold.onDeadline];
  return deadlineAt > now
    ? `The deadline of '${hold.name}' is in ${durationInWords(deadlineAt - now)}; then ${then}.`
    : `The deadline of '${hold.name}' passed ${durationInWords(now - deadlineAt)} ago; ${then}.`;
}

function phaseInWords(node: NodeState): string {
  const remaining = node.drain?.sessionsRemaining ?? null;
  switch (node.drain?.phase) {
    case 'leaving-rotation':
      return 'It has left rotation; load balancers get time to notice before the workload is asked to drain.';
    case 'asking-workload':
      return 'The workload is being asked to drain.';
    case 'waiting-for-sessions':
      return remaining === null
        ? 'It waits for the sessions on it to end; how many there are is not known.'
        : `It waits for ${remaining} ${remaining === 1 ? 'session' : 'sessions'} to end.`;
    case 'ending-sessions':
      return 'The deadline has passed; what remains is being ended.';
    case 'waiting-for-agent':
    case 'drained':
    case undefined:
      return node.session.kind === 'connected'
        ? 'The agent has been told.'
        : 'It drains as soon as its agent connects.';
  }
}

function evidenceInWords(evidence: NonNullable<NonNullable<NodeState['drain']>['drained']>['evidence']): string {
  switch (evidence.kind) {
    case 'counted':
      return 'Nobody is on it: the sessions probe said zero, twice in a row.';
    case 'hook-returned':
      return 'Its drain hook returned; nobody counted, because it has no sessions probe.';
    case 'settled':
      return 'Its settling time passed; nobody counted, because it has neither sessions probe nor drain hook.';
    case 'forced':
      return `The deadline ended ${evidence.sessionsEnded === null ? 'what remained (nobody could count)' : `${evidence.sessionsEnded} ${evidence.sessionsEnded === 1 ? 'session' : 'sessions'}`}.`;
    case 'not-running':
      return 'Its workload is not running, so it serves nobody.';
  }
}

function workloadCauses(node: NodeState, countProblem: string | null): readonly Cause[] {
  const { workload } = node;
  const causes: Cause[] = [];
  if (workload.healthy !== true || workload.phase !== 'running') {
    causes.push({
      code: `workload-${workload.healthy === false && workload.phase === 'running' ? 'unhealthy' : workload.phase}`,
      severity: workload.phase === 'starting' ? 'warning' : 'error',
      since: workload.startedAt,
      text: workload.problem ?? 'Its workload has not passed its health check since it started.',
    });
  }
  // Of a draining node the drain says so itself.
  if (countProblem !== null && node.drain === null) {
    causes.push({
      code: 'sessions-uncounted',
      severity: 'warning',
      since: null,
      text: `Its sessions cannot be counted, so a drain of it would not end by itself: ${countProblem}`,
    });
  }
  if (workload.leaving !== undefined && !node.holds.some(isOfWorkload)) {
    const { reason, since } = workload.leaving;
    causes.push({
      code: 'workload-leaving',
      severity: 'info',
      since,
      text: `Its workload asked to leave${reason === null ? '' : ` (${reason})`}, and its hold was released since.`,
    });
  }
  for (const lock of workload.locks) {
    causes.push({
      code: 'locked',
      severity: 'info',
      since: lock.since,
      text: `Its workload must not be interrupted: ${lock.reason}.`,
    });
  }
  return causes;
}

function operationCauses(node: NodeState, now: number): readonly Cause[] {
  const causes: Cause[] = [];
  for (const operation of node.operations) {
    if (!isActive(operation) || !isAct(operation)) continue;
    causes.push({
      code: `act-${operation.status}`,
      severity: operation.confirmationNeeded === null ? 'info' : 'warning',
      since: operation.createdAt,
      text: `${operation.command} (${operation.id}) by ${operation.requestedBy}: ${progressInWords(node, operation)}.`,
    });
  }
  const lastOf = new Map(node.operations.map((operation) => [operation.command, operation]));
  for (const operation of lastOf.values()) {
    if (operation.status !== 'failed' && operation.status !== 'expired') continue;
    const ago = operation.endedAt === null ? '' : ` ${durationInWords(now - operation.endedAt)} ago`;
    causes.push({
      code: `operation-${operation.status}`,
      severity: 'warning',
      since: operation.endedAt,
      text: `The last ${operation.command} (${operation.id}, by ${operation.requestedBy}) ${operation.status}${ago}: ${operation.error?.message ?? 'no reason was given'}${lastWords(operation)}`,
    });
  }
  return causes;
}

function progressInWords(node: NodeState, operation: OperationRecord): string {
  if (operation.status === 'running')
    return operation.cancelRequested === null
      ? (operation.phase ?? 'it runs')
      : `${operation.cancelRequested.by} asked to cancel it, and its agent has not said yet what came of that`;
  if (operation.confirmationNeeded !== null)
    return `it waits until somebody confirms that it is still wanted, because ${operation.confirmationNeeded} (sluice operations confirm ${operation.id})`;
  if (waitsForDrain(node, operation) || isDraining(node)) return operation.phase ?? 'it waits for the running drain';
  return node.session.kind === 'connected' ? 'it waits for its turn' : 'it waits for the agent to connect';
}

function lastWords(operation: OperationRecord): string {
  const last = operation.output?.trimEnd().split('\n').at(-1);
  return last === undefined || last === '' ? '' : ` Its last words: ${last}`;
}
