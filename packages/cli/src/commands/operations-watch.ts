/** `sluice operations watch`: follows an operation to its end. */
import { Argument, Command } from 'commander';
import { completedFrom } from '../completion/value-source.ts';
import { withClient, withConnectionOptions } from '../connect.ts';
import type { Finish } from '../finish.ts';
import { formatOption, renderDocument, type Format } from '../output/formats.ts';
import { printLine, printProblem } from '../output/print.ts';
import type { SettingFlags } from '../settings.ts';
import type { Terminal } from '../terminal.ts';
import { hasEnded, isDeclared, outcomeInWords } from '../waiting/operation-in-words.ts';
import { waitForOperations } from '../waiting/wait-for-operations.ts';
import { waitTimeoutOption } from './act-on-nodes.ts';

interface WatchOptions extends SettingFlags {
  readonly output: Format;
  readonly waitTimeout?: number;
}

export function operationsWatchCommand(terminal: Terminal, finish: Finish): Command {
  const command = new Command('watch')
    .summary('follow an operation to its end')
    .description(
      'Shows how far it is, and what a command writes, until it has ended. Exit code 0: it succeeded; 1: it failed, was cancelled or expired.',
    )
    .addArgument(completedFrom(new Argument('<id>', 'operation'), 'operations'))
    .addOption(waitTimeoutOption())
    .addOption(formatOption(['table', 'json', 'yaml']));
  return withConnectionOptions(command)
    .addHelpText('after', '\nExample:\n  sluice operations watch op_01jd2x8q --wait-timeout 30m')
    .action((id: string, options: WatchOptions) =>
      finish(
        withClient(terminal, options, async (client) => {
          const answer = await client.getOperation({ id });
          if (!answer.ok) return printProblem(terminal, answer.problem);
          const { output } = options;
          const end = await waitForOperations(terminal, client, [answer.value], {
            timeoutSeconds: options.waitTimeout ?? null,
            howToCancel: ({ id: operationId }) => `sluice operations cancel ${operationId}`,
            showsOutput: output === 'table' && isDeclared(answer.value),
          });
          for (const operation of end.operations) {
            if (output === 'json' || output === 'yaml') terminal.stdout.write(renderDocument(output, operation));
            else if (hasEnded(operation)) printLine(terminal, `${operation.nodeId}: ${outcomeInWords(operation)}`);
          }
          return end.exitCode;
        }),
      ),
    );
}
