/** Secrets and signatures of webhooks, as Standard Webhooks 1.0 writes them. */
import { createHmac, randomBytes } from 'node:crypto';
import type { StoredWebhook } from '../store/webhook-store.ts';

/** The standard wants 24 to 64. */
const SECRET_BYTES = 32;
const SECRET_PREFIX = 'whsec_';

export function newWebhookSecret(): string {
  return `${SECRET_PREFIX}${randomBytes(SECRET_BYTES).toString('base64')}`;
}

/**
 * The headers that prove who sent a body, and when. While a secret is being replaced both sign.
 * @param messageId Has no full stop: it stands before one in what is signed.
 * @param now Epoch milliseconds.
 */
export function signatureHeaders(
  {
    secret,
    previousSecret,
    previousSecretUntil,
  }: Pick<StoredWebhook, 'secret' | 'previousSecret' | 'previousSecretUntil'>,
  messageId: string,
  body: string,
  now: number,
): Readonly<Record<string, string>> {
  const timestamp = Math.floor(now / 1000);
  const isReplacing = previousSecret !== null && previousSecretUntil !== null && now < previousSecretUntil;
  const secrets = isReplacing ? [secret, previousSecret] : [secret];
  const signatures = secrets.map((each) => {
    const key = Buffer.from(each.slice(SECRET_PREFIX.length), 'base64');
    return `v1,${createHmac('sha256', key).update(`${messageId}.${timestamp}.${body}`).digest('base64')}`;
  });
  return {
    'webhook-id': messageId,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': signatures.join(' '),
  };
}
