/** `sluice operations list`: what was asked for, by whom, and what came of it. */
import { OPERATION_STATUSES, OPERATIONS_LIMIT_DEFAULT, OPERATIONS_LIMIT_MAX, type Operation } from '@sluice/contract';
import type { Client } from '@sluice/client';
import { Command, InvalidArgumentError, Option } from 'commander';
import { completedByList, completedFrom } from '../completion/value-source.ts';
import { withClient, withConnectionOptions } from '../connect.ts';
import { durationSeconds } from '../duration.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import type { Finish } from '../finish.ts';
import { paintFor } from '../output/colour.ts';
import { formatOption, renderDocument, renderLine, type Format } from '../output/formats.ts';
import { printNote, printProblem } from '../output/print.ts';
import { printable } from '../output/printable.ts';
import { operationStatusCell } from '../output/status.ts';
import { renderTable, type Column } from '../output/table.ts';
import { agoInWords } from '../output/time-in-words.ts';
import type { SettingFlags } from '../settings.ts';
import type { Terminal } from '../terminal.ts';
import { hasEnded, outcomeInWords, progressParts } from '../waiting/operation-in-words.ts';
import { watchAnswer } from '../waiting/watch-answer.ts';

/** Seconds of the longest look back: ten years. */
const SINCE_SECONDS_MAX = 10 * 365 * 86_400;

interface ListOptions extends SettingFlags {
  readonly node?: string;
  readonly command?: string;
  readonly status?: string;
  readonly by?: string;
  readonly since?: number;
  readonly limit?: string;
  readonly output: Format;
  readonly watch?: boolean;
}

type OperationList = Extract<Awaited<ReturnType<Client['listOperations']>>, { readonly ok: true }>;

export function operationsListCommand(terminal: Terminal, finish: Finish): Command {
  const command = new Command('list')
    .summary('list operations, newest first')
    .description('Lists what was asked for, newest first.')
    .addOption(completedFrom(new Option('--node <id>', 'only those of this node'), 'nodes'))
    .addOption(completedFrom(new Option('--command <name>', 'only this command'), 'commands'))
    .option('--by <name>', 'only those that whoever has this name asked for')
    .addOption(
      completedByList(
        new Option('--status <statuses>', 'only these: queued, running, succeeded, failed, cancelled, expired'),
        OPERATION_STATUSES,
      ),
    )
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
    .addOption(formatOption(['table', 'wide', 'json', 'yaml', 'name']))
    .option('--watch', 'show it again whenever it changes, until Ctrl-C');
  return withConnectionOptions(command)
    .addHelpText('after', '\nExample:\n  sluice operations list --node lobby-1 --status failed --since 7d')
    .action((options: ListOptions) =>
      finish(
        withClient(terminal, options, (client) =>
          options.watch ? watch(terminal, client, options) : listOnce(terminal, client, options),
        ),
      ),
    );
}

async function listOnce(terminal: Terminal, client: Client, options: ListOptions): Promise<ExitCode> {
  const answer = await client.listOperations({ query: queryOf(options) });
  if (!answer.ok) return printProblem(terminal, answer.problem);
  terminal.stdout.write(render(terminal, answer, options));
  const { output } = options;
  if (answer.value.nextCursor !== null && output !== 'json' && output !== 'yaml')
    printNote(terminal, 'There are older ones: narrow it with --node, --status or --since, or raise --limit.');
  return exitCodes.done;
}

function watch(terminal: Terminal, client: Client, options: ListOptions): Promise<ExitCode> {
  let shown = '';
  return watchAnswer<OperationList['value']>(
    terminal,
    client,
    options.node ?? null,
    async () => {
      const answer = await client.listOperations({ query: queryOf(options) });
      // The list has no ETag: that it is as it was is seen here.
      const isUnchanged = answer.ok && answer.text === shown;
      if (answer.ok) shown = answer.text;
      return answer.ok ? { ...answer, isUnchanged } : answer;
    },
    (answer) => render(terminal, answer, options),
  );
}

function render(terminal: Terminal, { value }: OperationList, options: ListOptions): string {
  const { stdout, environment } = terminal;
  const { output } = options;
  switch (output) {
    case 'json':
      // One line a snapshot, so that programs can read a watch line by line.
      return options.watch ? renderLine(value) : renderDocument('json', value);
    case 'yaml':
      return `${options.watch ? '---\n' : ''}${renderDocument('yaml', value)}`;
    case 'name':
      return value.items.map((one) => `${printable(one.id)}\n`).join('');
    case 'table':
    case 'wide': {
      if (value.items.length === 0) return 'No operations.\n';
      const width = stdout.isTTY === true ? (stdout.columns ?? null) : null;
      return renderTable(columnsOf(output === 'wide'), value.items, width, paintFor(stdout, environment));
    }
  }
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

function queryOf({ node, command, status, by, since, limit: most }: ListOptions) {
  return {
    ...(node === undefined ? {} : { node }),
    ...(command === undefined ? {} : { command }),
    ...(status === undefined ? {} : { status }),
    ...(by === undefined ? {} : { by }),
    ...(since === undefined ? {} : { since: new Date(Date.now() - since * 1000).toISOString() }),
    ...(most === undefined ? {} : { limit: most }),
  };
}

function limit(text: string): string {
  const count = Number(text);
  if (/^\d+$/u.test(text) && count >= 1 && count <= OPERATIONS_LIMIT_MAX) return text;
  throw new InvalidArgumentError(`Write a whole number from 1 to ${OPERATIONS_LIMIT_MAX}.`);
}
