/** `sluice tokens list`: list tokens. */
import type { Token } from '@sluice/contract';
import { Command } from 'commander';
import { withClient, withConnectionOptions } from '../connect.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Finish } from '../finish.ts';
import { paintFor } from '../output/colour.ts';
import { formatOption, renderDocument, type Format } from '../output/formats.ts';
import { printLine, printNote, printProblem } from '../output/print.ts';
import { type Column, renderTable } from '../output/table.ts';
import { agoInWords, untilInWords } from '../output/time-in-words.ts';
import type { SettingFlags } from '../settings.ts';
import type { Terminal } from '../terminal.ts';

interface ListOptions extends SettingFlags {
  readonly all?: boolean;
  readonly output: Format;
}

export function tokensListCommand(terminal: Terminal, finish: Finish): Command {
  const command = new Command('list')
    .summary('list tokens')
    .description(
      'What opens the API: who it is for, what it may do, how long, and when it was last used. Never the secret.',
    )
    .option('--all', 'also those that open nothing any more')
    .addOption(formatOption(['table', 'json', 'yaml', 'name']));
  return withConnectionOptions(command).action((options: ListOptions) =>
    finish(
      withClient(terminal, options, async (client) => {
        const answer = await client.listTokens({ query: options.all === true ? { all: 'true' } : {} });
        if (!answer.ok) return printProblem(terminal, answer.problem);
        const { items } = answer.value;
        const { stdout, environment } = terminal;
        if (options.output === 'json' || options.output === 'yaml')
          stdout.write(renderDocument(options.output, answer.value));
        else if (options.output === 'name') for (const one of items) printLine(terminal, one.id);
        else if (items.length === 0) printNote(terminal, 'No tokens.');
        else {
          const width = stdout.isTTY === true ? (stdout.columns ?? null) : null;
          stdout.write(renderTable(columns(Date.now()), items, width, paintFor(stdout, environment)));
        }
        return exitCodes.done;
      }),
    ),
  );
}

function columns(nowMs: number): readonly Column<Token>[] {
  return [
    { header: 'TOKEN', importance: Infinity, cell: ({ id }) => id },
    { header: 'NAME', importance: Infinity, widthMin: 10, cell: ({ name }) => name },
    { header: 'KIND', importance: 20, cell: ({ kind }) => (kind === 'session' ? 'browser' : 'api') },
    { header: 'ROLE', importance: 90, cell: ({ role }) => role },
    { header: 'NODES', importance: 80, widthMin: 10, cell: ({ selector }) => selector ?? 'all' },
    { header: 'ENDS', importance: 70, cell: (token) => endOf(token, nowMs) },
    {
      header: 'USED',
      importance: 60,
      cell: ({ lastUsedAt }) => (lastUsedAt === null ? 'never' : agoInWords(lastUsedAt, nowMs)),
    },
    { header: 'MADE', importance: 40, cell: ({ createdAt }) => agoInWords(createdAt, nowMs) },
    { header: 'BY', importance: 30, widthMin: 6, cell: ({ createdBy }) => createdBy },
  ];
}

function endOf({ expiresAt, revokedAt }: Token, nowMs: number): string {
  if (revokedAt !== null) return `revoked ${agoInWords(revokedAt, nowMs)}`;
  if (expiresAt === null) return 'never';
  return Date.parse(expiresAt) <= nowMs
    ? `ran out ${agoInWords(expiresAt, nowMs)}`
    : `in ${untilInWords(expiresAt, nowMs)}`;
}
