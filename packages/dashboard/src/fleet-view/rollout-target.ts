/** Which nodes a rollout is for: as they were chosen, what is asked of the API, and which they are now. */
import type { Node, RolloutSpec } from '@sluice/contract';
import { filterNodes, NO_FILTER, type NodeFilter } from './node-filter.ts';

export type RolloutTarget =
  | { readonly kind: 'all' }
  | { readonly kind: 'selector'; readonly selector: string }
  | { readonly kind: 'nodes'; readonly nodeIds: readonly string[] };

/** What the grammar of selectors has for itself. */
const GRAMMAR = /[(),]/u;

/**
 * The nodes that pass the filter of the table. Where a selector can say it, nodes that match later match too: of a text, and of
 * names that a selector cannot hold, it is exactly those that are shown now.
 */
export function targetOfFilter(filter: NodeFilter, shownIds: readonly string[]): RolloutTarget {
  const { text, types, statuses, selector } = filter;
  const isSayable = text.trim() === '' && !types.some((type) => GRAMMAR.test(type) || type.trim() !== type);
  if (!isSayable) return { kind: 'nodes', nodeIds: shownIds };
  const parts = [among('type', types), among('status', statuses), selector.trim()].filter((part) => part !== '');
  return parts.length === 0 ? { kind: 'all' } : { kind: 'selector', selector: parts.join(',') };
}

function among(key: string, values: readonly string[]): string {
  if (values.length < 2) return values.map((value) => `${key}=${value}`).join('');
  return `${key} in (${values.join(',')})`;
}

/** The nodes as they are now; where the selector cannot be read, why, and there are none. */
export function nodesOfTarget(
  nodes: readonly Node[],
  target: RolloutTarget,
): { readonly nodes: readonly Node[]; readonly problem: string | null } {
  switch (target.kind) {
    case 'all':
      return { nodes, problem: null };
    case 'nodes': {
      const wanted = new Set(target.nodeIds);
      return { nodes: nodes.filter(({ id }) => wanted.has(id)), problem: null };
    }
    case 'selector': {
      // An empty selector matches nothing: all must be said.
      if (target.selector.trim() === '') return { nodes: [], problem: null };
      const { nodes: matching, selectorProblem } = filterNodes(nodes, { ...NO_FILTER, selector: target.selector });
      return { nodes: selectorProblem === null ? matching : [], problem: selectorProblem };
    }
  }
}

/** As the API takes it. */
export function targetInSpec(target: RolloutTarget): Pick<RolloutSpec, 'all' | 'selector' | 'nodeIds'> {
  switch (target.kind) {
    case 'all':
      return { all: true };
    case 'selector':
      return { selector: target.selector.trim() };
    case 'nodes':
      return { nodeIds: [...target.nodeIds] };
  }
}

/** As a rollout that was asked for has it. */
export function targetOfSpec({ selector, nodeIds }: RolloutSpec): RolloutTarget {
  if (selector !== undefined) return { kind: 'selector', selector };
  return nodeIds === undefined ? { kind: 'all' } : { kind: 'nodes', nodeIds };
}
