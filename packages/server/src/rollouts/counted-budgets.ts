/** Budgets with their arithmetic, as plans and steps of rollouts need them. */
import { UNAVAILABLE_NAMED_MAX } from '@sluice/contract';
import { arithmeticInWords, type PlannedBudget } from '@sluice/core';
import type { Fleet } from '../fleet/fleet.ts';

/** A budget, counted now. */
export interface CountedBudget extends PlannedBudget {
  /** Places for nodes that are available now. */
  readonly left: number;
}

/**
 * All of them, by name.
 * @param isNamed Of the nodes that take places, which their arithmetic names: those that exist for whoever reads it.
 */
export function countedBudgets(
  { budgets }: Pick<Fleet, 'budgets'>,
  isNamed: (nodeId: string) => boolean,
): readonly CountedBudget[] {
  return budgets.standings().map((standing) => {
    const { name, maxUnavailable, allowed, unavailable, matching, left } = standing;
    return {
      name,
      definition: JSON.stringify([name, budgets.get(name)?.selector ?? null, maxUnavailable]),
      allowed,
      unavailable,
      matching,
      left,
      inWords: () =>
        arithmeticInWords(
          standing,
          budgets.takenIn(name, UNAVAILABLE_NAMED_MAX).filter(({ id }) => isNamed(id)),
        ),
      matches: ({ id }) => budgets.isFor(name, id),
    };
  });
}
