/** Codes that stand for something until they are shown, once, within their time, to any server of the store: kept there, and only as hashes. */
import { randomBytes } from 'node:crypto';
import type { Static, TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import type { LoginStore, StoredCode } from '../store/login-store.ts';
import { hashOf } from './secret.ts';

/** Codes of one purpose at a time: more people than log in at once. Those that expire first give way. */
const CODES_MAX = 500;
const CODE_BYTES = 32;

/** Where codes are kept. */
export type CodeStore = Pick<LoginStore, 'keepCode' | 'code' | 'takeCode'>;

export interface OneTimeCodesOptions<S extends TSchema> {
  /** Of what a code stands for. */
  readonly schema: S;
  /** What it is for: a code that was made for one purpose is none for another. */
  readonly purpose: string;
  /** Milliseconds for which a code works. */
  readonly lifetimeMs: number;
  readonly store: CodeStore;
  readonly now: () => number;
}

/** Every verb throws a `StoreUnavailableError` when the store cannot be used now. */
export class OneTimeCodes<S extends TSchema> {
  readonly #check: (value: unknown) => value is Static<S>;
  readonly #options: OneTimeCodesOptions<S>;

  constructor(options: OneTimeCodesOptions<S>) {
    const compiled = Compile(options.schema);
    this.#check = (value): value is Static<S> => compiled.Check(value);
    this.#options = options;
  }

  /** Works at every server when it resolves. */
  async issue(value: Static<S>): Promise<string> {
    const { purpose, lifetimeMs, store, now } = this.#options;
    const code = randomBytes(CODE_BYTES).toString('base64url');
    const kept = { hash: hashOf(code), purpose, value: JSON.stringify(value), expiresAt: now() + lifetimeMs };
    await store.keepCode(kept, CODES_MAX);
    return code;
  }

  /** What it stands for; it goes on working. `null`: no such code, or used before, or too old. */
  async look(code: string): Promise<Static<S> | null> {
    const { purpose, store } = this.#options;
    return this.#valueOf(await store.code(purpose, hashOf(code)));
  }

  /** The same, and it is used up in any case: of all that redeem it, at whichever servers, one gets what it stands for. */
  async redeem(code: string): Promise<Static<S> | null> {
    const { purpose, store } = this.#options;
    return this.#valueOf(await store.takeCode(purpose, hashOf(code)));
  }

  #valueOf(kept: StoredCode | null): Static<S> | null {
    if (kept === null || kept.expiresAt <= this.#options.now()) return null;
    const value: unknown = JSON.parse(kept.value);
    // Of another version of the server, which keeps something else for it.
    return this.#check(value) ? value : null;
  }
}
