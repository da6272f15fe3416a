/** `sluice operations get`: how far an operation is, and what came of it. */
import { Argument, Command } from 'commander';
import { completedFrom } from '../completion/value-source.ts';
import { withClient, withConnectionOptions } from '../connect.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Finish } from '../finish.ts';
import { paintFor } from '../output/colour.ts';
import { formatOption, renderDocument, type Format } from '../output/formats.ts';
import { renderOperationPage } from '../output/operation-page.ts';
import { printProblem } from '../output/print.ts';
import type { SettingFlags } from '../settings.ts';
import type { Terminal } from '../terminal.ts';

interface GetOptions extends SettingFlags {
  readonly output: Format;
}

export function operationsGetCommand(terminal: Terminal, finish: Finish): Command {
  const command = new Command('get')
    .summary('show one operation')
    .description('Shows who asked for it and why, how far it is, and what came of it.')
    .addArgument(completedFrom(new Argument('<id>', 'operation'), 'operations'))
    .addOption(formatOption(['table', 'json', 'yaml']));
  return withConnectionOptions(command)
    .addHelpText('after', '\nExample:\n  sluice operations get op_01jd2x8q')
    .action((id: string, options: GetOptions) =>
      finish(
        withClient(terminal, options, async (client) => {
          const answer = await client.getOperation({ id });
          if (!answer.ok) return printProblem(terminal, answer.problem);
          const { output } = options;
          const { stdout, environment } = terminal;
          if (output === 'json' || output === 'yaml') stdout.write(renderDocument(output, answer.value));
          else stdout.write(renderOperationPage(answer.value, paintFor(stdout, environment), Date.now()));
          return exitCodes.done;
        }),
      ),
    );
}
