/** Everything that is known of a node, on one page. */
import type { Node } from '@sluice/contract';
import type { Paint } from './colour.ts';
import { addressOf, labelsInWords, placeOf } from './nodes-table.ts';
import { renderPage } from './page.ts';
import { drainProgressParts, nodeStatusCell } from './status.ts';
import { bytesInWords, durationInWords } from '@sluice/core';
import { agoInWords, untilInWords } from './time-in-words.ts';

/** Sessions that a drain waits for, of which the page names at most this many. */
const BLOCKERS_SHOWN_MAX = 5;

export function renderNodePage(node: Node, paint: Paint, nowMs: number): string {
  const { load, resources, workload } = node;
  return renderPage(
    node.id,
    nodeStatusCell(node.status),
    [
      { label: 'Name', lines: node.name === node.id ? [] : [node.name] },
      {
        label: 'Type',
        lines: [[node.type, node.version === null ? '' : `version ${node.version}`].filter(Boolean).join(', ')],
      },
      { label: 'Place', lines: [[placeOf(node), addressOf(node)].filter((part) => part !== '-').join(', ')] },
      { label: 'Labels', lines: Object.keys(node.labels).length === 0 ? [] : [labelsInWords(node.labels)] },
      { label: 'Agent', lines: [agentInWords(node, nowMs)] },
      {
        label: 'Workload',
        lines: [workloadInWords(node, nowMs), ...(workload.problem === null ? [] : [workload.problem])],
      },
      {
        label: 'Locks',
        lines: workload.locks.map((lock) => `${lock.reason}, for ${durationInWords(nowMs - Date.parse(lock.since))}`),
      },
      { label: 'Sessions', lines: [load.sessions === null ? (load.problem ?? 'not counted') : String(load.sessions)] },
      {
        label: 'Load',
        lines: [
          [
            load.cpuPercent === null ? '' : `CPU ${Math.round(load.cpuPercent)}%`,
            load.memoryBytes === null ? '' : `memory ${bytesInWords(load.memoryBytes)}`,
          ]
            .filter(Boolean)
            .join(', '),
        ].filter(Boolean),
      },
      {
        label: 'Resources',
        lines: [
          [
            resources.cpuCount === undefined
              ? ''
              : `${resources.cpuCount} ${resources.cpuCount === 1 ? 'CPU' : 'CPUs'}`,
            resources.memoryBytes === undefined ? '' : bytesInWords(resources.memoryBytes),
          ]
            .filter(Boolean)
            .join(', '),
        ].filter(Boolean),
      },
      { label: 'Drain', lines: drainLines(node, nowMs) },
      { label: 'Holds', lines: node.holds.map((hold) => holdInWords(hold, nowMs)) },
      { label: 'Known', lines: [`since ${node.createdAt}, revision ${node.revision}`] },
    ],
    paint,
  );
}

function agentInWords(node: Node, nowMs: number): string {
  const seen = node.lastSeenAt === null ? 'never seen' : `last seen ${agoInWords(node.lastSeenAt, nowMs)}`;
  return `${node.connected ? 'connected' : 'not connected'}, ${seen}`;
}

function workloadInWords({ workload }: Node, nowMs: number): string {
  const health = workload.healthy === null ? 'health not checked yet' : workload.healthy ? 'healthy' : 'not healthy';
  const started = workload.startedAt === null ? '' : `, started ${agoInWords(workload.startedAt, nowMs)}`;
  return `${workload.driver}, ${workload.phase}, ${health}, incarnation ${workload.incarnation}${started}`;
}

function drainLines({ drain }: Node, nowMs: number): readonly string[] {
  if (drain === null) return [];
  const isOver = drain.phase === 'drained';
  const names = drain.blockers
    .slice(0, BLOCKERS_SHOWN_MAX)
    .map((blocker) => (blocker.ageMs === undefined ? blocker.id : `${blocker.id} (${durationInWords(blocker.ageMs)})`));
  const more = drain.blockers.length - names.length;
  return [
    `by ${drain.requestedBy}, ${agoInWords(drain.startedAt, nowMs)}${drain.reason === null ? '' : `: ${drain.reason}`}`,
    isOver
      ? `drained${drain.forced ? '; the deadline ended what was left' : ''}`
      : [drain.phase.replaceAll('-', ' '), ...drainProgressParts({ ...drain, nowMs })].join(' · '),
    ...(isOver || drain.deadlineAt === null ? [] : [`at the deadline: ${drain.onDeadline}`]),
    ...(isOver || names.length === 0 ? [] : [`waits for ${names.join(', ')}${more === 0 ? '' : ` and ${more} more`}`]),
    ...(drain.problem === null ? [] : [drain.problem]),
  ];
}

function holdInWords(hold: Node['holds'][number], nowMs: number): string {
  const reason = hold.reason === null ? '' : `: ${hold.reason}`;
  const expires = hold.expiresAt === null ? '' : ` (expires in ${untilInWords(hold.expiresAt, nowMs)})`;
  return `${hold.name}, by ${hold.owner}, ${agoInWords(hold.placedAt, nowMs)}${expires}${reason}`;
}
