/** `sluice operations output`: what an operation's command has written. */
import { Argument, Command } from 'commander';
import { completedFrom } from '../completion/value-source.ts';
import { withClient, withConnectionOptions } from '../connect.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Finish } from '../finish.ts';
import { printProblem } from '../output/print.ts';
import { printable } from '../output/printable.ts';
import type { SettingFlags } from '../settings.ts';
import type { Terminal } from '../terminal.ts';

export function operationsOutputCommand(terminal: Terminal, finish: Finish): Command {
  const command = new Command('output')
    .summary("print an operation's output")
    .description(
      'Prints the end of what its command has written, 16 KiB at most; while it runs, as much as has come by now.\n' +
        'Into a pipe or a file it goes as it is; on a terminal without what would steer the terminal.',
    )
    .addArgument(completedFrom(new Argument('<id>', 'operation'), 'operations'));
  return withConnectionOptions(command)
    .addHelpText('after', '\nExample:\n  sluice operations output op_01jd2x8q | tail -n 3')
    .action((id: string, options: SettingFlags) =>
      finish(
        withClient(terminal, options, async (client) => {
          const answer = await client.operationOutput({ id });
          if (!answer.ok) return printProblem(terminal, answer.problem);
          const text = terminal.stdout.isTTY === true ? printable(answer.value, 'line-breaks') : answer.value;
          terminal.stdout.write(text === '' || text.endsWith('\n') ? text : `${text}\n`);
          return exitCodes.done;
        }),
      ),
    );
}
