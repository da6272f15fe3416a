/** `sluice server status`: how a running server is, on one page. */
import { Command } from 'commander';
import { withClient, withConnectionOptions } from '../connect.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Finish } from '../finish.ts';
import { paintFor } from '../output/colour.ts';
import { formatOption, renderDocument, type Format } from '../output/formats.ts';
import { printProblem } from '../output/print.ts';
import { renderServerPage } from '../output/server-page.ts';
import type { SettingFlags } from '../settings.ts';
import type { Terminal } from '../terminal.ts';

interface StatusOptions extends SettingFlags {
  readonly output: Format;
}

export function serverStatusCommand(terminal: Terminal, finish: Finish): Command {
  const command = new Command('status')
    .summary('show how a running server is')
    .description(
      'Shows its version, its nodes by status, its store and what is wrong with it, and how long history is kept.',
    )
    .addOption(formatOption(['table', 'json', 'yaml']));
  return withConnectionOptions(command)
    .addHelpText('after', '\nExample:\n  sluice server status --url https://sluice.example:7070')
    .action((options: StatusOptions) =>
      finish(
        withClient(terminal, options, async (client) => {
          const answer = await client.serverStatus();
          if (!answer.ok) return printProblem(terminal, answer.problem);
          const { output } = options;
          const { stdout, environment } = terminal;
          if (output === 'json' || output === 'yaml') stdout.write(renderDocument(output, answer.value));
          else stdout.write(renderServerPage(answer.value, paintFor(stdout, environment)));
          return exitCodes.done;
        }),
      ),
    );
}
