/** The routes of webhooks: events that are sent to an address, what could not be delivered, and sending that again. */
import Type from 'typebox';
import { NodeId } from '../ids.ts';
import { Nullable } from '../nullable.ts';
import { defineRoute } from './route.ts';
import { Timestamp } from './timestamp.ts';

/** Webhooks of one server: each has one request under way at most, and so many sockets are nothing. */
export const WEBHOOKS_MAX = 100;
/** Dead letters that are kept of one webhook; the oldest go first, and how many went is told. */
export const DEAD_LETTERS_KEPT_MAX = 1000;
/** Dead letters that one page lists at most: each carries its event, some kilobytes as a rule. */
export const DEAD_LETTERS_LIMIT_MAX = 100;

const NAME_LENGTH_MAX = 100;
const URL_LENGTH_MAX = 2000;
const SELECTOR_LENGTH_MAX = 1000;
/** There are some forty kinds. */
const KINDS_MAX = 100;
const KIND_LENGTH_MAX = 100;

/** What is sent where. Absent in a change: as it was. */
const Target = {
  name: Type.String({ minLength: 1, maxLength: NAME_LENGTH_MAX, description: 'What it is for.' }),
  url: Type.String({
    minLength: 1,
    maxLength: URL_LENGTH_MAX,
    description: '`https://` or `http://`, without a user and a password. Redirects are not followed.',
  }),
  kinds: Nullable(
    Type.Array(Type.String({ maxLength: KIND_LENGTH_MAX }), {
      minItems: 1,
      maxItems: KINDS_MAX,
      description:
        'Only these kinds of events. Null: all that are about nodes and rollouts; those of access (such as `TokenCreated`) are sent only where they are named.',
    }),
  ),
  nodeId: Nullable(Type.String({ minLength: 1, maxLength: 255, description: 'Only events of this node.' })),
  selector: Nullable(
    Type.String({
      minLength: 1,
      maxLength: SELECTOR_LENGTH_MAX,
      description: 'Only events of nodes that it matches when they are sent, over labels, type, region and zone.',
    }),
  ),
};

export const Webhook = Type.Object(
  {
    id: Type.String(),
    name: Type.String(),
    url: Type.String(),
    kinds: Nullable(Type.Array(Type.String())),
    nodeId: Nullable(NodeId),
    selector: Nullable(Type.String()),
    enabled: Type.Boolean({ description: 'False: nothing is sent; when it is true again, what happened since is.' }),
    disabledBecause: Nullable(Type.String({ description: 'Why the server disabled it; null: it did not.' })),
    createdBy: Type.String(),
    createdAt: Timestamp,
    previousSecretUntil: Nullable(
      Type.String({ format: 'date-time', description: 'Until when the secret of before also signs; null: none does.' }),
    ),
    delivery: Type.Object({
      upTo: Type.Integer({ minimum: 0, description: 'Every event up to this one is dealt with.' }),
      attempts: Type.Integer({ minimum: 0, description: 'How often the next event was tried without success.' }),
      nextAttemptAt: Nullable(Timestamp),
      failingSince: Nullable(Timestamp),
      problem: Nullable(Type.String({ description: 'What came of the last attempt; null: it was delivered.' })),
      deliveredAt: Nullable(Type.String({ format: 'date-time', description: 'When something was delivered last.' })),
      missed: Type.Integer({ minimum: 0, description: 'Events that the retention removed before they were sent.' }),
      deadLetters: Type.Integer({ minimum: 0, description: 'Events that were given up and are kept.' }),
      deadLettersDropped: Type.Integer({
        minimum: 0,
        description: `Events that were given up and are not kept any more: more than ${DEAD_LETTERS_KEPT_MAX}.`,
      }),
    }),
  },
  { $id: 'Webhook', description: 'Where events are sent, without its secret, and how that goes.' },
);
export type Webhook = Type.Static<typeof Webhook>;

export const DeadLetter = Type.Object(
  {
    sequence: Type.Integer({ minimum: 0, description: 'Of the event; its name among the dead letters.' }),
    messageId: Type.String({ description: '`webhook-id`, and the `id` of the CloudEvent.' }),
    type: Type.String({ description: 'The `type` of the CloudEvent, such as `sluice.NodeDrained`.' }),
    nodeId: Nullable(NodeId),
    at: Type.String({ format: 'date-time', description: 'When it happened.' }),
    attempts: Type.Integer({ minimum: 1 }),
    failedAt: Type.String({ format: 'date-time', description: 'When it was tried last.' }),
    problem: Type.String({ description: 'What came of the last attempt.' }),
    body: Type.String({ description: 'The CloudEvent, as it was sent.' }),
  },
  { $id: 'DeadLetter', description: 'An event that could not be delivered.' },
);
export type DeadLetter = Type.Static<typeof DeadLetter>;

/** What came of one request to the address of a webhook. */
export const DeliveryAttempt = Type.Object(
  {
    delivered: Type.Boolean({ description: 'It was answered with a status from 200 to 299.' }),
    status: Nullable(Type.Integer({ description: 'The status that it was answered with; null: it was not answered.' })),
    problem: Nullable(Type.String({ description: 'Why it counts as not delivered, for a person.' })),
    durationMs: Type.Integer({ minimum: 0 }),
  },
  { $id: 'DeliveryAttempt' },
);
export type DeliveryAttempt = Type.Static<typeof DeliveryAttempt>;

const WebhookParams = Type.Object({ id: Type.String({ description: 'Id of the webhook.' }) });
const WithSecret = Type.Object({
  webhook: Webhook,
  secret: Type.String({ description: '`whsec_…`, for the receiver to check signatures with. Shown this once.' }),
});

