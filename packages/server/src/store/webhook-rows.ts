/** `WebhookStore` by single statements, written once for every dialect. */
import type { Kysely, Selectable } from 'kysely';
import type { Doing } from './doing.ts';
import type { DeadLettersTable, Schema, WebhooksTable } from './schema.ts';
import type { DeadLetter, StoredWebhook, WebhookProgress, WebhookStore } from './webhook-store.ts';

/** See `WebhookStore` for what each verb promises. */
export class WebhookRows implements WebhookStore {
  readonly #kysely: Kysely<Schema>;
  readonly #doing: Doing;

  constructor(kysely: Kysely<Schema>, doing: Doing) {
    this.#kysely = kysely;
    this.#doing = doing;
  }

  all(): Promise<readonly StoredWebhook[]> {
    return this.#doing('reading webhooks from the store', async () => {
      const rows = await this.#kysely.selectFrom('webhooks').selectAll().orderBy('created_at').orderBy('id').execute();
      return rows.map(webhookOfRow);
    });
  }

  progress(): Promise<readonly WebhookProgress[]> {
    return this.#doing('reading from the store how far webhooks have come', async () => {
      const rows = await this.#kysely.selectFrom('webhook_progress').selectAll().execute();
      return rows.map((row) => ({
        webhookId: row.webhook_id,
        sequence: row.sequence,
        attempts: row.attempts,
        nextAttemptAt: row.next_attempt_at,
        failingSince: row.failing_since,
        problem: row.problem,
        deliveredAt: row.delivered_at,
        missed: row.missed,
        dropped: row.dropped,
      }));
    });
  }

  recordProgress(progress: WebhookProgress): Promise<void> {
    const changing = {
      sequence: progress.sequence,
      attempts: progress.attempts,
      next_attempt_at: progress.nextAttemptAt,
      failing_since: progress.failingSince,
      problem: progress.problem,
      delivered_at: progress.deliveredAt,
      missed: progress.missed,
      dropped: progress.dropped,
    };
    return this.#doing('noting in the store how far a webhook has come', async () => {
      await this.#kysely
        .insertInto('webhook_progress')
        .values({ webhook_id: progress.webhookId, ...changing })
        .onConflict((conflict) =>
          conflict
            .column('webhook_id')
            .doUpdateSet(changing)
            .where('webhook_progress.sequence', '<=', progress.sequence),
        )
        .execute();
    });
  }

  keepDeadLetter(letter: DeadLetter): Promise<void> {
    const changing = {
      message_id: letter.messageId,
      type: letter.type,
      node_id: letter.nodeId,
      at: letter.at,
      body: letter.body,
      attempts: letter.attempts,
      failed_at: letter.failedAt,
      problem: letter.problem,
    };
    const { webhookId, sequence } = letter;
    const row = { id: letterId(webhookId, sequence), webhook_id: webhookId, sequence, ...changing };
    return this.#doing('keeping a dead letter in the store', async () => {
      await this.#kysely
        .insertInto('dead_letters')
        .values(row)
        .onConflict((conflict) => conflict.column('id').doUpdateSet(changing))
        .execute();
    });
  }

  deadLetters(webhookId: string, after: number, limit: number): Promise<readonly DeadLetter[]> {
    return this.#doing('reading dead letters from the store', async () => {
      const rows = await this.#kysely
        .selectFrom('dead_letters')
        .selectAll()
        .where('webhook_id', '=', webhookId)
        .where('sequence', '>', after)
        .orderBy('sequence')
        .limit(limit)
        .execute();
      return rows.map(deadLetterOfRow);
    });
  }

  deadLetter(webhookId: string, sequence: number): Promise<DeadLetter | null> {
    return this.#doing('reading a dead letter from the store', async () => {
      const row = await this.#kysely
        .selectFrom('dead_letters')
        .selectAll()
        .where('id', '=', letterId(webhookId, sequence))
        .executeTakeFirst();
      return row === undefined ? null : deadLetterOfRow(row);
    });
  }

  countDeadLetters(webhookId: string): Promise<number> {
    return this.#doing('counting dead letters in the store', async () => {
      const row = await this.#kysely
        .selectFrom('dead_letters')
        .select((expression) => expression.fn.countAll().as('count'))
        .where('webhook_id', '=', webhookId)
        .executeTakeFirstOrThrow();
      return Number(row.count);
    });
  }

  removeDeadLetter(webhookId: string, sequence: number): Promise<void> {
    return this.#doing('removing a dead letter from the store', async () => {
      await this.#kysely.deleteFrom('dead_letters').where('id', '=', letterId(webhookId, sequence)).execute();
    });
  }

  dropDeadLetters(webhookId: string, keptMax: number): Promise<number> {
    return this.#doing('removing old dead letters from the store', async () => {
      const newestToGo = await this.#kysely
        .selectFrom('dead_letters')
        .select('sequence')
        .where('webhook_id', '=', webhookId)
        .orderBy('sequence', 'desc')
        .offset(keptMax)
        .limit(1)
        .executeTakeFirst();
      if (newestToGo === undefined) return 0;
      const deleted = await this.#kysely
        .deleteFrom('dead_letters')
        .where('webhook_id', '=', webhookId)
        .where('sequence', '<=', newestToGo.sequence)
        .executeTakeFirst();
      return Number(deleted.numDeletedRows);
    });
  }

  removeOrphans(): Promise<void> {
    return this.#doing('removing what is left of removed webhooks from the store', async () => {
      for (const table of ['webhook_progress', 'dead_letters'] as const) {
        await this.#kysely
          .deleteFrom(table)
          .where('webhook_id', 'not in', (webhooks) => webhooks.selectFrom('webhooks').select('id'))
          .execute();
      }
    });
  }
}

/** The row that a commit writes of a webhook. */
export function rowOfWebhook(webhook: StoredWebhook): WebhooksTable {
  return {
    id: webhook.id,
    name: webhook.name,
    url: webhook.url,
    secret: webhook.secret,
    previous_secret: webhook.previousSecret,
    previous_secret_until: webhook.previousSecretUntil,
    kinds: webhook.kinds === null ? null : webhook.kinds.join(','),
    node_id: webhook.nodeId,
    selector: webhook.selector,
    is_enabled: webhook.isEnabled ? 1 : 0,
    disabled_because: webhook.disabledBecause,
    created_by: webhook.createdBy,
    created_at: webhook.createdAt,
    starts_after: webhook.startsAfter,
  };
}

export function webhookOfRow(row: Selectable<WebhooksTable>): StoredWebhook {
  return {
    id: row.id,
    name: row.name,
    url: row.url,
    secret: row.secret,
    previousSecret: row.previous_secret,
    previousSecretUntil: row.previous_secret_until,
    kinds: row.kinds === null ? null : row.kinds.split(','),
    nodeId: row.node_id,
    selector: row.selector,
    isEnabled: row.is_enabled === 1,
    disabledBecause: row.disabled_because,
    createdBy: row.created_by,
    createdAt: row.created_at,
    startsAfter: row.starts_after,
  };
}

function deadLetterOfRow(row: Selectable<DeadLettersTable>): DeadLetter {
  return {
    webhookId: row.webhook_id,
    sequence: row.sequence,
    messageId: row.message_id,
    type: row.type,
    nodeId: row.node_id,
    at: row.at,
    body: row.body,
    attempts: row.attempts,
    failedAt: row.failed_at,
    problem: row.problem,
  };
}

/** One webhook has one dead letter of one event at most: a crash between two writes makes no second one. */
function letterId(webhookId: string, sequence: number): string {
  return `${webhookId}:${sequence}`;
}
