/** The tables as Kysely sees them: names and types of the columns, the same on every dialect. JSON is kept as text, instants as epoch milliseconds. */
import type { StoredToken } from './store.ts';

export interface NodesTable {
  readonly node_id: string;
  readonly revision: number;
  readonly state: string;
}

/** Beside `nodes`, so that noting a heartbeat does not write the node's whole state again. One row per node. */
export interface NodeLastSeenTable {
  readonly node_id: string;
  readonly last_seen_at: number | null;
}

export interface EventsTable {
  readonly sequence: number;
  readonly node_id: string;
  readonly kind: string;
  readonly at: number;
  readonly body: string;
  /** Of the event before it; `null`: that has none. */
  readonly previous_hash: string | null;
  /** Who the audit tells of; `null`: it does not tell of this event. */
  readonly actor: string | null;
}

/** One row: the sequence number given last. A counter of our own gives numbers in the order of the commits, without gaps, on any dialect. */
export interface EventSequenceTable {
  readonly id: number;
  readonly last_sequence: number;
  /** The id of the commit that was made last, where commits have ids: on a database that can be lost in the middle of one. */
  readonly last_commit_id: string | null;
  /** Of the event that was written last; `null`: none has a hash. */
  readonly last_hash: string | null;
}

export interface OperationsTable {
  readonly id: string;
  readonly node_id: string;
  readonly command: string;
  readonly status: string;
  readonly created_at: number;
  readonly ended_at: number | null;
  readonly body: string;
}

/** `kind` and `role` are held to these values by the database itself. */
export interface TokensTable {
  readonly id: string;
  readonly kind: StoredToken['kind'];
  readonly name: string;
  readonly hash: string;
  readonly role: StoredToken['role'];
  readonly created_at: number;
  readonly expires_at: number | null;
  readonly revoked_at: number | null;
  readonly selector: string | null;
  readonly node_type: string | null;
  readonly uses_max: number | null;
  readonly uses: number;
  readonly idle_ms: number | null;
  readonly created_by: string;
  readonly last_used_at: number | null;
}

/** One row per request with an `Idempotency-Key` that was carried out. */
export interface AnsweredRequestsTable {
  readonly key: string;
  readonly fingerprint: string;
  readonly operation_id: string;
  readonly answered_at: number;
}

/** `is_enabled` is 1 or 0; `kinds` are separated by commas, `null`: all that are about nodes. */
export interface WebhooksTable {
  readonly id: string;
  readonly name: string;
  readonly url: string;
  readonly secret: string;
  readonly previous_secret: string | null;
  readonly previous_secret_until: number | null;
  readonly kinds: string | null;
  readonly node_id: string | null;
  readonly selector: string | null;
  readonly is_enabled: number;
  readonly disabled_because: string | null;
  readonly created_by: string;
  readonly created_at: number;
  readonly starts_after: number;
}

/** Beside `webhooks`: it changes with every delivery. */
export interface WebhookProgressTable {
  readonly webhook_id: string;
  readonly sequence: number;
  readonly attempts: number;
  readonly next_attempt_at: number | null;
  readonly failing_since: number | null;
  readonly problem: string | null;
  readonly delivered_at: number | null;
  readonly missed: number;
  readonly dropped: number;
}

export interface DeadLettersTable {
  /** The webhook and the sequence number. */
  readonly id: string;
  readonly webhook_id: string;
  readonly sequence: number;
  readonly message_id: string;
  readonly type: string;
  readonly node_id: string;
  readonly at: number;
  readonly body: string;
  readonly attempts: number;
  readonly failed_at: number;
  readonly problem: string;
}

/** `max_unavailable` is a number of nodes (`3`) or a share of them (`25%`). */
export interface BudgetsTable {
  readonly name: string;
  readonly selector: string | null;
  readonly max_unavailable: string;
  readonly description: string | null;
  readonly created_by: string;
  readonly created_at: number;
  readonly updated_at: number;
  readonly revision: number;
}

export interface SlotsTable {
  /** The group and the holder. */
  readonly id: string;
  readonly group_name: string;
  readonly holder_id: string;
  readonly taken_at: number;
  readonly taken_by: string;
  readonly node_id: string | null;
}

export interface RolloutsTable {
  readonly id: string;
  readonly status: string;
  readonly created_at: number;
  readonly ended_at: number | null;
  readonly body: string;
}

export interface RolloutNodesTable {
  /** The rollout and the position. */
  readonly id: string;
  readonly rollout_id: string;
  readonly position: number;
  readonly node_id: string;
  readonly status: string;
  readonly body: string;
}

/** One row per code that waits to be used. */
export interface OneTimeCodesTable {
  /** SHA-256 of the code, in hexadecimal. */
  readonly hash: string;
  readonly purpose: string;
  readonly value: string;
  readonly expires_at: number;
}

export interface SharedSecretsTable {
  readonly name: string;
  readonly secret: string;
}

export interface Schema {
  readonly nodes: NodesTable;
  readonly node_last_seen: NodeLastSeenTable;
  readonly events: EventsTable;
  readonly event_sequence: EventSequenceTable;
  readonly operations: OperationsTable;
  readonly tokens: TokensTable;
  readonly answered_requests: AnsweredRequestsTable;
  readonly webhooks: WebhooksTable;
  readonly webhook_progress: WebhookProgressTable;
  readonly dead_letters: DeadLettersTable;
  readonly budgets: BudgetsTable;
  readonly slots: SlotsTable;
  readonly rollouts: RolloutsTable;
  readonly rollout_nodes: RolloutNodesTable;
  readonly one_time_codes: OneTimeCodesTable;
  readonly shared_secrets: SharedSecretsTable;
}
