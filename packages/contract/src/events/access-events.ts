/** Events of access: who may do what, what was refused, and what became of the history itself. They change no node; where they are about one, they name it. */
import Type from 'typebox';
import { Nullable } from '../nullable.ts';
import { BudgetRemoved, BudgetSet } from './budget-events.ts';
import { SlotReleased, SlotTaken } from './slot-events.ts';

/** What a token may do, without its secret. */
export const Role = Type.Union(
  [Type.Literal('viewer'), Type.Literal('operator'), Type.Literal('admin'), Type.Literal('machine')],
  {
    description:
      'Of viewer, operator and admin each may do what the ones before it may. A machine takes and gives back slots, and may do nothing else.',
  },
);
export type Role = Type.Static<typeof Role>;

const TokenGrant = Type.Object({
  id: Type.String(),
  kind: Type.Union([Type.Literal('api'), Type.Literal('join'), Type.Literal('session')]),
  name: Type.String(),
  role: Nullable(Role),
  selector: Nullable(Type.String()),
  nodeType: Nullable(Type.String()),
  usesMax: Nullable(Type.Integer()),
  expiresAt: Nullable(Type.Integer()),
});

/** A token was made: for the API, for agents to join, or for the browser of a person who logged in. */
const TokenCreated = Type.Object({ kind: Type.Literal('TokenCreated'), token: TokenGrant });

/** From here on it opens nothing any more. */
const TokenRevoked = Type.Object({ kind: Type.Literal('TokenRevoked'), token: TokenGrant });

/** A person could not log in. */
const LoginRefused = Type.Object({
  kind: Type.Literal('LoginRefused'),
  subject: Nullable(Type.String()),
  reason: Type.String(),
});

/** Somebody asked for something and did not get it. Nothing was changed. */
const RequestRefused = Type.Object({
  kind: Type.Literal('RequestRefused'),
  /** The route's name; `agentSession`: an agent that was not let in. */
  route: Type.String(),
  /** Stable code of the problem. */
  code: Type.String(),
  detail: Type.String(),
  /** So many of the same within a minute, this one included. */
  count: Type.Integer({ minimum: 1 }),
});

/** The oldest events are removed by the retention, up to this one: what is missing before it is not missing unsaid. */
const EventsRemoved = Type.Object({
  kind: Type.Literal('EventsRemoved'),
  through: Type.Integer({ minimum: 1 }),
  /** Of the event `through`. */
  hash: Type.String(),
});

/** What is sent where, without the secret. Of the address only the server: the rest of it may be a secret too. */
const WebhookTarget = Type.Object({
  id: Type.String(),
  name: Type.String(),
  /** Such as `https://hooks.example`. */
  origin: Type.String(),
  kinds: Nullable(Type.Array(Type.String())),
  nodeId: Nullable(Type.String()),
  selector: Nullable(Type.String()),
  isEnabled: Type.Boolean(),
});

const WebhookCreated = Type.Object({ kind: Type.Literal('WebhookCreated'), webhook: WebhookTarget });

const WebhookChanged = Type.Object({
  kind: Type.Literal('WebhookChanged'),
  before: WebhookTarget,
  webhook: WebhookTarget,
  /** Why the server did it; null: a person did. */
  reason: Nullable(Type.String()),
});

const WebhookSecretRotated = Type.Object({ kind: Type.Literal('WebhookSecretRotated'), webhook: WebhookTarget });

const WebhookRemoved = Type.Object({ kind: Type.Literal('WebhookRemoved'), webhook: WebhookTarget });

export const AccessEvent = Type.Union([
  TokenCreated,
  TokenRevoked,
  LoginRefused,
  RequestRefused,
  EventsRemoved,
  WebhookCreated,
  WebhookChanged,
  WebhookSecretRotated,
  WebhookRemoved,
  BudgetSet,
  BudgetRemoved,
  SlotTaken,
  SlotReleased,
]);
export type AccessEvent = Type.Static<typeof AccessEvent>;
