/** `sluice budgets get`: one budget, and who has its places. */
import { Argument, Command } from 'commander';
import { completedFrom } from '../completion/value-source.ts';
import { withClient, withConnectionOptions } from '../connect.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Finish } from '../finish.ts';
import { renderBudgetPage } from '../output/budget-page.ts';
import { paintFor } from '../output/colour.ts';
import { formatOption, renderDocument, type Format } from '../output/formats.ts';
import { printProblem } from '../output/print.ts';
import type { SettingFlags } from '../settings.ts';
import type { Terminal } from '../terminal.ts';

interface GetOptions extends SettingFlags {
  readonly output: Format;
}

export function budgetsGetCommand(terminal: Terminal, finish: Finish): Command {
  const command = new Command('get')
    .summary('show one budget')
    .description('How many of its nodes may be unavailable, how many are, which and why.')
    .addArgument(completedFrom(new Argument('<name>', 'name of the budget'), 'budgets'))
    .addOption(formatOption(['table', 'json', 'yaml']));
  return withConnectionOptions(command).action((name: string, options: GetOptions) =>
    finish(
      withClient(terminal, options, async (client) => {
        const answer = await client.getBudget({ name });
        if (!answer.ok) return printProblem(terminal, answer.problem);
        const { stdout, environment } = terminal;
        stdout.write(
          options.output === 'json' || options.output === 'yaml'
            ? renderDocument(options.output, answer.value)
            : renderBudgetPage(answer.value, paintFor(stdout, environment), Date.now()),
        );
        return exitCodes.done;
      }),
    ),
  );
}
