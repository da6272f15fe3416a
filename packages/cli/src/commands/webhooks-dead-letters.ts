/** `sluice webhooks dead-letters`: what could not be delivered. */
import type { DeadLetter } from '@sluice/contract';
import { Argument, Command } from 'commander';
import { completedFrom } from '../completion/value-source.ts';
import { withClient, withConnectionOptions } from '../connect.ts';
import { readDeadLetters } from '../dead-letter-pages.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Finish } from '../finish.ts';
import { paintFor } from '../output/colour.ts';
import { formatOption, renderDocument, type Format } from '../output/formats.ts';
import { printLine, printNote, printProblem } from '../output/print.ts';
import { type Column, renderTable } from '../output/table.ts';
import { agoInWords } from '../output/time-in-words.ts';
import type { SettingFlags } from '../settings.ts';
import type { Terminal } from '../terminal.ts';

interface ListOptions extends SettingFlags {
  readonly output: Format;
}

export function webhooksDeadLettersCommand(terminal: Terminal, finish: Finish): Command {
  const command = new Command('dead-letters')
    .summary('list what could not be delivered')
    .description(
      'Events that were given up after they had been tried for as long as the server is set to, oldest first. The JSON ' +
        'has the events themselves.',
    )
    .addArgument(completedFrom(new Argument('<id>', 'id of the webhook'), 'webhooks'))
    .addOption(formatOption(['table', 'json', 'yaml', 'name']));
  return withConnectionOptions(command).action((id: string, options: ListOptions) =>
    finish(
      withClient(terminal, options, async (client) => {
        const read = await readDeadLetters(client, id);
        if (!read.ok) return printProblem(terminal, read.problem);
        const { letters } = read;
        const { stdout, environment } = terminal;
        if (options.output === 'json' || options.output === 'yaml')
          stdout.write(renderDocument(options.output, { items: letters }));
        else if (options.output === 'name') for (const one of letters) printLine(terminal, String(one.sequence));
        else if (letters.length === 0) printNote(terminal, 'No dead letters.');
        else {
          const width = stdout.isTTY === true ? (stdout.columns ?? null) : null;
          stdout.write(renderTable(columns(Date.now()), letters, width, paintFor(stdout, environment)));
          printNote(terminal, `Send them again with: sluice webhooks resend ${id} --all`);
        }
        return exitCodes.done;
      }),
    ),
  );
}

function columns(nowMs: number): readonly Column<DeadLetter>[] {
  return [
    { header: 'EVENT', importance: Infinity, cell: ({ sequence }) => String(sequence) },
    { header: 'TYPE', importance: Infinity, cell: ({ type }) => type },
    { header: 'NODE', importance: 90, widthMin: 8, cell: ({ nodeId }) => nodeId ?? '-' },
    { header: 'HAPPENED', importance: 80, cell: ({ at }) => agoInWords(at, nowMs) },
    { header: 'TRIED', importance: 60, cell: ({ attempts }) => String(attempts) },
    { header: 'LAST', importance: 50, cell: ({ failedAt }) => agoInWords(failedAt, nowMs) },
    { header: 'PROBLEM', importance: 70, widthMin: 12, cell: ({ problem }) => problem },
  ];
}
