/** `sluice join-tokens list`: list join tokens. */
import type { JoinToken } from '@sluice/contract';
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

export function joinTokensListCommand(terminal: Terminal, finish: Finish): Command {
  const command = new Command('list')
    .summary('list join tokens')
    .description('What agents join with for the first time. Never the secret.')
    .option('--all', 'also those that open nothing any more')
    .addOption(formatOption(['table', 'json', 'yaml', 'name']));
  return withConnectionOptions(command).action((options: ListOptions) =>
    finish(
      withClient(terminal, options, async (client) => {
        const answer = await client.listJoinTokens({ query: options.all === true ? { all: 'true' } : {} });
        if (!answer.ok) return printProblem(terminal, answer.problem);
        writeItems(terminal, options.output, answer.value, {
          columns: columns(Date.now()),
          idOf: ({ id }) => id,
          whenEmpty: 'No join tokens; make one with: sluice join-tokens create',
        });
        return exitCodes.done;
      }),
    ),
  );
}

function columns(nowMs: number): readonly Column<JoinToken>[] {
  return [
    { header: 'TOKEN', importance: Infinity, cell: ({ id }) => id },
    { header: 'NAME', importance: 80, widthMin: 10, cell: ({ name }) => name },
    { header: 'TYPE', importance: 70, widthMin: 6, cell: ({ type }) => type ?? 'any' },
    { header: 'USES', importance: Infinity, cell: ({ uses, usesMax }) => `${uses} of ${usesMax ?? 'any'}` },
    { header: 'ENDS', importance: 90, cell: (token) => endOf(token, nowMs) },
    { header: 'MADE', importance: 40, cell: ({ createdAt }) => agoInWords(createdAt, nowMs) },
    { header: 'BY', importance: 30, widthMin: 6, cell: ({ createdBy }) => createdBy },
  ];
}

function endOf({ expiresAt, revokedAt }: JoinToken, nowMs: number): string {
  if (revokedAt !== null) return `revoked ${agoInWords(revokedAt, nowMs)}`;
  if (expiresAt === null) return 'never';
  return Date.parse(expiresAt) <= nowMs
    ? `ran out ${agoInWords(expiresAt, nowMs)}`
    : `in ${untilInWords(expiresAt, nowMs)}`;
}
