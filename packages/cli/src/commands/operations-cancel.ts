/** `sluice operations cancel`: does away with what is not wanted any more. */
import type { Operation } from '@sluice/contract';
import { Argument, Command } from 'commander';
import { completedFrom } from '../completion/value-source.ts';
import { withConnectionOptions } from '../connect.ts';
import type { Finish } from '../finish.ts';
import { formatOption } from '../output/formats.ts';
import type { Terminal } from '../terminal.ts';
import { hasEnded, outcomeInWords } from '../waiting/operation-in-words.ts';
import { actOnEach, type ActOnEachOptions } from './act-on-each.ts';

interface CancelOptions extends ActOnEachOptions {
  readonly reason?: string;
}

export function operationsCancelCommand(terminal: Terminal, finish: Finish): Command {
  const command = new Command('cancel')
    .summary('cancel operations')
    .description(
      'A drain is given up and its hold released. A restart, reboot or command that has not begun is never performed; a command\n' +
        'that runs is stopped. A restart that has begun is finished, since half of one is worse; a reboot cannot be taken back\n' +
        'once its command was given.',
    )
    .addArgument(completedFrom(new Argument('<id...>', 'operations'), 'operations'))
    .option('--reason <text>', 'why, for those who ask later')
    .addOption(formatOption(['table', 'json', 'yaml', 'name']));
  return withConnectionOptions(command)
    .addHelpText('after', '\nExample:\n  sluice operations cancel op_01jd2x8q --reason "wrong node"')
    .action((ids: string[], options: CancelOptions) =>
      finish(
        actOnEach(
          terminal,
          ids,
          options,
          (client, id) =>
            client.cancelOperation({ id, body: options.reason === undefined ? {} : { reason: options.reason } }),
          (operation) => `${operation.nodeId}: ${cancelledInWords(operation)}`,
        ),
      ),
    );
}

function cancelledInWords(operation: Operation): string {
  if (hasEnded(operation)) return outcomeInWords(operation);
  return `${operation.command} is being cancelled; what comes of it: sluice operations watch ${operation.id}`;
}
