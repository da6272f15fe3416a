/** Events of budgets: set, removed, and overridden by somebody who said why. */
import Type from 'typebox';
import { countOrPercent } from '../http/count-or-percent.ts';
import { Nullable } from '../nullable.ts';

/** What a budget says. */
const BudgetTerms = Type.Object({
  name: Type.String(),
  selector: Nullable(Type.String()),
  maxUnavailable: countOrPercent(0, 'How many of its nodes may be unavailable at once.'),
  description: Nullable(Type.String()),
});

/** A budget was made (`before` is null) or changed. */
export const BudgetSet = Type.Object({
  kind: Type.Literal('BudgetSet'),
  before: Nullable(BudgetTerms),
  budget: BudgetTerms,
});

export const BudgetRemoved = Type.Object({
  kind: Type.Literal('BudgetRemoved'),
  budget: BudgetTerms,
  /** Who held slots in it, which went with it. */
  slotHolders: Type.Array(Type.String()),
});

/** An operation of the node was forced, with a reason, where these budgets had no place left. Recorded before the operation. */
export const BudgetOverridden = Type.Object({
  kind: Type.Literal('BudgetOverridden'),
  operationId: Type.String(),
  budgets: Type.Array(
    Type.Object({
      name: Type.String(),
      matching: Type.Integer({ minimum: 0 }),
      allowed: Type.Integer({ minimum: 0 }),
      /** Without the node of this event. */
      unavailable: Type.Integer({ minimum: 0 }),
    }),
  ),
  reason: Type.String(),
});
