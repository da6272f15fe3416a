/** `sluice nodes restart`: restarts the workload of nodes, and tells when it is healthy again. */
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

/** Seconds of the longest grace that the API takes. */
const GRACE_SECONDS_MAX = 3600;

interface RestartOptions extends ActOptions {
  readonly reason?: string;
  readonly drainFirst?: boolean;
  readonly drainTimeout?: number;
  readonly onDeadline?: OnDeadline;
  readonly grace?: number;
  readonly timeout?: number;
  readonly force?: boolean;
}

export function nodesRestartCommand(terminal: Terminal, finish: Finish): Command {
  const command = new Command('restart')
    .summary('restart the workload of nodes')
    .description(
      'Stops the workload gracefully (SIGTERM, grace, SIGKILL), starts it and waits for its health; only then it has succeeded.\n' +
        'Without --drain-first its sessions are cut. A restart that cannot be delivered within 10 minutes expires, undone.',
    )
    .addArgument(completedFrom(new Argument('<id...>', 'nodes'), 'nodes'))
    .option('--drain-first', 'drain before, put back into rotation after')
    .addOption(
      new Option('--drain-timeout <duration>', "with --drain-first: until the drain's deadline").argParser(
        durationSeconds({ min: 1, max: TIMEOUT_SECONDS_MAX }),
      ),
    )
    .addOption(
      new Option('--on-deadline <act>', 'with --drain-first: what happens at that deadline').choices([
        'force',
        'cancel',
        'hold',
      ]),
    )
    .addOption(
      new Option('--grace <duration>', 'between SIGTERM and SIGKILL; without it as configured on the node').argParser(
        durationSeconds({ min: 0, max: GRACE_SECONDS_MAX }),
      ),
    )
    .addOption(
      new Option('--timeout <duration>', 'how long the restart itself may take').argParser(
        durationSeconds({ min: 1, max: TIMEOUT_SECONDS_MAX }),
      ),
    )
    .option(
      '--force',
      'also while the workload is locked, without waiting for a running drain, and (with --reason) where a budget has no place left',
    )
    .option('--reason <text>', 'why, for those who ask later');
  return withConnectionOptions(withActOptions(command))
    .addHelpText('after', '\nExample:\n  sluice nodes restart lobby-1 --drain-first --drain-timeout 10m --wait')
    .action((ids: string[], options: RestartOptions) => {
      const needsDrain = options.drainTimeout !== undefined || options.onDeadline !== undefined;
      if (needsDrain && options.drainFirst !== true) {
        printError(
          terminal,
          '--drain-timeout and --on-deadline say how to drain, but nothing is drained.',
          'Add --drain-first.',
        );
        return finish(Promise.resolve(exitCodes.wrongUsage));
      }
      return finish(
        actOnNodes(terminal, ids, options, {
          name: 'restart',
          params: {
            reason: options.reason,
            drainFirst: options.drainFirst,
            drainTimeout: options.drainTimeout,
            onDeadline: options.onDeadline,
            graceSeconds: options.grace,
            timeout: options.timeout,
            force: options.force,
          },
        }),
      );
    });
}
