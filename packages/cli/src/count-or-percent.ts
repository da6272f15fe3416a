/** `3` or `25%` on the command line, as budgets and rollouts take it. */
import type { CountOrPercent } from '@sluice/contract';
import { InvalidArgumentError } from 'commander';

/** The most that the API takes. */
const PERCENT_MAX = 100;
const NODES_MAX = 1_000_000;

/** A parser for an option's value. Throws commander's InvalidArgumentError, which is shown as wrong usage, with valid examples. */
export function countOrPercentFrom(minimum: 0 | 1): (text: string) => CountOrPercent {
  return (text) => {
    const [, digits, sign] = /^(\d{1,7})(%?)$/u.exec(text.trim()) ?? [];
    const count = Number(digits);
    if (digits === undefined || count < minimum || count > (sign === '%' ? PERCENT_MAX : NODES_MAX))
      throw new InvalidArgumentError('Write a number of nodes such as 3, or a share such as 25%.');
    return sign === '%' ? `${count}%` : count;
  };
}
