/** Acts that wait for each other: one at a time, in the order in which they came. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  /** Resolves with what the act does, when it has had its turn. */
  async take<T>(act: () => Promise<T>): Promise<T> {
    const before = this.#last;
    const mine = (async () => {
      await before;
      return act();
    })();
    // The next one waits for this one, however it ends; its own caller hears of a failure.
    this.#last = mine.catch(() => null);
    return mine;
  }

  /** Resolves when all that came before has had its turn. */
  async settled(): Promise<void> {
    await this.#last;
  }
}
