/** Tokens: listing, making and revoking them. Every change is decided at its turn in the one pipeline, with its note for the history. */
import { createHash, randomBytes } from 'node:crypto';
import {
  JOIN_TOKEN_EXPIRES_IN_DEFAULT,
  type JoinToken,
  type Problem,
  type routes,
  type Token,
  TOKEN_EXPIRES_IN_DEFAULT,
} from '@sluice/contract';
import { parseSelector, type Result } from '@sluice/core';
import { actorOf } from '../authentication/principal.ts';
import { hashOf, newSecret } from '../authentication/secret.ts';
import { timestamp, timestampOrNull } from '../fleet/timestamp.ts';
import type { KnownTokens } from '../fleet/token-book.ts';
import {
  endsAt,
  type FleetToken,
  isLive,
  noteOfToken,
  sessionsOpenedWith,
  tokenOf,
  type TokenParts,
} from '../fleet/token.ts';
import { type Handler, type HttpParts, type RawRequest, value } from './route-context.ts';

type Asked = Pick<RawRequest, 'principal' | 'remoteAddress' | 'once'>;

export const listTokens: Handler<typeof routes.listTokens> = ({ query }, { fleet }) =>
  value({
    items: listed(fleet, query.all).flatMap((token) => {
      const view = tokenView(token);
      return view === null ? [] : [view];
    }),
  });

export const createToken: Handler<typeof routes.createToken> = async (request, parts) => {
  const { name, role, selector = null, expiresIn = TOKEN_EXPIRES_IN_DEFAULT } = request.body;
  const refusal = selector === null ? null : whyNotAScope(selector);
  if (refusal !== null) return { ok: false, problem: refusal };
  const made = await make(request, parts, { kind: 'api', name, role, selector, expiresIn });
  if (!made.ok) return made;
  const view = tokenView(made.value.token);
  if (view === null) throw new Error('making a token: it has no role');
  return value({ token: view, secret: made.value.secret });
};

export const revokeToken: Handler<typeof routes.revokeToken> = async (request, parts) => {
  const revoked = await revoke(request.params.id, ['api', 'session'], request, parts);
  if (!revoked.ok) return revoked;
  const view = tokenView(revoked.value);
  return view === null ? noSuchToken(request.params.id) : value(view);
};

export const listJoinTokens: Handler<typeof routes.listJoinTokens> = ({ query }, { fleet }) =>
  value({
    items: listed(fleet, query.all)
      .filter(({ kind }) => kind === 'join')
      .map(joinTokenView),
  });

export const createJoinToken: Handler<typeof routes.createJoinToken> = async (request, parts) => {
  const { name = 'join token', type = null, uses = 1, expiresIn = JOIN_TOKEN_EXPIRES_IN_DEFAULT } = request.body;
  const made = await make(request, parts, { kind: 'join', name, nodeType: type, usesMax: uses, expiresIn });
  return made.ok ? value({ token: joinTokenView(made.value.token), secret: made.value.secret }) : made;
};

export const revokeJoinToken: Handler<typeof routes.revokeJoinToken> = async (request, parts) => {
  const revoked = await revoke(request.params.id, ['join'], request, parts);
  return revoked.ok ? value(joinTokenView(revoked.value)) : revoked;
};

export const whoAmI: Handler<typeof routes.whoAmI> = ({ principal }, { fleet }) => {
  const { tokenId, name, role, selector } = principal;
  const token = fleet.tokens.get(tokenId);
  return value({
    tokenId,
    name,
    role,
    selector,
    expiresAt: timestampOrNull(token === undefined ? null : endsAt(token)),
  });
};

/** Newest last. */
function listed(fleet: HttpParts['fleet'], all: string | undefined): readonly FleetToken[] {
  const now = fleet.now();
  return [...fleet.tokens.all()]
    .filter((token) => all === 'true' || isLive(token, now))
    .toSorted((one, other) => one.createdAt - other.createdAt || (one.id < other.id ? -1 : 1));
}

type Wanted = Partial<Pick<FleetToken, 'role' | 'selector' | 'nodeType' | 'usesMax'>> &
  Pick<FleetToken, 'kind' | 'name'> & { readonly expiresIn: number | null };

