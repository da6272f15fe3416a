/** `sluice nodes reboot`: reboots the machines of nodes, drained before and put back after, where their agents allow it. */
import { TIMEOUT_SECONDS_MAX, type OnDeadline } from '@sluice/contract';
import { Argument, Command, Option } from 'commander';
import { completedFrom } from '../completion/value-source.ts';
import { withConnectionOptions } from '../connect.ts';
import { durationSeconds } from '../duration.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Finish } from '../finish.ts';
import { printError } from '../output/print.ts';
import type { Terminal } from '../terminal.ts';
import { actOnNodes, withActOptions, type ActOptions } from './act-on-nodes.ts';

interface RebootOptions extends ActOptions {
  readonly reason?: string;
  readonly drain: boolean;
  readonly timeout?: number;
  readonly onDeadline?: OnDeadline;
  readonly undrain: boolean;
  readonly force?: boolean;
}

export function nodesRebootCommand(terminal: Terminal, finish: Finish): Command {
  const command = new Command('reboot')
    .summary('reboot the machines of nodes, drained before and put back after')
    .description(
      'Drains each node, runs the reboot command of its agent.yaml, and waits for another boot and a healthy workload; only then it\n' +
        'has succeeded, and the node goes back into rotation. A node whose agent.yaml has no section reboot is refused.',
    )
    .addArgument(completedFrom(new Argument('<id...>', 'nodes'), 'nodes'))
    .option('--no-drain', 'do not drain before: who is on it is cut off')
    .addOption(
      new Option('--timeout <duration>', "until the drain's deadline; without it the server's default").argParser(
        durationSeconds({ min: 1, max: TIMEOUT_SECONDS_MAX }),
      ),
    )
    .addOption(
      new Option('--on-deadline <act>', 'what happens at that deadline: force reboots all the same').choices([
        'force',
        'cancel',
        'hold',
      ]),
    )
    .option('--no-undrain', 'leave it out of rotation after, until somebody undrains it')
    .option(
      '--force',
      'also while the workload is locked, without waiting for a running drain, and where a budget has no place left (then --reason is needed)',
    )
    .option('--reason <text>', 'why, for those who ask later');
  return withConnectionOptions(withActOptions(command))
    .addHelpText('after', '\nExample:\n  sluice nodes reboot lobby-1 --timeout 15m --reason "kernel 6.12" --wait')
    .action((ids: string[], options: RebootOptions) => {
      const saysHowToDrain = options.timeout !== undefined || options.onDeadline !== undefined || !options.undrain;
      if (saysHowToDrain && !options.drain) {
        printError(
          terminal,
          '--timeout, --on-deadline and --no-undrain are about the drain, but nothing is drained.',
          'Leave --no-drain away, or them.',
        );
        return finish(Promise.resolve(exitCodes.wrongUsage));
      }
      return finish(
        actOnNodes(terminal, ids, options, {
          name: 'reboot',
          params: {
            reason: options.reason,
            // Both are said: a command of this name that an agent declares itself knows them not, and is not run by mistake.
            drainFirst: options.drain,
            undrainAfter: options.undrain,
            drainTimeout: options.timeout,
            onDeadline: options.onDeadline,
            force: options.force,
          },
        }),
      );
    });
}
