/** The routes of budgets: how many nodes of a group may be unavailable at once, and how many are. */
import Type from 'typebox';
import { Nullable } from '../nullable.ts';
import { countOrPercent } from './count-or-percent.ts';
import { defineRoute } from './route.ts';
import { Timestamp } from './timestamp.ts';

/** Budgets of one server: each is asked of every node that changes, and one a group of machines is a few. */
export const BUDGETS_MAX = 100;
/** Unavailable nodes that one budget names in an answer; how many there are it says beside. */
export const UNAVAILABLE_NAMED_MAX = 100;

const NAME_LENGTH_MAX = 64;
const SELECTOR_LENGTH_MAX = 1000;
const DESCRIPTION_LENGTH_MAX = 1024;

const BudgetName = Type.String({
  minLength: 1,
  maxLength: NAME_LENGTH_MAX,
  pattern: '^[A-Za-z0-9][A-Za-z0-9._-]*$',
  description: 'Letters, digits, dots, underscores and hyphens; the first is a letter or a digit.',
});

/** Absent in no request: that a budget is for all nodes must be said. */
const BudgetSelector = Nullable(
  Type.String({
    minLength: 1,
    maxLength: SELECTOR_LENGTH_MAX,
    description: 'The nodes that it is for, by labels, type, region and zone. Null: all nodes.',
  }),
);

const MaxUnavailable = countOrPercent(
  0,
  'How many of its nodes may be unavailable at once: a number, or a share such as `"25%"`, rounded down, but at least one node where it is above 0%.',
);

export const BudgetStanding = Type.Object(
  {
    matching: Type.Integer({ minimum: 0, description: 'Nodes that it is for.' }),
    allowed: Type.Integer({ minimum: 0, description: 'How many may be unavailable, in nodes.' }),
    unavailable: Type.Integer({
      minimum: 0,
      description:
        'Those that are, for whatever reason: draining, drained, restarting, about to, unhealthy, offline. A slot that no node of the budget holds counts as one.',
    }),
    left: Type.Integer({ minimum: 0, description: 'How many more may become unavailable.' }),
    nodes: Type.Array(Type.Object({ id: Type.String(), because: Type.String() }), {
      description: `The unavailable ones and why, ${UNAVAILABLE_NAMED_MAX} at most; only those that exist for the token.`,
    }),
  },
  { $id: 'BudgetStanding', description: 'The arithmetic of a budget, as it is now.' },
);
export type BudgetStanding = Type.Static<typeof BudgetStanding>;

export const Budget = Type.Object(
  {
    name: BudgetName,
    selector: BudgetSelector,
    maxUnavailable: MaxUnavailable,
    description: Nullable(Type.String()),
    createdBy: Type.String(),
    createdAt: Timestamp,
    updatedAt: Timestamp,
    revision: Type.Integer({ minimum: 1, description: 'Grows by one with every change.' }),
    standing: BudgetStanding,
  },
  { $id: 'Budget', description: 'How many nodes of a group may be unavailable at once.' },
);
export type Budget = Type.Static<typeof Budget>;

const BudgetParams = Type.Object({ name: Type.String({ description: 'Name of the budget.' }) });

export const BudgetBody = Type.Object({
  selector: BudgetSelector,
  maxUnavailable: MaxUnavailable,
  description: Type.Optional(
    Nullable(Type.String({ maxLength: DESCRIPTION_LENGTH_MAX, description: 'What it protects.' })),
  ),
});
export type BudgetBody = Type.Static<typeof BudgetBody>;

export const listBudgets = defineRoute({
  name: 'listBudgets',
  method: 'GET',
  path: '/api/v1/budgets',
  tag: 'budgets',
  summary: 'List budgets',
  description:
    'By name, each with its arithmetic. A token with a selector sees those that are for one of its nodes: their numbers wholly, since these decide about its nodes, but no node beside its own.',
  access: 'viewer',
  scope: 'filtered',
  response: Type.Object({ items: Type.Array(Budget) }),
  problems: [],
});

export const getBudget = defineRoute({
  name: 'getBudget',
  method: 'GET',
  path: '/api/v1/budgets/:name',
  tag: 'budgets',
  summary: 'Get a budget',
  description: 'One budget with its arithmetic.',
  access: 'viewer',
  scope: 'filtered',
  params: BudgetParams,
  response: Budget,
  problems: ['budget-not-found'],
});

export const setBudget = defineRoute({
  name: 'setBudget',
  method: 'PUT',
  path: '/api/v1/budgets/:name',
  tag: 'budgets',
  summary: 'Make or replace a budget',
  description:
    'From now on a drain, a restart or a disruptive command that would make one node more unavailable than it allows is refused (409), unless it is forced with a reason. ' +
    'Nodes that are unavailable already stay so, also where they are more than it allows. Setting the same again changes nothing.',
  access: 'admin',
  scope: 'fleet',
  params: Type.Object({ name: BudgetName }),
  body: BudgetBody,
  response: Budget,
  problems: ['invalid-request', 'invalid-selector', 'too-many-budgets'],
});

export const removeBudget = defineRoute({
  name: 'removeBudget',
  method: 'DELETE',
  path: '/api/v1/budgets/:name',
  tag: 'budgets',
  summary: 'Remove a budget',
  description: 'It is asked no more. Slots that are held in it go with it.',
  access: 'admin',
  scope: 'fleet',
  params: BudgetParams,
  response: Budget,
  problems: ['budget-not-found'],
});
