/** Webhooks: listing, making, changing and removing them. Every change is decided at its turn in the one pipeline, with its note for the history. */
import { createHash, randomBytes } from 'node:crypto';
import {
  ACCESS_EVENT_KINDS,
  FLEET_EVENT_KINDS,
  type Problem,
  ROLLOUT_EVENT_KINDS,
  type routes,
  type Webhook,
  WEBHOOKS_MAX,
  whyNotANodeId,
} from '@sluice/contract';
import { parseSelector, type Result } from '@sluice/core';
import { actorOf } from '../authentication/principal.ts';
import { timestamp, timestampOrNull } from '../fleet/timestamp.ts';
import type { FleetWebhook } from '../fleet/webhook-book.ts';
import { noteOfWebhook, noteOfWebhookChange, type WebhookNote } from '../webhooks/note-webhook.ts';
import { newWebhookSecret } from '../webhooks/sign-message.ts';
import { type Handler, type HttpParts, type RawRequest, value } from './route-context.ts';

/** Random bytes of an id. */
const ID_BYTES = 9;
/** Milliseconds for which the secret of before signs as well: a day, in which receivers can be given the new one. */
const PREVIOUS_SECRET_MS = 86_400_000;

const KNOWN_KINDS: ReadonlySet<string> = new Set([...FLEET_EVENT_KINDS, ...ACCESS_EVENT_KINDS, ...ROLLOUT_EVENT_KINDS]);

type Target = Pick<FleetWebhook, 'name' | 'url' | 'kinds' | 'nodeId' | 'selector'>;

export const listWebhooks: Handler<typeof routes.listWebhooks> = async (_request, parts) => {
  await parts.webhooks.refresh();
  return value({ items: parts.fleet.webhooks.all().map((webhook) => webhookView(webhook, parts)) });
};

export const getWebhook: Handler<typeof routes.getWebhook> = async ({ params }, parts) => {
  await parts.webhooks.refresh();
  const webhook = parts.fleet.webhooks.get(params.id);
  return webhook === undefined ? noSuchWebhook(params.id) : value(webhookView(webhook, parts));
};

export const createWebhook: Handler<typeof routes.createWebhook> = async (request, parts) => {
  const { fleet } = parts;
  const { principal, remoteAddress, once, body } = request;
  const target = checkTarget(
    { name: body.name ?? '', url: body.url, kinds: null, nodeId: null, selector: null },
    body,
    parts,
  );
  if (!target.ok) return target;
  const webhook: FleetWebhook = {
    ...target.value,
    name: body.name ?? new URL(target.value.url).host,
    id: newWebhookId(once === null ? null : once.key),
    secret: newWebhookSecret(),
    previousSecret: null,
    previousSecretUntil: null,
    isEnabled: true,
    disabledBecause: null,
    createdBy: principal.name,
    createdAt: fleet.now(),
    startsAfter: fleet.lastSequence,
  };
  const by = actorOf(principal, remoteAddress);
  const made = await fleet.access(
    (_tokens, now, webhooks) => {
      if (webhooks.get(webhook.id) !== undefined) {
        const detail = `The webhook ${webhook.id} was made by this very request before.`;
        return { ok: false, problem: { code: 'webhook-made-before', detail } };
      }
      if (webhooks.size >= WEBHOOKS_MAX) {
        const detail = `This server has ${WEBHOOKS_MAX} webhooks, which is as many as it serves.`;
        return { ok: false, problem: { code: 'too-many-webhooks', detail } };
      }
      const note = noteOfWebhook('WebhookCreated', webhook, by, now);
      return { ok: true, value: { tokens: [], webhooks: [{ id: webhook.id, webhook }], notes: [note] } };
    },
    { by },
  );
  return made.ok ? value({ webhook: webhookView(webhook, parts), secret: webhook.secret }) : made;
};

export const updateWebhook: Handler<typeof routes.updateWebhook> = async (request, parts) => {
  const { body, principal, remoteAddress } = request;
  await parts.webhooks.refresh();
  const changed = await change(request, parts, (before, now) => {
    const target = checkTarget(before, body, parts);
    if (!target.ok) return target;
    const isEnabled = body.enabled ?? before.isEnabled;
    const disabledBecause = isEnabled ? null : before.disabledBecause;
    const webhook = { ...before, ...target.value, isEnabled, disabledBecause };
    const actor = actorOf(principal, remoteAddress);
    return { ok: true, value: { webhook, note: noteOfWebhookChange(before, webhook, null, actor, now) } };
  });
  return changed.ok ? value(webhookView(changed.value, parts)) : changed;
};

export const rotateWebhookSecret: Handler<typeof routes.rotateWebhookSecret> = async (request, parts) => {
  const { principal, remoteAddress } = request;
  const secret = newWebhookSecret();
  await parts.webhooks.refresh();
  const changed = await change(request, parts, (before, now) => {
    const previousSecretUntil = now + PREVIOUS_SECRET_MS;
    const webhook = { ...before, secret, previousSecret: before.secret, previousSecretUntil };
    const note = noteOfWebhook('WebhookSecretRotated', webhook, actorOf(principal, remoteAddress), now);
    return { ok: true, value: { webhook, note } };
  });
  return changed.ok ? value({ webhook: webhookView(changed.value, parts), secret }) : changed;
};

export const deleteWebhook: Handler<typeof routes.deleteWebhook> = async (request, parts) => {
  const { params, principal, remoteAddress } = request;
  let removed: Webhook | null = null;
  await parts.webhooks.refresh();
  const by = actorOf(principal, remoteAddress);
  const result = await parts.fleet.access(
    (_tokens, now, webhooks) => {
      const webhook = webhooks.get(params.id);
      if (webhook === undefined) return noSuchWebhook(params.id);
      removed = webhookView(webhook, parts);
      const note = noteOfWebhook('WebhookRemoved', webhook, by, now);
      return { ok: true, value: { tokens: [], webhooks: [{ id: params.id, webhook: null }], notes: [note] } };
    },
    { by },
  );
  if (!result.ok) return result;
  return removed === null ? noSuchWebhook(params.id) : value(removed);
};

