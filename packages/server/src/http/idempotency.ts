/** `Idempotency-Key`: what makes a repeated POST known as a repetition, so that nothing is done twice. */
import { createHash } from 'node:crypto';
import { IDEMPOTENCY_KEY_LENGTH_MAX } from '@sluice/contract';
import type { Result } from '@sluice/core';
import type { Once } from '../fleet/execution.ts';

/** What identifies a request: who asks, for what, with which body as it was sent. */
export interface Identified {
  readonly method: string;
  /** Path and query as they were sent. */
  readonly url: string;
  readonly bodyText: string;
  readonly tokenId: string;
}

/** @param header `undefined`: none was sent. */
export function onceOf(header: string | string[] | undefined, request: Identified): Result<Once | null> {
  if (header === undefined) return { ok: true, value: null };
  const key = String(header);
  // Visible ASCII, as every UUID and every quoted string of the header's draft standard is.
  if (key.length > IDEMPOTENCY_KEY_LENGTH_MAX || !/^[\x21-\x7e]+$/u.test(key)) {
    const detail = `Idempotency-Key must have 1 to ${IDEMPOTENCY_KEY_LENGTH_MAX} visible ASCII characters, such as a UUID. Nothing was done.`;
    return { ok: false, problem: { code: 'invalid-request', field: 'Idempotency-Key', detail } };
  }
  const { method, url, bodyText, tokenId } = request;
  const fingerprint = createHash('sha256').update(`${method} ${url}\n${bodyText}`).digest('hex');
  return { ok: true, value: { key: `${tokenId} ${key}`, fingerprint } };
}
