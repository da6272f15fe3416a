/** What one session has under way: messages that wait for their turn, and what is being recorded of those before them. */

export class Recordings {
  /** Messages are taken one after the other: the order in which the agent said them is part of what it said. */
  #turn: Promise<void> = Promise.resolve();
  #waiting = 0;
  readonly #failed: (error: unknown) => void;

  constructor(failed: (error: unknown) => void) {
    this.#failed = failed;
  }

  /** How many are under way. */
  get size(): number {
    return this.#waiting;
  }

  /** Begins it once what came before has had its turn. */
  inTurn(take: () => Promise<void> | undefined): void {
    this.#turn = this.begin(this.#turn.then(take));
  }

  /** @returns When it is over, however it ended. */
  begin(recording: Promise<unknown>): Promise<void> {
    this.#waiting += 1;
    return recording
      .then(() => undefined)
      .catch((error: unknown) => this.#failed(error))
      .finally(() => {
        this.#waiting -= 1;
      });
  }

  /** Everything that was said has had its turn. */
  taken(): Promise<void> {
    return this.#turn;
  }
}
