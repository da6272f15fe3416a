/** What servers that share a store share about logins: codes that wait to be used once, a secret for keys, and when tokens were last used. */

/** Something that stands for a value until it is used, at whichever server. */
export interface StoredCode {
  /** SHA-256 of the code, in hexadecimal: who reads the store cannot use it. */
  readonly hash: string;
  /** What it is for; it is found for nothing else. */
  readonly purpose: string;
  /** What it stands for, as a text without NUL. */
  readonly value: string;
  /** Epoch milliseconds. Whoever takes it out looks whether its time is over. */
  readonly expiresAt: number;
}

/** When a token was last used. */
export interface TokenUse {
  readonly tokenId: string;
  /** Epoch milliseconds. */
  readonly lastUsedAt: number;
}

/** Every verb throws a `StoreUnavailableError` when the store cannot be reached or used now. */
export interface LoginStore {
  /** Keeps a code. @param keptMax Of its purpose no more than these stay; those that expire first give way. */
  keepCode(code: StoredCode, keptMax: number): Promise<void>;

  /** A code that stays; `null`: there is none of this purpose. */
  code(purpose: string, hash: string): Promise<StoredCode | null>;

  /** Takes a code out, for one who asks and nobody else, however many ask at once. `null`: there is none of this purpose. */
  takeCode(purpose: string, hash: string): Promise<StoredCode | null>;

  /** Removes codes whose time was over before this instant (epoch milliseconds). */
  pruneCodes(before: number): Promise<void>;

  /** The secret of this name, the same for every server of the store. @param made Becomes it when there is none yet. */
  sharedSecret(name: string, made: string): Promise<string>;

  /** The tokens that were noted to be used at this instant (epoch milliseconds) or after it, in no particular order. */
  usesSince(since: number): Promise<readonly TokenUse[]>;
}
