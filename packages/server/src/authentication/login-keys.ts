/** The keys that logins are sealed with: derived from one secret of the store, so that every server has them, and after every start. */
import { hkdfSync, randomBytes } from 'node:crypto';
import type { LoginStore } from '../store/login-store.ts';

const SECRET_NAME = 'logins';
const SECRET_BYTES = 32;
const KEY_BYTES = 32;
/** Tells these keys from whatever else may ever be derived from a secret of ours. */
const LABEL = 'sluice login key: ';

export class LoginKeys {
  readonly #secret: Buffer;

  private constructor(secret: Buffer) {
    this.#secret = secret;
  }

  /** Makes the secret if the store has none yet. It is nowhere else, and shown to nobody. */
  static async open(store: Pick<LoginStore, 'sharedSecret'>): Promise<LoginKeys> {
    const secret = await store.sharedSecret(SECRET_NAME, randomBytes(SECRET_BYTES).toString('base64url'));
    return new LoginKeys(Buffer.from(secret, 'base64url'));
  }

  /** 256 bits, by HKDF (RFC 5869) with SHA-256; who has the key of one purpose knows nothing of that of another. */
  keyFor(purpose: string): Buffer {
    return Buffer.from(hkdfSync('sha256', this.#secret, Buffer.alloc(0), `${LABEL}${purpose}`, KEY_BYTES));
  }
}
