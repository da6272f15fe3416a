/** What the history tells of webhooks: who made, changed or removed which, without what may be a secret. */
import type { AccessEvent, Actor } from '@sluice/contract';
import { note } from '../fleet/token.ts';
import type { Note } from '../store/store.ts';
import type { StoredWebhook } from '../store/webhook-store.ts';

/** For `Fleet.access`. */
export type WebhookNote = Note;

export function noteOfWebhook(
  kind: 'WebhookCreated' | 'WebhookSecretRotated' | 'WebhookRemoved',
  webhook: StoredWebhook,
  actor: Actor,
  at: number,
): WebhookNote {
  return note({ kind, webhook: targetOf(webhook) }, actor, at);
}

/** @param reason Why the server did it; `null`: a person did. */
export function noteOfWebhookChange(
  before: StoredWebhook,
  webhook: StoredWebhook,
  reason: string | null,
  actor: Actor,
  at: number,
): WebhookNote {
  const event: AccessEvent = { kind: 'WebhookChanged', before: targetOf(before), webhook: targetOf(webhook), reason };
  return note(event, actor, at);
}

type Target = Extract<AccessEvent, { kind: 'WebhookCreated' }>['webhook'];

function targetOf({ id, name, url, kinds, nodeId, selector, isEnabled }: StoredWebhook): Target {
  const { origin } = new URL(url);
  return { id, name, origin, kinds: kinds === null ? null : [...kinds], nodeId, selector, isEnabled };
}
