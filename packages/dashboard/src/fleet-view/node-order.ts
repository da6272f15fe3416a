/** The orders of the table of nodes. */
import { type Node, NODE_STATUSES } from '@sluice/contract';

type Key = string | number;

/** What is not known comes before everything that is. */
const UNKNOWN = -1;

/** Milliseconds, as the API writes instants: they sort as texts. */
const KEYS = {
  id: ({ id }) => id,
  name: ({ name }) => name,
  type: ({ type }) => type,
  status: ({ status }) => NODE_STATUSES.indexOf(status),
  sessions: ({ load }) => load.sessions ?? UNKNOWN,
  cpu: ({ load }) => load.cpuPercent ?? UNKNOWN,
  memory: ({ load }) => load.memoryBytes ?? UNKNOWN,
  drain: ({ drain }) => drain?.deadlineAt ?? '',
  region: ({ region }) => region ?? '',
  zone: ({ zone }) => zone ?? '',
  version: ({ version }) => version ?? '',
  started: ({ workload }) => workload.startedAt ?? '',
} as const satisfies Readonly<Record<string, (node: Node) => Key>>;

export type SortKey = keyof typeof KEYS;

export interface NodeOrder {
  readonly key: SortKey;
  readonly isDescending: boolean;
}

export const ORDER_BY_ID: NodeOrder = { key: 'id', isDescending: false };

function isSortKey(text: string): text is SortKey {
  return Object.hasOwn(KEYS, text);
}

/** As the API's `sort`: with `-` before it, descending. What is no order is the order by id. */
export function orderIn(text: string | null): NodeOrder {
  const key = text?.replace(/^-/u, '') ?? '';
  return isSortKey(key) ? { key, isDescending: text?.startsWith('-') === true } : ORDER_BY_ID;
}

export function orderText({ key, isDescending }: NodeOrder): string {
  return `${isDescending ? '-' : ''}${key}`;
}

/** Equal ones by id. @param nodes By id. */
export function sortNodes(nodes: readonly Node[], { key, isDescending }: NodeOrder): readonly Node[] {
  if (key === 'id') return isDescending ? nodes.toReversed() : nodes;
  const keyOf: (node: Node) => Key = KEYS[key];
  const keyed = nodes.map((node) => ({ node, key: keyOf(node) }));
  return keyed
    .sort((one, other) => (one.key === other.key ? 0 : one.key < other.key === isDescending ? 1 : -1))
    .map(({ node }) => node);
}
