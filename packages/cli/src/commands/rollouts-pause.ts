/** `sluice rollouts pause`: nothing new begins until somebody resumes it. */
import type { Command } from 'commander';
import type { Finish } from '../finish.ts';
import { steerCommand } from '../rollouts/steer-command.ts';
import type { Terminal } from '../terminal.ts';

export function rolloutsPauseCommand(terminal: Terminal, finish: Finish): Command {
  return steerCommand(terminal, finish, {
    name: 'pause',
    summary: 'let nothing new begin',
    description: 'Nothing new begins; nodes that are under way finish theirs. It waits until somebody resumes it.',
    ask: (client, request) => client.pauseRollout(request),
    inWords: ({ counts }) =>
      counts.inProgress === 0 ? 'paused' : `paused; ${counts.inProgress} under way will finish`,
  });
}
