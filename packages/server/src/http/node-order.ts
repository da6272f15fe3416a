/** The orders in which a list of nodes can be asked for, and the cursor that continues one. */
import Type from 'typebox';
import { Compile } from 'typebox/compile';
import type { FleetNode } from '../fleet/member.ts';

type Key = string | number;

const KEYS = {
  id: ({ state }) => state.id,
  name: ({ state }) => state.identity.name,
  type: ({ state }) => state.identity.type,
  status: ({ status }) => status,
  // Nodes whose sessions nobody counts come before those that have none.
  sessions: ({ load }) => load.sessions ?? -1,
  updatedAt: ({ state }) => state.updatedAt,
} as const satisfies Readonly<Record<string, (node: FleetNode) => Key>>;

export const SORT_KEYS = ['id', 'name', 'type', 'status', 'sessions', 'updatedAt'] as const;
type SortKey = (typeof SORT_KEYS)[number];

/** Nodes in an order; equal ones by their ids. */
export interface NodeOrder {
  readonly name: SortKey;
  readonly isDescending: boolean;
}

/** @param text A key, with `-` before it for descending. @returns `null`: there is no such order. */
export function parseOrder(text: string): NodeOrder | null {
  const name = SORT_KEYS.find((key) => key === text.replace(/^-/u, ''));
  return name === undefined ? null : { name, isDescending: text.startsWith('-') };
}

/** @param nodes In the order of their ids. */
export function sorted(nodes: readonly FleetNode[], { name, isDescending }: NodeOrder): readonly FleetNode[] {
  if (name === 'id') return isDescending ? nodes.toReversed() : nodes;
  const key: (node: FleetNode) => Key = KEYS[name];
  return nodes.toSorted((one, other) => compared(key(one), key(other)) * (isDescending ? -1 : 1));
}

function compared(one: Key, other: Key): number {
  return one === other ? 0 : one < other ? -1 : 1;
}

/** The place of a node in an order, whether or not the node is still there: the order, its key, its id. */
const Place = Compile(Type.Tuple([Type.String(), Type.Union([Type.String(), Type.Number()]), Type.String()]));

function orderText({ name, isDescending }: NodeOrder): string {
  return `${isDescending ? '-' : ''}${name}`;
}

export function cursorAfter(node: FleetNode, order: NodeOrder): string {
  const place = [orderText(order), KEYS[order.name](node), node.state.id];
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

/** @returns Whether a node comes after the cursor's place; `null`: that is no cursor of this order. */
export function afterCursor(cursor: string, order: NodeOrder): ((node: FleetNode) => boolean) | null {
  const place = parsedPlace(cursor);
  if (!Place.Check(place)) return null;
  const [ofOrder, key, id] = place;
  const keyOf: (node: FleetNode) => Key = KEYS[order.name];
  if (ofOrder !== orderText(order)) return null;
  return (node) => {
    const byKey = compared(keyOf(node), key) * (order.isDescending ? -1 : 1);
    return byKey > 0 || (byKey === 0 && node.state.id > id);
  };
}

function parsedPlace(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    // Not what we gave out; the caller says so.
    return null;
  }
}
