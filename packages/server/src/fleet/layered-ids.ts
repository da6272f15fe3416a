/** A set of ids over another that stays as it is: changes cost what they are, not what the set below has. */

/** What a set of ids is asked; a `Set` is one. */
export interface IdSet extends Iterable<string> {
  readonly size: number;
  readonly has: (id: string) => boolean;
  readonly add: (id: string) => unknown;
  readonly delete: (id: string) => unknown;
}

export class LayeredIds implements IdSet {
  readonly #below: IdSet;
  readonly #added = new Set<string>();
  readonly #removed = new Set<string>();

  constructor(below: IdSet) {
    this.#below = below;
  }

  get size(): number {
    return this.#below.size + this.#added.size - this.#removed.size;
  }

  has(id: string): boolean {
    return this.#added.has(id) || (this.#below.has(id) && !this.#removed.has(id));
  }

  add(id: string): void {
    if (this.#below.has(id)) this.#removed.delete(id);
    else this.#added.add(id);
  }

  delete(id: string): void {
    if (this.#below.has(id)) this.#removed.add(id);
    else this.#added.delete(id);
  }

  *[Symbol.iterator](): Iterator<string> {
    for (const id of this.#below) if (!this.#removed.has(id)) yield id;
    yield* this.#added;
  }
}
