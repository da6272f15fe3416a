/** Everything that is known of a webhook, on one page. */
import type { Webhook } from '@sluice/contract';
import { durationInWords } from '@sluice/core';
import type { Paint } from './colour.ts';
import { renderPage } from './page.ts';
import { agoInWords, untilInWords } from './time-in-words.ts';
import { webhookDeliveryInWords, webhookEventsInWords, webhookStatusCell } from './webhook-in-words.ts';

export function renderWebhookPage(webhook: Webhook, paint: Paint, nowMs: number): string {
  const { delivery, createdAt, createdBy, previousSecretUntil } = webhook;
  const { failingSince, deadLetters, deadLettersDropped, missed } = delivery;
  const dropped = deadLettersDropped === 0 ? '' : `, and ${deadLettersDropped} older ones that are not kept any more`;
  return renderPage(
    webhook.name,
    webhookStatusCell(webhook),
    [
      { label: 'Webhook', lines: [webhook.id] },
      { label: 'Address', lines: [webhook.url] },
      { label: 'Events', lines: [webhookEventsInWords(webhook)] },
      { label: 'Delivery', lines: [webhookDeliveryInWords(webhook, nowMs)].filter(Boolean) },
      {
        label: 'Failing',
        lines: failingSince === null ? [] : [`for ${durationInWords(nowMs - Date.parse(failingSince))}`],
      },
      { label: 'Up to', lines: [`event ${delivery.upTo}`] },
      {
        label: 'Dead letters',
        lines:
          deadLetters + deadLettersDropped === 0
            ? []
            : [`${deadLetters}${dropped}: sluice webhooks dead-letters ${webhook.id}`],
      },
      { label: 'Missed', lines: missed === 0 ? [] : [`${missed} events that were removed before they were sent`] },
      {
        label: 'Secret',
        lines:
          previousSecretUntil === null
            ? []
            : [`is being replaced: the one of before signs for ${untilInWords(previousSecretUntil, nowMs)} more`],
      },
      { label: 'Made', lines: [`by ${createdBy}, ${agoInWords(createdAt, nowMs)} (${createdAt})`] },
    ],
    paint,
  );
}
