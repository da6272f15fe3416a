/** What `why` tells of the budgets that keep a node where it is. */
import { arithmeticInWords } from './check-budgets.ts';
import type { FullBudget } from './standing.ts';

/** @param fullBudgets Those that would refuse now to let the node become unavailable; of a node that is out already none would. */
export function budgetCauses(fullBudgets: readonly FullBudget[]) {
  return fullBudgets.map((full) => ({
    code: 'budget-full',
    severity: 'info' as const,
    since: null,
    text: `It cannot be drained or restarted now without force. ${arithmeticInWords(full, full.taken)}`,
  }));
}
