/** `--order`: in which order nodes have their turn, as it is written on the command line. */
import type { RolloutOrder } from '@sluice/contract';
import { InvalidArgumentError } from 'commander';

const LABEL = 'label:';
/** What TAB offers; the key of a label is to be written behind the last. */
export const ORDERS = ['zone', 'id', 'least-loaded', 'random', LABEL] as const;

/** Throws commander's InvalidArgumentError, which is shown as wrong usage. */
export function parseOrder(text: string): RolloutOrder {
  if (text === 'zone' || text === 'id' || text === 'least-loaded' || text === 'random') return { by: text };
  const label = text.startsWith(LABEL) ? text.slice(LABEL.length) : '';
  if (label === '') throw new InvalidArgumentError('Write zone, id, label:KEY, least-loaded or random.');
  return { by: 'label', label };
}

export function orderText(order: RolloutOrder): string {
  return order.by === 'label' ? `${LABEL}${order.label}` : order.by;
}
