/**
 * A server that is cut off from the database, while others are not, sends its agents to them: nothing that they say can be recorded here, and
 * the others would call their nodes offline. When the database is away for all, agents stay where they are.
 */
import type { Clock } from '@sluice/core';
import type { Logger } from 'pino';
import type { FleetServer } from '../fleet/servers.ts';

/** Milliseconds between two looks. */
const LOOK_EVERY_MS = 2000;
/** Milliseconds without the database after which the others are asked. */
const ASK_AFTER_MS = 6000;
/** Milliseconds after which agents are sent away though no other server tells whether it is ready: trying elsewhere is better than that. */
const SEND_AFTER_MS = 60_000;

export interface CutOffOptions {
  readonly replicas: {
    readonly id: string;
    readonly roll: readonly FleetServer[];
    readonly hasOthers: boolean;
    readonly silentForMs: number;
  };
  /** One that never steps. */
  readonly clock: Clock;
  readonly logger: Logger;
  /** See `isReady`. */
  readonly isReady: (url: string) => Promise<boolean | null>;
  readonly agents: { readonly sendAway: () => void; readonly open: () => void };
}

export class CutOff {
  readonly #options: CutOffOptions;
  #cancel: () => void = () => undefined;
  #looking: Promise<void> = Promise.resolve();
  #isSentAway = false;
  #isStopped = false;

  /** Watches from now on. */
  constructor(options: CutOffOptions) {
    this.#options = options;
    this.#arm();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancel();
    await this.#looking;
  }

  #arm(): void {
    const { clock } = this.#options;
    this.#cancel = clock.wakeAt(clock.now() + LOOK_EVERY_MS, () => {
      this.#looking = this.#look().finally(() => {
        if (!this.#isStopped) this.#arm();
      });
    });
  }

  async #look(): Promise<void> {
    const { replicas, agents, logger } = this.#options;
    const { silentForMs } = replicas;
    if (silentForMs < ASK_AFTER_MS) {
      if (this.#isSentAway) agents.open();
      this.#isSentAway = false;
      return;
    }
    if (this.#isSentAway || !replicas.hasOthers) return;
    const answers = await this.#askOthers();
    const isReadyElsewhere = answers.includes(true);
    const isUnknown = !answers.includes(false) && silentForMs >= SEND_AFTER_MS;
    if (this.#isStopped || replicas.silentForMs < ASK_AFTER_MS || (!isReadyElsewhere && !isUnknown)) return;
    this.#isSentAway = true;
    logger.warn(
      { event: 'cut-off', silentForMs },
      'this server cannot reach the database and others can: its agents are sent to them',
    );
    agents.sendAway();
  }

  #askOthers(): Promise<readonly (boolean | null)[]> {
    const { replicas, isReady } = this.#options;
    const others = replicas.roll.filter(({ id, isLeaving }) => id !== replicas.id && !isLeaving);
    return Promise.all(others.map(({ url }) => (url === null ? Promise.resolve(null) : isReady(url))));
  }
}
