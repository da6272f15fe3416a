/** The routes of the audit: who did what, to which node, from where, with which token, and what was refused; and the chain that proves it. */
import Type from 'typebox';
import { Actor } from '../events/fleet-event.ts';
import { Json } from '../json.ts';
import { Nullable } from '../nullable.ts';
import { defineRoute } from './route.ts';
import { Timestamp } from './timestamp.ts';

/** Entries of a page, unless the request says otherwise; and at most. */
export const AUDIT_LIMIT_DEFAULT = 100;
export const AUDIT_LIMIT_MAX = 1000;

const Hash = Nullable(Type.String({ description: 'SHA-256, hexadecimal.' }));

export const AuditEntry = Type.Object(
  {
    sequence: Type.Integer({ minimum: 1 }),
    at: Timestamp,
    actor: Actor,
    action: Type.String({
      description: 'The kind of the event, such as `HoldPlaced`, `TokenRevoked`, `RequestRefused`.',
    }),
    nodeId: Nullable(Type.String()),
    operationId: Nullable(Type.String()),
    before: Json,
    after: Json,
    result: Type.Object({
      status: Type.String({
        description:
          '`done`; `refused`; of an operation its status at the moment of the answer (`succeeded`, `failed`, …).',
      }),
      code: Nullable(Type.String()),
      detail: Nullable(Type.String()),
      count: Type.Integer({ minimum: 1, description: 'Of a refusal: so many of the same within a minute.' }),
    }),
    previousHash: Hash,
    hash: Hash,
  },
  { $id: 'AuditEntry', description: 'One thing that somebody did, or was refused.' },
);
export type AuditEntry = Type.Static<typeof AuditEntry>;

const Filter = (description: string) => Type.Optional(Type.String({ description }));

export const listAudit = defineRoute({
  name: 'listAudit',
  method: 'GET',
  path: '/api/v1/audit',
  tag: 'access',
  summary: 'Who did what, newest first',
  description:
    'Everything that people and programs did, every change of who may do what, and what was refused. ' +
    'What is about no node is told to tokens without a selector only.',
  access: 'operator',
  scope: 'filtered',
  query: Type.Object({
    node: Filter('Only about this node.'),
    actor: Filter('Only by whoever has this name.'),
    token: Filter('Only with the token of this id.'),
    action: Filter('Only these kinds, separated by commas.'),
    result: Filter('`refused`, or `done` for what was not.'),
    since: Filter('Only from this instant on (RFC 3339).'),
    until: Filter('Only before this instant.'),
    limit: Filter(`At most this many, 1 to ${AUDIT_LIMIT_MAX}; absent: ${AUDIT_LIMIT_DEFAULT}.`),
    cursor: Filter('`nextCursor` of the page before.'),
  }),
  response: Type.Object({
    items: Type.Array(AuditEntry),
    nextCursor: Nullable(Type.String({ description: 'Null on the last page. A page may be short before the last.' })),
  }),
  problems: ['invalid-request'],
});

/** An event as the chain has it: what the hash of the next one vouches for. */
export const ChainedRecord = Type.Object({
  sequence: Type.Integer(),
  nodeId: Type.String({ description: 'Empty: it is about no node.' }),
  kind: Type.String(),
  at: Type.Integer({ description: 'Epoch milliseconds.' }),
  actor: Nullable(Type.String({ description: 'Whom the audit tells of; null: it does not tell of this event.' })),
  body: Type.String({ description: 'JSON text, exactly as it is stored.' }),
  previousHash: Hash,
});
export type ChainedRecord = Type.Static<typeof ChainedRecord>;

export const readChain = defineRoute({
  name: 'readChain',
  method: 'GET',
  path: '/api/v1/audit/chain',
  tag: 'access',
  summary: 'The whole chain of events, oldest first',
  description:
    'Every event with the hash of the one before it, a page at a time: for an export, and to prove that nothing was changed. ' +
    'The hash of an event is SHA-256 over `[sequence, nodeId, kind, at, actor, body, previousHash]` as JSON.',
  access: 'admin',
  scope: 'fleet',
  query: Type.Object({
    after: Filter('Only after the event with this sequence number.'),
    limit: Filter(`At most this many, 1 to ${AUDIT_LIMIT_MAX}.`),
  }),
  response: Type.Object({
    items: Type.Array(ChainedRecord),
    head: Type.Object(
      { sequence: Type.Integer({ minimum: 0 }), hash: Hash },
      { description: 'Where the chain stood when this was answered.' },
    ),
  }),
  problems: ['invalid-request'],
});
