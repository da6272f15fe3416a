/** `sluice operations confirm`: says that operations are still wanted which wait for that. */
import type { Operation } from '@sluice/contract';
import { Argument, Command } from 'commander';
import { completedFrom } from '../completion/value-source.ts';
import { withConnectionOptions } from '../connect.ts';
import type { Finish } from '../finish.ts';
import { formatOption } from '../output/formats.ts';
import type { Terminal } from '../terminal.ts';
import { hasEnded, outcomeInWords } from '../waiting/operation-in-words.ts';
import { actOnEach, type ActOnEachOptions } from './act-on-each.ts';

export function operationsConfirmCommand(terminal: Terminal, finish: Finish): Command {
  const command = new Command('confirm')
    .summary('say that operations are still wanted')
    .description(
      'After many nodes fell silent together, a restart or command that waits for one of them is not delivered to it\n' +
        'when it returns, before somebody says that it is still wanted. Of any other operation it changes nothing.',
    )
    .addArgument(completedFrom(new Argument('<id...>', 'operations'), 'operations'))
    .addOption(formatOption(['table', 'json', 'yaml', 'name']));
  return withConnectionOptions(command)
    .addHelpText('after', '\nExample:\n  sluice operations confirm op_01jd2x8q')
    .action((ids: string[], options: ActOnEachOptions) =>
      finish(
        actOnEach(
          terminal,
          ids,
          options,
          (client, id) => client.confirmOperation({ id, body: {} }),
          (operation) => `${operation.nodeId}: ${confirmedInWords(operation)}`,
        ),
      ),
    );
}

function confirmedInWords(operation: Operation): string {
  if (hasEnded(operation)) return outcomeInWords(operation);
  return `${operation.command} is still wanted; follow it: sluice operations watch ${operation.id}`;
}
