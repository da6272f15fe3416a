/** `sluice rollouts get`: how far a rollout is, and what came of it. */
import { Argument, Command } from 'commander';
import { completedFrom } from '../completion/value-source.ts';
import { withClient, withConnectionOptions } from '../connect.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Finish } from '../finish.ts';
import { paintFor } from '../output/colour.ts';
import { formatOption, renderDocument, type Format } from '../output/formats.ts';
import { printProblem } from '../output/print.ts';
import { readRollout } from '../rollouts/read-rollout.ts';
import { renderRolloutPage } from '../rollouts/rollout-page.ts';
import type { SettingFlags } from '../settings.ts';
import type { Terminal } from '../terminal.ts';

interface GetOptions extends SettingFlags {
  readonly output: Format;
}

export function rolloutsGetCommand(terminal: Terminal, finish: Finish): Command {
  const command = new Command('get')
    .summary('show one rollout')
    .description('Shows what it does, how far it is, what it waits for, and what failed.')
    .addArgument(completedFrom(new Argument('<id>', 'rollout'), 'rollouts'))
    .addOption(formatOption(['table', 'json', 'yaml', 'name']));
  return withConnectionOptions(command)
    .addHelpText('after', '\nExample:\n  sluice rollouts get ro_01jd2x8q')
    .action((id: string, options: GetOptions) =>
      finish(
        withClient(terminal, options, async (client) => {
          const { output } = options;
          const { stdout, environment } = terminal;
          if (output !== 'table') {
            const answer = await client.getRollout({ id });
            if (!answer.ok) return printProblem(terminal, answer.problem);
            stdout.write(
              output === 'json' || output === 'yaml' ? renderDocument(output, answer.value) : `${answer.value.id}\n`,
            );
            return exitCodes.done;
          }
          const answer = await readRollout(client, id, null);
          if (!answer.ok) return printProblem(terminal, answer.problem);
          const columns = stdout.isTTY === true ? (stdout.columns ?? null) : null;
          stdout.write(renderRolloutPage(answer.value, columns, paintFor(stdout, environment), Date.now()));
          return exitCodes.done;
        }),
      ),
    );
}
