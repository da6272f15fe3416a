/** So many nodes, or such a share of them: how budgets and rollouts say how much may be out at once. */
import Type from 'typebox';

/**
 * An integer, or `"25%"`. A share is rounded down, but is at least one node where it is above 0%: a fleet of three at 25% can
 * still be restarted, one node after the other.
 */
export function countOrPercent(minimum: 0 | 1, description: string) {
  const pattern = minimum === 0 ? '^(100|[1-9]?[0-9])%$' : '^(100|[1-9][0-9]?)%$';
  return Type.Union([Type.Integer({ minimum, maximum: 1_000_000 }), Type.String({ pattern })], { description });
}
export type CountOrPercent = number | string;
