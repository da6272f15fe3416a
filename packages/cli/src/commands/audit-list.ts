/** `sluice audit list`: who did what, newest first. */
import { AUDIT_LIMIT_DEFAULT, AUDIT_LIMIT_MAX, type AuditEntry } from '@sluice/contract';
import { Command, InvalidArgumentError, Option } from 'commander';
import { completedFrom } from '../completion/value-source.ts';
import { withClient, withConnectionOptions } from '../connect.ts';
import { durationSeconds } from '../duration.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Finish } from '../finish.ts';
import { isRecord } from '../is-record.ts';
import { paintFor } from '../output/colour.ts';
import { formatOption, renderDocument, type Format } from '../output/formats.ts';
import { printLine, printNote, printProblem } from '../output/print.ts';
import { type Cell, type Column, renderTable } from '../output/table.ts';
import type { SettingFlags } from '../settings.ts';
import type { Terminal } from '../terminal.ts';

/** Seconds of the longest look back: ten years. */
const SINCE_SECONDS_MAX = 10 * 365 * 86_400;

interface ListOptions extends SettingFlags {
  readonly node?: string;
  readonly actor?: string;
  readonly token?: string;
  readonly action?: string;
  readonly since?: number;
  readonly refused?: boolean;
  readonly limit?: string;
  readonly output: Format;
}

export function auditListCommand(terminal: Terminal, finish: Finish): Command {
  const command = new Command('list')
    .summary('who did what, newest first')
    .description(
      'Everything that people and programs did, each change of who may do what, and what was refused: by whom, on which node,\n' +
        'from which address, with which token, what was before and after, and what came of it (-o json has all of it).',
    )
    .addOption(completedFrom(new Option('--node <id>', 'only about this node'), 'nodes'))
    .option('--actor <name>', 'only by whoever has this name')
    .addOption(completedFrom(new Option('--token <id>', 'only with the token of this id'), 'tokens'))
    .option('--action <kinds>', 'only these: HoldPlaced, TokenRevoked, RequestRefused, …')
    .addOption(
      new Option('--since <duration>', 'only of the last 90s, 15m, 2h, 7d').argParser(
        durationSeconds({ min: 1, max: SINCE_SECONDS_MAX }),
      ),
    )
    .option('--refused', 'only what was refused')
    .addOption(
      new Option(
        '--limit <count>',
        `at most this many (default ${AUDIT_LIMIT_DEFAULT}, at most ${AUDIT_LIMIT_MAX})`,
      ).argParser(limit),
    )
    .addOption(formatOption(['table', 'json', 'yaml']));
  return withConnectionOptions(command)
    .addHelpText('after', '\nExample:\n  sluice audit list --node lobby-1 --since 7d')
    .action((options: ListOptions) =>
      finish(
        withClient(terminal, options, async (client) => {
          const answer = await client.listAudit({ query: queryOf(options) });
          if (!answer.ok) return printProblem(terminal, answer.problem);
          const { items, nextCursor } = answer.value;
          const { stdout, environment } = terminal;
          if (options.output === 'json' || options.output === 'yaml') {
            stdout.write(renderDocument(options.output, answer.value));
            return exitCodes.done;
          }
          if (items.length === 0) printLine(terminal, 'Nothing.');
          else {
            const width = stdout.isTTY === true ? (stdout.columns ?? null) : null;
            stdout.write(renderTable(COLUMNS, items, width, paintFor(stdout, environment)));
          }
          if (nextCursor !== null)
            printNote(terminal, 'There is more: narrow it with --node, --actor or --since, or raise --limit.');
          return exitCodes.done;
        }),
      ),
    );
}

const COLUMNS: readonly Column<AuditEntry>[] = [
  { header: 'EVENT', importance: 10, cell: ({ sequence }) => String(sequence) },
  { header: 'AT', importance: Infinity, cell: ({ at }) => `${at.slice(0, 19).replace('T', ' ')}Z` },
  { header: 'BY', importance: Infinity, widthMin: 8, cell: ({ actor }) => actor.name },
  { header: 'FROM', importance: 40, cell: ({ actor }) => actor.address ?? '-' },
  { header: 'TOKEN', importance: 20, widthMin: 8, cell: ({ actor }) => actor.tokenId ?? '-' },
  { header: 'ACTION', importance: Infinity, cell: ({ action }) => action },
  { header: 'NODE', importance: 80, widthMin: 8, cell: ({ nodeId }) => nodeId ?? '-' },
  { header: 'RESULT', importance: 70, widthMin: 8, cell: resultCell },
  { header: 'CHANGE', importance: 50, widthMin: 12, cell: changeInWords },
];

function resultCell({ result }: AuditEntry): Cell {
  const times = result.count === 1 ? '' : ` ×${result.count}`;
  if (result.status === 'refused') return { text: `refused${times}`, colour: 'red' };
  return result.status === 'failed' ? { text: 'failed', colour: 'red' } : { text: result.status };
}

function changeInWords({ before, after, result }: AuditEntry): string {
  if (result.status === 'refused') return result.detail ?? '';
  if (before === null && after === null) return '';
  return `${shown(before)} → ${shown(after)}`;
}

function shown(value: AuditEntry['before']): string {
  if (value === null) return '-';
  if (isRecord(value) && typeof value['name'] === 'string') return value['name'];
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function queryOf({ node, actor, token, action, since, refused, limit: most }: ListOptions) {
  return {
    ...(node === undefined ? {} : { node }),
    ...(actor === undefined ? {} : { actor }),
    ...(token === undefined ? {} : { token }),
    ...(action === undefined ? {} : { action }),
    ...(since === undefined ? {} : { since: new Date(Date.now() - since * 1000).toISOString() }),
    ...(refused === true ? { result: 'refused' } : {}),
    ...(most === undefined ? {} : { limit: most }),
  };
}

function limit(text: string): string {
  const count = Number(text);
  if (/^\d+$/u.test(text) && count >= 1 && count <= AUDIT_LIMIT_MAX) return text;
  throw new InvalidArgumentError(`Write a whole number from 1 to ${AUDIT_LIMIT_MAX}.`);
}
