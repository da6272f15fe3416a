/** Delivers the events of one webhook, one after the other, from where it has come: whatever fails is tried again, and in the end a dead letter. */
import type { Agent } from 'node:http';
import { DEAD_LETTERS_KEPT_MAX } from '@sluice/contract';
import type { Clock } from '@sluice/core';
import type { Logger } from 'pino';
import type { EventFeed } from '../fleet/event-feed.ts';
import type { Fleet } from '../fleet/fleet.ts';
import { Pause } from '../fleet/pause.ts';
import type { StoredWebhook, WebhookProgress, WebhookStore } from '../store/webhook-store.ts';
import { type Message, messageOfEvent, messageOfMissed } from './cloud-event.ts';
import { agentFor, type Answered } from '../outgoing/ask-address.ts';
import { ProgressKeeper } from './progress-keeper.ts';
import { afterFailure, type RetrySchedule } from './retry-schedule.ts';
import { wantedBy } from './wanted-event.ts';

/** Milliseconds within which a delivery is noted: what a crash makes the server send a second time. */
const NOTE_DELIVERED_WITHIN_MS = 1000;
/** The same for events that were passed over: a crash only has them looked at once more. */
const NOTE_PASSED_WITHIN_MS = 60_000;
/** Milliseconds until a store that could not be read is asked again. */
const STORE_RETRY_MS = 1000;
/** Milliseconds for which a webhook that is up to date waits for an event, then it waits on. */
const IDLE_MS = 86_400_000;
/** Events that are read for a receiver that fails: of them the first may be all that is tried. */
const EVENTS_WHILE_FAILING = 10;
/** HTTP's 410: the receiver is gone for good and wants nothing any more. */
const GONE = 410;

/** What came of an attempt. */
export const ATTEMPT_RESULTS = ['delivered', 'failed', 'given-up'] as const;
export type AttemptResult = (typeof ATTEMPT_RESULTS)[number];

export interface DeliveryParts {
  readonly fleet: Pick<Fleet, 'node'>;
  readonly feed: EventFeed;
  readonly store: WebhookStore;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly schedule: RetrySchedule;
  /** `source` of the CloudEvents. */
  readonly source: string;
  /** At least 0, less than 1. */
  readonly random: () => number;
  readonly post: (
    webhook: StoredWebhook,
    message: Message,
    agent: Agent | null,
    signal: AbortSignal,
  ) => Promise<Answered>;
  /** The receiver wants nothing any more. Resolves when the webhook is disabled. */
  readonly disable: (webhookId: string, reason: string) => Promise<void>;
  readonly attempted: (result: AttemptResult) => void;
  /** Whether this server still delivers it. */
  readonly isOurs: (webhookId: string) => boolean;
}

export class WebhookDelivery {
  readonly #parts: DeliveryParts;
  readonly #progress: ProgressKeeper;
  readonly #pause: Pause;
  #webhook: StoredWebhook;
  #agent: Agent;
  #deadLetters: number;
  /** Aborted when the webhook changes, and at the end. */
  #interruption = new AbortController();
  #isStopped = false;
  /** From when on it could be delivered: messages do not grow old while nothing was sent. */
  #sendsSince: number;
  /** When the event that is being delivered happened; `null`: it is up to date, or disabled. */
  #waitingSince: number | null = null;
  #leaveFeed: (() => void) | null = null;
  readonly #end: Promise<void>;

  /** Begins at once. */
  constructor(parts: DeliveryParts, webhook: StoredWebhook, progress: WebhookProgress, deadLetters: number) {
    this.#parts = parts;
    this.#webhook = webhook;
    this.#agent = agentFor(webhook.url);
    this.#progress = new ProgressKeeper(parts, progress);
    this.#pause = new Pause(parts.clock);
    this.#deadLetters = deadLetters;
    this.#sendsSince = parts.clock.now();
    this.#end = this.#run();
  }

  get progress(): WebhookProgress {
    return this.#progress.now;
  }

  /** How many are kept. */
  get deadLetters(): number {
    return this.#deadLetters;
  }

  /** Since when the event that is next has waited, in epoch milliseconds; `null`: none does. */
  get waitingSince(): number | null {
    return this.#waitingSince;
  }

  /** One of its dead letters was delivered after all, or became one. */
  async countDeadLetters(): Promise<void> {
    this.#deadLetters = await this.#parts.store.countDeadLetters(this.#webhook.id);
  }

  /** It is as this says from now on. What is next is tried at once. */
  change(webhook: StoredWebhook): void {
    this.#webhook = webhook;
    this.#agent.destroy();
    this.#agent = agentFor(webhook.url);
    this.#sendsSince = this.#parts.clock.now();
    this.#progress.set({ attempts: 0, nextAttemptAt: null }, NOTE_DELIVERED_WITHIN_MS);
    this.#interrupt();
  }

