/** The store on PostgreSQL: for any number of servers, each of which outlives the loss of its connection. */
import { type Kysely, sql } from 'kysely';
import type { Logger } from 'pino';
import type { Doing } from '../doing.ts';
import type { Schema } from '../schema.ts';
import { type SharedStore, SupersededError } from '../shared-store.ts';
import { selectAge } from '../store-age.ts';
import { type EventsToRemove, selectChain, selectChainHead, selectLastToRemove } from '../chain-queries.ts';
import {
  deleteOldTokens,
  loadFleet,
  pruneRows,
  selectAnsweredRequests,
  selectEvents,
  selectOperation,
  selectOperationDurations,
  selectOperations,
  selectTokens,
} from '../store-queries.ts';
import { StoreUnavailableError } from '../store.ts';
import type {
  AnsweredRequest,
  Beside,
  ChainedEvent,
  ChainHead,
  StoreAge,
  ChainQuery,
  CommitOutcome,
  EventsQuery,
  LastSeen,
  NodeChange,
  OperationDuration,
  OperationsQuery,
  Pruned,
  PruneRequest,
  Store,
  StoredEvent,
  StoredFleet,
  StoredOperation,
  StoredToken,
  TokenUse,
} from '../store.ts';
import type { Committer } from './committer.ts';
import { openPostgres, type OpenedPostgres } from './open-postgres.ts';
import type { PostgresAddress } from './postgres-address.ts';
import type { KeptSession } from './kept-session.ts';
import { TABLES } from './prepare-database.ts';
import { SharedPostgres } from './shared-postgres.ts';
import type { PostgresSession } from './postgres-session.ts';
import { BudgetRows } from '../budget-rows.ts';
import type { BudgetStore } from '../budget-store.ts';
import { LoginRows } from '../login-rows.ts';
import type { LoginStore } from '../login-store.ts';
import { RolloutRows } from '../rollout-rows.ts';
import type { RolloutStore } from '../rollout-store.ts';
import { WebhookRows } from '../webhook-rows.ts';
import type { WebhookStore } from '../webhook-store.ts';
import { unavailableReason } from './unavailable-reason.ts';
import { Watcher } from './watcher.ts';

/** Rows of `recordLastSeen` in one statement: commits wait for it no longer than some 20 ms. */
const LAST_SEEN_ROWS_MAX = 1000;

/**
 * Opens the store of a database whose tables are made when they are not there. Throws as `openPostgres` does, in words for a person.
 * @param logger Hears when the connection is lost and when it is back.
 */
export async function openPostgresStore(
  url: string,
  logger: Logger,
): Promise<Store & { readonly shared: SharedStore }> {
  let store: PostgresStore | null = null;
  const opened = await openPostgres(url, logger, 'shared', (place) => store?.shared.made(place));
  const { address, applicationName, writer } = opened;
  try {
    const watcher = await Watcher.open({ address, applicationName, hint: () => store?.shared.hint() });
    store = new PostgresStore(opened, watcher);
    return store;
  } catch (error) {
    await writer.close();
    await opened.kysely.destroy();
    throw error;
  }
}

/** See `Store` for what each verb promises. */
class PostgresStore implements Store {
  readonly webhooks: WebhookStore;
  readonly budgets: BudgetStore;
  readonly rollouts: RolloutStore;
  readonly logins: LoginStore;
  readonly shared: SharedPostgres;
  readonly #address: PostgresAddress;
  readonly #kysely: Kysely<Schema>;
  readonly #writer: KeptSession;
  readonly #watcher: Watcher;
  readonly #committer: Committer;
  #closing: Promise<void> | null = null;

  constructor({ address, kysely, writer, committer }: OpenedPostgres, watcher: Watcher) {
    this.#address = address;
    this.#kysely = kysely;
    const doing: Doing = (what, work) => this.#doing(what, work);
    this.webhooks = new WebhookRows(kysely, doing);
    this.budgets = new BudgetRows(kysely, doing);
    this.rollouts = new RolloutRows(kysely, doing);
    this.logins = new LoginRows(kysely, doing);
    this.#writer = writer;
    this.#watcher = watcher;
    this.#committer = committer;
    this.shared = new SharedPostgres({
      kysely,
      writer,
      watcher,
      committer,
      doing,
      reasonOf: (error) => this.#reasonOf(error),
      now: () => performance.now(),
    });
  }

  async commit(
    changes: readonly NodeChange[],
    answered: readonly AnsweredRequest[] = [],
    beside: Beside = {},
  ): Promise<CommitOutcome> {
    try {
      const pen = await this.shared.takePen([]);
      return await pen.commit(changes, answered, beside);
    } catch (error) {
      if (error instanceof StoreUnavailableError)
        return { ok: false, code: 'store-unavailable', reason: error.message };
      throw error;
    }
  }

  load(): Promise<StoredFleet> {
    return this.#doing('loading the nodes from the store', () => loadFleet(this.#kysely));
  }

  events(query: EventsQuery): Promise<readonly StoredEvent[]> {
    return this.#doing('reading events from the store', () => selectEvents(this.#kysely, query));
  }

