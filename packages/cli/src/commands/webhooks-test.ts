/** `sluice webhooks test`: sends one event to a webhook and says what came of it. */
import { Argument, Command } from 'commander';
import { completedFrom } from '../completion/value-source.ts';
import { withClient, withConnectionOptions } from '../connect.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Finish } from '../finish.ts';
import { printError, printLine, printProblem } from '../output/print.ts';
import type { SettingFlags } from '../settings.ts';
import type { Terminal } from '../terminal.ts';

export function webhooksTestCommand(terminal: Terminal, finish: Finish): Command {
  const command = new Command('test')
    .summary('try a webhook')
    .description('Sends an event of the type sluice.WebhookTest now, once, and says what the receiver answered.')
    .addArgument(completedFrom(new Argument('<id>', 'id of the webhook'), 'webhooks'));
  return withConnectionOptions(command).action((id: string, options: SettingFlags) =>
    finish(
      withClient(terminal, options, async (client) => {
        const answer = await client.testWebhook({ id });
        if (!answer.ok) return printProblem(terminal, answer.problem);
        const { delivered, status, problem, durationMs } = answer.value;
        if (delivered) {
          printLine(terminal, `Delivered: answered ${status ?? ''} in ${durationMs} ms.`);
          return exitCodes.done;
        }
        printError(
          terminal,
          `Not delivered: the receiver ${problem ?? 'did not take it'} (${durationMs} ms).`,
          `Mend the receiver, or the address: sluice webhooks update ${id} --to URL`,
        );
        return exitCodes.failed;
      }),
    ),
  );
}
