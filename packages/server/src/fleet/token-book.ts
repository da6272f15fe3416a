/** Every token in memory, found by its hash in the same time whatever their number. */
import type { StoredToken, TokenUse } from '../store/store.ts';

/** Characters of a hash (hexadecimal) by which tokens are found: what the time of finding one tells of a hash is no more than these. */
const INDEX_LENGTH = 8;

/** What a decision needs to know of tokens. */
export interface KnownTokens {
  readonly get: (id: string) => StoredToken | undefined;
  /** In no particular order. */
  readonly all: () => Iterable<StoredToken>;
}

/** The tokens as they are once these are made or changed. @param changed By id; it may still grow. */
export function tokensAfter(before: KnownTokens, changed: ReadonlyMap<string, StoredToken>): KnownTokens {
  return {
    get: (id) => changed.get(id) ?? before.get(id),
    *all() {
      for (const token of before.all()) if (!changed.has(token.id)) yield token;
      yield* changed.values();
    },
  };
}

export class TokenBook implements KnownTokens {
  readonly #byId = new Map<string, StoredToken>();
  readonly #byIndex = new Map<string, readonly StoredToken[]>();
  readonly #used = new Map<string, number>();
  readonly #listeners = new Set<(token: StoredToken) => void>();

  get(id: string): StoredToken | undefined {
    return this.#byId.get(id);
  }

  /** In no particular order. */
  all(): Iterable<StoredToken> {
    return this.#byId.values();
  }

  /** Those whose hash may be this one; each is to be compared wholly, in constant time. */
  candidates(hash: string): readonly StoredToken[] {
    return this.#byIndex.get(hash.slice(0, INDEX_LENGTH)) ?? [];
  }

  /** Takes over what was committed, and tells who listens. */
  put(given: StoredToken): void {
    const before = this.#byId.get(given.id);
    // A change was decided on the token as it was; it may have been used since.
    const token = before === undefined ? given : { ...given, lastUsedAt: before.lastUsedAt };
    if (before !== undefined) this.#leaveOut(before);
    this.#byId.set(token.id, token);
    const index = token.hash.slice(0, INDEX_LENGTH);
    this.#byIndex.set(index, [...(this.#byIndex.get(index) ?? []), token]);
    for (const listener of this.#listeners) listener(token);
  }

  /** When it was last used; memory only. */
  used(id: string, at: number): void {
    const token = this.#byId.get(id);
    if (token === undefined) return;
    this.#used.set(id, at);
    this.#replace({ ...token, lastUsedAt: at });
  }

  /** It was used at another server, which has noted it. */
  usedElsewhere({ tokenId, lastUsedAt }: TokenUse): void {
    const token = this.#byId.get(tokenId);
    if (token !== undefined && (token.lastUsedAt === null || token.lastUsedAt < lastUsedAt))
      this.#replace({ ...token, lastUsedAt });
  }

  /** What was used since the last time that this was asked. */
  takeUses(): readonly TokenUse[] {
    const uses = [...this.#used].map(([tokenId, lastUsedAt]) => ({ tokenId, lastUsedAt }));
    this.#used.clear();
    return uses;
  }

  /** It was of no use for long, and is kept no more. */
  remove(id: string): void {
    const token = this.#byId.get(id);
    if (token === undefined) return;
    this.#leaveOut(token);
    this.#byId.delete(id);
  }

  /** Calls with each token that was made or changed. @returns What ends it. */
  subscribe(listener: (token: StoredToken) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** By one with the same hash. */
  #replace(token: StoredToken): void {
    const index = token.hash.slice(0, INDEX_LENGTH);
    this.#byId.set(token.id, token);
    this.#byIndex.set(
      index,
      (this.#byIndex.get(index) ?? []).map((each) => (each.id === token.id ? token : each)),
    );
  }

  #leaveOut(token: StoredToken): void {
    const index = token.hash.slice(0, INDEX_LENGTH);
    const others = (this.#byIndex.get(index) ?? []).filter(({ id }) => id !== token.id);
    if (others.length === 0) this.#byIndex.delete(index);
    else this.#byIndex.set(index, others);
  }
}
