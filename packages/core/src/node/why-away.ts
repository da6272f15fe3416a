/** Why a node is as it is, where its agent has no session: silent, gone, or away on purpose with its machine. */
import { durationInWords } from '../duration-in-words.ts';
import { runningReboot } from '../operation/operation.ts';
import type { Cause } from './cause.ts';
import type { NodeState } from './node.ts';

export function connectionCauses(node: NodeState, now: number): readonly Cause[] {
  if (node.session.kind === 'connected') return [];
  const { since, why } = node.session;
  const away = `Its agent has had no session for ${durationInWords(now - since)}`;
  const reboot = runningReboot(node);
  if (reboot !== null) {
    const { deadlineAt } = reboot;
    const left =
      deadlineAt === null ? '' : `; it has ${durationInWords(Math.max(0, deadlineAt - now))} left to come back`;
    return [
      {
        code: 'agent-rebooting',
        severity: 'info',
        since,
        text: `${away} (${why}), because its machine is being rebooted (${reboot.id})${left}. What is shown of the workload is from before.`,
      },
    ];
  }
  if (node.offlineSince === null) {
    return [
      {
        code: 'agent-silent',
        severity: 'warning',
        since,
        text: `${away} (${why}); its lease has not run out, so it is still believed.`,
      },
    ];
  }
  return [
    {
      code: 'agent-gone',
      severity: 'error',
      since,
      text: `${away}: ${why}. What is shown of the workload is from before.`,
    },
  ];
}
