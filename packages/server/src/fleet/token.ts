/** Tokens as values: what a new one is, whether one still opens anything, and what the history tells of it. */
import { type AccessEvent, type Actor, type Problem, whyNotANodeId } from '@sluice/contract';
import type { JoinGrant } from '@sluice/core';
import type { NewEvent, Note, StoredToken } from '../store/store.ts';
import type { KnownTokens } from './token-book.ts';

/** A token as the fleet keeps it. */
export type FleetToken = StoredToken;

/** What distinguishes a token; the rest is as of one that was just made and does not end. */
export type TokenParts = Pick<StoredToken, 'id' | 'kind' | 'name' | 'hash' | 'createdAt'> & Partial<StoredToken>;

export function tokenOf(parts: TokenParts): StoredToken {
  return {
    role: null,
    selector: null,
    nodeType: null,
    usesMax: null,
    uses: 0,
    idleMs: null,
    createdBy: 'server',
    expiresAt: null,
    revokedAt: null,
    lastUsedAt: null,
    ...parts,
  };
}

/** When it opens nothing any more; `null`: it does not end by itself. */
export function endsAt({ createdAt, expiresAt, idleMs, lastUsedAt, revokedAt }: StoredToken): number | null {
  const ends = [revokedAt, expiresAt, idleMs === null ? null : (lastUsedAt ?? createdAt) + idleMs].filter(
    (at) => at !== null,
  );
  return ends.length === 0 ? null : Math.min(...ends);
}

export function isLive(token: StoredToken, now: number): boolean {
  const end = endsAt(token);
  return token.revokedAt === null && (end === null || end > now);
}

/** The token of whoever asks on a server that knows no tokens. */
export const NO_TOKEN_ID = 'none';

/** Why nothing is done any more for whoever asked: their token has ended since. `null`: it is done; also for who came without a token. */
export function whyEnded(
  { tokenId = NO_TOKEN_ID }: Pick<Actor, 'tokenId'>,
  tokens: Pick<KnownTokens, 'get'>,
  now: number,
): Problem | null {
  const token = tokens.get(tokenId);
  const isOver = tokenId !== NO_TOKEN_ID && (token === undefined || !isLive(token, now));
  return isOver ? { code: 'unauthenticated', detail: 'The token has just ended. Nothing was done.' } : null;
}

/** What a join token still lets agents do; `null`: nothing. */
export function joinGrantOf(token: StoredToken | undefined, now: number): JoinGrant | null {
  if (token === undefined || token.kind !== 'join' || !isLive(token, now)) return null;
  const { id, nodeType, usesMax, uses } = token;
  return usesMax === null || uses < usesMax ? { tokenId: id, nodeType } : null;
}

/** `createdBy` of the browser sessions that were opened with a token. No other session has it. */
export function openedWith(tokenId: string): string {
  return `token ${tokenId}`;
}

/** The browser sessions that were opened with a token and go on: they end with it. */
export function sessionsOpenedWith(
  tokenId: string,
  tokens: Iterable<StoredToken>,
  now: number,
): readonly StoredToken[] {
  const createdBy = openedWith(tokenId);
  return [...tokens].filter((each) => each.kind === 'session' && each.createdBy === createdBy && isLive(each, now));
}

/** A note for the history that this token was made or revoked. */
export function noteOfToken(kind: 'TokenCreated' | 'TokenRevoked', token: StoredToken, actor: Actor, at: number): Note {
  const { id, kind: tokenKind, name, role, selector, nodeType, usesMax, expiresAt } = token;
  return note({ kind, token: { id, kind: tokenKind, name, role, selector, nodeType, usesMax, expiresAt } }, actor, at);
}

/** @param nodeId The node that it is about, as somebody named it; empty, or no id that a node can have: none. */
export function note(event: AccessEvent, actor: Actor, at: number, nodeId = ''): Note {
  // PostgreSQL keeps no NUL in a column; a note that cannot be kept would stand in the way of everything after it.
  const name = actor.name.replaceAll(/\p{Cc}|\p{Surrogate}/gu, '');
  const stored: NewEvent = { kind: event.kind, at, body: { ...event, actor }, actor: name };
  return { nodeId: whyNotANodeId(nodeId) === null ? nodeId : '', event: stored };
}
