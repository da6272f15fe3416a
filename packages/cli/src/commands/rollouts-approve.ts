/** `sluice rollouts approve`: the first nodes went well, the others follow. */
import type { Command } from 'commander';
import type { Finish } from '../finish.ts';
import { steerCommand } from '../rollouts/steer-command.ts';
import type { Terminal } from '../terminal.ts';

export function rolloutsApproveCommand(terminal: Terminal, finish: Finish): Command {
  return steerCommand(terminal, finish, {
    name: 'approve',
    summary: 'let the others follow a canary',
    description:
      'The first nodes went well: the others follow. Refused for a rollout that does not wait for an approval.',
    ask: (client, request) => client.approveRollout(request),
    inWords: ({ id }) => `approved, goes on; follow it: sluice rollouts watch ${id}`,
  });
}
