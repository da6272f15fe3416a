/** `sluice rollouts retry`: gives its failed nodes another turn. */
import type { Command } from 'commander';
import type { Finish } from '../finish.ts';
import { steerCommand } from '../rollouts/steer-command.ts';
import type { Terminal } from '../terminal.ts';

export function rolloutsRetryCommand(terminal: Terminal, finish: Finish): Command {
  return steerCommand(terminal, finish, {
    name: 'retry',
    summary: 'try the failed nodes again',
    description: 'Its failed nodes have their turn once more; a rollout that had ended runs again.',
    ask: (client, request) => client.retryRollout(request),
    inWords: ({ id }) => `tries its failed nodes again; follow it: sluice rollouts watch ${id}`,
  });
}
