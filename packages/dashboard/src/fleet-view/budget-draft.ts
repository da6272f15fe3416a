/** A budget as somebody fills it in, and the request that comes of it; or which fields are wrong and why. */
import type { Budget, BudgetBody } from '@sluice/contract';
import { parseSelector } from '@sluice/core';
import { readCountOrPercent } from './count-or-percent.ts';

export interface BudgetDraft {
  readonly name: string;
  readonly isForAll: boolean;
  readonly selector: string;
  readonly maxUnavailable: string;
  readonly description: string;
}

export type BudgetFault =
  | { readonly kind: 'no-name' }
  | { readonly kind: 'name-taken' }
  | { readonly kind: 'no-selector' }
  | { readonly kind: 'no-count-or-percent' }
  /** In the words of the rule that it breaks. */
  | { readonly kind: 'detail'; readonly detail: string };

export type ReadBudget =
  | { readonly ok: true; readonly name: string; readonly body: BudgetBody }
  | { readonly ok: false; readonly faults: ReadonlyMap<keyof BudgetDraft, BudgetFault> };

/** As the contract has it. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/u;

/** @param budget `null`: a new one, as careful as most want it. */
export function budgetDraft(budget: Budget | null): BudgetDraft {
  if (budget === null) return { name: '', isForAll: false, selector: '', maxUnavailable: '25%', description: '' };
  const { name, selector, maxUnavailable, description } = budget;
  return {
    name,
    isForAll: selector === null,
    selector: selector ?? '',
    maxUnavailable: String(maxUnavailable),
    description: description ?? '',
  };
}

/** @param taken Names that it may not have: it would replace what is there. */
export function readBudget(draft: BudgetDraft, taken: readonly string[]): ReadBudget {
  const faults = new Map<keyof BudgetDraft, BudgetFault>();
  const name = draft.name.trim();
  if (!NAME.test(name)) faults.set('name', { kind: 'no-name' });
  else if (taken.includes(name)) faults.set('name', { kind: 'name-taken' });
  const selector = draft.isForAll ? null : draft.selector.trim();
  if (selector !== null) {
    const parsed = parseSelector(selector);
    if (selector === '') faults.set('selector', { kind: 'no-selector' });
    else if (!parsed.ok) faults.set('selector', { kind: 'detail', detail: parsed.problem.detail });
  }
  const maxUnavailable = readCountOrPercent(draft.maxUnavailable, 0);
  if (maxUnavailable === null) faults.set('maxUnavailable', { kind: 'no-count-or-percent' });
  if (faults.size > 0 || maxUnavailable === null) return { ok: false, faults };
  const description = draft.description.trim();
  return { ok: true, name, body: { selector, maxUnavailable, description: description === '' ? null : description } };
}
