/** A budget in a few words: what it is for, how many places are left, and who has the others. */
import type { Budget } from '@sluice/contract';
import type { Cell } from './table.ts';

/** Of those who have places, so many are named where there is little room. */
const NAMED_MAX = 3;

/** How many more nodes may become unavailable; the colour only repeats it. */
export function budgetLeftCell({ standing }: Budget): Cell {
  const { left, unavailable, allowed } = standing;
  if (left > 0) return { text: `✓ ${left} left`, colour: 'green' };
  const over = unavailable - allowed;
  return over > 0 ? { text: `✗ ${over} too many`, colour: 'red' } : { text: '– none left', colour: 'yellow' };
}

export function budgetNodesInWords({ selector, standing }: Budget): string {
  const count = `${standing.matching} ${standing.matching === 1 ? 'node' : 'nodes'}`;
  return selector === null ? `all ${count}` : `${count} with ${selector}`;
}

/** `3 of 12 (25%)` */
export function budgetAllowedInWords({ maxUnavailable, standing }: Budget): string {
  const share = typeof maxUnavailable === 'string' ? ` (${maxUnavailable})` : '';
  return `${standing.allowed} of ${standing.matching}${share}`;
}

/** `lobby-1 draining, lobby-4 offline, and 2 more`; empty: nobody, or nobody who exists for the token. */
export function budgetTakenInWords({ standing }: Budget): string {
  const named = standing.nodes.slice(0, NAMED_MAX).map(({ id, because }) => `${id} ${because}`);
  const others = standing.unavailable - named.length;
  return [...named, ...(named.length > 0 && others > 0 ? [`and ${others} more`] : [])].join(', ');
}
