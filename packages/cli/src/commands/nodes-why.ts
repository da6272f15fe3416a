/** `sluice nodes why`: why a node is as it is, in sentences. */
import { Command } from 'commander';
import { withClient, withConnectionOptions } from '../connect.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Finish } from '../finish.ts';
import { paintFor, type Colour } from '../output/colour.ts';
import { formatOption, renderDocument, type Format } from '../output/formats.ts';
import { printLine, printProblem } from '../output/print.ts';
import { printable } from '../output/printable.ts';
import { agoInWords } from '../output/time-in-words.ts';
import type { SettingFlags } from '../settings.ts';
import type { Terminal } from '../terminal.ts';

interface WhyOptions extends SettingFlags {
  readonly output: Format;
}

const MARKS: Readonly<Record<string, readonly [symbol: string, colour: Colour]>> = {
  info: ['·', 'grey'],
  warning: ['▲', 'yellow'],
  error: ['✗', 'red'],
};

export function nodesWhyCommand(terminal: Terminal, finish: Finish): Command {
  const command = new Command('why')
    .summary('say why a node is as it is')
    .description(
      'Answers in sentences, as a chain of causes: which holds, by whom, since when, which sessions block, what failed.',
    )
    .argument('<id>', 'node')
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
          printLine(terminal, answer.value.summary);
          for (const cause of answer.value.causes) {
            const [symbol, colour] = MARKS[cause.severity] ?? ['·', 'grey'];
            // A sentence that says how long needs no instant behind it.
            const saysHowLong = /\d (?:s|min|h|d)\b/u.test(cause.text);
            const since =
              cause.since === null || saysHowLong ? '' : paint(` (${agoInWords(cause.since, Date.now())})`, 'grey');
            terminal.stdout.write(`  ${paint(symbol, colour)} ${printable(cause.text)}${since}\n`);
          }
          return exitCodes.done;
        }),
      ),
    );
}
