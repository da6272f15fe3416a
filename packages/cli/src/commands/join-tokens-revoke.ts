/** `sluice join-tokens revoke`: take join tokens back. */
import { Argument, Command } from 'commander';
import { completedFrom } from '../completion/value-source.ts';
import { withClient, withConnectionOptions } from '../connect.ts';
import { exitCodes, firstFailure, type ExitCode } from '../exit-codes.ts';
import type { Finish } from '../finish.ts';
import { printLine, printProblem } from '../output/print.ts';
import type { SettingFlags } from '../settings.ts';
import type { Terminal } from '../terminal.ts';

export function joinTokensRevokeCommand(terminal: Terminal, finish: Finish): Command {
  const command = new Command('revoke')
    .summary('take join tokens back')
    .description('Nobody joins with them any more. Agents that have joined stay: they have keys of their own.')
    .addArgument(
      completedFrom(
        new Argument('<id...>', 'ids of tokens, as `sluice join-tokens list` shows them; never their secrets'),
        'join-tokens',
      ),
    );
  return withConnectionOptions(command).action((ids: string[], options: SettingFlags) =>
    finish(
      withClient(terminal, options, async (client) => {
        const codes: ExitCode[] = [];
        for (const id of new Set(ids)) {
          const answer = await client.revokeJoinToken({ id });
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
