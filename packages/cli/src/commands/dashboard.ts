/** `sluice dashboard`: an address that opens the dashboard and logs in, once. */
import { Command } from 'commander';
import { withClient, withConnectionOptions } from '../connect.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Finish } from '../finish.ts';
import { formatOption, renderDocument, type Format } from '../output/formats.ts';
import { printLine, printNote, printProblem } from '../output/print.ts';
import { untilInWords } from '../output/time-in-words.ts';
import type { SettingFlags } from '../settings.ts';
import type { Terminal } from '../terminal.ts';

interface DashboardOptions extends SettingFlags {
  readonly output: Format;
}

export function dashboardCommand(terminal: Terminal, finish: Finish): Command {
  const command = new Command('dashboard')
    .summary('print a one-time link into the dashboard')
    .description(
      'Prints an address that opens the dashboard and logs in there as the token that this command line uses, once and\n' +
        'within 15 minutes. No browser is started: the address would stand in the list of processes.',
    )
    .addOption(formatOption(['table', 'json', 'yaml']));
  return withConnectionOptions(command)
    .addHelpText('after', '\nExample:\n  sluice dashboard')
    .action((options: DashboardOptions) =>
      finish(
        withClient(terminal, options, async (client, server) => {
          const answer = await client.createLoginLink();
          if (!answer.ok) return printProblem(terminal, answer.problem);
          const { path, expiresAt } = answer.value;
          const url = `${server}${path}`;
          const { output } = options;
          if (output === 'json' || output === 'yaml') {
            terminal.stdout.write(renderDocument(output, { url, expiresAt }));
            return exitCodes.done;
          }
          printLine(terminal, url);
          if (expiresAt !== null)
            printNote(terminal, `It works once, and ends in ${untilInWords(expiresAt, Date.now())}.`);
          return exitCodes.done;
        }),
      ),
    );
}
