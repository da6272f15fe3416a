/** `sluice slots list`: who holds places in budgets. */
import type { Slot } from '@sluice/contract';
import { Command, Option } from 'commander';
import { completedFrom } from '../completion/value-source.ts';
import { withClient, withConnectionOptions } from '../connect.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Finish } from '../finish.ts';
import { formatOption, type Format } from '../output/formats.ts';
import { printProblem } from '../output/print.ts';
import type { Column } from '../output/table.ts';
import { agoInWords } from '../output/time-in-words.ts';
import { writeItems } from '../output/write-items.ts';
import type { SettingFlags } from '../settings.ts';
import type { Terminal } from '../terminal.ts';

interface ListOptions extends SettingFlags {
  readonly group?: string;
  readonly output: Format;
}

export function slotsListCommand(terminal: Terminal, finish: Finish): Command {
  const command = new Command('list')
    .summary('list who holds places in budgets')
    .description('Slots that FleetLock clients and `sluice with-slot` hold, the longest held first.')
    .addOption(completedFrom(new Option('--group <budget>', 'only those of this budget'), 'budgets'))
    .addOption(formatOption(['table', 'json', 'yaml', 'name']));
  return withConnectionOptions(command).action((options: ListOptions) =>
    finish(
      withClient(terminal, options, async (client) => {
        const { group, output } = options;
        const answer = await client.listSlots({ query: group === undefined ? {} : { group } });
        if (!answer.ok) return printProblem(terminal, answer.problem);
        writeItems(terminal, output, answer.value, {
          columns: columns(Date.now()),
          idOf: ({ id }) => id,
          whenEmpty: 'Nobody holds a slot.',
        });
        return exitCodes.done;
      }),
    ),
  );
}

function columns(nowMs: number): readonly Column<Slot>[] {
  return [
    { header: 'GROUP', importance: Infinity, cell: ({ group }) => group },
    { header: 'ID', importance: Infinity, cell: ({ id }) => id },
    { header: 'TAKEN', importance: 100, cell: ({ takenAt }) => agoInWords(takenAt, nowMs) },
    { header: 'NODES', importance: 90, widthMin: 8, cell: ({ nodeIds }) => nodeIds.join(', ') || '-' },
    { header: 'BY', importance: 80, cell: ({ takenBy }) => takenBy },
  ];
}