async function make(
  { principal, remoteAddress, once }: Asked,
  { fleet }: HttpParts,
  { expiresIn, ...wanted }: Wanted,
): Promise<Result<{ readonly token: FleetToken; readonly secret: string }>> {
  const secret = newSecret();
  const createdAt = fleet.now();
  const parts: TokenParts = {
    ...wanted,
    id: newTokenId(once === null ? null : once.key),
    hash: hashOf(secret),
    createdAt,
    createdBy: principal.name,
    expiresAt: expiresIn === null ? null : createdAt + expiresIn * 1000,
  };
  const token = tokenOf(parts);
  const by = actorOf(principal, remoteAddress);
  const result = await fleet.access(
    (tokens, now) => {
      const detail = `The token ${token.id} was made by this very request before.`;
      if (tokens.get(token.id) !== undefined) return { ok: false, problem: { code: 'token-made-before', detail } };
      return { ok: true, value: { tokens: [token], notes: [noteOfToken('TokenCreated', token, by, now)] } };
    },
    { by },
  );
  return result.ok ? { ok: true, value: { token, secret } } : result;
}

/** @param kinds Others do not exist for the one who asks. */
async function revoke(
  id: string,
  kinds: readonly FleetToken['kind'][],
  { principal, remoteAddress }: Asked,
  { fleet }: HttpParts,
): Promise<Result<FleetToken>> {
  let revoked: FleetToken | null = null;
  const by = actorOf(principal, remoteAddress);
  const result = await fleet.access(
    (tokens, now) => {
      const token = tokens.get(id);
      if (token === undefined || !kinds.includes(token.kind)) return noSuchToken(id);
      if (isLastAdmin(token, tokens, now)) {
        const detail = `${token.name} (${id}) is the last token with the role admin and without a selector.`;
        return { ok: false, problem: { code: 'last-admin-token', detail } };
      }
      revoked = token.revokedAt === null ? { ...token, revokedAt: now } : token;
      const sessions = sessionsOpenedWith(id, tokens.all(), now).map((each) => ({ ...each, revokedAt: now }));
      const ended = [...(revoked === token ? [] : [revoked]), ...sessions];
      return {
        ok: true,
        value: { tokens: ended, notes: ended.map((each) => noteOfToken('TokenRevoked', each, by, now)) },
      };
    },
    { by },
  );
  if (!result.ok) return result;
  return revoked === null ? noSuchToken(id) : { ok: true, value: revoked };
}

/** Of tokens that a login made: they end by themselves after some hours. */
const LOGIN_TOKEN_PREFIX = 'login_';

/** Logins do not count. */
function isLastAdmin(token: FleetToken, tokens: KnownTokens, now: number): boolean {
  const mayDoAll = ({ id, kind, role, selector }: FleetToken) =>
    kind === 'api' && role === 'admin' && selector === null && !id.startsWith(LOGIN_TOKEN_PREFIX);
  if (!mayDoAll(token) || !isLive(token, now)) return false;
  for (const other of tokens.all()) if (other.id !== token.id && mayDoAll(other) && isLive(other, now)) return false;
  return true;
}

/** @param key Of the request: the same request again makes the same id, so that it makes no second token. */
function newTokenId(key: string | null): string {
  const random = key === null ? randomBytes(9) : createHash('sha256').update(key).digest().subarray(0, 9);
  return `tok_${random.toString('hex')}`;
}

/** A scope must not change with what is done to a node, and must name something. */
function whyNotAScope(text: string): Problem | null {
  const selector = parseSelector(text);
  if (!selector.ok) return selector.problem;
  if (!selector.value.some(({ key }) => key === 'status')) return null;
  const detail = 'A token cannot be bound to a status: a node that it drains would vanish before its eyes.';
  return { code: 'invalid-selector', field: 'selector', detail };
}

/** @returns `null`: it is for agents. */
function tokenView(token: FleetToken): Token | null {
  const { id, kind, name, role, selector, createdBy, createdAt, lastUsedAt, revokedAt } = token;
  if (kind === 'join' || role === null) return null;
  return {
    id,
    kind,
    name,
    role,
    selector,
    createdBy,
    createdAt: timestamp(createdAt),
    expiresAt: timestampOrNull(endsAt({ ...token, revokedAt: null })),
    lastUsedAt: timestampOrNull(lastUsedAt),
    revokedAt: timestampOrNull(revokedAt),
  };
}

function joinTokenView({
  id,
  name,
  nodeType,
  usesMax,
  uses,
  createdBy,
  createdAt,
  expiresAt,
  revokedAt,
}: FleetToken): JoinToken {
  return {
    id,
    name,
    type: nodeType,
    usesMax,
    uses,
    createdBy,
    createdAt: timestamp(createdAt),
    expiresAt: timestampOrNull(expiresAt),
    revokedAt: timestampOrNull(revokedAt),
  };
}

function noSuchToken(id: string): { readonly ok: false; readonly problem: Problem } {
  return { ok: false, problem: { code: 'token-not-found', detail: `There is no token '${id.slice(0, 100)}'.` } };
}
