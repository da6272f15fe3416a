/** `sluice nodes history`: everything that ever happened to a node, newest first. */
import { HISTORY_LIMIT_DEFAULT, HISTORY_LIMIT_MAX } from '@sluice/contract';
import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import { completedFrom } from '../completion/value-source.ts';
import { withClient, withConnectionOptions } from '../connect.ts';
import { durationSeconds } from '../duration.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Finish } from '../finish.ts';
import { eventLine } from '../output/event-line.ts';
import { formatOption, renderDocument, type Format } from '../output/formats.ts';
import { printNote, printProblem } from '../output/print.ts';
import type { SettingFlags } from '../settings.ts';
import type { Terminal } from '../terminal.ts';

/** Seconds of the longest look back: ten years. */
const SINCE_SECONDS_MAX = 10 * 365 * 86_400;

interface HistoryOptions extends SettingFlags {
  readonly kind?: string;
  readonly since?: number;
  readonly limit?: string;
  readonly output: Format;
}

export function nodesHistoryCommand(terminal: Terminal, finish: Finish): Command {
  const command = new Command('history')
    .summary('what happened to a node, newest first')
    .description('Everything that happened to a node, newest first, back to the oldest that the server keeps.')
    .addArgument(completedFrom(new Argument('<id>', 'the node; one that was forgotten has its history still'), 'nodes'))
    .option('--kind <kinds>', 'only these, separated by commas, such as NodeDrained,OperationEnded')
    .addOption(
      new Option('--since <duration>', 'only of the last 90s, 15m, 2h, 7d').argParser(
        durationSeconds({ min: 1, max: SINCE_SECONDS_MAX }),
      ),
    )
    .addOption(
      new Option(
        '--limit <count>',
        `at most this many (default ${HISTORY_LIMIT_DEFAULT}, at most ${HISTORY_LIMIT_MAX})`,
      ).argParser(limit),
    )
    .addOption(formatOption(['table', 'json', 'yaml']));
  return withConnectionOptions(command)
    .addHelpText('after', '\nExample:\n  sluice nodes history lobby-1 --since 1h')
    .action((node: string, options: HistoryOptions) =>
      finish(
        withClient(terminal, options, async (client) => {
          const { kind, since, limit: count, output } = options;
          const answer = await client.listHistory({
            query: {
              node,
              ...(kind === undefined ? {} : { kind }),
              ...(since === undefined ? {} : { since: new Date(Date.now() - since * 1000).toISOString() }),
              ...(count === undefined ? {} : { limit: count }),
            },
          });
          if (!answer.ok) return printProblem(terminal, answer.problem);
          const { items, nextCursor } = answer.value;
          if (output === 'json' || output === 'yaml') {
            terminal.stdout.write(renderDocument(output, answer.value));
            return exitCodes.done;
          }
          for (const event of items) terminal.stdout.write(eventLine(terminal, event, 'date'));
          if (items.length === 0) printNote(terminal, 'Nothing of it is kept.');
          if (nextCursor !== null)
            printNote(terminal, 'There is more: narrow it with --kind or --since, or raise --limit.');
          return exitCodes.done;
        }),
      ),
    );
}

function limit(text: string): string {
  const count = /^\d{1,4}$/u.test(text) ? Number(text) : 0;
  if (count >= 1 && count <= HISTORY_LIMIT_MAX) return text;
  throw new InvalidArgumentError(`Write a whole number from 1 to ${HISTORY_LIMIT_MAX}.`);
}
