/** Which nodes have joined since a rollout started, and are such as it is for. */
import type { NodeState } from '../node/node.ts';
import { statusOf } from '../node/status.ts';
import { matches, parseSelector, type Selector } from '../selector/selector.ts';
import { NEW_NODES_NAMED_MAX, type NormalSpec, type RolloutState } from './rollout.ts';
import type { RolloutView } from './rollout-view.ts';

export interface Newcomers {
  readonly nodeIds: readonly string[];
  /** How many more there are now, where they are only told and enough are named. */
  readonly others: number;
}

/** Those that the rollout does not know. Of nodes that were named one by one, none can join. */
export function newcomersOf(
  { header, positions }: RolloutState,
  view: Pick<RolloutView, 'registeredSince'>,
): Newcomers {
  const { spec, newNodeIds } = header;
  const nodeIds: string[] = [];
  let others = 0;
  if (spec.nodeIds !== undefined) return { nodeIds, others };
  const namedMax = spec.includeNew ? Number.POSITIVE_INFINITY : NEW_NODES_NAMED_MAX - newNodeIds.length;
  let isFor: ((node: NodeState) => boolean) | null = null;
  for (const node of view.registeredSince(header.createdAt)) {
    if (positions.has(node.id)) continue;
    isFor ??= whatItIsFor(spec);
    if (!isFor(node)) continue;
    if (nodeIds.length < namedMax) nodeIds.push(node.id);
    else others += 1;
  }
  return { nodeIds, others };
}

/** Whether a node is such as a spec asks for, by its selector or because it asks for all. */
export function whatItIsFor({ selector, all }: Pick<NormalSpec, 'selector' | 'all'>): (node: NodeState) => boolean {
  if (all === true) return () => true;
  const parsed = parseSelector(selector ?? '');
  const requirements: Selector = parsed.ok ? parsed.value : [];
  return (node) => matches(requirements, node, statusOf(node));
}
