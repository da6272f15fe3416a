/** `sluice webhooks rotate`: gives a webhook a new secret. */
import { Argument, Command } from 'commander';
import { completedFrom } from '../completion/value-source.ts';
import { withClient, withConnectionOptions } from '../connect.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Finish } from '../finish.ts';
import { printLine, printNote, printProblem } from '../output/print.ts';
import { untilInWords } from '../output/time-in-words.ts';
import type { SettingFlags } from '../settings.ts';
import type { Terminal } from '../terminal.ts';

export function webhooksRotateCommand(terminal: Terminal, finish: Finish): Command {
  const command = new Command('rotate')
    .summary('give a webhook a new secret')
    .description('Shows the new secret once. For a day the one of before signs as well, so that nothing is refused.')
    .addArgument(completedFrom(new Argument('<id>', 'id of the webhook'), 'webhooks'));
  return withConnectionOptions(command).action((id: string, options: SettingFlags) =>
    finish(
      withClient(terminal, options, async (client) => {
        const answer = await client.rotateWebhookSecret({ id });
        if (!answer.ok) return printProblem(terminal, answer.problem);
        const { webhook, secret } = answer.value;
        printLine(terminal, secret);
        const { previousSecretUntil: until } = webhook;
        const left = until === null ? '' : ` The one of before signs for ${untilInWords(until, Date.now())} more.`;
        printNote(terminal, `${webhook.name} (${webhook.id}) has a new secret, shown this once.${left}`);
        return exitCodes.done;
      }),
    ),
  );
}
