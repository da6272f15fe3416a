/** How many servers HAProxy itself has out of rotation at once, looked at again and again while something goes on. */
import type { HaproxyUnderTest } from './haproxy.ts';

/** Milliseconds between two looks: less than any server is out. */
const EVERY_MS = 50;

export class OutOfRotation {
  readonly #timer: NodeJS.Timeout;
  #most = 0;
  #looks = 0;
  /** One look at a time. */
  #looking: Promise<void> | null = null;
  #problem: unknown = null;

  private constructor(haproxy: HaproxyUnderTest) {
    this.#timer = setInterval(() => {
      this.#looking ??= this.#look(haproxy);
    }, EVERY_MS);
  }

  static watch(haproxy: HaproxyUnderTest): OutOfRotation {
    return new OutOfRotation(haproxy);
  }

  /** The most that were out in any look. */
  get most(): number {
    return this.#most;
  }

  get looks(): number {
    return this.#looks;
  }

  /** @throws Why it could not look. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking;
    if (this.#problem !== null) throw new Error('HAProxy could not be asked meanwhile', { cause: this.#problem });
  }

  async #look(haproxy: HaproxyUnderTest): Promise<void> {
    try {
      const out = await haproxy.outOfRotation();
      this.#most = Math.max(this.#most, out.length);
      this.#looks += 1;
    } catch (error) {
      this.#problem = error;
    } finally {
      this.#looking = null;
    }
  }
}
