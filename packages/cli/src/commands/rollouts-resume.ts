/** `sluice rollouts resume`: goes on with one that is paused. */
import type { Command } from 'commander';
import type { Finish } from '../finish.ts';
import { steerCommand } from '../rollouts/steer-command.ts';
import type { Terminal } from '../terminal.ts';

export function rolloutsResumeCommand(terminal: Terminal, finish: Finish): Command {
  return steerCommand(terminal, finish, {
    name: 'resume',
    summary: 'go on with a paused rollout',
    description: 'Goes on, whatever it was paused for. After failures it goes on until as many more have failed.',
    ask: (client, request) => client.resumeRollout(request),
    inWords: ({ id }) => `goes on; follow it: sluice rollouts watch ${id}`,
  });
}
