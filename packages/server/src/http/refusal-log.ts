/** What was refused, for the audit: the first of a kind at once, its repetitions counted, so that no flood can fill the store. */
import type { Actor } from '@sluice/contract';
import type { Clock } from '@sluice/core';
import type { Logger } from 'pino';
import type { Fleet } from '../fleet/fleet.ts';
import { withoutSecrets } from '../authentication/secret.ts';
import { note } from '../fleet/token.ts';

/** Milliseconds within which the same refusals count as one. */
const WINDOW_MS = 60_000;
/** Kinds of refusals that are told of one by one in this time; the rest is summed up. */
const KINDS_MAX = 100;
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
  readonly #kinds = new Map<string, Counted>();
  #cancel: (() => void) | null = null;

  constructor(options: RefusalLogOptions) {
    this.#options = options;
  }

  note(refusal: Refusal): void {
    const { actor, route, code, nodeId } = refusal;
    const key = JSON.stringify([actor.tokenId ?? actor.address, route, code, nodeId]);
    const known = this.#kinds.get(key);
    if (known !== undefined) {
      known.count += 1;
      return;
    }
    const { clock } = this.#options;
    this.#cancel ??= clock.wakeAt(clock.now() + WINDOW_MS, () => this.flush());
    if (this.#kinds.size < KINDS_MAX) {
      this.#kinds.set(key, { refusal, count: 0 });
      this.#record(refusal, 1);
      return;
    }
    const summed: Refusal = {
      actor: { name: 'unknown', address: null },
      route: 'many',
      code: 'many-refusals',
      detail: `More than ${KINDS_MAX} kinds of requests were refused within a minute; these are all others.`,
      nodeId: '',
    };
    const rest = this.#kinds.get('rest') ?? { refusal: summed, count: 0 };
    rest.count += 1;
    this.#kinds.set('rest', rest);
  }

  /** Tells of what was only counted. */
  flush(): void {
    this.#cancel?.();
    this.#cancel = null;
    for (const { refusal, count } of this.#kinds.values()) if (count > 0) this.#record(refusal, count);
    this.#kinds.clear();
  }

  /** In its turn, and when the store is back; nobody waits for it. */
  #record({ actor, route, code, detail, nodeId }: Refusal, count: number): void {
    const { fleet, logger } = this.#options;
    const text = withoutSecrets(detail).slice(0, DETAIL_LENGTH_MAX);
    const event = { kind: 'RequestRefused', route, code, detail: text, count } as const;
    fleet
      .access(
        (_tokenOf, now) => ({
          ok: true,
          value: { tokens: [], notes: [note(event, actor, now, withoutSecrets(nodeId))] },
        }),
        true,
      )
      .catch((error: unknown) =>
        logger.error({ event: 'refusal-unrecorded', err: error }, 'a refused request could not be recorded'),
      );
  }
}
