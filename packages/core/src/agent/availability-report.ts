/** What the agent says of the wish: how far the node has come with it, and on what evidence. */
import type { AvailabilityReport, DrainPhase } from '@sluice/contract';
import type { AgentState } from './agent-state.ts';

export function availabilityReport(state: AgentState): AvailabilityReport {
  const { journal, convergence, reading, rotationProblem } = state;
  const isDrain = journal.availability === 'drain';
  const isReached = isDrain ? journal.evidence !== null : convergence.isActive;
  const sessions = reading.kind === 'counted' ? reading.sessions : null;
  const hasEnded = isDrain && isReached;
  return {
    kind: 'availability.report',
    generation: journal.generation,
    availability: journal.availability,
    reached: isReached,
    phase: isDrain ? phaseOf(state) : null,
    sessionsAtStart: isDrain ? convergence.sessionsAtStart : null,
    sessionsRemaining: hasEnded ? 0 : isDrain ? sessions : null,
    blockers: isDrain && !hasEnded && reading.kind === 'counted' ? [...reading.blockers] : [],
    problem: hasEnded
      ? null
      : (convergence.problem ??
        (isDrain ? (rotationProblem ?? (reading.kind === 'unreadable' ? reading.problem : null)) : null)),
    evidence: isDrain ? journal.evidence : null,
  };
}

function phaseOf(state: AgentState): DrainPhase {
  const { journal, convergence, settings, workload } = state;
  if (journal.evidence !== null) return 'drained';
  if (convergence.forcing !== null) return 'ending-sessions';
  if (convergence.hookReturnedAt === null && convergence.pending === null && convergence.retryAt === null)
    return 'leaving-rotation';
  if (settings.hasDrainHook && convergence.hookedIncarnation !== workload.incarnation) return 'asking-workload';
  return 'waiting-for-sessions';
}