export function noSuchWebhook(id: string): { readonly ok: false; readonly problem: Problem } {
  return { ok: false, problem: { code: 'webhook-not-found', detail: `There is no webhook '${id.slice(0, 100)}'.` } };
}

type Asked = Pick<RawRequest, 'principal' | 'remoteAddress'> & { readonly params: { readonly id: string } };

/** @param decide Asked at its turn. */
async function change(
  { params: { id }, principal, remoteAddress }: Asked,
  { fleet }: HttpParts,
  decide: (before: FleetWebhook, now: number) => Result<{ readonly webhook: FleetWebhook; readonly note: WebhookNote }>,
): Promise<Result<FleetWebhook>> {
  let changed: FleetWebhook | null = null;
  const result = await fleet.access(
    (_tokens, now, webhooks) => {
      const before = webhooks.get(id);
      if (before === undefined) return noSuchWebhook(id);
      const decided = decide(before, now);
      if (!decided.ok) return decided;
      changed = decided.value.webhook;
      return { ok: true, value: { tokens: [], webhooks: [{ id, webhook: changed }], notes: [decided.value.note] } };
    },
    { by: actorOf(principal, remoteAddress) },
  );
  if (!result.ok) return result;
  return changed === null ? noSuchWebhook(id) : { ok: true, value: changed };
}

type Given = { readonly [Field in keyof Target]?: Target[Field] | undefined };

/** What is sent where once what was given is taken over; or why that cannot be. */
function checkTarget(before: Target, given: Given, parts: HttpParts): Result<Target> {
  const { name = before.name, url = before.url, kinds = before.kinds } = given;
  const { nodeId = before.nodeId, selector = before.selector } = given;
  const address = checkUrl(url, parts);
  if (!address.ok) return address;
  const problem = whyNotKinds(kinds) ?? whyNotNode(nodeId) ?? (selector === null ? null : whyNotASelector(selector));
  if (problem !== null) return { ok: false, problem };
  return { ok: true, value: { name, url: address.value, kinds, nodeId, selector } };
}

/** As it is asked: `https://hooks.example/sluice`. What was given is not repeated: it may have a secret in it. */
function checkUrl(text: string, { webhooks }: HttpParts): Result<string> {
  const invalid = (detail: string): Result<string> => ({
    ok: false,
    problem: { code: 'invalid-request', field: 'url', detail },
  });
  if (!URL.canParse(text)) return invalid('url is no address; write it as https://hooks.example/sluice.');
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return invalid('url must begin with https:// or http://.');
  if (url.username !== '' || url.password !== '')
    return invalid('url must not have a user or a password in it; the signature shows who sends.');
  const refused = webhooks.whyNotAllowed(url);
  if (refused !== null) return invalid(`url: ${refused}.`);
  url.hash = '';
  return { ok: true, value: url.href };
}

function whyNotKinds(kinds: readonly string[] | null): Problem | null {
  const unknown = kinds?.find((kind) => !KNOWN_KINDS.has(kind));
  if (unknown === undefined) return null;
  const known = [...KNOWN_KINDS].toSorted().join(', ');
  const detail = `There is no kind of event '${unknown}'. Known are ${known}.`;
  return { code: 'invalid-request', field: 'kinds', detail };
}

function whyNotNode(nodeId: string | null): Problem | null {
  const why = nodeId === null ? null : whyNotANodeId(nodeId);
  return why === null ? null : { code: 'invalid-request', field: 'nodeId', detail: `nodeId ${why}.` };
}

/** What it selects must not change with what the event tells. */
function whyNotASelector(text: string): Problem | null {
  const selector = parseSelector(text);
  if (!selector.ok) return selector.problem;
  if (!selector.value.some(({ key }) => key === 'status')) return null;
  const detail =
    'A webhook cannot select by status, which is another one by the time of sending; name kinds of events.';
  return { code: 'invalid-selector', field: 'selector', detail };
}

/** @param key Of the request: the same request again makes the same id, so that it makes no second webhook. */
function newWebhookId(key: RawRequest['requestId'] | null): string {
  const random = key === null ? randomBytes(ID_BYTES) : createHash('sha256').update(key).digest().subarray(0, ID_BYTES);
  return `wh_${random.toString('hex')}`;
}

function webhookView(webhook: FleetWebhook, { webhooks, fleet }: HttpParts): Webhook {
  const { id, name, url, kinds, nodeId, selector, isEnabled, disabledBecause, createdBy } = webhook;
  const { previousSecretUntil } = webhook;
  const { progress, deadLetters } = webhooks.status(webhook);
  const isReplacing = previousSecretUntil !== null && fleet.now() < previousSecretUntil;
  return {
    id,
    name,
    url,
    kinds: kinds === null ? null : [...kinds],
    nodeId,
    selector,
    enabled: isEnabled,
    disabledBecause,
    createdBy,
    createdAt: timestamp(webhook.createdAt),
    previousSecretUntil: timestampOrNull(isReplacing ? previousSecretUntil : null),
    delivery: {
      upTo: progress.sequence,
      attempts: progress.attempts,
      nextAttemptAt: timestampOrNull(progress.nextAttemptAt),
      failingSince: timestampOrNull(progress.failingSince),
      problem: progress.problem,
      deliveredAt: timestampOrNull(progress.deliveredAt),
      missed: progress.missed,
      deadLetters,
      deadLettersDropped: progress.dropped,
    },
  };
}
