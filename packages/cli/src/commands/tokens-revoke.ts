/** `sluice tokens revoke`: take tokens back. */
import { Argument, Command } from 'commander';
import { completedFrom } from '../completion/value-source.ts';
import { withClient, withConnectionOptions } from '../connect.ts';
import { exitCodes, firstFailure, type ExitCode } from '../exit-codes.ts';
import type { Finish } from '../finish.ts';
import { printLine, printProblem } from '../output/print.ts';
import type { SettingFlags } from '../settings.ts';
import type { Terminal } from '../terminal.ts';

export function tokensRevokeCommand(terminal: Terminal, finish: Finish): Command {
  const command = new Command('revoke')
    .summary('take tokens back')
    .description('They open nothing from this moment on; event streams that were opened with them end at once.')
    .addArgument(
      completedFrom(
        new Argument('<id...>', 'ids of tokens, as `sluice tokens list` shows them; never their secrets'),
        'tokens',
      ),
    );
  return withConnectionOptions(command).action((ids: string[], options: SettingFlags) =>
    finish(
      withClient(terminal, options, async (client) => {
        const codes: ExitCode[] = [];
        for (const id of new Set(ids)) {
          const answer = await client.revokeToken({ id });
          if (answer.ok) printLine(terminal, `${answer.value.name} (${answer.value.id}): revoked`);
          codes.push(
            answer.ok ? exitCodes.done : printProblem(terminal, answer.problem, ids.length === 1 ? undefined : id),
          );
        }
        return firstFailure(codes);
      }),
    ),
  );
}
