/** In which order the nodes of a rollout have their turn. Whatever is equal follows by id, so that the order is the same each time. */
import type { NodeState } from '../node/node.ts';
import { numbersOf } from '../numbers-of.ts';
import type { NormalSpec } from './rollout.ts';

/** @param sessionsOf How many sessions a node has; `null`: nobody counts, so it comes after those where somebody does. */
export function inOrder(
  nodes: Iterable<NodeState>,
  spec: Pick<NormalSpec, 'order'>,
  sessionsOf: (nodeId: string) => number | null,
  seed: string,
): readonly NodeState[] {
  const { order } = spec;
  switch (order.by) {
    case 'id':
      return sorted(nodes, () => []);
    case 'zone':
      return sorted(nodes, ({ identity }) => [identity.region, identity.zone]);
    case 'label':
      return sorted(nodes, ({ identity: { labels } }) => [
        Object.hasOwn(labels, order.label) ? (labels[order.label] ?? null) : null,
      ]);
    case 'least-loaded':
      return sorted(nodes, ({ id }) => [sessionsOf(id)]);
    case 'random':
      return shuffled(
        sorted(nodes, () => []),
        seed,
      );
  }
}

type Key = string | number | null;

/** By their keys, then by id. What has none comes last. */
function sorted(nodes: Iterable<NodeState>, keysOf: (node: NodeState) => readonly Key[]): NodeState[] {
  const keyed = Array.from(nodes, (node) => ({ node, keys: [...keysOf(node), node.id] }));
  keyed.sort((one, other) => {
    for (const [index, key] of one.keys.entries()) {
      const difference = compare(key, other.keys[index] ?? null);
      if (difference !== 0) return difference;
    }
    return 0;
  });
  return keyed.map(({ node }) => node);
}

/** Texts by their code units, as lists of nodes are sorted: the runtime's language has no say in it. */
function compare(one: Key, other: Key): number {
  if (one === other) return 0;
  if (one === null) return 1;
  if (other === null) return -1;
  return one < other ? -1 : 1;
}

/** Fisher and Yates, with numbers that follow from the seed alone. */
function shuffled(nodes: NodeState[], seed: string): NodeState[] {
  const next = numbersOf(seed);
  for (let index = nodes.length - 1; index > 0; index -= 1) {
    const other = Math.floor(next() * (index + 1));
    const [node, swapped] = [nodes[index], nodes[other]];
    if (node !== undefined && swapped !== undefined) [nodes[index], nodes[other]] = [swapped, node];
  }
  return nodes;
}
