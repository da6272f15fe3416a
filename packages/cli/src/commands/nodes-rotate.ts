/** `sluice nodes rotate`: give the agents of nodes new keys. */
import { Argument, Command } from 'commander';
import { completedFrom } from '../completion/value-source.ts';
import { withClient, withConnectionOptions } from '../connect.ts';
import { exitCodes, firstFailure, type ExitCode } from '../exit-codes.ts';
import type { Finish } from '../finish.ts';
import { printLine, printProblem } from '../output/print.ts';
import type { SettingFlags } from '../settings.ts';
import type { Terminal } from '../terminal.ts';

export function nodesRotateCommand(terminal: Terminal, finish: Finish): Command {
  const command = new Command('rotate')
    .summary('give the agents of nodes new keys')
    .description(
      'Asks for it; each agent makes a new key as soon as it is connected. The old one ends when the new one has opened its\n' +
        'first session, so nobody is locked out. Agents do this by themselves every 30 days.',
    )
    .addArgument(completedFrom(new Argument('<id...>', 'nodes'), 'nodes'));
  return withConnectionOptions(command).action((ids: string[], options: SettingFlags) =>
    finish(
      withClient(terminal, options, async (client) => {
        const codes: ExitCode[] = [];
        for (const id of new Set(ids)) {
          const answer = await client.rotateCredentials({ id, body: {} });
          if (answer.ok) printLine(terminal, `${id}: a new key is asked for`);
          codes.push(
            answer.ok ? exitCodes.done : printProblem(terminal, answer.problem, ids.length === 1 ? undefined : id),
          );
        }
        return firstFailure(codes);
      }),
    ),
  );
}
