/** Whether the budgets have places for a machine: one in the group's own, and one for each of its nodes that is available now. */
import { NODE_IDS_OF_PROBLEM_MAX, type Problem } from '@sluice/contract';
import { type NodeState, noPlaceLeft } from '@sluice/core';
import type { KnownBudgets } from '../fleet/budget-book.ts';
import type { SlotName } from './nodes-of-slot.ts';

const ASK_AGAIN = 'Ask again when one of them is back.';

/** Pure. Asked before anything is drained: a machine whose second node finds no place must not have its first one drained for nothing. */
export function whyNoPlace(
  { group, id }: SlotName,
  nodes: readonly NodeState[],
  budgets: KnownBudgets,
): Problem | null {
  if (budgets.get(group) === undefined) {
    const detail =
      `There is no budget '${group}', so nobody says how many may be interrupted at once. ` +
      `Make it: sluice budgets set ${group} --max-unavailable 1 --selector SELECTOR (or --all).`;
    return { code: 'budget-not-found', detail };
  }
  for (const standing of budgets.standings()) {
    const { name, left } = standing;
    // Asked of the budgets, which know what is decided in the same moment; the nodes are as committed before it.
    const needed = nodes.filter(
      ({ id: nodeId }) => budgets.isFor(name, nodeId) && !budgets.hasPlace(name, nodeId),
    ).length;
    if (needed <= left) continue;
    const taken = budgets.takenIn(name, NODE_IDS_OF_PROBLEM_MAX);
    const full = { ...standing, taken, takenIds: taken.map((each) => each.id) };
    const several = needed === 1 ? '' : `${id} needs ${needed} places: it has as many nodes in rotation. `;
    return noPlaceLeft(full, `${several}${ASK_AGAIN}`);
  }
  const isNodeOfGroup = nodes.some((node) => budgets.isFor(group, node.id));
  return isNodeOfGroup ? null : budgets.whyNoSlot(group, nodes[0]?.id ?? id);
}
