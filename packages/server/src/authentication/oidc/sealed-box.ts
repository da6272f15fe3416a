/** Seals small values for a cookie: nobody reads or changes them on the way, and each opens only for a while. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Static, TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import type { LoginKeys } from '../login-keys.ts';

const ALGORITHM = 'aes-256-gcm';
/** Bytes of a GCM nonce (NIST SP 800-38D); random, since all servers together seal far fewer than 2^32 values with a key. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** Characters of a sealed value that is opened at all: browsers keep 4096 bytes of a cookie. */
const SEALED_LENGTH_MAX = 4096;

export interface SealedBoxOptions<S extends TSchema> {
  readonly schema: S;
  /** What it is for: a value that was sealed for one purpose does not open for another. */
  readonly purpose: string;
  readonly keys: LoginKeys;
  /** Milliseconds for which a value opens. */
  readonly lifetimeMs: number;
  readonly now: () => number;
}

export class SealedBox<S extends TSchema> {
  readonly #check: (value: unknown) => value is Static<S>;
  readonly #options: SealedBoxOptions<S>;
  /** Of the servers of this store alone: no secret that others know, such as that of the client at the provider, opens or seals anything here. */
  readonly #key: Buffer;

  constructor(options: SealedBoxOptions<S>) {
    const compiled = Compile(options.schema);
    this.#check = (value): value is Static<S> => compiled.Check(value);
    this.#options = options;
    this.#key = options.keys.keyFor(options.purpose);
  }

  seal(value: Static<S>): string {
    const { now, lifetimeMs, purpose } = this.#options;
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(ALGORITHM, this.#key, nonce, { authTagLength: TAG_BYTES });
    cipher.setAAD(Buffer.from(purpose));
    const text = JSON.stringify({ expiresAt: now() + lifetimeMs, value });
    const sealed = Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    return sealed.toString('base64url');
  }

  /** @returns `null`: it was not sealed here, or so, or its time is over. */
  open(sealed: string): Static<S> | null {
    const { now, purpose } = this.#options;
    if (sealed.length > SEALED_LENGTH_MAX) return null;
    const bytes = Buffer.from(sealed, 'base64url');
    if (bytes.length < NONCE_BYTES + TAG_BYTES) return null;
    const decipher = createDecipheriv(ALGORITHM, this.#key, bytes.subarray(0, NONCE_BYTES), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(Buffer.from(purpose));
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
    let opened: unknown;
    try {
      const text = Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
      opened = JSON.parse(text.toString('utf8'));
    } catch {
      // Forged, damaged, or sealed with another key: all the same to who sent it.
      return null;
    }
    if (typeof opened !== 'object' || opened === null || !('expiresAt' in opened) || !('value' in opened)) return null;
    const { expiresAt, value } = opened;
    return typeof expiresAt === 'number' && expiresAt > now() && this.#check(value) ? value : null;
  }
}
