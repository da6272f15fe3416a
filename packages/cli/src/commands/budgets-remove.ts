/** `sluice budgets remove`: asks a budget no more. */
import { Argument, Command } from 'commander';
import { completedFrom } from '../completion/value-source.ts';
import { withClient, withConnectionOptions } from '../connect.ts';
import { exitCodes, firstFailure, type ExitCode } from '../exit-codes.ts';
import type { Finish } from '../finish.ts';
import { printLine, printProblem } from '../output/print.ts';
import type { SettingFlags } from '../settings.ts';
import type { Terminal } from '../terminal.ts';

export function budgetsRemoveCommand(terminal: Terminal, finish: Finish): Command {
  const command = new Command('remove')
    .summary('remove budgets')
    .description(
      'They are asked no more: nothing is refused because of them. Slots that are held in them go with them.',
    )
    .addArgument(completedFrom(new Argument('<name...>', 'names of budgets'), 'budgets'));
  return withConnectionOptions(command).action((names: string[], options: SettingFlags) =>
    finish(
      withClient(terminal, options, async (client) => {
        const codes: ExitCode[] = [];
        for (const name of new Set(names)) {
          const answer = await client.removeBudget({ name });
          if (answer.ok) printLine(terminal, `${answer.value.name}: removed`);
          codes.push(
            answer.ok ? exitCodes.done : printProblem(terminal, answer.problem, names.length === 1 ? undefined : name),
          );
        }
        return firstFailure(codes);
      }),
    ),
  );
}
