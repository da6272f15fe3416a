/** The columns of the table of nodes: what each shows, how wide it is, and whether one can sort by it. */
import type { Node } from '@sluice/contract';
import { bytesInWords } from '@sluice/core';
import type { ReactNode } from 'react';
import type { SortKey } from '../../fleet-view/node-order.ts';
import type { Words } from '../../i18n/words.tsx';
import { paths } from '../../paths.ts';
import { NodeStatusMark } from '../../ui/status-mark.tsx';
import { When } from '../../ui/when.tsx';
import { Link } from 'react-router';
import { DrainCell } from './drain-cell.tsx';

export const COLUMN_IDS = [
  'id',
  'name',
  'status',
  'type',
  'sessions',
  'cpu',
  'memory',
  'drain',
  'region',
  'zone',
  'ip',
  'version',
  'workload',
  'started',
  'holds',
  'labels',
] as const;
export type ColumnId = (typeof COLUMN_IDS)[number];

/** What is shown until somebody chooses. */
const COLUMNS_AT_FIRST: readonly ColumnId[] = ['id', 'status', 'type', 'sessions', 'cpu', 'memory', 'drain', 'region'];

export interface Column {
  /** CSS pixels at least; what is left over is shared by this weight. */
  readonly widthMin: number;
  readonly weight: number;
  /** `null`: there is no order of it. */
  readonly sortKey: SortKey | null;
  readonly isNumber: boolean;
  readonly cell: (node: Node, words: Words) => ReactNode;
}

const text = { weight: 1, isNumber: false, sortKey: null } as const;
const number = { weight: 0, isNumber: true, sortKey: null } as const;

export const columns: Readonly<Record<ColumnId, Column>> = {
  id: {
    ...text,
    widthMin: 150,
    weight: 2,
    sortKey: 'id',
    cell: ({ id }) => (
      <Link to={paths.node(id)} tabIndex={-1}>
        {id}
      </Link>
    ),
  },
  name: { ...text, widthMin: 140, sortKey: 'name', cell: ({ name }) => name },
  status: {
    ...text,
    widthMin: 112,
    weight: 0,
    sortKey: 'status',
    cell: ({ status }) => <NodeStatusMark status={status} />,
  },
  type: { ...text, widthMin: 110, sortKey: 'type', cell: ({ type }) => type },
  sessions: {
    ...number,
    widthMin: 84,
    sortKey: 'sessions',
    cell: ({ load }, words) => load.sessions ?? words.durations.none,
  },
  cpu: {
    ...number,
    widthMin: 72,
    sortKey: 'cpu',
    cell: ({ load }, words) => (load.cpuPercent === null ? words.durations.none : `${load.cpuPercent.toFixed(0)} %`),
  },
  memory: {
    ...number,
    widthMin: 92,
    sortKey: 'memory',
    cell: ({ load }, words) => (load.memoryBytes === null ? words.durations.none : bytesInWords(load.memoryBytes)),
  },
  drain: { ...text, widthMin: 250, weight: 2, sortKey: 'drain', cell: (node) => <DrainCell node={node} /> },
  region: { ...text, widthMin: 90, sortKey: 'region', cell: ({ region }) => region },
  zone: { ...text, widthMin: 60, sortKey: 'zone', cell: ({ zone }) => zone },
  ip: { ...text, widthMin: 130, cell: ({ ip, port }) => (port === null ? ip : `${ip}:${port}`) },
  version: { ...text, widthMin: 90, sortKey: 'version', cell: ({ version }) => version },
  workload: {
    ...text,
    widthMin: 130,
    cell: ({ workload }, words) => workload.problem ?? words.status.workload[workload.phase],
  },
  started: {
    ...text,
    widthMin: 120,
    sortKey: 'started',
    cell: ({ workload }) => <When at={workload.startedAt} />,
  },
  holds: {
    ...text,
    widthMin: 130,
    cell: ({ holds }) => holds.map(({ owner, reason }) => (reason === null ? owner : `${owner}: ${reason}`)).join(', '),
  },
  labels: {
    ...text,
    widthMin: 180,
    weight: 3,
    cell: ({ labels }) =>
      Object.entries(labels)
        .map(([key, value]) => `${key}=${value}`)
        .join(' '),
  },
};

/** In the order of `COLUMN_IDS`; what is no column is passed over, and the id is always there. */
export function columnsIn(remembered: string | null): readonly ColumnId[] {
  if (remembered === null) return COLUMNS_AT_FIRST;
  const chosen = new Set(remembered.split(','));
  return COLUMN_IDS.filter((id) => id === 'id' || chosen.has(id));
}
