/** The store in a data directory, on SQLite: for one server process. */
import { setImmediate } from 'node:timers/promises';
import type Database from 'better-sqlite3';
import type { Kysely } from 'kysely';
import type { Schema } from '../schema.ts';
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
import { Checkpoints } from './checkpoints.ts';
import { databaseBytes } from './copy-database.ts';
import type { DataDirectoryLock } from './data-directory-lock.ts';
import { openSqlite } from './open-sqlite.ts';
import type { OpenedSqlite } from './open-sqlite.ts';
import { prepareCommit } from './sqlite-commit.ts';
import type { SqliteCommit } from './sqlite-commit.ts';
import { BudgetRows } from '../budget-rows.ts';
import type { BudgetStore } from '../budget-store.ts';
import { LoginRows } from '../login-rows.ts';
import type { LoginStore } from '../login-store.ts';
import { RolloutRows } from '../rollout-rows.ts';
import type { RolloutStore } from '../rollout-store.ts';
import { WebhookRows } from '../webhook-rows.ts';
import type { WebhookStore } from '../webhook-store.ts';
import { unavailableReason } from './unavailable-reason.ts';

/** Rows of `recordLastSeen` in one transaction: everybody else waits for it some 5 ms. */
const LAST_SEEN_ROWS_AT_ONCE = 1000;
/** Transactions that it makes at most: the rows lie in no order, so that each writes most pages of their table. */
const LAST_SEEN_TRANSACTIONS_MAX = 10;

/** Opens the store of a data directory, made when it is not there. Throws as `openSqlite` does, in words for a person. */
export async function openSqliteStore(directory: string): Promise<SqliteStore> {
  return new SqliteStore(await openSqlite(directory));
}

/** See `Store` for what each verb promises. */
export class SqliteStore implements Store {
  readonly webhooks: WebhookStore;
  readonly budgets: BudgetStore;
  readonly rollouts: RolloutStore;
  readonly logins: LoginStore;
  readonly shared = null;
  readonly #database: Database.Database;
  readonly #kysely: Kysely<Schema>;
  readonly #lock: DataDirectoryLock;
  readonly #commit: SqliteCommit;
  readonly #checkpoints: Checkpoints;
  readonly #recordLastSeen: (rows: readonly LastSeen[]) => void;
  readonly #recordTokenUses: (uses: readonly TokenUse[]) => void;

  constructor({ database, kysely, lock }: OpenedSqlite) {
    this.#database = database;
    this.#kysely = kysely;
    this.webhooks = new WebhookRows(kysely, doing);
    this.budgets = new BudgetRows(kysely, doing);
    this.rollouts = new RolloutRows(kysely, doing);
    this.logins = new LoginRows(kysely, doing);
    this.#lock = lock;
    this.#checkpoints = new Checkpoints(database);
    this.#commit = prepareCommit(database, (pages) => this.#checkpoints.wrote(pages));
    const updateLastSeen = database.prepare<LastSeen>(
      `update node_last_seen set last_seen_at = @lastSeenAt
       where node_id = @nodeId and (last_seen_at is null or last_seen_at < @lastSeenAt)`,
    );
    const transaction = database.transaction((rows: readonly LastSeen[]) => {
      for (const row of rows) updateLastSeen.run(row);
    });
    this.#recordLastSeen = (rows) => transaction.immediate(rows);
    const updateLastUsed = database.prepare<TokenUse>(
      `update tokens set last_used_at = @lastUsedAt
       where id = @tokenId and (last_used_at is null or last_used_at < @lastUsedAt)`,
    );
    const noteUses = database.transaction((uses: readonly TokenUse[]) => {
      for (const use of uses) updateLastUsed.run(use);
    });
    this.#recordTokenUses = (uses) => noteUses.immediate(uses);
  }

  load(): Promise<StoredFleet> {
    return doing('loading the nodes from the store', () => loadFleet(this.#kysely));
  }

  async commit(
    changes: readonly NodeChange[],
    answered: readonly AnsweredRequest[] = [],
    beside: Beside = {},
  ): Promise<CommitOutcome> {
    try {
      return this.#commit(changes, answered, beside);
    } catch (error) {
      const reason = unavailableReason(error);
      if (reason === null) throw new Error('committing changes to the store', { cause: error });
      return { ok: false, code: 'store-unavailable', reason };
    }
  }

  events(query: EventsQuery): Promise<readonly StoredEvent[]> {
    return doing('reading events from the store', () => selectEvents(this.#kysely, query));
  }

  chain(query: ChainQuery): Promise<readonly ChainedEvent[]> {
    return doing('reading the chain of events from the store', () => selectChain(this.#kysely, query));
  }

  age(): Promise<StoreAge> {
    return doing('reading the age of the store', () => selectAge(this.#kysely));
  }

  chainHead(): Promise<ChainHead> {
    return doing('reading the head of the chain from the store', () => selectChainHead(this.#kysely));
  }

  lastToRemove(request: EventsToRemove): Promise<ChainedEvent | null> {
    return doing('looking for old events in the store', () => selectLastToRemove(this.#kysely, request));
  }

  operation(id: string): Promise<StoredOperation | null> {
    return doing('reading an operation from the store', () => selectOperation(this.#kysely, id));
  }

  answeredRequests(keys: readonly string[]): Promise<readonly AnsweredRequest[]> {
    return doing('reading answered requests from the store', () => selectAnsweredRequests(this.#kysely, keys));
  }

  prune(request: PruneRequest): Promise<Pruned> {
    return doing('removing old rows from the store', () => pruneRows(this.#kysely, request));
  }

  operations(query: OperationsQuery): Promise<readonly StoredOperation[]> {
    return doing('reading operations from the store', () => selectOperations(this.#kysely, query));
  }

  operationDurations(lookedAt: number): Promise<readonly OperationDuration[]> {
    return doing('reading from the store how long operations took', () =>
      selectOperationDurations(this.#kysely, lookedAt),
    );
  }

  recordLastSeen(rows: readonly LastSeen[]): Promise<void> {
    return doing('noting in the store when nodes were last seen', async () => {
      const atOnce = Math.max(LAST_SEEN_ROWS_AT_ONCE, Math.ceil(rows.length / LAST_SEEN_TRANSACTIONS_MAX));
      for (let from = 0; from < rows.length; from += atOnce) {
        if (from > 0) await setImmediate();
        this.#recordLastSeen(rows.slice(from, from + atOnce));
      }
    });
  }

  tokens(): Promise<readonly StoredToken[]> {
    return doing('reading tokens from the store', () => selectTokens(this.#kysely));
  }

  recordTokenUses(uses: readonly TokenUse[]): Promise<void> {
    return doing('noting in the store when tokens were last used', async () => this.#recordTokenUses(uses));
  }

  pruneTokens(before: number): Promise<void> {
    return doing('removing old tokens from the store', () => deleteOldTokens(this.#kysely, before));
  }

  bytes(): Promise<number> {
    return doing('measuring the store', async () => {
      if (!this.#database.open) throw new Error('the store is closed');
      return (await databaseBytes(this.#database.name)) ?? 0;
    });
  }

  async close(): Promise<void> {
    this.#checkpoints.stop();
    await this.#kysely.destroy();
    this.#database.close();
    this.#lock.release();
  }
}

/** When the database cannot be used now, the error says why; else it says what the store was doing. */
async function doing<Result>(what: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof StoreUnavailableError) throw error;
    const reason = unavailableReason(error);
    if (reason !== null) throw new StoreUnavailableError(reason, { cause: error });
    throw new Error(what, { cause: error });
  }
}
