/** `sluice nodes get`: everything that is known of a node. */
import { Argument, Command } from 'commander';
import { completedFrom } from '../completion/value-source.ts';
import { withClient, withConnectionOptions } from '../connect.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Finish } from '../finish.ts';
import { paintFor } from '../output/colour.ts';
import { formatOption, renderDocument, type Format } from '../output/formats.ts';
import { renderNodePage } from '../output/node-page.ts';
import { printLine, printProblem } from '../output/print.ts';
import type { SettingFlags } from '../settings.ts';
import type { Terminal } from '../terminal.ts';

interface GetOptions extends SettingFlags {
  readonly output: Format;
}

export function nodesGetCommand(terminal: Terminal, finish: Finish): Command {
  const command = new Command('get')
    .summary('show one node')
    .description('Shows everything that is known of a node: status, workload, load, holds, how far its drain is.')
    .addArgument(completedFrom(new Argument('<id>', 'node'), 'nodes'))
    .addOption(formatOption(['table', 'json', 'yaml', 'name']));
  return withConnectionOptions(command)
    .addHelpText('after', '\nExample:\n  sluice nodes get lobby-1 -o json')
    .action((id: string, options: GetOptions) =>
      finish(
        withClient(terminal, options, async (client) => {
          const answer = await client.getNode({ id });
          if (!answer.ok) return printProblem(terminal, answer.problem);
          const { output } = options;
          if (output === 'json' || output === 'yaml') terminal.stdout.write(renderDocument(output, answer.value));
          else if (output === 'name') printLine(terminal, answer.value.id);
          else
            terminal.stdout.write(
              renderNodePage(answer.value, paintFor(terminal.stdout, terminal.environment), Date.now()),
            );
          return exitCodes.done;
        }),
      ),
    );
}
