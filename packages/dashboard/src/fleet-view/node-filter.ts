/** Which nodes the table shows, and in which order: as it stands in the URL, in the names that the API's list has. */
import { type Node, NODE_STATUSES, type NodeStatus } from '@sluice/contract';
import { matches, parseSelector, type Selector } from '@sluice/core';
import { hasText } from './search-nodes.ts';

export interface NodeFilter {
  readonly text: string;
  /** Empty: all. */
  readonly types: readonly string[];
  /** Empty: all. */
  readonly statuses: readonly NodeStatus[];
  /** As it was typed. */
  readonly selector: string;
}

export const NO_FILTER: NodeFilter = { text: '', types: [], statuses: [], selector: '' };

/** What the URL does not say is no filter; statuses that there are not are passed over. */
export function filterIn(search: URLSearchParams): NodeFilter {
  const statuses = listIn(search, 'status');
  return {
    text: search.get('q') ?? '',
    types: listIn(search, 'type'),
    statuses: NODE_STATUSES.filter((status) => statuses.includes(status)),
    selector: search.get('selector') ?? '',
  };
}

/** @returns The URL's search with this filter instead of the one in it; everything else stays. */
export function withFilter(search: URLSearchParams, { text, types, statuses, selector }: NodeFilter): URLSearchParams {
  const after = new URLSearchParams(search);
  const values = { q: text, type: types.join(','), status: statuses.join(','), selector };
  for (const [name, value] of Object.entries(values)) {
    if (value === '') after.delete(name);
    else after.set(name, value);
  }
  return after;
}

function listIn(search: URLSearchParams, name: string): readonly string[] {
  return search
    .getAll(name)
    .flatMap((value) => value.split(','))
    .map((value) => value.trim())
    .filter((value) => value !== '');
}

/** The nodes that pass; where the selector cannot be read, why, and it is no filter. */
export function filterNodes(
  nodes: readonly Node[],
  { text, types, statuses, selector }: NodeFilter,
): { readonly nodes: readonly Node[]; readonly selectorProblem: string | null } {
  const parsed = selector.trim() === '' ? null : parseSelector(selector);
  const required: Selector | null = parsed?.ok === true ? parsed.value : null;
  const wanted = text.trim().toLowerCase();
  const passing = nodes.filter(
    (node) =>
      (types.length === 0 || types.includes(node.type)) &&
      (statuses.length === 0 || statuses.includes(node.status)) &&
      (required === null || matches(required, { identity: node }, node.status)) &&
      (wanted === '' || hasText(node, wanted)),
  );
  const selectorProblem = parsed?.ok === false && 'detail' in parsed.problem ? parsed.problem.detail : null;
  return { nodes: passing, selectorProblem };
}