  /** Ends it where it is: what is under way is sent again at the next start. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#interrupt();
    await this.#end;
    this.#agent.destroy();
    this.#rest();
    await this.#progress.stop();
  }

  #interrupt(): void {
    this.#interruption.abort();
    this.#interruption = new AbortController();
    this.#pause.end();
  }

  async #run(): Promise<void> {
    // Not in the constructor's turn: whoever makes many of them is not held up.
    await Promise.resolve();
    while (!this.#isStopped) {
      const { signal } = this.#interruption;
      try {
        await this.#step(this.#webhook, signal);
      } catch (error) {
        if (signal.aborted) continue;
        const { logger } = this.#parts;
        logger.warn({ event: 'webhook-hindered', webhook: this.#webhook.id, err: error }, 'tried again in a moment');
        await this.#pause.for(STORE_RETRY_MS);
      }
    }
  }

  /** Goes on from where it is, until something fails, nothing is left, or the webhook is another one. */
  async #step(webhook: StoredWebhook, signal: AbortSignal): Promise<void> {
    const { feed, clock, fleet, source } = this.#parts;
    const { sequence, nextAttemptAt, failingSince } = this.progress;
    const dueInMs = webhook.isEnabled ? (nextAttemptAt ?? 0) - clock.now() : IDLE_MS;
    // Frozen, or cut off from the store, this server may not be the one any more that delivers it.
    const waitMs = this.#parts.isOurs(webhook.id) ? dueInMs : Math.max(dueInMs, STORE_RETRY_MS);
    if (waitMs > 0) {
      if (!webhook.isEnabled) this.#waitingSince = null;
      this.#rest();
      await this.#pause.for(waitMs);
      return;
    }
    this.#leaveFeed ??= feed.follow();
    const filter = { nodeId: webhook.nodeId ?? undefined, kinds: webhook.kinds ?? undefined };
    const eventsMax = failingSince === null ? undefined : EVENTS_WHILE_FAILING;
    const page = await feed.page(sequence, filter, `webhook ${webhook.id}`, eventsMax);
    if (page.oldestKept !== null) {
      const missed = messageOfMissed(sequence, page.oldestKept - 1, source, clock.now());
      const isTold = await this.#deliver(webhook, missed, signal);
      if (this.progress.sequence >= missed.sequence)
        this.#progress.set({ missed: this.progress.missed + missed.sequence - sequence }, NOTE_DELIVERED_WITHIN_MS);
      if (!isTold) return;
    }
    const isWanted = wantedBy(webhook, fleet);
    for (const event of page.events) {
      if (signal.aborted) return;
      if (isWanted(event) && !(await this.#deliver(webhook, messageOfEvent(event, source), signal))) return;
    }
    this.#progress.set({ sequence: page.upTo, nextAttemptAt: null }, NOTE_PASSED_WITHIN_MS);
    if (page.upTo < feed.lastSequence) return;
    this.#waitingSince = null;
    await feed.changed(page.upTo, IDLE_MS, signal);
  }

  /** Nothing is sent for a while: nobody needs to keep the newest events at hand for it. */
  #rest(): void {
    this.#leaveFeed?.();
    this.#leaveFeed = null;
  }

  /** @returns Whether the next message may follow at once. */
  async #deliver(webhook: StoredWebhook, message: Message, signal: AbortSignal): Promise<boolean> {
    const { attempted, clock, disable } = this.#parts;
    this.#waitingSince = message.at;
    const posted = await this.#parts.post(webhook, message, this.#agent, signal);
    const now = clock.now();
    if (posted.problem === null) {
      attempted('delivered');
      const { sequence } = message;
      const delivered = { attempts: 0, nextAttemptAt: null, failingSince: null, problem: null, deliveredAt: now };
      this.#progress.set({ sequence, ...delivered }, NOTE_DELIVERED_WITHIN_MS);
      return !signal.aborted;
    }
    if (signal.aborted) return false;
    if (posted.status === GONE) {
      attempted('failed');
      const reason = 'The receiver answered 410: it is gone.';
      this.#progress.set({ problem: 'answered 410' }, NOTE_DELIVERED_WITHIN_MS);
      await disable(webhook.id, reason);
      return false;
    }
    await this.#failed(webhook, message, posted, posted.problem, now);
    return false;
  }

  async #failed(
    webhook: StoredWebhook,
    message: Message,
    posted: Answered,
    problem: string,
    now: number,
  ): Promise<void> {
    const { attempted, random, schedule, logger } = this.#parts;
    const { progress } = this;
    const attempts = progress.attempts + 1;
    const waitingSince = Math.max(message.at, this.#sendsSince);
    const { retryAfterMs } = posted;
    const after = afterFailure({ attempts, waitingSince, now, random: random(), retryAfterMs }, schedule);
    const failing = { failingSince: progress.failingSince ?? now, problem, nextAttemptAt: after.at };
    const { id, type } = message;
    const about = { webhook: webhook.id, message: id, type, attempts, problem };
    if (after.isGivenUp) {
      const dropped = await this.#bury(webhook, message, attempts, problem, now);
      attempted('given-up');
      logger.warn(
        { event: 'webhook-gave-up', ...about, dropped },
        'an event could not be delivered: it is a dead letter',
      );
      const { sequence } = message;
      this.#progress.set({ ...failing, sequence, attempts: 0, dropped: progress.dropped + dropped }, 0);
      return;
    }
    attempted('failed');
    logger.info({ event: 'webhook-failed', ...about, again: new Date(after.at) }, 'an event could not be delivered');
    this.#progress.set({ ...failing, attempts }, 0);
  }

  /** Before the webhook goes on: a crash in between has the message sent once more, and loses nothing. @returns How many older ones went. */
  async #bury(
    webhook: StoredWebhook,
    { sequence, id, type, nodeId, at, body }: Message,
    attempts: number,
    problem: string,
    failedAt: number,
  ): Promise<number> {
    const { store } = this.#parts;
    const about = { webhookId: webhook.id, sequence, messageId: id, type, nodeId, at, body };
    await store.keepDeadLetter({ ...about, attempts, failedAt, problem });
    const dropped = await store.dropDeadLetters(webhook.id, DEAD_LETTERS_KEPT_MAX);
    await this.countDeadLetters();
    return dropped;
  }
}
