/** What was refused, for the audit: the first of a kind at once, its repetitions counted, so that no flood can fill the store. */
import type { Actor } from '@sluice/contract';
import type { Clock } from '@sluice/core';
import type { Logger } from 'pino';
import type { Fleet } from '../fleet/fleet.ts';
import { withoutSecrets } from '../authentication/secret.ts';
import { note } from '../fleet/token.ts';

/** Milliseconds within which the same refusals count as one. */
const WINDOW_MS = 60_000;
/**
 * Kinds of refusals that are told of one by one in this time; the rest is summed up. Of those who are not known fewer, and
 * apart: whoever floods the server from many addresses must not hide what a stolen token was refused.
 */
const KNOWN_KINDS_MAX = 100;
const UNKNOWN_KINDS_MAX = 30;
/** Refusals that wait for a store that is away; those beyond are only counted. */
const WAITING_MAX = 300;
/** Characters of a detail. */
const DETAIL_LENGTH_MAX = 300;

export interface Refusal {
  readonly actor: Actor;
  /** Name of the route; `agentSession`: an agent was not let in. */
  readonly route: string;
  readonly code: string;
  readonly detail: string;
  /** Empty: it is about none. */
  readonly nodeId: string;
}

interface Counted {
  readonly refusal: Refusal;
  /** How many since the last that was told of. */
  count: number;
}

export interface RefusalLogOptions {
  readonly fleet: Fleet;
  readonly clock: Clock;
  readonly logger: Logger;
}

export class RefusalLog {
  readonly #options: RefusalLogOptions;
  readonly #known = new Map<string, Counted>();
  readonly #unknown = new Map<string, Counted>();
  #others = 0;
  #waiting = 0;
  #cancel: (() => void) | null = null;

  constructor(options: RefusalLogOptions) {
    this.#options = options;
  }

  note(refusal: Refusal): void {
    const { actor, route, code, nodeId } = refusal;
    const [kinds, kindsMax] =
      actor.tokenId === undefined ? [this.#unknown, UNKNOWN_KINDS_MAX] : [this.#known, KNOWN_KINDS_MAX];
    const key = JSON.stringify([actor.tokenId ?? actor.address, route, code, nodeId]);
    const known = kinds.get(key);
    const { clock } = this.#options;
    this.#cancel ??= clock.wakeAt(clock.now() + WINDOW_MS, () => this.flush());
    if (known !== undefined) {
      known.count += 1;
    } else if (kinds.size >= kindsMax || this.#waiting >= WAITING_MAX) {
      this.#others += 1;
    } else {
      kinds.set(key, { refusal, count: 0 });
      this.#record(refusal, 1);
    }
  }

  /** Tells of what was only counted. */
  flush(): void {
    this.#cancel?.();
    this.#cancel = null;
    for (const kinds of [this.#known, this.#unknown]) {
      for (const { refusal, count } of kinds.values()) if (count > 0) this.#record(refusal, count);
      kinds.clear();
    }
    if (this.#others === 0) return;
    const summed: Refusal = {
      actor: { name: 'unknown', address: null },
      route: 'many',
      code: 'many-refusals',
      detail: 'More kinds of requests were refused within a minute than are told of one by one; these are all others.',
      nodeId: '',
    };
    this.#record(summed, this.#others);
    this.#others = 0;
  }

  /** In its turn, and when the store is back; nobody waits for it. */
  #record({ actor, route, code, detail, nodeId }: Refusal, count: number): void {
    const { fleet, logger } = this.#options;
    const text = withoutSecrets(detail).slice(0, DETAIL_LENGTH_MAX);
    const event = { kind: 'RequestRefused', route, code, detail: text, count } as const;
    this.#waiting += 1;
    fleet
      .access(
        (_tokens, now) => ({
          ok: true,
          value: { tokens: [], notes: [note(event, actor, now, withoutSecrets(nodeId))] },
        }),
        { isPatient: true },
      )
      .catch((error: unknown) =>
        logger.error({ event: 'refusal-unrecorded', err: error }, 'a refused request could not be recorded'),
      )
      .finally(() => (this.#waiting -= 1));
  }
}
