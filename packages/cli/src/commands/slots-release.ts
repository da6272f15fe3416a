/** `sluice slots release`: gives a place back for somebody who does not. */
import { Argument, Command } from 'commander';
import { completedFrom } from '../completion/value-source.ts';
import { withClient, withConnectionOptions } from '../connect.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Finish } from '../finish.ts';
import { printError, printLine, printProblem } from '../output/print.ts';
import type { SettingFlags } from '../settings.ts';
import { giveBack } from '../slots/give-back.ts';
import { ownSlotId } from '../slots/slot-id.ts';
import type { Terminal } from '../terminal.ts';

interface ReleaseOptions extends SettingFlags {
  readonly ifHeld?: boolean;
}

export function slotsReleaseCommand(terminal: Terminal, finish: Finish): Command {
  const command = new Command('release')
    .summary('free a slot')
    .description(
      'Gives the place back for a machine that does not do it itself. Its node goes back into rotation if nothing else holds it.',
    )
    .addArgument(completedFrom(new Argument('<group>', 'the budget'), 'budgets'))
    .addArgument(
      completedFrom(
        new Argument('[id]', 'who holds it, as `sluice slots list` shows it (default: this machine)'),
        'slots',
      ),
    )
    .option(
      '--if-held',
      'what is not held is no failure, and a server that is away is waited for: for the start of a machine',
    );
  return withConnectionOptions(command)
    .addHelpText('after', '\nExample:\n  sluice slots release web web-3')
    .action((group: string, given: string | undefined, options: ReleaseOptions) =>
      finish(
        withClient(terminal, options, async (client) => {
          const id = given ?? (await ownSlotId());
          if (id === null) {
            printError(
              terminal,
              'Nothing tells this machine from others: it has no id and no name.',
              'Say whose slot it is: `sluice slots list` has the ids.',
            );
            return exitCodes.wrongUsage;
          }
          if (options.ifHeld === true) return giveBack(terminal, client, { group, id }, terminal.interrupt);
          const answer = await client.releaseSlot({ group, id });
          if (!answer.ok) return printProblem(terminal, answer.problem);
          printLine(terminal, `${answer.value.group} ${answer.value.id}: freed`);
          return exitCodes.done;
        }),
      ),
    );
}