export const listWebhooks = defineRoute({
  name: 'listWebhooks',
  method: 'GET',
  path: '/api/v1/webhooks',
  tag: 'webhooks',
  summary: 'List webhooks',
  description: 'Where events are sent, and how that goes.',
  access: 'admin',
  scope: 'fleet',
  response: Type.Object({ items: Type.Array(Webhook) }),
  problems: [],
});

export const createWebhook = defineRoute({
  name: 'createWebhook',
  method: 'POST',
  path: '/api/v1/webhooks',
  tag: 'webhooks',
  summary: 'Make a webhook',
  description:
    'From now on events are sent to the address: CloudEvents 1.0 as JSON, signed by Standard Webhooks, each at least once and in their order. ' +
    'The secret for checking the signatures is in this answer and in no other.',
  access: 'admin',
  scope: 'fleet',
  body: Type.Object({
    name: Type.Optional(Target.name),
    url: Target.url,
    kinds: Type.Optional(Target.kinds),
    nodeId: Type.Optional(Target.nodeId),
    selector: Type.Optional(Target.selector),
  }),
  response: WithSecret,
  problems: ['invalid-request', 'invalid-selector', 'too-many-webhooks', 'webhook-made-before'],
});

export const getWebhook = defineRoute({
  name: 'getWebhook',
  method: 'GET',
  path: '/api/v1/webhooks/:id',
  tag: 'webhooks',
  summary: 'Get a webhook',
  description: 'One webhook and how its delivery goes.',
  access: 'admin',
  scope: 'fleet',
  params: WebhookParams,
  response: Webhook,
  problems: ['webhook-not-found'],
});

export const updateWebhook = defineRoute({
  name: 'updateWebhook',
  method: 'PATCH',
  path: '/api/v1/webhooks/:id',
  tag: 'webhooks',
  summary: 'Change a webhook',
  description: 'What is not given stays. After a change the next event is tried at once.',
  access: 'admin',
  scope: 'fleet',
  params: WebhookParams,
  body: Type.Object({
    name: Type.Optional(Target.name),
    url: Type.Optional(Target.url),
    kinds: Type.Optional(Target.kinds),
    nodeId: Type.Optional(Target.nodeId),
    selector: Type.Optional(Target.selector),
    enabled: Type.Optional(Type.Boolean()),
  }),
  response: Webhook,
  problems: ['invalid-request', 'invalid-selector', 'webhook-not-found'],
});

export const rotateWebhookSecret = defineRoute({
  name: 'rotateWebhookSecret',
  method: 'POST',
  path: '/api/v1/webhooks/:id/secret',
  tag: 'webhooks',
  summary: 'Give a webhook a new secret',
  description:
    'The new secret is in this answer and in no other. For a day the one of before signs as well, so that the receiver can change over.',
  access: 'admin',
  scope: 'fleet',
  params: WebhookParams,
  response: WithSecret,
  problems: ['webhook-not-found'],
});

export const deleteWebhook = defineRoute({
  name: 'deleteWebhook',
  method: 'DELETE',
  path: '/api/v1/webhooks/:id',
  tag: 'webhooks',
  summary: 'Remove a webhook',
  description: 'Nothing is sent any more; its dead letters go with it.',
  access: 'admin',
  scope: 'fleet',
  params: WebhookParams,
  response: Webhook,
  problems: ['webhook-not-found'],
});

export const testWebhook = defineRoute({
  name: 'testWebhook',
  method: 'POST',
  path: '/api/v1/webhooks/:id/test',
  tag: 'webhooks',
  summary: 'Try a webhook',
  description: 'Sends an event of the type `sluice.WebhookTest` now, once, and says what came of it.',
  access: 'admin',
  scope: 'fleet',
  params: WebhookParams,
  response: DeliveryAttempt,
  problems: ['webhook-not-found'],
});

export const listDeadLetters = defineRoute({
  name: 'listDeadLetters',
  method: 'GET',
  path: '/api/v1/webhooks/:id/dead-letters',
  tag: 'webhooks',
  summary: 'List dead letters',
  description: 'Events that could not be delivered for as long as they are tried, oldest first.',
  access: 'admin',
  scope: 'fleet',
  params: WebhookParams,
  query: Type.Object({
    limit: Type.Optional(Type.String({ description: `1 to ${DEAD_LETTERS_LIMIT_MAX}, which is the default.` })),
    after: Type.Optional(
      Type.String({ description: 'Only those after this `sequence`: `nextAfter` of the page before.' }),
    ),
  }),
  response: Type.Object({
    items: Type.Array(DeadLetter),
    nextAfter: Nullable(Type.Integer({ description: 'Null on the last page.' })),
  }),
  problems: ['invalid-request', 'webhook-not-found'],
});

export const resendDeadLetter = defineRoute({
  name: 'resendDeadLetter',
  method: 'POST',
  path: '/api/v1/webhooks/:id/dead-letters/:sequence/resend',
  tag: 'webhooks',
  summary: 'Send a dead letter again',
  description: 'Sends it now, once, and says what came of it. One that is delivered is a dead letter no more.',
  access: 'admin',
  scope: 'fleet',
  params: Type.Object({
    id: Type.String({ description: 'Id of the webhook.' }),
    sequence: Type.String({ description: 'Of the event.' }),
  }),
  response: DeliveryAttempt,
  problems: ['webhook-not-found', 'dead-letter-not-found'],
});
