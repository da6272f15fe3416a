/** `sluice rollouts cancel`: begins nothing more, and ends. */
import type { Command } from 'commander';
import type { Finish } from '../finish.ts';
import { steerCommand } from '../rollouts/steer-command.ts';
import type { Terminal } from '../terminal.ts';

export function rolloutsCancelCommand(terminal: Terminal, finish: Finish): Command {
  return steerCommand(terminal, finish, {
    name: 'cancel',
    summary: 'begin nothing more, and end',
    description:
      'Nothing new begins. Nodes that are still draining for it are put back into rotation; what has begun to restart finishes.',
    ask: (client, request) => client.cancelRollout(request),
    inWords: ({ status, counts }) =>
      status === 'cancelled' ? 'cancelled' : `is being cancelled; ${counts.inProgress} under way will finish`,
  });
}
