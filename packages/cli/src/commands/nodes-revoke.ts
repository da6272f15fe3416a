/** `sluice nodes revoke`: take the credentials of nodes away. */
import { Argument, Command } from 'commander';
import { completedFrom } from '../completion/value-source.ts';
import { withClient, withConnectionOptions } from '../connect.ts';
import { exitCodes, firstFailure, type ExitCode } from '../exit-codes.ts';
import type { Finish } from '../finish.ts';
import { printLine, printProblem } from '../output/print.ts';
import type { SettingFlags } from '../settings.ts';
import type { Terminal } from '../terminal.ts';

interface RevokeOptions extends SettingFlags {
  readonly reason?: string;
}

export function nodesRevokeCommand(terminal: Terminal, finish: Finish): Command {
  const command = new Command('revoke')
    .summary('take the credentials of nodes away')
    .description(
      'Ends the sessions of their agents at once; nothing that they have opens another. Their workloads go on. A new join\n' +
        'token lets an agent in again, with a new key.',
    )
    .option('--reason <text>', 'why, for those who ask later')
    .addArgument(completedFrom(new Argument('<id...>', 'nodes'), 'nodes'));
  return withConnectionOptions(command).action((ids: string[], options: RevokeOptions) =>
    finish(
      withClient(terminal, options, async (client) => {
        const codes: ExitCode[] = [];
        for (const id of new Set(ids)) {
          const answer = await client.revokeCredentials({
            id,
            body: options.reason === undefined ? {} : { reason: options.reason },
          });
          if (answer.ok) printLine(terminal, `${id}: its agent is not let in any more`);
          codes.push(
            answer.ok ? exitCodes.done : printProblem(terminal, answer.problem, ids.length === 1 ? undefined : id),
          );
        }
        return firstFailure(codes);
      }),
    ),
  );
}
