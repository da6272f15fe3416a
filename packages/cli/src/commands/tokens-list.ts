/** `sluice tokens list`: list tokens. */
import type { Token } from '@sluice/contract';
import { Command } from 'commander';
import { withClient, withConnectionOptions } from '../connect.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Finish } from '../finish.ts';
import { formatOption, type Format } from '../output/formats.ts';
import { printProblem } from '../output/print.ts';
import type { Column } from '../output/table.ts';
import { writeItems } from '../output/write-items.ts';
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
        writeItems(terminal, options.output, answer.value, {
          columns: columns(Date.now()),
          idOf: ({ id }) => id,
          whenEmpty: 'No tokens.',
        });
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
