/** The budgets that a node counts in: those whose selector it matches, as the server decides it. */
import type { Budget, Node } from '@sluice/contract';
import { matches, parseSelector } from '@sluice/core';

export function budgetsOfNode(budgets: readonly Budget[], node: Node): readonly Budget[] {
  return budgets.filter(({ selector }) => {
    if (selector === null) return true;
    const parsed = parseSelector(selector);
    return parsed.ok && matches(parsed.value, { identity: node }, node.status);
  });
}
