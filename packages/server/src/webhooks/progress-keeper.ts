/** How far one webhook has come: in memory at once, and in the store as soon as it matters. */
import type { Clock } from '@sluice/core';
import type { Logger } from 'pino';
import type { WebhookProgress, WebhookStore } from '../store/webhook-store.ts';

/** Milliseconds until what could not be noted is noted again. */
const RETRY_MS = 5000;

export interface ProgressKeeperParts {
  readonly store: Pick<WebhookStore, 'recordProgress'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

export class ProgressKeeper {
  readonly #parts: ProgressKeeperParts;
  #progress: WebhookProgress;
  /** When it is noted next; `null`: it is noted. */
  #dueAt: number | null = null;
  #cancel: () => void = () => undefined;
  /** One after the other: an older one must not overtake a newer one. */
  #noting: Promise<void> = Promise.resolve();

  constructor(parts: ProgressKeeperParts, progress: WebhookProgress) {
    this.#parts = parts;
    this.#progress = progress;
  }

  get now(): WebhookProgress {
    return this.#progress;
  }

  /** @param withinMs By when it is to be in the store; 0: at once. */
  set(change: Partial<WebhookProgress>, withinMs: number): void {
    const before = this.#progress;
    this.#progress = { ...before, ...change };
    if (isSame(before, this.#progress)) return;
    this.#noteWithin(withinMs);
  }

  /** Resolves when everything is noted, or cannot be. */
  async stop(): Promise<void> {
    if (this.#dueAt !== null) this.#note();
    await this.#noting;
    this.#cancel();
  }

  #noteWithin(ms: number): void {
    const { clock } = this.#parts;
    const dueAt = clock.now() + ms;
    if (this.#dueAt !== null && this.#dueAt <= dueAt) return;
    this.#cancel();
    this.#dueAt = dueAt;
    if (ms === 0) this.#note();
    else this.#cancel = clock.wakeAt(dueAt, () => this.#note());
  }

  #note(): void {
    this.#cancel();
    this.#dueAt = null;
    const { store, logger } = this.#parts;
    this.#noting = this.#noting.then(async () => {
      try {
        await store.recordProgress(this.#progress);
      } catch (error) {
        const { webhookId } = this.#progress;
        logger.warn(
          { event: 'webhook-unnoted', webhook: webhookId, err: error },
          'a crash would send some events twice',
        );
        this.#noteWithin(RETRY_MS);
      }
    });
  }
}

function isSame(one: WebhookProgress, other: WebhookProgress): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
