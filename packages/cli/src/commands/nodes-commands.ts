/** `sluice nodes commands`: what the nodes, or one of them, can be told to do. */
import { Argument, Command } from 'commander';
import { completedFrom } from '../completion/value-source.ts';
import { withClient, withConnectionOptions } from '../connect.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Finish } from '../finish.ts';
import { paintFor } from '../output/colour.ts';
import { renderCommands } from '../output/commands-list.ts';
import { formatOption, renderDocument, type Format } from '../output/formats.ts';
import { printLine, printProblem } from '../output/print.ts';
import type { SettingFlags } from '../settings.ts';
import type { Terminal } from '../terminal.ts';

interface CommandsOptions extends SettingFlags {
  readonly output: Format;
}

export function nodesCommandsCommand(terminal: Terminal, finish: Finish): Command {
  const command = new Command('commands')
    .summary('list what nodes can be told to do')
    .description('Lists the built-in commands and those that agents declare; with an id, what that node has.')
    .addArgument(completedFrom(new Argument('[id]', 'node'), 'nodes'))
    .addOption(formatOption(['table', 'json', 'yaml', 'name']));
  return withConnectionOptions(command)
    .addHelpText('after', '\nExample:\n  sluice nodes commands lobby-1')
    .action((id: string | undefined, options: CommandsOptions) =>
      finish(
        withClient(terminal, options, async (client) => {
          const answer = await client.listCommands(id === undefined ? {} : { query: { node: id } });
          if (!answer.ok) return printProblem(terminal, answer.problem);
          const { stdout, environment } = terminal;
          const { output } = options;
          if (output === 'json' || output === 'yaml') stdout.write(renderDocument(output, answer.value));
          else if (output === 'name') for (const one of answer.value.items) printLine(terminal, one.name);
          else
            stdout.write(
              renderCommands(
                answer.value.items,
                stdout.isTTY === true ? (stdout.columns ?? null) : null,
                paintFor(stdout, environment),
              ),
            );
          return exitCodes.done;
        }),
      ),
    );
}
