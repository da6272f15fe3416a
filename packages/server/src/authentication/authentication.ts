/** Who is it? Finds the token that a request came with, among those that the fleet keeps. */
import type { Actor } from '@sluice/contract';
import type { Fleet } from '../fleet/fleet.ts';
import type { StoredToken } from '../store/store.ts';
import { ANYBODY, type Principal, principalOf } from './principal.ts';
import { hashOf, isSameHash, newSecret } from './secret.ts';
import { isLive, noteOfToken, sessionsOpenedWith, tokenOf } from '../fleet/token.ts';

/** Milliseconds between two notes of the same token's use in memory: finer than anybody asks, coarser than every request. */
const USE_NOTED_EVERY_MS = 1000;
/** Ids of the tokens that the configuration gives. */
const ADMIN_TOKEN_ID = 'admin';
const JOIN_TOKEN_ID = 'join';

const SERVER: Actor = { name: 'server', address: null };

export interface AuthenticationOptions {
  readonly fleet: Fleet;
  /** Replaces the stored admin token; `null`: the stored one, or a new one at the first start. */
  readonly adminToken: string | null;
  /** A join token for automation, that does not run out; `null`: agents join with tokens that somebody made for them. */
  readonly joinToken: string | null;
  /** Everybody on this machine is admin, every agent may join: only ever on loopback. */
  readonly isOpen: boolean;
}

export class Authentication {
  readonly #fleet: Fleet;
  /** Those that the store does not have yet; they open everything already. */
  #unkept: readonly StoredToken[];
  /** Sessions that it does not know yet to be over. */
  #ended: readonly StoredToken[];
  readonly isOpen: boolean;
  /** Made at this start, to be shown once; `null`: known from before, or given. */
  readonly newAdminToken: string | null;
  /** Ids of tokens that the configuration gives and that somebody has revoked: they open nothing. */
  readonly revokedIds: readonly string[];

  constructor({ fleet, isOpen, adminToken, joinToken }: AuthenticationOptions) {
    this.#fleet = fleet;
    this.isOpen = isOpen;
    const now = fleet.now();
    const admin = ensure(fleet.tokens.get(ADMIN_TOKEN_ID), { id: ADMIN_TOKEN_ID, kind: 'api' }, adminToken, now);
    const join =
      joinToken === null
        ? null
        : ensure(fleet.tokens.get(JOIN_TOKEN_ID), { id: JOIN_TOKEN_ID, kind: 'join' }, joinToken, now).token;
    this.#unkept = [admin.token, join].filter((token) => token !== null);
    // Who logged in with the secret that the admin token had before is out.
    this.#ended =
      admin.token === null
        ? []
        : sessionsOpenedWith(ADMIN_TOKEN_ID, fleet.tokens.all(), now).map((each) => ({ ...each, revokedAt: now }));
    this.newAdminToken = admin.secret;
    const given = [adminToken === null ? [] : ADMIN_TOKEN_ID, joinToken === null ? [] : JOIN_TOKEN_ID].flat();
    for (const token of [...this.#unkept, ...this.#ended]) fleet.tokens.put(token);
    this.revokedIds = given.filter((id) => fleet.tokens.get(id)?.revokedAt != null);
  }

  /**
   * Keeps what is new, when it is sure that it will be shown: a secret that nobody has seen would lock everybody out.
   * @throws Error when the store cannot be written: the server must not serve with tokens that it will not know again.
   */
  async keepNewTokens(): Promise<void> {
    const [made, ended] = [this.#unkept, this.#ended];
    if (made.length === 0) return;
    const kept = await this.#fleet.access((_tokenOf, now) => ({
      ok: true,
      value: {
        tokens: [...made, ...ended],
        notes: [
          ...made.map((token) => noteOfToken('TokenCreated', token, SERVER, now)),
          ...ended.map((token) => noteOfToken('TokenRevoked', token, SERVER, now)),
        ],
      },
    }));
    if (!kept.ok) throw new Error(`The tokens of this server cannot be kept: ${kept.problem.detail}`);
    this.#unkept = [];
    this.#ended = [];
  }

  /**
   * @param header The `Authorization` header: `Bearer TOKEN`, or the bare token as go-zero's clients send it.
   * @returns `null`: nobody that is known.
   */
  principalOf(header: string | undefined): Principal | null {
    return this.isOpen ? ANYBODY : this.#principal(secretIn(header), 'api');
  }

  /** The person whose browser sent this session's secret. */
  principalOfSession(secret: string): Principal | null {
    return this.#principal(secret, 'session');
  }

  /** The API token that a person has shown; `null`: it opens nothing. */
  apiTokenOf(secret: string): StoredToken | null {
    return this.#live(secret, 'api');
  }

  /** The join token that an agent's upgrade came with; `null`: none that still opens anything. */
  joinTokenOf(header: string | undefined): StoredToken | null {
    return this.#live(secretIn(header), 'join');
  }

  /** Whether the token that somebody came with still opens what it did, at this moment. */
  isStillLive(tokenId: string): boolean {
    const token = this.#fleet.tokens.get(tokenId);
    return this.isOpen || (token !== undefined && isLive(token, this.#fleet.now()));
  }

  /** Calls when the token opens nothing any more, at once. @returns What ends the listening. */
  onEnd(tokenId: string, ended: () => void): () => void {
    return this.#fleet.tokens.subscribe((token) => {
      if (token.id === tokenId && !isLive(token, this.#fleet.now())) ended();
    });
  }

  #principal(secret: string, kind: StoredToken['kind']): Principal | null {
    const token = this.#live(secret, kind);
    if (token === null) return null;
    const now = this.#fleet.now();
    if (token.lastUsedAt === null || now - token.lastUsedAt >= USE_NOTED_EVERY_MS)
      this.#fleet.tokens.used(token.id, now);
    return principalOf(token);
  }

  #live(secret: string, kind: StoredToken['kind']): StoredToken | null {
    if (secret === '') return null;
    const hash = hashOf(secret);
    const now = this.#fleet.now();
    let found: StoredToken | null = null;
    for (const token of this.#fleet.tokens.candidates(hash))
      if (isSameHash(hash, token.hash) && token.kind === kind && isLive(token, now)) found = token;
    return found;
  }
}

function secretIn(header: string | undefined): string {
  return header?.replace(/^bearer\s+/iu, '').trim() ?? '';
}

/** @returns The token, if the store does not have it so, and its secret, if it was made now. */
function ensure(
  existing: StoredToken | undefined,
  { id, kind }: Pick<StoredToken, 'id' | 'kind'>,
  configured: string | null,
  now: number,
): { readonly token: StoredToken | null; readonly secret: string | null } {
  if (configured === null && existing !== undefined) return { token: null, secret: null };
  const secret = configured ?? newSecret();
  const hash = hashOf(secret);
  const token = tokenOf({ id, kind, name: id, hash, role: kind === 'api' ? 'admin' : null, createdAt: now });
  // One that somebody revoked stays so, however often the server starts with it: it is another secret that opens again.
  const isKept = existing !== undefined && existing.hash === hash;
  return { token: isKept ? null : token, secret: configured === null ? secret : null };
}
