/** Who is it? Finds the token that a request came with, among those that the fleet keeps. */
import type { Fleet } from '../fleet/fleet.ts';
import type { KnownTokens } from '../fleet/token-book.ts';
import type { StoredToken } from '../store/store.ts';
import { ANYBODY, type Principal, principalOf } from './principal.ts';
import { hashOf, isSameHash, newSecret } from './secret.ts';
import { SharedLook } from './shared-look.ts';
import { isLive, noteOfToken, sessionsOpenedWith, tokenOf, whyEnded } from '../fleet/token.ts';
import { SERVER } from '../fleet/server-actor.ts';

/** Milliseconds between two notes of the same token's use in memory: finer than anybody asks, coarser than every request. */
const USE_NOTED_EVERY_MS = 1000;
/** Ids of the tokens that the configuration gives. */
const ADMIN_TOKEN_ID = 'admin';
const JOIN_TOKEN_ID = 'join';

export interface AuthenticationOptions {
  readonly fleet: Fleet;
  /** Replaces the stored admin token; `null`: the stored one, or a new one at the first start. */
  readonly adminToken: string | null;
  /** A join token for automation, that does not run out; `null`: agents join with tokens that somebody made for them. */
  readonly joinToken: string | null;
  /** Everybody on this machine is admin, every agent may join: only ever on loopback. */
  readonly isOpen: boolean;
  /**
   * Brings memory up to date with what other servers of the store have committed; rejects with a `StoreUnavailableError` when it
   * cannot be asked. Absent: this server is the only one, and knows all.
   */
  readonly catchUp?: (() => Promise<void>) | undefined;
}

export class Authentication {
  readonly #fleet: Fleet;
  /** Those that the store does not have yet; they open everything already. */
  #unkept: readonly StoredToken[];
  /** Sessions that it does not know yet to be over. */
  #ended: readonly StoredToken[];
  readonly isOpen: boolean;
  readonly #look: SharedLook | null;
  #newAdminToken: string | null;
  /** Ids of tokens that the configuration gives and that somebody has revoked: they open nothing. */
  readonly revokedIds: readonly string[];

  constructor({ fleet, isOpen, adminToken, joinToken, catchUp }: AuthenticationOptions) {
    this.#fleet = fleet;
    this.#look = catchUp === undefined ? null : new SharedLook(catchUp);
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
    this.#newAdminToken = admin.secret;
    const given = [adminToken === null ? [] : ADMIN_TOKEN_ID, joinToken === null ? [] : JOIN_TOKEN_ID].flat();
    for (const token of [...this.#unkept, ...this.#ended]) fleet.tokens.put(token);
    this.revokedIds = given.filter((id) => fleet.tokens.get(id)?.revokedAt != null);
  }

  /** Made at this start, to be shown once; `null`: known from before, or given, or another server of the store was first. */
  get newAdminToken(): string | null {
    return this.#newAdminToken;
  }

  /**
   * Keeps what is new, when it is sure that it will be shown: a secret that nobody has seen would lock everybody out. Of servers
   * that start together on a new store one makes the admin token, and the others know it.
   * @throws Error when the store cannot be written: the server must not serve with tokens that it will not know again.
   */
  async keepNewTokens(): Promise<void> {
    const [made, ended] = [this.#unkept, this.#ended];
    if (made.length === 0) return;
    let isAdminOurs = true;
    const kept = await this.#fleet.access((tokens, now) => {
      const ours = made.filter((token) => !this.#isKeptByOthers(token, tokens.get(token.id)));
      isAdminOurs = ours.some(({ id }) => id === ADMIN_TOKEN_ID);
      const over = isAdminOurs ? allEnded(ended, tokens, now) : [];
      return {
        ok: true,
        value: {
          tokens: [...ours, ...over],
          notes: [
            ...ours.map((token) => noteOfToken('TokenCreated', token, SERVER, now)),
            ...over.map((token) => noteOfToken('TokenRevoked', token, SERVER, now)),
          ],
        },
      };
    });
    if (!kept.ok) throw new Error(`The tokens of this server cannot be kept: ${kept.problem.detail}`);
    if (!isAdminOurs) this.#newAdminToken = null;
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

  /** Whether no other server makes tokens in this store. */
  get isAlone(): boolean {
    return this.#look === null;
  }

  /** Whether nothing more is to be learned of a secret by `lookFor`. */
  knows(secret: string): boolean {
    return this.#look === null || this.isOpen || secret === '' || this.#withHash(hashOf(secret)) !== undefined;
  }

  /**
   * Resolves when this server knows what the secret opens, also when another one made it a moment ago: whoever was given it may
   * come here next. Rejects with a `StoreUnavailableError` when nobody can say.
   */
  async lookFor(secret: string): Promise<void> {
    if (!this.knows(secret)) await this.#look?.take();
  }

  /** The token with this secret's hash, whether or not it has ended; `null`: it has another secret now, or there is none. */
  async tokenWith(id: string, hash: string): Promise<StoredToken | null> {
    const isIt = () => this.#fleet.tokens.get(id)?.hash === hash;
    if (!isIt()) await this.#look?.take();
    return isIt() ? (this.#fleet.tokens.get(id) ?? null) : null;
  }

  /** Whether the token that somebody came with still opens what it did, at this moment. */
  isStillLive(tokenId: string): boolean {
    return this.isOpen || whyEnded({ tokenId }, this.#fleet.tokens, this.#fleet.now()) === null;
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

  #withHash(hash: string): StoredToken | undefined {
    return this.#fleet.tokens.candidates(hash).find((token) => isSameHash(hash, token.hash));
  }

  /**
   * @param token What this start made.
   * @param known What there is now: what this start made, or what another server has committed since.
   */
  #isKeptByOthers(token: StoredToken, known: StoredToken | undefined): boolean {
    if (known === undefined || (known.hash === token.hash && known.createdAt === token.createdAt)) return false;
    // A secret of the configuration replaces whatever there is; one that was just made is given up, since nobody has seen it.
    return known.hash === token.hash || (token.id === ADMIN_TOKEN_ID && this.#newAdminToken !== null);
  }
}

/** With the sessions that another server has opened since, with the secret that the admin token had before. */
function allEnded(ended: readonly StoredToken[], tokens: KnownTokens, now: number): readonly StoredToken[] {
  const live = sessionsOpenedWith(ADMIN_TOKEN_ID, tokens.all(), now);
  const more = live.filter(({ id }) => ended.every((known) => known.id !== id));
  return [...ended, ...more.map((session) => ({ ...session, revokedAt: now }))];
}

/** The secret that an `Authorization` header came with; empty: none. */
export function secretIn(header: string | undefined): string {
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