  chain(query: ChainQuery): Promise<readonly ChainedEvent[]> {
    return this.#doing('reading the chain of events from the store', () => selectChain(this.#kysely, query));
  }

  age(): Promise<StoreAge> {
    return this.#doing('reading the age of the store', () => selectAge(this.#kysely));
  }

  chainHead(): Promise<ChainHead> {
    return this.#doing('reading the head of the chain from the store', () => selectChainHead(this.#kysely));
  }

  lastToRemove(request: EventsToRemove): Promise<ChainedEvent | null> {
    return this.#doing('looking for old events in the store', () => selectLastToRemove(this.#kysely, request));
  }

  operation(id: string): Promise<StoredOperation | null> {
    return this.#doing('reading an operation from the store', () => selectOperation(this.#kysely, id));
  }

  operations(query: OperationsQuery): Promise<readonly StoredOperation[]> {
    return this.#doing('reading operations from the store', () => selectOperations(this.#kysely, query));
  }

  answeredRequests(keys: readonly string[]): Promise<readonly AnsweredRequest[]> {
    return this.#doing('reading answered requests from the store', () => selectAnsweredRequests(this.#kysely, keys));
  }

  prune(request: PruneRequest): Promise<Pruned> {
    return this.#doing('removing old rows from the store', () => pruneRows(this.#kysely, request));
  }

  operationDurations(lookedAt: number): Promise<readonly OperationDuration[]> {
    return this.#doing('reading from the store how long operations took', () =>
      selectOperationDurations(this.#kysely, lookedAt),
    );
  }

  recordLastSeen(rows: readonly LastSeen[]): Promise<void> {
    return this.#doing('noting in the store when nodes were last seen', async () => {
      for (let first = 0; first < rows.length; first += LAST_SEEN_ROWS_MAX) {
        const some = rows.slice(first, first + LAST_SEEN_ROWS_MAX);
        // In turn with the commits: the two would lock the same rows in different orders.
        await this.#writer.run((session) => updateLastSeen(session, some));
      }
    });
  }

  tokens(): Promise<readonly StoredToken[]> {
    return this.#doing('reading tokens from the store', () => selectTokens(this.#kysely));
  }

  recordTokenUses(uses: readonly TokenUse[]): Promise<void> {
    return this.#doing('noting in the store when tokens were last used', async () => {
      // In turn with the commits, which may write the same rows.
      await this.#writer.run((session) => updateLastUsed(session, uses));
    });
  }

  pruneTokens(before: number): Promise<void> {
    return this.#doing('removing old tokens from the store', () => deleteOldTokens(this.#kysely, before));
  }

  bytes(): Promise<number> {
    return this.#doing('measuring the store', async () => {
      // With their indexes; tables of others in the same database do not count.
      const { rows } = await sql<{ bytes: number }>`
        select coalesce(sum(pg_total_relation_size(oid)), 0)::bigint as bytes from pg_catalog.pg_class
        where relkind = 'r' and oid = any(${[...TABLES]}::regclass[])
      `.execute(this.#kysely);
      return rows[0]?.bytes ?? 0;
    });
  }

  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  async #close(): Promise<void> {
    await this.#writer.close();
    await this.#watcher.close();
    this.#committer.giveUp();
    await this.#kysely.destroy();
  }

  /** When the database cannot be used now, the error says why; else it says what the store was doing. */
  async #doing<Result>(what: string, work: () => Promise<Result>): Promise<Result> {
    try {
      // Kysely connects anew after it was closed before its first use.
      if (this.#closing !== null) throw new Error('the store is closed');
      return await work();
    } catch (error) {
      if (error instanceof SupersededError) throw error;
      const reason = this.#reasonOf(error);
      if (reason !== null) throw new StoreUnavailableError(reason, { cause: error });
      throw new Error(what, { cause: error });
    }
  }

  #reasonOf(error: unknown): string | null {
    return error instanceof StoreUnavailableError ? error.message : unavailableReason(error, this.#address);
  }
}

async function updateLastSeen(session: PostgresSession, rows: readonly LastSeen[]): Promise<void> {
  await session.query(
    {
      name: 'sluice-last-seen',
      text: `update node_last_seen set last_seen_at = given.last_seen_at
             from (select node_id, max(at) as last_seen_at from unnest($1::text[], $2::bigint[]) as row (node_id, at)
                   group by node_id) as given
             where node_last_seen.node_id = given.node_id
               and (node_last_seen.last_seen_at is null or node_last_seen.last_seen_at < given.last_seen_at)`,
    },
    [rows.map(({ nodeId }) => nodeId), rows.map(({ lastSeenAt }) => lastSeenAt)],
  );
}

async function updateLastUsed(session: PostgresSession, uses: readonly TokenUse[]): Promise<void> {
  await session.query(
    {
      name: 'sluice-last-used',
      text: `update tokens set last_used_at = given.last_used_at
             from (select id, max(at) as last_used_at from unnest($1::text[], $2::bigint[]) as row (id, at) group by id) as given
             where tokens.id = given.id and (tokens.last_used_at is null or tokens.last_used_at < given.last_used_at)`,
    },
    [uses.map(({ tokenId }) => tokenId), uses.map(({ lastUsedAt }) => lastUsedAt)],
  );
}
