/** Rebooting the machine: an act, at most once, that carries the boot which its requester saw. Only where the agent's configuration allows it. */
import type { Command, Context } from '../command.ts';
import type { Decision } from '../decision.ts';
import type { NodeState } from '../node/node.ts';
import { decideInterruption, pendingInterruption } from '../restart/interruption.ts';
import { refuse, type Result } from '../result.ts';

type RebootMachine = Extract<Command, { kind: 'RebootMachine' }>;

/** Milliseconds beside the machine's own time and health: balancers that settle, the agent's way back to the server. */
const REBOOT_OVERHEAD_MS = 60_000;

/** A second reboot while one is queued or running is that one. A locked workload refuses, unless forced. */
export function decideReboot(node: NodeState, command: RebootMachine, context: Context): Result<Decision> {
  const pending = pendingInterruption(node, 'reboot', context);
  if (pending !== null) return pending;
  const offer = node.reboot ?? null;
  if (offer === null) {
    return refuse({
      code: 'reboot-not-allowed',
      detail: `The agent of ${node.id} does not allow that its machine is rebooted: its agent.yaml has no section 'reboot', or its version (${node.agentVersion}) does not know it.`,
    });
  }
  const { drainFirst, undrainAfter, force, reason } = command;
  return decideInterruption(
    node,
    {
      command: 'reboot',
      task: (drainHold) => ({ kind: 'reboot', expectedBootId: offer.bootId, drainHold, undrainAfter, force }),
      drainFirst,
      executeWithinMs: offer.withinMs + node.workload.healthyWithinMs + REBOOT_OVERHEAD_MS,
      force,
      reason,
    },
    context,
  );
}
