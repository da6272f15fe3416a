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
  readonly #store: Store;
  readonly #tokens: readonly StoredToken[];
  /** Those that the store does not have yet. */
  readonly #unkept: readonly StoredToken[];
  readonly #isOpen: boolean;
  readonly #now: () => number;
  /** Secrets that were made at this start, to be shown once; `null`: known from before, or given. */
  readonly newAdminToken: string | null;
  readonly newJoinToken: string | null;

  private constructor({ store, isOpen, now }: AuthenticationOptions, tokens: readonly StoredToken[], ensured: Ensured) {
    this.#store = store;
    this.#unkept = ensured.unkept;
    const replaced = new Set(this.#unkept.map(({ id }) => id));
    this.#tokens = [...tokens.filter(({ id }) => !replaced.has(id)), ...this.#unkept];
    this.#isOpen = isOpen;
    this.#now = now;
    this.newAdminToken = ensured.admin;
    this.newJoinToken = ensured.join;
  }

  static async open(options: AuthenticationOptions): Promise<Authentication> {
    const tokens = await options.store.tokens();
    const now = options.now();
    const admin = ensure(tokens, { id: 'admin', kind: 'api', role: 'admin' }, options.adminToken, now);
    const join = ensure(tokens, { id: 'join', kind: 'join', role: null }, options.joinToken, now);
    const unkept = [admin.token, join.token].filter((token) => token !== null);
    return new Authentication(options, tokens, { unkept, admin: admin.secret, join: join.secret });
  }

  /** Keeps what is new, when it is sure that it will be shown: a secret that nobody has seen would lock everybody out. */
  async keepNewTokens(): Promise<void> {
    for (const token of this.#unkept) await this.#store.putToken(token);
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

interface Ensured {
  readonly unkept: readonly StoredToken[];
  readonly admin: string | null;
  readonly join: string | null;
}

/** @returns The token, if the store does not have it, and its secret, if it was made now. */
function ensure(
  stored: readonly StoredToken[],
  wanted: Pick<StoredToken, 'id' | 'kind' | 'role'>,
  configured: string | null,
  now: number,
): { readonly token: StoredToken | null; readonly secret: string | null } {
  const existing = stored.find(({ id }) => id === wanted.id);
  if (configured === null && existing !== undefined) return { token: null, secret: null };
  const secret = configured ?? newSecret();
  const hash = hashOf(secret);
  const token = { ...wanted, name: wanted.id, hash, createdAt: now, expiresAt: null, revokedAt: null };
  return { token: existing?.hash === hash ? null : token, secret: configured === null ? secret : null };
}
