/** `sluice webhooks remove`: sends nothing there any more. */
import { Argument, Command } from 'commander';
import { completedFrom } from '../completion/value-source.ts';
import { withClient, withConnectionOptions } from '../connect.ts';
import { exitCodes, firstFailure, type ExitCode } from '../exit-codes.ts';
import type { Finish } from '../finish.ts';
import { printLine, printProblem } from '../output/print.ts';
import type { SettingFlags } from '../settings.ts';
import type { Terminal } from '../terminal.ts';

export function webhooksRemoveCommand(terminal: Terminal, finish: Finish): Command {
  const command = new Command('remove')
    .summary('remove webhooks')
    .description('Nothing is sent there any more, and their dead letters are gone. `update --disable` keeps them.')
    .addArgument(
      completedFrom(new Argument('<id...>', 'ids of webhooks, as `sluice webhooks list` shows them'), 'webhooks'),
    );
  return withConnectionOptions(command).action((ids: string[], options: SettingFlags) =>
    finish(
      withClient(terminal, options, async (client) => {
        const codes: ExitCode[] = [];
        for (const id of new Set(ids)) {
          const answer = await client.deleteWebhook({ id });
          if (answer.ok) printLine(terminal, `${answer.value.name} (${answer.value.id}): removed`);
          codes.push(
            answer.ok ? exitCodes.done : printProblem(terminal, answer.problem, ids.length === 1 ? undefined : id),
          );
        }
        return firstFailure(codes);
      }),
    ),
  );
}
