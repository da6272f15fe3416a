/** Every token in memory, found by its hash in the same time whatever their number. */
import type { StoredToken } from '../store/store.ts';

/** Characters of a hash (hexadecimal) by which tokens are found: what the time of finding one tells of a hash is no more than these. */
const INDEX_LENGTH = 8;

export class TokenBook {
  readonly #byId = new Map<string, StoredToken>();
  readonly #byIndex = new Map<string, readonly StoredToken[]>();
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
  put(token: StoredToken): void {
    const before = this.#byId.get(token.id);
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
    const index = token.hash.slice(0, INDEX_LENGTH);
    const later = { ...token, lastUsedAt: at };
    this.#byId.set(id, later);
    this.#byIndex.set(
      index,
      (this.#byIndex.get(index) ?? []).map((each) => (each.id === id ? later : each)),
    );
  }

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

  #leaveOut(token: StoredToken): void {
    const index = token.hash.slice(0, INDEX_LENGTH);
    const others = (this.#byIndex.get(index) ?? []).filter(({ id }) => id !== token.id);
    if (others.length === 0) this.#byIndex.delete(index);
    else this.#byIndex.set(index, others);
  }
}
