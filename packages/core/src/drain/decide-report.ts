/** What an agent's report of its availability proves, and what it does not. */
import type { AvailabilityReport } from '@sluice/contract';
import { decided, type Decision } from '../decision.ts';
import { type Draft, openDraft } from '../draft.ts';
import { availabilityOf, type NodeState } from '../node/node.ts';
import { isActive } from '../operation/operation.ts';
import { endOperation } from '../operation/request.ts';
import type { Result } from '../result.ts';

/**
 * A report of another availability, or of a wish from before the availability last turned, proves nothing:
 * a late report of an older wish can never mark a node drained.
 */
export function decideReport(node: NodeState, report: AvailabilityReport, now: number): Result<Decision> {
  const draft = openDraft(node, now);
  if (
    report.availability === availabilityOf(node) &&
    report.generation >= node.turnedAtGeneration &&
    report.generation <= node.generation
  ) {
    if (report.availability === 'drain') recordDrainReport(draft, report, now);
    else recordActiveReport(draft, report);
  }
  return decided(draft.events());
}

function recordDrainReport(draft: Draft, report: AvailabilityReport, now: number): void {
  const drain = draft.node().drain;
  if (drain === null) return;
  if (report.reached && report.evidence !== null && isPlausible(report)) {
    if (drain.drained !== null) return;
    draft.record({ kind: 'NodeDrained', generation: report.generation, evidence: report.evidence });
    endDrains(draft, report.evidence);
    releaseActsThatWaited(draft, now);
    return;
  }
  if (report.reached) return;
  if (drain.drained !== null) {
    // One that has been drained is only doubted when somebody was seen on it.
    if (report.sessionsRemaining === null || report.sessionsRemaining === 0) return;
    draft.record({ kind: 'NodeNoLongerEmpty', sessionsRemaining: report.sessionsRemaining });
    return;
  }
  const progressed = {
    phase: report.phase ?? drain.phase,
    sessionsAtStart: report.sessionsAtStart,
    sessionsRemaining: report.sessionsRemaining,
    blockers: report.blockers,
    problem: report.problem,
  };
  const { phase, sessionsAtStart, sessionsRemaining, blockers, problem } = drain;
  // Ages of blockers grow by themselves: only who is there counts as a change.
  const isSame =
    progressed.phase === phase &&
    progressed.sessionsAtStart === sessionsAtStart &&
    progressed.sessionsRemaining === sessionsRemaining &&
    progressed.problem === problem &&
    progressed.blockers.map(({ id }) => id).join('\n') === blockers.map(({ id }) => id).join('\n');
  if (!isSame) draft.record({ kind: 'DrainProgressed', ...progressed });
}

/** `counted` means that nobody remained; a report that contradicts itself proves nothing. */
function isPlausible(report: AvailabilityReport): boolean {
  if (report.evidence?.kind === 'counted') return report.sessionsRemaining === 0;
  return true;
}

function endDrains(draft: Draft, evidence: NonNullable<AvailabilityReport['evidence']>): void {
  const isForced = evidence.kind === 'forced';
  const sessionsEnded = evidence.kind === 'forced' ? evidence.sessionsEnded : 0;
  for (const operation of draft.node().operations) {
    if (operation.task.kind !== 'drain' || !isActive(operation)) continue;
    draft.record(
      endOperation(operation.id, 'succeeded', {
        result: { evidence, forced: isForced, sessionsEnded, note: noteOf(evidence) },
      }),
    );
  }
}

function noteOf(evidence: NonNullable<AvailabilityReport['evidence']>): string {
  switch (evidence.kind) {
    case 'counted':
      return 'The sessions probe said zero, twice in a row, after the workload had been asked to drain.';
    case 'hook-returned':
      return 'The drain hook returned. Nobody counted: the node has no sessions probe.';
    case 'settled':
      return 'The settling time passed. Nobody counted: the node has neither sessions probe nor drain hook.';
    case 'forced':
      return evidence.sessionsEnded === null
        ? 'The deadline ended what remained; nobody could count how many sessions that were.'
        : `The deadline ended ${evidence.sessionsEnded} ${evidence.sessionsEnded === 1 ? 'session' : 'sessions'}.`;
    case 'not-running':
      return 'The workload is not running, so it serves nobody.';
  }
}

/** Acts that drain first get their time to be delivered from now on. */
function releaseActsThatWaited(draft: Draft, now: number): void {
  for (const operation of draft.node().operations) {
    if (operation.status !== 'queued' || operation.deliverBy !== null || operation.deliverWithinMs === null) continue;
    draft.record({
      kind: 'OperationDeliverable',
      operationId: operation.id,
      deliverBy: now + operation.deliverWithinMs,
    });
  }
}

function recordActiveReport(draft: Draft, report: AvailabilityReport): void {
  const { activation } = draft.node();
  if (!report.reached) {
    if (report.problem !== null && report.problem !== activation.problem)
      draft.record({ kind: 'ActivationHindered', problem: report.problem });
    return;
  }
  if (!activation.confirmed) draft.record({ kind: 'NodeActivated', generation: report.generation });
  for (const operation of draft.node().operations) {
    if (operation.task.kind !== 'undrain' || !isActive(operation)) continue;
    draft.record(
      endOperation(operation.id, 'succeeded', {
        result: {
          released: operation.task.holds,
          remainingHolds: [],
          note: 'The agent confirmed that the node is back in rotation.',
        },
      }),
    );
  }
}
