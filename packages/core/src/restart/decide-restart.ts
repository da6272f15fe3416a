/** Restarting: an act, at most once, that carries the incarnation which its requester saw. */
import type { Command, Context } from '../command.ts';
import type { Decision } from '../decision.ts';
import type { NodeState } from '../node/node.ts';
import type { Result } from '../result.ts';
import { decideInterruption, pendingInterruption } from './interruption.ts';

type RestartWorkload = Extract<Command, { kind: 'RestartWorkload' }>;

/** Milliseconds beside grace and health that a restart may take: signals, the process table, two reports. */
const RESTART_OVERHEAD_MS = 30_000;

/** A second restart while one is queued or running is that one. A locked workload refuses, unless forced. */
export function decideRestart(node: NodeState, command: RestartWorkload, context: Context): Result<Decision> {
  const pending = pendingInterruption(node, 'restart', context);
  if (pending !== null) return pending;
  const { graceMs, drainFirst, force, reason } = command;
  const { stopGraceMs, healthyWithinMs, incarnation } = node.workload;
  const derivedMs = (graceMs ?? stopGraceMs) + healthyWithinMs + RESTART_OVERHEAD_MS;
  return decideInterruption(
    node,
    {
      command: 'restart',
      task: (drainHold) => ({ kind: 'restart', graceMs, expectedIncarnation: incarnation, drainHold, force }),
      drainFirst,
      executeWithinMs: command.executeWithinMs ?? derivedMs,
      force,
      reason,
    },
    context,
  );
}
