/** How many sessions an address may have, and how many may begin: a storm of agents must not drown those that are in. */
import type { LimitSettings } from '../limits/limit-settings.ts';
import { addressKey, RateLimiter } from '../limits/rate-limiter.ts';

/** Seconds after which an agent that was put off comes back; each gets another one, so that they do not all come at once. */
const COME_BACK_SECONDS = 5;

/** `null`: it may begin. */
export interface PutOff {
  readonly code: 'too-many-sessions' | 'too-many-requests';
  readonly detail: string;
  readonly retryAfterSeconds: number;
}

export class SessionLimits {
  readonly #settings: LimitSettings;
  readonly #hellos: RateLimiter;
  readonly #hellosOfAddress: RateLimiter;
  readonly #open = new Map<string, number>();
  #putOff = 0;

  constructor(settings: LimitSettings) {
    this.#settings = settings;
    const { hellosPerSecond, hellosPerAddressPerSecond, sessionsPerAddress } = settings;
    // A fleet that comes back after a restart of the server comes within seconds.
    this.#hellos = new RateLimiter({ perSecond: hellosPerSecond, burst: hellosPerSecond * 2 });
    // As many as may be there from one address may also come back at once; after that one address cannot use up what all share.
    this.#hellosOfAddress = new RateLimiter({ perSecond: hellosPerAddressPerSecond, burst: sessionsPerAddress });
  }

  /** @param now Milliseconds of a clock that never steps. */
  whyNot(remoteIp: string, now: number): PutOff | null {
    const { sessionsPerAddress } = this.#settings;
    this.#putOff += 1;
    const retryAfterSeconds = 1 + (this.#putOff % COME_BACK_SECONDS);
    if ((this.#open.get(addressKey(remoteIp)) ?? 0) >= sessionsPerAddress) {
      const detail = `This address has ${sessionsPerAddress} agent sessions, which is as many as it may (limits.sessionsPerAddress).`;
      return { code: 'too-many-sessions', detail, retryAfterSeconds };
    }
    if (this.#hellosOfAddress.take(addressKey(remoteIp), 1, now) > 0) {
      const detail =
        'Agents of this address connect too often (limits.hellosPerAddressPerSecond); come back in some seconds.';
      return { code: 'too-many-requests', detail, retryAfterSeconds };
    }
    if (this.#hellos.take('all', 1, now) > 0) {
      const detail = 'Too many agents connect at this moment; come back in some seconds.';
      return { code: 'too-many-requests', detail, retryAfterSeconds };
    }
    this.#putOff -= 1;
    return null;
  }

  opened(remoteIp: string): void {
    const key = addressKey(remoteIp);
    this.#open.set(key, (this.#open.get(key) ?? 0) + 1);
  }

  closed(remoteIp: string): void {
    const key = addressKey(remoteIp);
    const left = (this.#open.get(key) ?? 1) - 1;
    if (left <= 0) this.#open.delete(key);
    else this.#open.set(key, left);
  }
}
