/** The delivery of all webhooks: one for each, so that a slow receiver holds up nobody but itself. */
import { randomBytes } from 'node:crypto';
import type { Agent } from 'node:http';
import type { Clock } from '@sluice/core';
import type { Logger } from 'pino';
import type { EventFeed } from '../fleet/event-feed.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { Servers } from '../fleet/servers.ts';
import type {
  DeadLetter,
  StoredWebhook,
  WebhookChange,
  WebhookProgress,
  WebhookStore,
} from '../store/webhook-store.ts';
import { allowedLookup, type ResolveName, whyNotAllowedHost } from '../outgoing/allowed-address.ts';
import { CLOUD_EVENTS_MEDIA_TYPE, type Message, messageOfTest } from './cloud-event.ts';
import { noteOfWebhookChange } from './note-webhook.ts';
import { type Answered, askAddress } from '../outgoing/ask-address.ts';
import { signatureHeaders } from './sign-message.ts';
import { type AttemptResult, type DeliveryParts, WebhookDelivery } from './webhook-delivery.ts';
import type { WebhookSettings } from './webhook-settings.ts';
import { SERVER } from '../fleet/server-actor.ts';

/** Milliseconds until a store that could not be read is asked again. */
const STORE_RETRY_MS = 1000;
/** Random bytes of the id of a test. */
const TEST_ID_BYTES = 9;

export interface WebhookDeliveriesOptions {
  readonly fleet: Fleet;
  readonly servers: Pick<Servers, 'isOurs' | 'subscribe'>;
  readonly feed: EventFeed;
  readonly store: WebhookStore;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly settings: WebhookSettings;
  /** Told what came of each attempt. */
  readonly attempted: (result: AttemptResult) => void;
  /** Resolves names; absent: the system does. */
  readonly resolve?: ResolveName;
}

/** A message that was given up, as it is kept. */
export type KeptDeadLetter = DeadLetter;

/** How the delivery of one webhook goes. */
export interface DeliveryStatus {
  readonly progress: WebhookProgress;
  readonly deadLetters: number;
}

export interface WebhookFigures {
  readonly enabled: number;
  readonly disabled: number;
  readonly deadLetters: number;
  /** When the oldest event happened that is yet to be delivered, in epoch milliseconds; `null`: there is none. */
  readonly oldestWaitingAt: number | null;
}

export class WebhookDeliveries {
  readonly #options: WebhookDeliveriesOptions;
  readonly #deliveries = new Map<string, WebhookDelivery>();
  readonly #lookup: ReturnType<typeof allowedLookup>;
  readonly #stopping = new AbortController();
  readonly #endings: (() => void)[] = [];
  /** How those go that other servers deliver. */
  #elsewhere: ReadonlyMap<string, DeliveryStatus> = new Map();
  /** Taking over from other servers, and giving to them: one change of the servers after the other. */
  #settling: Promise<void> = Promise.resolve();
  #cancelSettling: () => void = () => undefined;
  /** What is left to do for those that were removed. */
  #removing: Promise<void> = Promise.resolve();

