/** `sluice webhooks get`: one webhook, and how its delivery goes. */
import { Argument, Command } from 'commander';
import { completedFrom } from '../completion/value-source.ts';
import { withClient, withConnectionOptions } from '../connect.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Finish } from '../finish.ts';
import { paintFor } from '../output/colour.ts';
import { formatOption, renderDocument, type Format } from '../output/formats.ts';
import { printProblem } from '../output/print.ts';
import { renderWebhookPage } from '../output/webhook-page.ts';
import type { SettingFlags } from '../settings.ts';
import type { Terminal } from '../terminal.ts';

interface GetOptions extends SettingFlags {
  readonly output: Format;
}

export function webhooksGetCommand(terminal: Terminal, finish: Finish): Command {
  const command = new Command('get')
    .summary('show one webhook')
    .description('Where it sends which events, how far it has come, and what fails.')
    .addArgument(completedFrom(new Argument('<id>', 'id of the webhook'), 'webhooks'))
    .addOption(formatOption(['table', 'json', 'yaml']));
  return withConnectionOptions(command).action((id: string, options: GetOptions) =>
    finish(
      withClient(terminal, options, async (client) => {
        const answer = await client.getWebhook({ id });
        if (!answer.ok) return printProblem(terminal, answer.problem);
        const { stdout, environment } = terminal;
        stdout.write(
          options.output === 'json' || options.output === 'yaml'
            ? renderDocument(options.output, answer.value)
            : renderWebhookPage(answer.value, paintFor(stdout, environment), Date.now()),
        );
        return exitCodes.done;
      }),
    ),
  );
}
