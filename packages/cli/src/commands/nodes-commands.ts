/** `sluice nodes commands`: what the nodes, or one of them, can be told to do. */
import type { NodeCommand } from '@sluice/contract';
import { Command } from 'commander';
import { withClient, withConnectionOptions } from '../connect.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Finish } from '../finish.ts';
import { paintFor } from '../output/colour.ts';
import { formatOption, renderDocument, type Format } from '../output/formats.ts';
import { printLine, printProblem } from '../output/print.ts';
import { parametersInWords } from '../output/schema-in-words.ts';
import { renderTable, type Column } from '../output/table.ts';
import type { SettingFlags } from '../settings.ts';
import type { Terminal } from '../terminal.ts';

interface CommandsOptions extends SettingFlags {
  readonly output: Format;
}

const COLUMNS: readonly Column<NodeCommand>[] = [
  { header: 'COMMAND', importance: Infinity, cell: (command) => command.name },
  { header: 'WHAT IT DOES', importance: 90, widthMin: 20, cell: (command) => command.description },
  {
    header: 'PARAMETERS',
    importance: 70,
    widthMin: 12,
    cell: (command) => parametersInWords(command.parameters).join(' ') || '-',
  },
  { header: 'NODE TYPES', importance: 40, widthMin: 10, cell: (command) => command.nodeTypes.join(', ') || '-' },
  { header: 'FROM', importance: 30, cell: (command) => (command.builtIn ? 'Sluice' : 'agent.yaml') },
];

export function nodesCommandsCommand(terminal: Terminal, finish: Finish): Command {
  const command = new Command('commands')
    .summary('list what nodes can be told to do')
    .description('Lists the built-in commands and those that agents declare; with an id, what that node has.')
    .argument('[id]', 'node')
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
              renderTable(
                COLUMNS,
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