  private constructor(options: WebhookDeliveriesOptions) {
    this.#options = options;
    this.#lookup = allowedLookup(options.settings.allowed, options.resolve);
    this.#endings.push(
      options.fleet.webhooks.subscribe((change) => this.#apply(change)),
      options.servers.subscribe(() => this.#settle()),
    );
  }

  /** Each goes on where it was. */
  static async open(options: WebhookDeliveriesOptions): Promise<WebhookDeliveries> {
    await options.store.removeOrphans();
    const deliveries = new WebhookDeliveries(options);
    await deliveries.#settleNow();
    return deliveries;
  }

  /** Of one that another server delivers it is as of the last `refresh`. */
  status(webhook: StoredWebhook): DeliveryStatus {
    const delivery = this.#deliveries.get(webhook.id);
    if (delivery !== undefined) return { progress: delivery.progress, deadLetters: delivery.deadLetters };
    return this.#elsewhere.get(webhook.id) ?? { progress: newProgress(webhook), deadLetters: 0 };
  }

  /** Reads from the store how those go that other servers deliver. */
  async refresh(): Promise<void> {
    const { fleet, store } = this.#options;
    const others = fleet.webhooks.all().filter(({ id }) => !this.#deliveries.has(id));
    if (others.length === 0) return;
    const progress = new Map((await store.progress()).map((each) => [each.webhookId, each]));
    const statuses = others.map(async (webhook): Promise<readonly [string, DeliveryStatus]> => {
      const deadLetters = await store.countDeadLetters(webhook.id);
      return [webhook.id, { progress: progress.get(webhook.id) ?? newProgress(webhook), deadLetters }];
    });
    this.#elsewhere = new Map(await Promise.all(statuses));
  }

  figures(): WebhookFigures {
    const all = this.#options.fleet.webhooks.all();
    const enabled = all.filter(({ isEnabled }) => isEnabled).length;
    const deliveries = [...this.#deliveries.values()];
    const waiting = deliveries.flatMap(({ waitingSince }) => (waitingSince === null ? [] : [waitingSince]));
    return {
      enabled,
      disabled: all.length - enabled,
      deadLetters: deliveries.reduce((sum, { deadLetters }) => sum + deadLetters, 0),
      oldestWaitingAt: waiting.length === 0 ? null : Math.min(...waiting),
    };
  }

  /** Why nothing may be sent there, as far as the address itself tells; `null`: it may. */
  whyNotAllowed(url: URL): string | null {
    return whyNotAllowedHost(url.hostname, this.#options.settings.allowed);
  }

  /** Sends a message that says it is a test: now, once. */
  test(webhook: StoredWebhook): Promise<Answered> {
    const { settings, clock } = this.#options;
    const id = randomBytes(TEST_ID_BYTES).toString('hex');
    return this.#post(webhook, messageOfTest(id, settings.source, clock.now()), null, this.#stopping.signal);
  }

  /** In the order of their sequence numbers. */
  deadLetters(webhookId: string, after: number, limit: number): Promise<readonly KeptDeadLetter[]> {
    return this.#options.store.deadLetters(webhookId, after, limit);
  }

  /** Sends a dead letter: now, once. One that is delivered is one no more. @returns `null`: there is none. */
  async resend(webhook: StoredWebhook, sequence: number): Promise<Answered | null> {
    const { store, clock, attempted } = this.#options;
    const letter = await store.deadLetter(webhook.id, sequence);
    if (letter === null) return null;
    const { messageId: id, type, nodeId, at, body } = letter;
    const posted = await this.#post(webhook, { sequence, id, type, nodeId, at, body }, null, this.#stopping.signal);
    if (posted.problem === null) {
      attempted('delivered');
      await store.removeDeadLetter(webhook.id, sequence);
      await this.#deliveries.get(webhook.id)?.countDeadLetters();
    } else {
      attempted('failed');
      const { attempts } = letter;
      await store.keepDeadLetter({ ...letter, attempts: attempts + 1, failedAt: clock.now(), problem: posted.problem });
    }
    return posted;
  }

  /** What is under way is sent again at the next start. */
  async stop(): Promise<void> {
    for (const end of this.#endings.splice(0)) end();
    this.#stopping.abort();
    this.#cancelSettling();
    await this.#settling;
    await Promise.all([...this.#deliveries.values()].map((delivery) => delivery.stop()));
    await this.#removing;
  }

  #apply({ id, webhook }: WebhookChange): void {
    const delivery = this.#deliveries.get(id);
    if (webhook === null) {
      this.#deliveries.delete(id);
      if (delivery !== undefined) this.#removing = this.#removing.then(() => this.#remove(delivery));
    } else if (delivery !== undefined) delivery.change(webhook);
    // Also one that was just made: how far any has come only the store knows.
    else this.#settle();
  }

  readonly #isOurs = (webhookId: string): boolean => this.#options.servers.isOurs(`webhook:${webhookId}`);

  #settle(): void {
    this.#settling = this.#settling
      .then(() => (this.#stopping.signal.aborted ? undefined : this.#settleNow()))
      .catch((error: unknown) => {
        const { logger, clock } = this.#options;
        logger.warn({ event: 'webhook-hindered', err: error }, 'tried again in a moment');
        this.#cancelSettling();
        this.#cancelSettling = clock.wakeAt(clock.now() + STORE_RETRY_MS, () => this.#settle());
      });
  }

  /** Goes on with what is this server's to deliver, from where it has come, and stops what is not. */
  async #settleNow(): Promise<void> {
    const { fleet, store } = this.#options;
    for (const [id, delivery] of this.#deliveries) {
      if (this.#isOurs(id)) continue;
      this.#deliveries.delete(id);
      await delivery.stop();
    }
    const wanted = fleet.webhooks.all().filter(({ id }) => this.#isOurs(id) && !this.#deliveries.has(id));
    if (wanted.length === 0) return;
    const progress = new Map((await store.progress()).map((each) => [each.webhookId, each]));
    for (const { id } of wanted) {
      const deadLetters = await store.countDeadLetters(id);
      const webhook = fleet.webhooks.get(id);
      if (webhook !== undefined && this.#isOurs(id) && !this.#deliveries.has(id))
        this.#begin(webhook, progress.get(id) ?? newProgress(webhook), deadLetters);
    }
  }

  #begin(webhook: StoredWebhook, progress: WebhookProgress, deadLetters: number): void {
    const { fleet, feed, store, clock, logger, settings, attempted } = this.#options;
    const parts: DeliveryParts = {
      fleet,
      feed,
      store,
      clock,
      logger,
      schedule: { delaysMs: settings.retryDelaysMs, attemptMsMax: settings.timeoutMs },
      source: settings.source,
      random: Math.random,
      post: (to, message, agent, signal) => this.#post(to, message, agent, signal),
      disable: (webhookId, reason) => this.#disable(webhookId, reason),
      attempted,
      isOurs: this.#isOurs,
    };
    this.#deliveries.set(webhook.id, new WebhookDelivery(parts, webhook, progress, deadLetters));
  }

  #post(webhook: StoredWebhook, { id, body }: Message, agent: Agent | null, signal: AbortSignal): Promise<Answered> {
    const { settings, clock } = this.#options;
    const headers = {
      'content-type': CLOUD_EVENTS_MEDIA_TYPE,
      ...signatureHeaders(webhook, id, body, clock.now()),
    };
    const { timeoutMs, allowed } = settings;
    const { url } = webhook;
    return askAddress({ method: 'POST', url, headers, body, timeoutMs, allowed, lookup: this.#lookup, agent, signal });
  }

  async #disable(webhookId: string, reason: string): Promise<void> {
    const disabled = await this.#options.fleet.access((_tokens, now, webhooks) => {
      const before = webhooks.get(webhookId);
      if (before === undefined || !before.isEnabled) return { ok: true, value: { tokens: [], notes: [] } };
      const webhook = { ...before, isEnabled: false, disabledBecause: reason };
      const note = noteOfWebhookChange(before, webhook, reason, SERVER, now);
      return { ok: true, value: { tokens: [], webhooks: [{ id: webhookId, webhook }], notes: [note] } };
    });
    if (!disabled.ok) throw new Error(`disabling a webhook: ${disabled.problem.code}`);
  }

  async #remove(delivery: WebhookDelivery): Promise<void> {
    const { store, logger } = this.#options;
    await delivery.stop();
    try {
      await store.removeOrphans();
    } catch (error) {
      logger.warn({ event: 'webhook-unremoved', err: error }, 'what is left of a webhook is removed at the next start');
    }
  }
}

function newProgress({ id, startsAfter }: StoredWebhook): WebhookProgress {
  return {
    webhookId: id,
    sequence: startsAfter,
    attempts: 0,
    nextAttemptAt: null,
    failingSince: null,
    problem: null,
    deliveredAt: null,
    missed: 0,
    dropped: 0,
  };
}
