/** What a client is told once, at its making. */
import type { SeenRevision } from './seen-revision.ts';

export interface ClientOptions {
  /** Where the server is, such as `https://sluice.example:7070`; it may have a path. */
  readonly url: string;
  /** Absent: no `Authorization` is sent. */
  readonly token?: string;
  /** Milliseconds that a call may take, default 30,000. */
  readonly timeoutMs?: number;
  /** Ends every call of this client early. */
  readonly signal?: AbortSignal;
  /**
   * Makes the `Idempotency-Key` of each POST that is not given one; absent: random ones. With a key a POST whose connection
   * broke is tried again, a bounded number of times, and nothing is done twice. `null`: no keys, and no POST is repeated.
   */
  readonly newIdempotencyKey?: (() => string) | null;
  /** The greatest `Sluice-Revision` of answers that others got: no answer shows less. What the client itself gets it remembers. */
  readonly minRevision?: number;
  /** The fetch to use instead of the global one. */
  readonly fetch?: typeof globalThis.fetch;
}

/** What all calls of one client have in common. */
export interface ClientParts extends ClientOptions {
  readonly seen: SeenRevision;
}
