/** `sluice operations list`: what was asked for, by whom, and what came of it. */
import { OPERATIONS_LIMIT_DEFAULT, OPERATIONS_LIMIT_MAX, type Operation } from '@sluice/contract';
import { Command, InvalidArgumentError, Option } from 'commander';
import { withClient, withConnectionOptions } from '../connect.ts';
import { durationSeconds } from '../duration.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Finish } from '../finish.ts';
import { paintFor } from '../output/colour.ts';
import { formatOption, renderDocument, type Format } from '../output/formats.ts';
import { printLine, printNote, printProblem } from '../output/print.ts';
import { operationStatusCell } from '../output/status.ts';
import { renderTable, type Column } from '../output/table.ts';
import { agoInWords } from '../output/time-in-words.ts';
import type { SettingFlags } from '../settings.ts';
import type { Terminal } from '../terminal.ts';
import { hasEnded, outcomeInWords, progressParts } from '../waiting/operation-in-words.ts';

/** Seconds of the longest look back: ten years. */
const SINCE_SECONDS_MAX = 10 * 365 * 86_400;

interface ListOptions extends SettingFlags {
  readonly node?: string;
  readonly command?: string;
  readonly status?: string;
  readonly since?: number;
  readonly limit?: string;
  readonly output: Format;
}

export function operationsListCommand(terminal: Terminal, finish: Finish): Command {
  const command = new Command('list')
    .summary('list operations, newest first')
    .description('Lists what was asked for, newest first.')
    .option('--node <id>', 'only those of this node')
    .option('--command <name>', 'only this command')
    .option('--status <statuses>', 'only these: queued, running, succeeded, failed, cancelled, expired')
    .addOption(
      new Option('--since <duration>', 'only those of the last 90s, 15m, 2h, 7d').argParser(
        durationSeconds({ min: 1, max: SINCE_SECONDS_MAX }),
      ),
    )
    .addOption(
      new Option(
        '--limit <count>',
        `at most this many (default ${OPERATIONS_LIMIT_DEFAULT}, at most ${OPERATIONS_LIMIT_MAX})`,
      ).argParser(limit),
    )
    .addOption(formatOption(['table', 'wide', 'json', 'yaml', 'name']));
  return withConnectionOptions(command)
    .addHelpText('after', '\nExample:\n  sluice operations list --node lobby-1 --status failed --since 7d')
    .action((options: ListOptions) =>
      finish(
        withClient(terminal, options, async (client) => {
          const answer = await client.listOperations({ query: queryOf(options) });
          if (!answer.ok) return printProblem(terminal, answer.problem);
          const { items, nextCursor } = answer.value;
          const { stdout, environment } = terminal;
          const { output } = options;
          if (output === 'json' || output === 'yaml') stdout.write(renderDocument(output, answer.value));
          else if (output === 'name') for (const one of items) printLine(terminal, one.id);
          else if (items.length === 0) printLine(terminal, 'No operations.');
          else {
            const width = stdout.isTTY === true ? (stdout.columns ?? null) : null;
            stdout.write(renderTable(columnsOf(output === 'wide'), items, width, paintFor(stdout, environment)));
          }
          if (nextCursor !== null && output !== 'json' && output !== 'yaml') {
            printNote(terminal, 'There are older ones: narrow it with --node, --status or --since, or raise --limit.');
          }
          return exitCodes.done;
        }),
      ),
    );
}

function columnsOf(isWide: boolean): readonly Column<Operation>[] {
  const nowMs = Date.now();
  const wide: readonly Column<Operation>[] = [
    { header: 'FROM', importance: 20, cell: (one) => one.requestedFrom ?? '-' },
    { header: 'REASON', importance: 30, widthMin: 10, cell: (one) => one.reason ?? '-' },
  ];
  return [
    { header: 'OPERATION', importance: Infinity, cell: (one) => one.id },
    { header: 'NODE', importance: Infinity, widthMin: 10, cell: (one) => one.nodeId },
    { header: 'COMMAND', importance: 80, widthMin: 8, cell: (one) => one.command },
    { header: 'STATUS', importance: Infinity, cell: (one) => operationStatusCell(one.status) },
    { header: 'ASKED', importance: 70, cell: (one) => agoInWords(one.createdAt, nowMs) },
    { header: 'BY', importance: 50, widthMin: 6, cell: (one) => one.requestedBy },
    ...(isWide ? wide : []),
    {
      header: 'RESULT',
      importance: 60,
      widthMin: 16,
      cell: (one) => (hasEnded(one) ? outcomeInWords(one) : progressParts(one, nowMs).join(' · ')),
    },
  ];
}

function queryOf({ node, command, status, since, limit: most }: ListOptions) {
  return {
    ...(node === undefined ? {} : { node }),
    ...(command === undefined ? {} : { command }),
    ...(status === undefined ? {} : { status }),
    ...(since === undefined ? {} : { since: new Date(Date.now() - since * 1000).toISOString() }),
    ...(most === undefined ? {} : { limit: most }),
  };
}

function limit(text: string): string {
  const count = Number(text);
  if (/^\d+$/u.test(text) && count >= 1 && count <= OPERATIONS_LIMIT_MAX) return text;
  throw new InvalidArgumentError(`Write a whole number from 1 to ${OPERATIONS_LIMIT_MAX}.`);
}
