/** Which nodes have joined since a rollout started, and are such as it is for. */
import type { NodeState } from '../node/node.ts';
import { statusOf } from '../node/status.ts';
import { matches, parseSelector, type Selector } from '../selector/selector.ts';
import type { NormalSpec, RolloutState } from './rollout.ts';
import type { RolloutView } from './rollout-view.ts';

/** Those that the rollout does not know. Of nodes that were named one by one, none can join. */
export function newcomersOf(
  { header, positions }: RolloutState,
  view: Pick<RolloutView, 'registeredSince'>,
): readonly string[] {
  if (header.spec.nodeIds !== undefined) return [];
  const newcomers: string[] = [];
  let isFor: ((node: NodeState) => boolean) | null = null;
  for (const node of view.registeredSince(header.createdAt)) {
    if (positions.has(node.id)) continue;
    isFor ??= whatItIsFor(header.spec);
    if (isFor(node)) newcomers.push(node.id);
  }
  return newcomers;
}

/** Whether a node is such as a spec asks for, by its selector or because it asks for all. */
export function whatItIsFor({ selector, all }: Pick<NormalSpec, 'selector' | 'all'>): (node: NodeState) => boolean {
  if (all === true) return () => true;
  const parsed = parseSelector(selector ?? '');
  const requirements: Selector = parsed.ok ? parsed.value : [];
  return (node) => matches(requirements, node, statusOf(node));
}
