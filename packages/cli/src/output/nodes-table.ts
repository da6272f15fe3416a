/** Nodes as a table: what an operator needs first stays longest when the terminal is narrow. */
import type { Node } from '@sluice/contract';
import { bytesInWords } from '@sluice/core';
import type { Paint } from './colour.ts';
import { nodeStatusCell, remarkOf } from './status.ts';
import { renderTable, type Column } from './table.ts';
import { agoInWords } from './time-in-words.ts';

export function renderNodesTable(
  nodes: readonly Node[],
  options: { readonly isWide: boolean; readonly width: number | null; readonly paint: Paint; readonly nowMs: number },
): string {
  const { nowMs } = options;
  const standard: readonly Column<Node>[] = [
    { header: 'ID', importance: Infinity, widthMin: 24, cell: (node) => node.id },
    { header: 'STATUS', importance: Infinity, cell: (node) => nodeStatusCell(node.status) },
    { header: 'SESSIONS', importance: 90, cell: (node) => String(node.load.sessions ?? '-') },
    { header: 'TYPE', importance: 60, widthMin: 8, cell: (node) => node.type },
    { header: 'REGION', importance: 50, widthMin: 7, cell: (node) => placeOf(node) },
    { header: 'ADDRESS', importance: 40, cell: (node) => addressOf(node) },
  ];
  const wide: readonly Column<Node>[] = [
    { header: 'NAME', importance: 30, widthMin: 8, cell: (node) => (node.name === node.id ? '-' : node.name) },
    { header: 'VERSION', importance: 35, widthMin: 7, cell: (node) => node.version ?? '-' },
    { header: 'STARTS', importance: 20, cell: (node) => String(node.workload.incarnation) },
    {
      header: 'CPU',
      importance: 25,
      cell: (node) => (node.load.cpuPercent === null ? '-' : `${Math.round(node.load.cpuPercent)}%`),
    },
    {
      header: 'MEMORY',
      importance: 25,
      cell: (node) => (node.load.memoryBytes === null ? '-' : bytesInWords(node.load.memoryBytes)),
    },
    {
      header: 'SEEN',
      importance: 28,
      cell: (node) => (node.lastSeenAt === null ? '-' : agoInWords(node.lastSeenAt, nowMs)),
    },
    { header: 'LABELS', importance: 15, widthMin: 8, cell: (node) => labelsInWords(node.labels) },
  ];
  const remark: Column<Node> = {
    header: 'REMARK',
    importance: 70,
    widthMin: 14,
    cell: (node) => remarkOf(node, nowMs),
  };
  const hasRemark = nodes.some((node) => remarkOf(node, nowMs) !== '');
  const columns = [...standard, ...(options.isWide ? wide : []), ...(hasRemark ? [remark] : [])];
  return renderTable(columns, nodes, options.width, options.paint);
}

/** `eu-west/b`; `-` where the node says neither. */
export function placeOf(node: Node): string {
  return [node.region, node.zone].filter((part) => part !== null).join('/') || '-';
}

/** `10.0.0.7:7777`, with brackets around IPv6. */
export function addressOf(node: Node): string {
  const host = node.ip.includes(':') && node.port !== null ? `[${node.ip}]` : node.ip;
  return node.port === null ? host : `${host}:${node.port}`;
}

/** `env=prod game=chess` */
export function labelsInWords(labels: Node['labels']): string {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  return pairs.length === 0 ? '-' : pairs.join(' ');
}
