/** What is delivered to a webhook on request: a test, and dead letters once more. */
import {
  DEAD_LETTERS_LIMIT_MAX,
  type DeadLetter,
  type DeliveryAttempt,
  type Problem,
  type routes,
} from '@sluice/contract';
import { timestamp } from '../fleet/timestamp.ts';
import type { KeptDeadLetter } from '../webhooks/webhook-deliveries.ts';
import type { Answered } from '../outgoing/ask-address.ts';
import { type Handler, value } from './route-context.ts';
import { noSuchWebhook } from './webhooks.ts';

export const testWebhook: Handler<typeof routes.testWebhook> = async ({ params }, { fleet, webhooks }) => {
  const webhook = fleet.webhooks.get(params.id);
  return webhook === undefined ? noSuchWebhook(params.id) : value(attemptView(await webhooks.test(webhook)));
};

export const listDeadLetters: Handler<typeof routes.listDeadLetters> = async (request, { fleet, webhooks }) => {
  const { params, query } = request;
  if (fleet.webhooks.get(params.id) === undefined) return noSuchWebhook(params.id);
  const limit = numberOf(query.limit) ?? DEAD_LETTERS_LIMIT_MAX;
  if (!(limit >= 1 && limit <= DEAD_LETTERS_LIMIT_MAX))
    return invalid('limit', `a whole number from 1 to ${DEAD_LETTERS_LIMIT_MAX}`);
  const after = numberOf(query.after) ?? -1;
  if (Number.isNaN(after)) return invalid('after', 'the nextAfter of the page before');
  const letters = await webhooks.deadLetters(params.id, after, limit + 1);
  const items = letters.slice(0, limit);
  const nextAfter = letters.length > limit ? (items.at(-1)?.sequence ?? null) : null;
  return value({ items: items.map(letterView), nextAfter });
};

export const resendDeadLetter: Handler<typeof routes.resendDeadLetter> = async ({ params }, { fleet, webhooks }) => {
  const webhook = fleet.webhooks.get(params.id);
  if (webhook === undefined) return noSuchWebhook(params.id);
  const sequence = numberOf(params.sequence);
  const posted = sequence === null || Number.isNaN(sequence) ? null : await webhooks.resend(webhook, sequence);
  if (posted !== null) return value(attemptView(posted));
  const detail = `${webhook.name} (${webhook.id}) has no dead letter '${params.sequence.slice(0, 100)}'.`;
  return { ok: false, problem: { code: 'dead-letter-not-found', detail } };
};

/** @returns `null`: nothing was given; not a number: what was given is none. */
function numberOf(text: string | undefined): number | null {
  if (text === undefined || text.trim() === '') return null;
  // Fifteen digits are exact as a number.
  return /^\d{1,15}$/u.test(text) ? Number(text) : Number.NaN;
}

function invalid(field: string, expected: string): { readonly ok: false; readonly problem: Problem } {
  return { ok: false, problem: { code: 'invalid-request', field, detail: `${field} must be ${expected}.` } };
}

function attemptView({ status, problem, durationMs }: Answered): DeliveryAttempt {
  return { delivered: problem === null, status, problem, durationMs };
}

function letterView(letter: KeptDeadLetter): DeadLetter {
  const { sequence, messageId, type, nodeId, at, attempts, failedAt, problem, body } = letter;
  return {
    sequence,
    messageId,
    type,
    nodeId: nodeId === '' ? null : nodeId,
    at: timestamp(at),
    attempts,
    failedAt: timestamp(failedAt),
    problem,
    body,
  };
}
