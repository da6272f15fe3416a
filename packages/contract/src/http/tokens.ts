/** The routes of access: tokens for people and programs, tokens that let agents join. Secrets are in one answer only. */
import Type from 'typebox';
import { Role } from '../events/access-events.ts';
import { Nullable } from '../nullable.ts';
import { defineRoute } from './route.ts';
import { Timestamp } from './timestamp.ts';

/** Seconds for which a token is good when nobody says otherwise: people come and go. */
export const TOKEN_EXPIRES_IN_DEFAULT = 90 * 86_400;
/** Seconds for which a join token is good when nobody says otherwise: it is made when a node is set up. */
export const JOIN_TOKEN_EXPIRES_IN_DEFAULT = 3600;
/** Seconds; ten years. What shall last longer does not run out at all. */
const EXPIRES_IN_MAX = 10 * 365 * 86_400;
const NAME_LENGTH_MAX = 100;
const SELECTOR_LENGTH_MAX = 1000;

const Name = Type.String({
  minLength: 1,
  maxLength: NAME_LENGTH_MAX,
  description: 'Who or what it is for; it stands in the history as the one who did it.',
});

const ExpiresIn = (description: string) =>
  Type.Optional(Nullable(Type.Integer({ minimum: 1, maximum: EXPIRES_IN_MAX, description })));

/** The secret is in no answer but the first. */
const Secret = Type.String({ description: 'Shown this once; only its hash is kept.' });

export const Token = Type.Object(
  {
    id: Type.String(),
    kind: Type.Union([Type.Literal('api'), Type.Literal('session')], {
      description: '`session`: the browser of a person who logged in.',
    }),
    name: Type.String(),
    role: Role,
    selector: Nullable(Type.String({ description: 'Only nodes that it matches exist for this token; null: all.' })),
    createdBy: Type.String(),
    createdAt: Timestamp,
    expiresAt: Nullable(Timestamp),
    lastUsedAt: Nullable(Timestamp),
    revokedAt: Nullable(Timestamp),
  },
  { $id: 'Token', description: 'What opens the API, without its secret.' },
);
export type Token = Type.Static<typeof Token>;

export const JoinToken = Type.Object(
  {
    id: Type.String(),
    name: Type.String(),
    type: Nullable(Type.String({ description: 'Only nodes of this type; null: any.' })),
    usesMax: Nullable(Type.Integer({ description: 'How many agents may join with it; null: any number.' })),
    uses: Type.Integer({ description: 'How many have.' }),
    createdBy: Type.String(),
    createdAt: Timestamp,
    expiresAt: Nullable(Timestamp),
    revokedAt: Nullable(Timestamp),
  },
  { $id: 'JoinToken', description: 'What lets agents join, without its secret.' },
);
export type JoinToken = Type.Static<typeof JoinToken>;

const TokenParams = Type.Object({ id: Type.String({ description: 'Id of the token, not its secret.' }) });
const Everything = Type.Object({
  all: Type.Optional(Type.String({ description: '`true`: also those that open nothing any more.' })),
});

export const listTokens = defineRoute({
  name: 'listTokens',
  method: 'GET',
  path: '/api/v1/tokens',
  tag: 'access',
  summary: 'List tokens',
  description: 'Tokens of people and programs, and the browsers of people who logged in.',
  access: 'admin',
  scope: 'fleet',
  query: Everything,
  response: Type.Object({ items: Type.Array(Token) }),
  problems: [],
});

export const createToken = defineRoute({
  name: 'createToken',
  method: 'POST',
  path: '/api/v1/tokens',
  tag: 'access',
  summary: 'Make a token',
  description: 'The secret is in this answer and nowhere else.',
  access: 'admin',
  scope: 'fleet',
  body: Type.Object({
    name: Name,
    role: Role,
    selector: Type.Optional(
      Nullable(
        Type.String({
          maxLength: SELECTOR_LENGTH_MAX,
          description: 'Only nodes that it matches, over labels, type, region and zone; null or absent: all.',
        }),
      ),
    ),
    expiresIn: ExpiresIn(`Seconds; null: it does not run out; absent: ${TOKEN_EXPIRES_IN_DEFAULT} (90 days).`),
  }),
  response: Type.Object({ token: Token, secret: Secret }),
  problems: ['invalid-request', 'invalid-selector', 'token-made-before'],
});

