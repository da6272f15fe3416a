/** `sluice nodes why`: why a node is as it is, in sentences. */
import { Argument, Command } from 'commander';
import { completedFrom } from '../completion/value-source.ts';
import { withClient, withConnectionOptions } from '../connect.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Finish } from '../finish.ts';
import { paintFor } from '../output/colour.ts';
import { formatOption, renderDocument, type Format } from '../output/formats.ts';
import { printProblem } from '../output/print.ts';
import { renderWhyPage } from '../output/why-page.ts';
import type { SettingFlags } from '../settings.ts';
import type { Terminal } from '../terminal.ts';

interface WhyOptions extends SettingFlags {
  readonly output: Format;
}

export function nodesWhyCommand(terminal: Terminal, finish: Finish): Command {
  const command = new Command('why')
    .summary('say why a node is as it is')
    .description(
      'Answers in sentences, as a chain of causes: which holds, by whom, since when, which sessions block, what failed.',
    )
    .addArgument(completedFrom(new Argument('<id>', 'node'), 'nodes'))
    .addOption(formatOption(['table', 'json', 'yaml']));
  return withConnectionOptions(command)
    .addHelpText('after', '\nExample:\n  sluice nodes why lobby-1')
    .action((id: string, options: WhyOptions) =>
      finish(
        withClient(terminal, options, async (client) => {
          const answer = await client.whyNode({ id });
          if (!answer.ok) return printProblem(terminal, answer.problem);
          if (options.output === 'json' || options.output === 'yaml') {
            terminal.stdout.write(renderDocument(options.output, answer.value));
            return exitCodes.done;
          }
          const paint = paintFor(terminal.stdout, terminal.environment);
          terminal.stdout.write(renderWhyPage(answer.value, paint, Date.now()));
          return exitCodes.done;
        }),
      ),
    );
}
