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
  readonly #hellosOfAddress: RateLimiter;
  readonly #open = new Map<string, number>();
  #putOff = 0;

  constructor(settings: LimitSettings) {
    this.#settings = settings;
    const { hellosPerAddressPerSecond, sessionsPerAddress } = settings;
    // As many as may be there from one address may also come back at once; after that one address cannot use up what all share.
    this.#hellosOfAddress = new RateLimiter({ perSecond: hellosPerAddressPerSecond, burst: sessionsPerAddress });
  }

  /** @param now Milliseconds of a clock that never steps. */
  whyNot(remoteIp: string, now: number): PutOff | null {
    const full = this.whyFull(remoteIp);
    if (full !== null) return full;
    if (this.#hellosOfAddress.take(addressKey(remoteIp), 1, now) > 0) {
      const detail =
        'Agents of this address connect too often (limits.hellosPerAddressPerSecond); come back in some seconds.';
      return { code: 'too-many-requests', detail, retryAfterSeconds: this.#nextSeconds() };
    }
    return null;
  }

  /** Asked once more when an agent's turn has come. */
  whyFull(remoteIp: string): PutOff | null {
    const { sessionsPerAddress } = this.#settings;
    if ((this.#open.get(addressKey(remoteIp)) ?? 0) < sessionsPerAddress) return null;
    const detail = `This address has ${sessionsPerAddress} agent sessions, which is as many as it may (limits.sessionsPerAddress).`;
    return { code: 'too-many-sessions', detail, retryAfterSeconds: this.#nextSeconds() };
  }

  /** For an agent that found too many others waiting. */
  tooMany(): PutOff {
    const detail = 'Too many agents connect at this moment; come back in some seconds.';
    return { code: 'too-many-requests', detail, retryAfterSeconds: this.#nextSeconds() };
  }

  /** Another one for each, so that those who are put off do not all come back at once. */
  #nextSeconds(): number {
    this.#putOff += 1;
    return 1 + (this.#putOff % COME_BACK_SECONDS);
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
