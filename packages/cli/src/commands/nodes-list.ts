/** `sluice nodes list`: what there is, and how it is; with --watch as it changes. */
import type { Client } from '@sluice/client';
import { NODE_STATUSES } from '@sluice/contract';
import { Command, Option } from 'commander';
import { completedByList } from '../completion/value-source.ts';
import { withClient, withConnectionOptions } from '../connect.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import type { Finish } from '../finish.ts';
import { paintFor } from '../output/colour.ts';
import { formatOption, renderDocument, renderLine, type Format } from '../output/formats.ts';
import { renderNodesTable } from '../output/nodes-table.ts';
import { printProblem } from '../output/print.ts';
import { printable } from '../output/printable.ts';
import type { SettingFlags } from '../settings.ts';
import type { Terminal } from '../terminal.ts';
import { watchAnswer } from '../waiting/watch-answer.ts';

interface ListOptions extends SettingFlags {
  readonly type?: string;
  readonly status?: string;
  readonly selector?: string;
  readonly output: Format;
  readonly watch?: boolean;
}

type NodeList = Extract<Awaited<ReturnType<Client['listNodes']>>, { readonly ok: true }>;

export function nodesListCommand(terminal: Terminal, finish: Finish): Command {
  const command = new Command('list')
    .summary('list nodes')
    .description('Lists the nodes that pass all filters; without a filter, all.')
    .addOption(completedByList(new Option('--type <types>', 'only these types, separated by commas'), 'node-types'))
    .addOption(
      completedByList(
        new Option(
          '--status <statuses>',
          'only these statuses: active, draining, drained, restarting, unhealthy, offline',
        ),
        NODE_STATUSES,
      ),
    )
    .option('--selector <selector>', 'only nodes it matches: key=value,key!=value,key in (a,b)')
    .addOption(formatOption(['table', 'wide', 'json', 'yaml', 'name']))
    .option('--watch', 'show it again whenever it changes, until Ctrl-C');
  return withConnectionOptions(command)
    .addHelpText('after', '\nExample:\n  sluice nodes list --status draining,unhealthy --watch')
    .action((options: ListOptions) =>
      finish(
        withClient(terminal, options, (client) =>
          options.watch ? watch(terminal, client, options) : listOnce(terminal, client, options),
        ),
      ),
    );
}

async function listOnce(terminal: Terminal, client: Client, options: ListOptions): Promise<ExitCode> {
  const answer = await client.listNodes(requestOf(options));
  if (!answer.ok) return printProblem(terminal, answer.problem);
  terminal.stdout.write(render(terminal, answer, options));
  return exitCodes.done;
}

function watch(terminal: Terminal, client: Client, options: ListOptions): Promise<ExitCode> {
  return watchAnswer<NodeList['value']>(
    terminal,
    client,
    null,
    (previous) => client.listNodes({ ...requestOf(options), ...(previous === null ? {} : { previous }) }),
    (answer) => render(terminal, answer, options),
  );
}

function requestOf({ type, status, selector }: ListOptions) {
  return {
    query: {
      ...(type === undefined ? {} : { type }),
      ...(status === undefined ? {} : { status }),
      ...(selector === undefined ? {} : { selector }),
    },
  };
}

function render(terminal: Terminal, answer: NodeList, options: ListOptions): string {
  const { items } = answer.value;
  const { stdout, environment } = terminal;
  switch (options.output) {
    case 'json':
      // One line a snapshot, so that programs can read a watch line by line.
      return options.watch ? renderLine(answer.value) : renderDocument('json', answer.value);
    case 'yaml':
      return `${options.watch ? '---\n' : ''}${renderDocument('yaml', answer.value)}`;
    case 'name':
      return items.map((node) => `${printable(node.id)}\n`).join('');
    case 'table':
    case 'wide':
      if (items.length === 0) return noNodes(options);
      return renderNodesTable(items, {
        isWide: options.output === 'wide',
        width: stdout.isTTY === true ? (stdout.columns ?? null) : null,
        paint: paintFor(stdout, environment),
        nowMs: Date.now(),
      });
  }
}

function noNodes({ type, status, selector }: ListOptions): string {
  return type === undefined && status === undefined && selector === undefined
    ? 'No nodes yet. A node appears when its agent connects: sluice agent --help\n'
    : 'No node passes the filters.\n';
}
