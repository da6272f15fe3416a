/** `sluice budgets list`: how many nodes of each group may be unavailable at once, and how many are. */
import type { Budget } from '@sluice/contract';
import { Command } from 'commander';
import { withClient, withConnectionOptions } from '../connect.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Finish } from '../finish.ts';
import {
  budgetAllowedInWords,
  budgetLeftCell,
  budgetNodesInWords,
  budgetTakenInWords,
} from '../output/budget-in-words.ts';
import { formatOption, type Format } from '../output/formats.ts';
import { printProblem } from '../output/print.ts';
import type { Column } from '../output/table.ts';
import { writeItems } from '../output/write-items.ts';
import type { SettingFlags } from '../settings.ts';
import type { Terminal } from '../terminal.ts';

interface ListOptions extends SettingFlags {
  readonly output: Format;
}

export function budgetsListCommand(terminal: Terminal, finish: Finish): Command {
  const command = new Command('list')
    .summary('list budgets, with the places that are left')
    .description('How many nodes of each group may be unavailable at once, how many are, and which.')
    .addOption(formatOption(['table', 'json', 'yaml', 'name']));
  return withConnectionOptions(command).action((options: ListOptions) =>
    finish(
      withClient(terminal, options, async (client) => {
        const answer = await client.listBudgets();
        if (!answer.ok) return printProblem(terminal, answer.problem);
        writeItems(terminal, options.output, answer.value, {
          columns: COLUMNS,
          idOf: ({ name }) => name,
          whenEmpty: 'No budgets. Make one with: sluice budgets set NAME --max-unavailable 25% --selector S',
        });
        return exitCodes.done;
      }),
    ),
  );
}

const COLUMNS: readonly Column<Budget>[] = [
  { header: 'BUDGET', importance: Infinity, widthMin: 8, cell: ({ name }) => name },
  { header: 'PLACES', importance: 100, cell: budgetLeftCell },
  { header: 'OUT', importance: 95, cell: ({ standing }) => String(standing.unavailable) },
  { header: 'ALLOWED', importance: 90, cell: budgetAllowedInWords },
  { header: 'NODES', importance: 80, widthMin: 12, cell: budgetNodesInWords },
  { header: 'WHO IS OUT', importance: 70, widthMin: 16, cell: (budget) => budgetTakenInWords(budget) || '-' },
  { header: 'FOR', importance: 60, widthMin: 12, cell: ({ description }) => description ?? '-' },
];
