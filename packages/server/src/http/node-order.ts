/** The orders in which a list of nodes can be asked for; equal ones are in the order of their ids. */
import type { FleetNode } from '../fleet/fleet.ts';

type Key = string | number;

const KEYS = {
  id: ({ state }) => state.id,
  name: ({ state }) => state.identity.name,
  type: ({ state }) => state.identity.type,
  status: ({ status }) => status,
  sessions: ({ load }) => load.sessions ?? -1,
  updatedAt: ({ state }) => state.updatedAt,
} as const satisfies Readonly<Record<string, (node: FleetNode) => Key>>;

export const SORT_KEYS = ['id', 'name', 'type', 'status', 'sessions', 'updatedAt'] as const;
type SortKey = (typeof SORT_KEYS)[number];

export function isSortKey(text: string): text is SortKey {
  return SORT_KEYS.some((key) => key === text);
}

/**
 * @param nodes In the order of their ids.
 * @param sort A key, with `-` before it for descending.
 */
export function sorted(nodes: readonly FleetNode[], sort: string): readonly FleetNode[] {
  const name = sort.replace(/^-/u, '');
  const isDescending = sort.startsWith('-');
  if (!isSortKey(name)) return nodes;
  if (name === 'id') return isDescending ? nodes.toReversed() : nodes;
  const key: (node: FleetNode) => Key = KEYS[name];
  const direction = isDescending ? -1 : 1;
  return nodes.toSorted((one, other) => {
    const [a, b] = [key(one), key(other)];
    return a === b ? 0 : (a < b ? -1 : 1) * direction;
  });
}
