/** Budgets: listing, setting and removing them. Every change is decided at its turn in the one pipeline, with its note for the history. */
import { type Budget, BUDGETS_MAX, type Problem, type routes, UNAVAILABLE_NAMED_MAX } from '@sluice/contract';
import { type FullBudget, parseSelector, whyUnavailable, withNamesOf } from '@sluice/core';
import { actorOf, type Principal, sees } from '../authentication/principal.ts';
import { type FleetBudget, HOLDS_A_SLOT } from '../fleet/budget-book.ts';
import type { Fleet } from '../fleet/fleet.ts';
import { timestamp } from '../fleet/timestamp.ts';
import { note } from '../fleet/token.ts';
import { type Handler, value } from './route-context.ts';

export const listBudgets: Handler<typeof routes.listBudgets> = ({ principal }, { fleet }) => {
  const items = fleet.budgets.all().filter(({ name }) => bindsFor(principal, name, fleet));
  return value({ items: items.map((budget) => budgetView(budget, principal, fleet)) });
};

export const getBudget: Handler<typeof routes.getBudget> = ({ params, principal }, { fleet }) => {
  const budget = fleet.budgets.get(params.name);
  return budget === undefined || !bindsFor(principal, params.name, fleet)
    ? noSuchBudget(params.name)
    : value(budgetView(budget, principal, fleet));
};

export const setBudget: Handler<typeof routes.setBudget> = async (request, { fleet }) => {
  const { params, body, principal, remoteAddress } = request;
  const { name } = params;
  const terms = { selector: body.selector, maxUnavailable: body.maxUnavailable, description: body.description ?? null };
  const problem = terms.selector === null ? null : whyNotASelector(terms.selector);
  if (problem !== null) return { ok: false, problem };
  const by = actorOf(principal, remoteAddress);
  const result = await fleet.access(
    (_tokens, now, _webhooks, budgets) => {
      const before = budgets.get(name);
      if (before === undefined && budgets.size >= BUDGETS_MAX) {
        const detail = `This server has ${BUDGETS_MAX} budgets, which is as many as it keeps.`;
        return { ok: false, problem: { code: 'too-many-budgets', detail } };
      }
      if (before !== undefined && isSaying(before, terms)) return { ok: true, value: { tokens: [], notes: [] } };
      const budget: FleetBudget = {
        name,
        ...terms,
        createdBy: before?.createdBy ?? principal.name,
        createdAt: before?.createdAt ?? now,
        updatedAt: now,
        revision: (before?.revision ?? 0) + 1,
      };
      const told = {
        kind: 'BudgetSet',
        before: before === undefined ? null : termsOf(before),
        budget: termsOf(budget),
      } as const;
      const notes = [note(told, by, now)];
      return { ok: true, value: { tokens: [], budgets: [{ name, budget }], notes } };
    },
    { by },
  );
  if (!result.ok) return result;
  const budget = fleet.budgets.get(name);
  return budget === undefined ? noSuchBudget(name) : value(budgetView(budget, principal, fleet));
};

export const removeBudget: Handler<typeof routes.removeBudget> = async (request, { fleet }) => {
  const { params, principal, remoteAddress } = request;
  const { name } = params;
  let removed: Budget | null = null;
  const by = actorOf(principal, remoteAddress);
  const result = await fleet.access(
    (_tokens, now, _webhooks, budgets) => {
      const budget = budgets.get(name);
      if (budget === undefined) return noSuchBudget(name);
      removed = budgetView(budget, principal, fleet);
      const slots = budgets.slotsOf(name).map(({ groupName, holderId }) => ({ groupName, holderId, slot: null }));
      const slotHolders = slots.map(({ holderId }) => holderId);
      const told = { kind: 'BudgetRemoved', budget: termsOf(budget), slotHolders } as const;
      const notes = [note(told, by, now)];
      return { ok: true, value: { tokens: [], budgets: [{ name, budget: null }], slots, notes } };
    },
    { by },
  );
  if (!result.ok) return result;
  return removed === null ? noSuchBudget(name) : value(removed);
};

/** A refusal as the one who asks may read it: of the nodes that have the places only those are named that exist for them. */
export function asSeenBy(principal: Principal, problem: Problem, fleet: Fleet): Problem {
  if (principal.scope === null) return problem;
  const exists = (id: string) => sees(principal, fleet.node(id));
  return withNamesOf(problem, exists, (id) => becauseOf(id, fleet));
}

/** The budgets that keep a node where it is, with the names of those nodes that exist for who asks. */
export function fullBudgetsOf(nodeId: string, principal: Principal, fleet: Fleet): readonly FullBudget[] {
  return fleet.budgets.fullFor(nodeId).map((full) => {
    const taken = full.taken.filter(({ id }) => principal.scope === null || sees(principal, fleet.node(id)));
    return { ...full, taken };
  });
}

function noSuchBudget(name: string): { readonly ok: false; readonly problem: Problem } {
  return { ok: false, problem: { code: 'budget-not-found', detail: `There is no budget '${name.slice(0, 100)}'.` } };
}

/** Whether a budget is for a node that exists for them. */
function bindsFor(principal: Principal, name: string, fleet: Fleet): boolean {
  return (
    principal.scope === null ||
    fleet.nodes().some((node) => fleet.budgets.isFor(name, node.state.id) && sees(principal, node))
  );
}

function whyNotASelector(text: string): Problem | null {
  const selector = parseSelector(text);
  if (!selector.ok) return selector.problem;
  if (!selector.value.some(({ key }) => key === 'status')) return null;
  const detail =
    'A budget cannot select by status: a node would enter or leave it by the very thing that it counts. Select by labels, type, region and zone.';
  return { code: 'invalid-selector', field: 'selector', detail };
}

type Terms = Pick<FleetBudget, 'selector' | 'maxUnavailable' | 'description'>;

function isSaying(budget: FleetBudget, { selector, maxUnavailable, description }: Terms): boolean {
  return budget.selector === selector && budget.maxUnavailable === maxUnavailable && budget.description === description;
}

function termsOf({ name, selector, maxUnavailable, description }: FleetBudget) {
  return { name, selector, maxUnavailable, description };
}

function budgetView(budget: FleetBudget, principal: Principal, fleet: Fleet): Budget {
  const { name, createdBy, revision } = budget;
  const { matching = 0, allowed = 0, unavailable = 0, left = 0 } = fleet.budgets.standingOf(name) ?? {};
  const seen =
    principal.scope === null
      ? fleet.budgets.takenIn(name, UNAVAILABLE_NAMED_MAX)
      : fleet.budgets.takenIn(name, Infinity).filter(({ id }) => sees(principal, fleet.node(id)));
  return {
    ...termsOf(budget),
    createdBy,
    createdAt: timestamp(budget.createdAt),
    updatedAt: timestamp(budget.updatedAt),
    revision,
    standing: { matching, allowed, unavailable, left, nodes: seen.slice(0, UNAVAILABLE_NAMED_MAX) },
  };
}

function becauseOf(nodeId: string, fleet: Fleet): string {
  const node = fleet.node(nodeId);
  return (node === undefined ? null : whyUnavailable(node.state)) ?? HOLDS_A_SLOT;
}
