/** Why a budget has no place left, as a problem carries it for programs. */
import Type from 'typebox';
import { countOrPercent } from './http/count-or-percent.ts';

/** Ids that a problem names at most. */
export const NODE_IDS_OF_PROBLEM_MAX = 100;

export const BudgetArithmetic = Type.Object(
  {
    name: Type.String(),
    maxUnavailable: countOrPercent(0, 'As it was set.'),
    matching: Type.Integer({ minimum: 0, description: 'Nodes that it is for.' }),
    allowed: Type.Integer({ minimum: 0, description: 'How many may be unavailable, in nodes.' }),
    unavailable: Type.Integer({ minimum: 0, description: 'Those that are.' }),
    nodeIds: Type.Array(Type.String(), {
      description: `Which they are, ${NODE_IDS_OF_PROBLEM_MAX} at most, with the holders of slots that are no nodes; only those that exist for the token.`,
    }),
  },
  { $id: 'BudgetArithmetic', description: 'The budget that has no place left.' },
);
export type BudgetArithmetic = Type.Static<typeof BudgetArithmetic>;
