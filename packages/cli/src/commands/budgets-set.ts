/** `sluice budgets set`: says how many nodes of a group may be unavailable at once. */
import type { CountOrPercent } from '@sluice/contract';
import { Argument, Command, Option } from 'commander';
import { completedFrom } from '../completion/value-source.ts';
import { withClient, withConnectionOptions } from '../connect.ts';
import { countOrPercentFrom } from '../count-or-percent.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Finish } from '../finish.ts';
import { budgetAllowedInWords, budgetTakenInWords } from '../output/budget-in-words.ts';
import { formatOption, renderDocument, type Format } from '../output/formats.ts';
import { printError, printLine, printNote, printProblem } from '../output/print.ts';
import type { SettingFlags } from '../settings.ts';
import type { Terminal } from '../terminal.ts';

interface SetOptions extends SettingFlags {
  readonly maxUnavailable: CountOrPercent;
  readonly selector?: string;
  readonly all?: true;
  readonly description?: string;
  readonly output: Format;
}

export function budgetsSetCommand(terminal: Terminal, finish: Finish): Command {
  const command = new Command('set')
    .summary('make or replace a budget')
    .description(
      'From now on a drain, a restart or a disruptive command that would make one node more unavailable than this is refused, ' +
        'unless it is forced with a reason. Nodes that are unavailable for any other reason count too. ' +
        'A share is rounded down, but is at least one node. What is set replaces all of what the budget said before.',
    )
    .addArgument(completedFrom(new Argument('<name>', 'name of the budget, such as lobby'), 'budgets'))
    .addOption(
      new Option('--max-unavailable <number>', 'nodes that may be unavailable at once: 3, or a share such as 25%')
        .argParser(countOrPercentFrom(0))
        .makeOptionMandatory(),
    )
    .option('--selector <selector>', 'the nodes that it is for: game=chess,zone in (a,b)')
    .option('--all', 'it is for all nodes')
    .option('--description <text>', 'what it protects')
    .addOption(formatOption(['table', 'json', 'yaml', 'name']));
  return withConnectionOptions(command)
    .addHelpText('after', '\nExample:\n  sluice budgets set lobby --max-unavailable 25% --selector game=lobby')
    .action((name: string, options: SetOptions) =>
      finish(
        withClient(terminal, options, async (client) => {
          const { selector, all, maxUnavailable, description } = options;
          if ((selector === undefined) === (all === undefined)) {
            printError(
              terminal,
              selector === undefined
                ? 'Which nodes is it for?'
                : 'A budget is for a selector or for all nodes, not both.',
              'Give --selector S, or say --all.',
            );
            return exitCodes.wrongUsage;
          }
          const body = { selector: selector ?? null, maxUnavailable, description: description ?? null };
          const answer = await client.setBudget({ name, body });
          if (!answer.ok) return printProblem(terminal, answer.problem);
          const { standing } = answer.value;
          if (options.output === 'json' || options.output === 'yaml')
            terminal.stdout.write(renderDocument(options.output, answer.value));
          else if (options.output === 'name') printLine(terminal, name);
          else {
            const taken = budgetTakenInWords(answer.value);
            const are =
              standing.unavailable === 0
                ? 'none is'
                : `${standing.unavailable} ${standing.unavailable === 1 ? 'is' : 'are'}`;
            printLine(
              terminal,
              `${name}: ${budgetAllowedInWords(answer.value)} may be unavailable, ${are}${taken === '' ? '' : `: ${taken}`}`,
            );
          }
          if (standing.matching === 0) printNote(terminal, 'No node matches it now.');
          if (standing.unavailable > standing.allowed)
            printNote(
              terminal,
              'More are unavailable than it allows: nothing is done to them, and no further one is let through.',
            );
          return exitCodes.done;
        }),
      ),
    );
}
