/** `sluice whoami`: who the server takes this command line for. */
import { Command } from 'commander';
import { withClient, withConnectionOptions } from '../connect.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Finish } from '../finish.ts';
import { formatOption, renderDocument, type Format } from '../output/formats.ts';
import { printLine, printProblem } from '../output/print.ts';
import { untilInWords } from '../output/time-in-words.ts';
import type { SettingFlags } from '../settings.ts';
import type { Terminal } from '../terminal.ts';

interface WhoAmIOptions extends SettingFlags {
  readonly output: Format;
}

export function whoamiCommand(terminal: Terminal, finish: Finish): Command {
  const command = new Command('whoami')
    .summary('show who the server takes you for')
    .description('Shows the name, the role and the nodes of the token that this command line uses, and when it ends.')
    .addOption(formatOption(['table', 'json', 'yaml']));
  return withConnectionOptions(command)
    .addHelpText('after', '\nExample:\n  sluice whoami -o json')
    .action((options: WhoAmIOptions) =>
      finish(
        withClient(terminal, options, async (client) => {
          const answer = await client.whoAmI();
          if (!answer.ok) return printProblem(terminal, answer.problem);
          const { output } = options;
          const { name, role, selector, expiresAt } = answer.value;
          if (output === 'json' || output === 'yaml') {
            terminal.stdout.write(renderDocument(output, answer.value));
            return exitCodes.done;
          }
          printLine(terminal, `Name   ${name}`);
          printLine(terminal, `Role   ${role}`);
          printLine(terminal, `Nodes  ${selector ?? 'all'}`);
          printLine(terminal, `Ends   ${expiresAt === null ? 'never' : `in ${untilInWords(expiresAt, Date.now())}`}`);
          return exitCodes.done;
        }),
      ),
    );
}
