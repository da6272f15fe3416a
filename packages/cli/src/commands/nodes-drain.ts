/** `sluice nodes drain`: takes nodes out of rotation and lets their sessions end. */
import { EXPIRES_IN_SECONDS_MAX, TIMEOUT_SECONDS_MAX, type OnDeadline } from '@sluice/contract';
import { Argument, Command, Option } from 'commander';
import { completedFrom } from '../completion/value-source.ts';
import { withConnectionOptions } from '../connect.ts';
import { durationSeconds } from '../duration.ts';
import type { Finish } from '../finish.ts';
import type { Terminal } from '../terminal.ts';
import { actOnNodes, withActOptions, type ActOptions } from './act-on-nodes.ts';

interface DrainOptions extends ActOptions {
  readonly timeout?: number;
  readonly reason?: string;
  readonly onDeadline?: OnDeadline;
  readonly hold?: string;
  readonly expiresIn?: number;
  readonly force?: boolean;
}

export function nodesDrainCommand(terminal: Terminal, finish: Finish): Command {
  const command = new Command('drain')
    .summary('take nodes out of rotation and let their sessions end')
    .description(
      'Takes each node out of rotation, then waits for its sessions to end. At the deadline, --on-deadline says what happens:\n' +
        '  force   end what remains (default)\n' +
        '  cancel  give up and put the node back into rotation\n' +
        '  hold    keep waiting, and report the drain as failed\n' +
        'The drain goes on in the server, whatever happens to this command. Draining again moves the deadline.',
    )
    .addArgument(completedFrom(new Argument('<id...>', 'nodes'), 'nodes'))
    .addOption(
      new Option(
        '--timeout <duration>',
        "until the deadline (90s, 15m, 2h); without it the server's default",
      ).argParser(durationSeconds({ min: 1, max: TIMEOUT_SECONDS_MAX })),
    )
    .addOption(new Option('--on-deadline <act>', 'what happens at the deadline').choices(['force', 'cancel', 'hold']))
    .option('--reason <text>', 'why, for those who ask later')
    .option('--hold <name>', 'name of the hold it places (default: operator)')
    .addOption(
      new Option(
        '--expires-in <duration>',
        'put the node back by itself after this long, if it is healthy then',
      ).argParser(durationSeconds({ min: 1, max: EXPIRES_IN_SECONDS_MAX })),
    )
    .option('--force', 'also where a budget has no place left; with --reason, which the history keeps');
  return withConnectionOptions(withActOptions(command))
    .addHelpText('after', '\nExample:\n  sluice nodes drain lobby-1 --timeout 15m --reason "kernel update" --wait')
    .action((ids: string[], options: DrainOptions) =>
      finish(
        actOnNodes(terminal, ids, options, {
          name: 'drain',
          params: {
            timeout: options.timeout,
            reason: options.reason,
            onDeadline: options.onDeadline,
            hold: options.hold,
            expiresIn: options.expiresIn,
            force: options.force,
          },
        }),
      ),
    );
}
