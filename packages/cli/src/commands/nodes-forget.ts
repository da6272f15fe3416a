/** `sluice nodes forget`: takes nodes whose agents are gone for good out of the fleet. */
import { Argument, Command } from 'commander';
import { completedFrom } from '../completion/value-source.ts';
import { withClient, withConnectionOptions } from '../connect.ts';
import { exitCodes, firstFailure, type ExitCode } from '../exit-codes.ts';
import type { Finish } from '../finish.ts';
import { printLine, printProblem } from '../output/print.ts';
import type { SettingFlags } from '../settings.ts';
import type { Terminal } from '../terminal.ts';

export function nodesForgetCommand(terminal: Terminal, finish: Finish): Command {
  const command = new Command('forget')
    .summary('take nodes that are gone for good out of the fleet')
    .description(
      'Forgets nodes whose agents are gone for good; their history and operations stay. A connected node is refused: stop\n' +
        'its agent first.',
    )
    .addArgument(completedFrom(new Argument('<id...>', 'nodes'), 'nodes'))
    .option('--force', 'also nodes whose certificates were revoked: nothing refuses those any more then (admin)');
  return withConnectionOptions(command)
    .addHelpText('after', '\nExample:\n  sluice nodes forget lobby-7')
    .action((ids: string[], options: SettingFlags & { readonly force?: true }) =>
      finish(
        withClient(terminal, options, async (client) => {
          const codes: ExitCode[] = [];
          for (const id of new Set(ids)) {
            const answer = await client.forgetNode({ id, query: options.force === true ? { force: 'true' } : {} });
            if (answer.ok) printLine(terminal, `${answer.value.id}: forgotten`);
            codes.push(
              answer.ok ? exitCodes.done : printProblem(terminal, answer.problem, ids.length === 1 ? undefined : id),
            );
          }
          return firstFailure(codes);
        }),
      ),
    );
}
