/** A webhook in a few words: which events it is sent, and how that goes. */
import type { Webhook } from '@sluice/contract';
import type { Cell } from './table.ts';
import { agoInWords, untilInWords } from './time-in-words.ts';

export function webhookEventsInWords({ kinds, nodeId, selector }: Webhook): string {
  const what = kinds === null ? 'all events' : kinds.join(', ');
  const whose = [nodeId === null ? '' : `of ${nodeId}`, selector === null ? '' : `of nodes with ${selector}`];
  return [what, ...whose].filter((part) => part !== '').join(' ');
}

/** `failing`: the next event was tried without success. */
export function webhookStatusCell({ enabled, delivery }: Webhook): Cell {
  if (!enabled) return { text: '– disabled', colour: 'grey' };
  return delivery.failingSince === null ? { text: '✓ ok', colour: 'green' } : { text: '✗ failing', colour: 'red' };
}

/** Empty: nothing was tried yet. */
export function webhookDeliveryInWords({ enabled, disabledBecause, delivery }: Webhook, nowMs: number): string {
  const { failingSince, problem, attempts, nextAttemptAt, deliveredAt } = delivery;
  if (!enabled) return disabledBecause ?? 'by an admin';
  if (failingSince === null) return deliveredAt === null ? '' : `delivered ${agoInWords(deliveredAt, nowMs)}`;
  if (attempts === 0) return [problem ?? '', 'given up'].filter((part) => part !== '').join(', ');
  const isDue = nextAttemptAt === null || Date.parse(nextAttemptAt) <= nowMs;
  const again = isDue ? 'again now' : `again in ${untilInWords(nextAttemptAt, nowMs)}`;
  return [problem ?? '', attempts === 1 ? 'tried once' : `tried ${attempts} times`, again].join(', ');
}
