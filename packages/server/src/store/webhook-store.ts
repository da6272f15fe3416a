/** What the store keeps of webhooks beside what a commit writes: how far each has come, and what could not be delivered. */

/** Where events are sent. Its secret signs them, so it is kept as it is, and shown to nobody. */
export interface StoredWebhook {
  readonly id: string;
  readonly name: string;
  readonly url: string;
  /** `whsec_…` */
  readonly secret: string;
  /** The one of before, which signs as well until `previousSecretUntil` (epoch milliseconds); `null`: there is none. */
  readonly previousSecret: string | null;
  readonly previousSecretUntil: number | null;
  /** Only these kinds of events; `null`: all that are about nodes. */
  readonly kinds: readonly string[] | null;
  /** Only events of this node; `null`: of any. */
  readonly nodeId: string | null;
  /** Only events of nodes that it matches; `null`: of any. */
  readonly selector: string | null;
  readonly isEnabled: boolean;
  /** Why the server disabled it; `null`: it did not. */
  readonly disabledBecause: string | null;
  readonly createdBy: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  /** The sequence number of the newest event when it was made: those after it are sent. */
  readonly startsAfter: number;
}

/** What becomes of a webhook in a commit: it is as `webhook` says from now on; `null`: it is removed with all that belongs to it. */
export interface WebhookChange {
  readonly id: string;
  readonly webhook: StoredWebhook | null;
}

/** How far a webhook has come. Instants are epoch milliseconds. */
export interface WebhookProgress {
  readonly webhookId: string;
  /** Every event up to this one is dealt with: delivered, passed over, or a dead letter. */
  readonly sequence: number;
  /** How often the next one was tried without success. */
  readonly attempts: number;
  /** When it is tried again; `null`: at once. */
  readonly nextAttemptAt: number | null;
  /** Since when no attempt has succeeded; `null`: the last one did. */
  readonly failingSince: number | null;
  /** What came of the last attempt; `null`: it succeeded. */
  readonly problem: string | null;
  /** When something was delivered last; `null`: never. */
  readonly deliveredAt: number | null;
  /** Events that were removed before they were sent. */
  readonly missed: number;
  /** Dead letters that were dropped because there were too many. */
  readonly dropped: number;
}

/** A message that could not be delivered. Instants are epoch milliseconds. */
export interface DeadLetter {
  readonly webhookId: string;
  /** Of its event. */
  readonly sequence: number;
  readonly messageId: string;
  readonly type: string;
  /** Empty: it is about no node. */
  readonly nodeId: string;
  /** When it happened. */
  readonly at: number;
  /** What was sent: the retention may remove the event before somebody sends it again. */
  readonly body: string;
  readonly attempts: number;
  readonly failedAt: number;
  readonly problem: string;
}

/** Every verb throws a `StoreUnavailableError` when the store cannot be reached or used now. */
export interface WebhookStore {
  /** All webhooks, oldest first. */
  all(): Promise<readonly StoredWebhook[]>;

  /** Of those that have begun, in no particular order. */
  progress(): Promise<readonly WebhookProgress[]>;

  /** Never takes a webhook back behind where it was. */
  recordProgress(progress: WebhookProgress): Promise<void>;

  /** Keeps it, or replaces the one of the same webhook and sequence number. */
  keepDeadLetter(letter: DeadLetter): Promise<void>;

  /** In the order of their sequence numbers. */
  deadLetters(webhookId: string, after: number, limit: number): Promise<readonly DeadLetter[]>;

  /** `null`: there is none. */
  deadLetter(webhookId: string, sequence: number): Promise<DeadLetter | null>;

  countDeadLetters(webhookId: string): Promise<number>;

  removeDeadLetter(webhookId: string, sequence: number): Promise<void>;

  /** Removes the oldest but for so many. @returns How many went. */
  dropDeadLetters(webhookId: string, keptMax: number): Promise<number>;

  /** Removes what is left of webhooks that are no more. */
  removeOrphans(): Promise<void>;
}
