/** A session that is always there: when its connection is lost it is made anew, in the background, until it succeeds. */
import { StoreUnavailableError } from '../store.ts';
import type { PostgresAddress } from './postgres-address.ts';
import { PostgresSession } from './postgres-session.ts';
import { LockedError } from './server-lock.ts';
import { unavailableReason } from './unavailable-reason.ts';

/** Milliseconds until a lost connection is tried again: at first, and at most after many failures. */
const RECONNECT_MS_MIN = 50;
const RECONNECT_MS_MAX = 1000;

/** Milliseconds for which a start waits for a lock, and between two tries: the session of a program that was just killed ends by then. */
const LOCK_MS_MAX = 3000;
const LOCK_RETRY_MS = 100;

export interface KeptSessionOptions {
  readonly address: PostgresAddress;
  /** What its session is called in PostgreSQL's lists; tells it from those of every other server process. */
  readonly applicationName: string;
  /** Called with each session before it is used; what it throws ends the session. */
  readonly admit: (session: PostgresSession) => Promise<void>;
  /** The connection was lost. */
  readonly onLost: (reason: string) => void;
  /** It is there again. */
  readonly onBack: () => void;
}

export class KeptSession {
  readonly #options: KeptSessionOptions;
  #session: PostgresSession | null = null;
  #problem = 'The connection to PostgreSQL is not made yet.';
  #isClosed = false;
  #turn: Promise<unknown> = Promise.resolve();
  #reconnecting: Promise<void> = Promise.resolve();
  #wake: () => void = () => undefined;

  private constructor(options: KeptSessionOptions) {
    this.#options = options;
  }

  /** @throws What the driver threw, or RefusedError when another server has the lock. */
  static async open(options: KeptSessionOptions): Promise<KeptSession> {
    const kept = new KeptSession(options);
    for (const giveUpAt = performance.now() + LOCK_MS_MAX; ; await kept.#pause(LOCK_RETRY_MS)) {
      try {
        kept.#use(await kept.#connect());
        return kept;
      } catch (error) {
        if (!(error instanceof LockedError) || performance.now() > giveUpAt) throw error;
      }
    }
  }

  /**
   * Does the work alone on the session: what is asked meanwhile waits its turn.
   * @throws StoreUnavailableError, at once, when there is no session now; else what the work threw.
   */
  run<Result>(work: (session: PostgresSession) => Promise<Result>): Promise<Result> {
    const result = this.#turn.then(() => {
      if (this.#isClosed) throw new Error('using the store: it is closed');
      if (this.#session === null) throw new StoreUnavailableError(this.#problem);
      return work(this.#session);
    });
    // The next one's turn comes however this one ended; its caller hears how.
    this.#turn = result.catch(() => undefined);
    return result;
  }

  /** Waits for what is under way, and lets go of the lock. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    await this.#turn;
    this.#isClosed = true;
    this.#wake();
    await this.#reconnecting;
    await this.#session?.close();
  }

  #use(session: PostgresSession): void {
    this.#session = session;
    session.whenLost((reason) => {
      this.#session = null;
      if (this.#isClosed) return;
      this.#problem = reason;
      this.#options.onLost(reason);
      this.#reconnecting = this.#reconnect();
    });
  }

  async #reconnect(): Promise<void> {
    for (let delayMs = RECONNECT_MS_MIN; ; delayMs = Math.min(delayMs * 2, RECONNECT_MS_MAX)) {
      await this.#pause(delayMs);
      if (this.#isClosed) return;
      try {
        const session = await this.#connect();
        this.#options.onBack();
        this.#use(session);
        return;
      } catch (error) {
        this.#problem = this.#reasonOf(error);
      }
    }
  }

  async #connect(): Promise<PostgresSession> {
    const { address, applicationName, admit } = this.#options;
    const session = await PostgresSession.open(address, applicationName);
    try {
      await admit(session);
      return session;
    } catch (error) {
      session.end();
      throw error;
    }
  }

  #reasonOf(error: unknown): string {
    const reason = unavailableReason(error, this.#options.address);
    return reason ?? `PostgreSQL cannot be used (${error instanceof Error ? error.message : String(error)}).`;
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
