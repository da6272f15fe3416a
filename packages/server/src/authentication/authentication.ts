/** Who is it? Tokens of people and programs, and the tokens that let agents join. */
import type { Store, StoredToken } from '../store/store.ts';
import { hashOf, isSameHash, newSecret } from './secret.ts';

export type Role = 'viewer' | 'operator' | 'admin';

/** Who asks, as far as authorisation and history need to know. */
export interface Principal {
  /** The token's name; it stands in the history as the one who did it. */
  readonly name: string;
  readonly role: Role;
}

export interface AuthenticationOptions {
  readonly store: Store;
  /** Replaces the stored admin token; `null`: the stored one, or a new one at the first start. */
  readonly adminToken: string | null;
  readonly joinToken: string | null;
  /** Everybody on this machine is admin, every agent may join: only ever on loopback. */
  readonly isOpen: boolean;
  readonly now: () => number;
}

const ANYBODY: Principal = { name: 'anybody', role: 'admin' };

export class Authentication {
  readonly #tokens: readonly StoredToken[];
  readonly #isOpen: boolean;
  readonly #now: () => number;
  /** Secrets that were made at this start, to be shown once; `null`: known from before. */
  readonly newAdminToken: string | null;
  readonly newJoinToken: string | null;

  private constructor(
    tokens: readonly StoredToken[],
    isOpen: boolean,
    now: () => number,
    made: { readonly admin: string | null; readonly join: string | null },
  ) {
    this.#tokens = tokens;
    this.#isOpen = isOpen;
    this.#now = now;
    this.newAdminToken = made.admin;
    this.newJoinToken = made.join;
  }

  static async open({ store, adminToken, joinToken, isOpen, now }: AuthenticationOptions): Promise<Authentication> {
    const stored = await store.tokens();
    const admin = await ensure(store, stored, { id: 'admin', kind: 'api', role: 'admin' }, adminToken, now());
    const join = await ensure(store, stored, { id: 'join', kind: 'join', role: null }, joinToken, now());
    return new Authentication(await store.tokens(), isOpen, now, { admin, join });
  }

  /**
   * @param header The `Authorization` header: `Bearer TOKEN`, or the bare token as go-zero's clients send it.
   * @returns `null`: nobody that is known.
   */
  principalOf(header: string | undefined): Principal | null {
    if (this.#isOpen) return ANYBODY;
    const token = this.#find(header, 'api');
    return token === undefined || token.role === null ? null : { name: token.name, role: token.role };
  }

  mayJoin(header: string | undefined): boolean {
    return this.#isOpen || this.#find(header, 'join') !== undefined;
  }

  #find(header: string | undefined, kind: StoredToken['kind']): StoredToken | undefined {
    const secret = header?.replace(/^bearer\s+/iu, '').trim();
    if (secret === undefined || secret === '') return undefined;
    const hash = hashOf(secret);
    const now = this.#now();
    let found: StoredToken | undefined;
    // Every token is compared, so that the time tells nothing of which one it was.
    for (const token of this.#tokens) {
      const isValid =
        token.kind === kind && token.revokedAt === null && (token.expiresAt === null || token.expiresAt > now);
      if (isSameHash(hash, token.hash) && isValid) found = token;
    }
    return found;
  }
}

/** @returns The secret, if it was made now. */
async function ensure(
  store: Store,
  stored: readonly StoredToken[],
  wanted: Pick<StoredToken, 'id' | 'kind' | 'role'>,
  configured: string | null,
  now: number,
): Promise<string | null> {
  const existing = stored.find(({ id }) => id === wanted.id);
  if (configured === null && existing !== undefined) return null;
  const secret = configured ?? newSecret();
  const hash = hashOf(secret);
  if (existing?.hash !== hash) {
    await store.putToken({ ...wanted, name: wanted.id, hash, createdAt: now, expiresAt: null, revokedAt: null });
  }
  return configured === null ? secret : null;
}