export const revokeToken = defineRoute({
  name: 'revokeToken',
  method: 'DELETE',
  path: '/api/v1/tokens/:id',
  tag: 'access',
  summary: 'Revoke a token',
  description: 'It opens nothing from this moment on; event streams that were opened with it end at once.',
  access: 'admin',
  scope: 'fleet',
  params: TokenParams,
  response: Token,
  problems: ['token-not-found', 'last-admin-token'],
});

export const listJoinTokens = defineRoute({
  name: 'listJoinTokens',
  method: 'GET',
  path: '/api/v1/join-tokens',
  tag: 'access',
  summary: 'List join tokens',
  description: 'Tokens with which agents join for the first time.',
  access: 'admin',
  scope: 'fleet',
  query: Everything,
  response: Type.Object({ items: Type.Array(JoinToken) }),
  problems: [],
});

export const createJoinToken = defineRoute({
  name: 'createJoinToken',
  method: 'POST',
  path: '/api/v1/join-tokens',
  tag: 'access',
  summary: 'Make a join token',
  description:
    'The secret is in this answer and nowhere else. An agent needs it once: from then on it proves its own key.',
  access: 'admin',
  scope: 'fleet',
  body: Type.Object({
    name: Type.Optional(Name),
    type: Type.Optional(
      Nullable(Type.String({ minLength: 1, maxLength: 255, description: 'Only nodes of this type.' })),
    ),
    uses: Type.Optional(
      Nullable(
        Type.Integer({
          minimum: 1,
          maximum: 1_000_000,
          description: 'How many agents may join; null: any number; absent: 1.',
        }),
      ),
    ),
    expiresIn: ExpiresIn(`Seconds; null: it does not run out; absent: ${JOIN_TOKEN_EXPIRES_IN_DEFAULT} (an hour).`),
  }),
  response: Type.Object({ token: JoinToken, secret: Secret }),
  problems: ['invalid-request', 'token-made-before'],
});

export const revokeJoinToken = defineRoute({
  name: 'revokeJoinToken',
  method: 'DELETE',
  path: '/api/v1/join-tokens/:id',
  tag: 'access',
  summary: 'Revoke a join token',
  description: 'Nobody joins with it any more. Agents that have joined stay: they have keys of their own.',
  access: 'admin',
  scope: 'fleet',
  params: TokenParams,
  response: JoinToken,
  problems: ['token-not-found'],
});

export const whoAmI = defineRoute({
  name: 'whoAmI',
  method: 'GET',
  path: '/api/v1/whoami',
  tag: 'access',
  summary: 'Who am I?',
  description: 'What the token that this request came with may do.',
  access: 'viewer',
  scope: 'none',
  response: Type.Object({
    tokenId: Type.String(),
    name: Type.String(),
    role: Role,
    selector: Nullable(Type.String()),
    expiresAt: Nullable(Timestamp),
  }),
  problems: [],
});

export const createLoginLink = defineRoute({
  name: 'createLoginLink',
  method: 'POST',
  path: '/api/v1/login-links',
  tag: 'access',
  summary: 'A one-time link into the dashboard',
  description:
    'Whoever opens the link first, within 15 minutes, is logged in as the token that this request came with. ' +
    'The browser’s session ends with that token. A browser’s own session makes no links.',
  access: 'viewer',
  scope: 'none',
  response: Type.Object({
    path: Type.String({ description: 'Below the address of the server. Its code stands behind a `#`: no log has it.' }),
    expiresAt: Nullable(Timestamp),
  }),
  problems: [],
});
