/** How a server is, on one page: what is wrong comes first. */
import { NODE_STATUSES, type Replica, type ServerStatus } from '@sluice/contract';
import { bytesInWords, durationInWords } from '@sluice/core';
import type { Paint } from './colour.ts';
import { numberInWords } from './count-in-words.ts';
import { renderPage } from './page.ts';
import { nodeStatusCell } from './status.ts';
import type { Cell } from './table.ts';
import { agoInWords } from './time-in-words.ts';

const STORE_KINDS: Readonly<Record<ServerStatus['store']['kind'], string>> = {
  sqlite: 'SQLite',
  postgres: 'PostgreSQL',
};

/** Times are told by the server's own clock, which may differ from that of this machine. */
export function renderServerPage(status: ServerStatus, paint: Paint): string {
  const { version, startedAt, nodes, store, retention, massSilence } = status;
  const nowMs = Date.parse(status.now);
  const counts = NODE_STATUSES.filter((one) => (nodes.byStatus[one] ?? 0) > 0);
  return renderPage(
    `Sluice ${version}`,
    conditionOf(status),
    [
      {
        label: 'Silence',
        lines:
          massSilence === null
            ? []
            : [
                `${massSilence.silentNodes} of ${massSilence.ofNodes} nodes fell silent ${agoInWords(massSilence.since, nowMs)}`,
                massSilence.detail,
              ],
      },
      { label: 'Problem', lines: store.problem === null ? [] : [`nothing can be recorded: ${store.problem}`] },
      { label: 'Started', lines: [`${agoInWords(startedAt, nowMs)} (${startedAt})`] },
      {
        label: 'Nodes',
        lines: [
          [
            `${nodes.total}, ${nodes.connected} with their agent connected`,
            ...counts.map((one) => `${nodes.byStatus[one] ?? 0} ${nodeStatusCell(one).text}`),
          ].join(' · '),
        ],
      },
      {
        label: 'Store',
        lines: [
          [STORE_KINDS[store.kind], store.bytes === null ? '' : bytesInWords(store.bytes)].filter(Boolean).join(', '),
        ],
      },
      { label: 'Servers', lines: (status.replicas ?? []).map((replica) => serverInWords(replica, nowMs)) },
      { label: 'Events', lines: [`the newest has the number ${numberInWords(store.lastSequence)}`] },
      {
        label: 'Kept',
        lines: [
          `events for ${durationInWords(retention.eventsMaxAgeMs)}, at most ${numberInWords(retention.eventsMaxCount)}`,
          `operations for ${durationInWords(retention.operationsMaxAgeMs)}, at most ${numberInWords(retention.operationsMaxCount)}`,
        ],
      },
    ],
    paint,
  );
}

function serverInWords(
  { name, version, startedAt, answering, leaving, sessions, lagMs, claims }: Replica,
  nowMs: number,
): string {
  const parts = [
    `${numberInWords(sessions)} ${sessions === 1 ? 'agent' : 'agents'}`,
    `behind by ${lagMs} ms`,
    ...(claims.rollouts > 0 ? [`${claims.rollouts} ${claims.rollouts === 1 ? 'rollout' : 'rollouts'}`] : []),
    ...(claims.webhooks > 0 ? [`${claims.webhooks} ${claims.webhooks === 1 ? 'webhook' : 'webhooks'}`] : []),
    ...(claims.nodes > 0 ? [`times of ${numberInWords(claims.nodes)} nodes`] : []),
    ...(claims.retention ? ['retention'] : []),
    `${version}, started ${agoInWords(startedAt, nowMs)}`,
  ];
  const mark = leaving ? ' (leaving)' : answering ? ' (this one)' : '';
  return `${name}${mark}: ${parts.join(' · ')}`;
}

function conditionOf({ store, massSilence }: ServerStatus): Cell {
  if (store.problem !== null) return { text: '✕ its store cannot be written', colour: 'red' };
  if (massSilence !== null) return { text: '▲ many nodes fell silent together', colour: 'yellow' };
  return { text: '● serving', colour: 'green' };
}
