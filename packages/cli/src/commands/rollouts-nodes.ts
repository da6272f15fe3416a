/** `sluice rollouts nodes`: each node of a rollout, and what came of it. */
import type { Rollout, RolloutNode } from '@sluice/contract';
import { durationInWords } from '@sluice/core';
import { Argument, Command, Option } from 'commander';
import { completedByList, completedFrom } from '../completion/value-source.ts';
import { withClient, withConnectionOptions } from '../connect.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Finish } from '../finish.ts';
import { formatOption, type Format } from '../output/formats.ts';
import { printProblem } from '../output/print.ts';
import type { Column } from '../output/table.ts';
import { writeItems } from '../output/write-items.ts';
import { readRolloutNodes } from '../rollouts/read-rollout.ts';
import { ROLLOUT_NODE_STATUSES, rolloutNodeStatusCell } from '../rollouts/rollout-status.ts';
import type { SettingFlags } from '../settings.ts';
import type { Terminal } from '../terminal.ts';

interface NodesOptions extends SettingFlags {
  readonly status?: string;
  readonly output: Format;
}

export function rolloutsNodesCommand(terminal: Terminal, finish: Finish): Command {
  const command = new Command('nodes')
    .summary('list the nodes of a rollout')
    .description('Each node in its turn: how it is, and why it failed or was skipped.')
    .addArgument(completedFrom(new Argument('<id>', 'rollout'), 'rollouts'))
    .addOption(
      completedByList(
        new Option('--status <statuses>', `only these: ${ROLLOUT_NODE_STATUSES.toReversed().join(', ')}`),
        ROLLOUT_NODE_STATUSES,
      ),
    )
    .addOption(formatOption(['table', 'json', 'yaml', 'name']));
  return withConnectionOptions(command)
    .addHelpText('after', '\nExample:\n  sluice rollouts nodes ro_01jd2x8q --status failed,skipped')
    .action((id: string, options: NodesOptions) =>
      finish(
        withClient(terminal, options, async (client) => {
          const { output, status } = options;
          const rollout = await client.getRollout({ id });
          if (!rollout.ok) return printProblem(terminal, rollout.problem);
          const nodes = await readRolloutNodes(client, id, status);
          if (!nodes.ok) return printProblem(terminal, nodes.problem);
          writeItems(terminal, output, nodes.value, {
            columns: columnsOf(rollout.value, Date.now()),
            idOf: ({ nodeId }) => nodeId,
            whenEmpty: 'No node of it has such a status.',
          });
          return exitCodes.done;
        }),
      ),
    );
}

function columnsOf({ spec }: Rollout, nowMs: number): readonly Column<RolloutNode>[] {
  return [
    { header: 'BATCH', importance: 60, cell: ({ batch }) => String(batch) },
    { header: 'NODE', importance: Infinity, widthMin: 10, cell: ({ nodeId }) => nodeId },
    { header: 'STATUS', importance: Infinity, cell: ({ status }) => rolloutNodeStatusCell(status, spec.command) },
    { header: 'TRY', importance: 30, cell: ({ attempt }) => String(attempt) },
    {
      header: 'TOOK',
      importance: 50,
      cell: ({ startedAt, endedAt }) =>
        startedAt === null
          ? '-'
          : durationInWords((endedAt === null ? nowMs : Date.parse(endedAt)) - Date.parse(startedAt)),
    },
    { header: 'OPERATION', importance: 40, cell: ({ operationIds }) => operationIds.at(-1) ?? '-' },
    { header: 'DETAIL', importance: 70, widthMin: 16, cell: ({ detail }) => detail ?? '' },
  ];
}
