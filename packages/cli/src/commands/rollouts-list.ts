/** `sluice rollouts list`: what is rolled out, and what was. */
import type { Client } from '@sluice/client';
import { ROLLOUTS_LIMIT_MAX, type Rollout } from '@sluice/contract';
import { Command, InvalidArgumentError, Option } from 'commander';
import { completedByList } from '../completion/value-source.ts';
import { withClient, withConnectionOptions } from '../connect.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import type { Finish } from '../finish.ts';
import { numberInWords } from '../output/count-in-words.ts';
import { formatOption, type Format } from '../output/formats.ts';
import { printNote, printProblem } from '../output/print.ts';
import type { Column } from '../output/table.ts';
import { agoInWords } from '../output/time-in-words.ts';
import { writeItems } from '../output/write-items.ts';
import { remarkOnRollout } from '../rollouts/rollout-in-words.ts';
import { ROLLOUT_STATUSES, rolloutStatusCell } from '../rollouts/rollout-status.ts';
import { commandInWords } from '../rollouts/spec-in-words.ts';
import type { SettingFlags } from '../settings.ts';
import type { Terminal } from '../terminal.ts';

interface ListOptions extends SettingFlags {
  readonly status?: string;
  readonly limit?: string;
  readonly output: Format;
}

export function rolloutsListCommand(terminal: Terminal, finish: Finish): Command {
  const command = new Command('list')
    .summary('list rollouts, newest first')
    .description('Lists what is rolled out and what was, newest first.')
    .addOption(
      completedByList(
        new Option('--status <statuses>', `only these: ${ROLLOUT_STATUSES.join(', ')}`),
        ROLLOUT_STATUSES,
      ),
    )
    .addOption(
      new Option('--limit <count>', `at most this many (default and most: ${ROLLOUTS_LIMIT_MAX})`).argParser(limit),
    )
    .addOption(formatOption(['table', 'json', 'yaml', 'name']));
  return withConnectionOptions(command)
    .addHelpText('after', '\nExample:\n  sluice rollouts list --status running,paused')
    .action((options: ListOptions) =>
      finish(withClient(terminal, options, (client) => list(terminal, client, options))),
    );
}

async function list(
  terminal: Terminal,
  client: Client,
  { status, limit: most, output }: ListOptions,
): Promise<ExitCode> {
  const query = { ...(status === undefined ? {} : { status }), ...(most === undefined ? {} : { limit: most }) };
  const answer = await client.listRollouts({ query });
  if (!answer.ok) return printProblem(terminal, answer.problem);
  writeItems(terminal, output, answer.value, {
    columns: columns(Date.now()),
    idOf: ({ id }) => id,
    whenEmpty:
      status === undefined
        ? 'No rollouts. Plan one with: sluice rollouts plan restart --selector game=chess'
        : 'No rollout has such a status.',
  });
  if (answer.value.nextCursor !== null && (output === 'table' || output === 'name'))
    printNote(terminal, 'There are older ones: narrow it with --status, or raise --limit.');
  return exitCodes.done;
}

function columns(nowMs: number): readonly Column<Rollout>[] {
  return [
    { header: 'ROLLOUT', importance: Infinity, cell: ({ id }) => id },
    { header: 'STATUS', importance: Infinity, cell: ({ status }) => rolloutStatusCell(status) },
    { header: 'COMMAND', importance: 80, widthMin: 8, cell: ({ spec }) => commandInWords(spec.command) },
    {
      header: 'DONE',
      importance: 90,
      cell: ({ counts }) => `${numberInWords(counts.succeeded)} of ${numberInWords(counts.nodes)}`,
    },
    { header: 'FAILED', importance: 85, cell: ({ counts }) => numberInWords(counts.failed) },
    { header: 'SKIPPED', importance: 40, cell: ({ counts }) => numberInWords(counts.skipped) },
    { header: 'STARTED', importance: 60, cell: ({ createdAt }) => agoInWords(createdAt, nowMs) },
    { header: 'BY', importance: 50, widthMin: 6, cell: ({ createdBy }) => createdBy },
    { header: 'REMARK', importance: 70, widthMin: 14, cell: (rollout) => remarkOnRollout(rollout, nowMs) },
  ];
}

function limit(text: string): string {
  const count = Number(text);
  if (/^\d+$/u.test(text) && count >= 1 && count <= ROLLOUTS_LIMIT_MAX) return text;
  throw new InvalidArgumentError(`Write a whole number from 1 to ${ROLLOUTS_LIMIT_MAX}.`);
}
