/** `sluice webhooks resend`: sends dead letters again. */
import { Argument, Command } from 'commander';
import { completedFrom } from '../completion/value-source.ts';
import { withClient, withConnectionOptions } from '../connect.ts';
import { readDeadLetters } from '../dead-letter-pages.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Finish } from '../finish.ts';
import { printError, printLine, printNote, printProblem } from '../output/print.ts';
import type { SettingFlags } from '../settings.ts';
import type { Terminal } from '../terminal.ts';

interface ResendOptions extends SettingFlags {
  readonly all?: boolean;
}

export function webhooksResendCommand(terminal: Terminal, finish: Finish): Command {
  const command = new Command('resend')
    .summary('send dead letters again')
    .description(
      'Now and in their order, until one is not delivered. Those that are delivered are dead letters no more.',
    )
    .addArgument(completedFrom(new Argument('<id>', 'id of the webhook'), 'webhooks'))
    .argument('[event...]', 'which, as `sluice webhooks dead-letters` names them')
    .option('--all', 'all of them');
  return withConnectionOptions(command).action((id: string, events: string[], options: ResendOptions) =>
    finish(
      withClient(terminal, options, async (client) => {
        if ((options.all === true) === events.length > 0) {
          printError(terminal, 'Which dead letters?', `Name them, or give --all: sluice webhooks resend ${id} --all`);
          return exitCodes.wrongUsage;
        }
        const read = options.all === true ? await readDeadLetters(client, id) : null;
        if (read?.ok === false) return printProblem(terminal, read.problem);
        const sequences = read === null ? [...new Set(events)] : read.letters.map(({ sequence }) => String(sequence));
        if (sequences.length === 0) printNote(terminal, 'No dead letters.');
        for (const [index, sequence] of sequences.entries()) {
          const answer = await client.resendDeadLetter({ id, sequence });
          if (!answer.ok) return printProblem(terminal, answer.problem, sequence);
          if (!answer.value.delivered) {
            const left = sequences.length - index;
            printError(
              terminal,
              `${sequence}: not delivered: the receiver ${answer.value.problem ?? 'did not take it'}.`,
              `Mend the receiver, then try again; ${left} of ${sequences.length} are left.`,
            );
            return exitCodes.failed;
          }
          printLine(terminal, `${sequence}: delivered`);
        }
        return exitCodes.done;
      }),
    ),
  );
}
