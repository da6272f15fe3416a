/** The tables as an archive has them: which, in which order, by which key, and what each column may hold. */
import Type, { type TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import type { Schema } from '../../store/schema.ts';

/** A row with its columns in the order of the archive. */
export type StoredRow = Readonly<Record<string, string | number | null>>;

export interface StoredTable {
  readonly name: keyof Schema;
  /** The column that the rows are ordered by. */
  readonly key: string;
  readonly columns: readonly string[];
  readonly isRow: (value: unknown) => value is StoredRow;
}

const text = Type.String();
const integer = Type.Integer({ minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER });
const orNull = (type: TSchema) => Type.Union([type, Type.Null()]);

/** Codes that wait for some minutes, and secrets that a store makes for itself: an archive is taken to another store, where neither is of use. */
type LeftOut = 'one_time_codes' | 'shared_secrets';

/** Every other table of the schema and every column of it, or this does not typecheck. */
type Columns = {
  readonly [Name in Exclude<keyof Schema, LeftOut>]: { readonly [Column in keyof Schema[Name]]: TSchema };
};

const columnsOf = {
  nodes: { node_id: text, revision: integer, state: text },
  node_last_seen: { node_id: text, last_seen_at: orNull(integer) },
  events: {
    sequence: integer,
    node_id: text,
    kind: text,
    at: integer,
    body: text,
    previous_hash: orNull(text),
    actor: orNull(text),
  },
  event_sequence: { id: integer, last_sequence: integer, last_commit_id: orNull(text), last_hash: orNull(text) },
  operations: {
    id: text,
    node_id: text,
    command: text,
    status: text,
    created_at: integer,
    ended_at: orNull(integer),
    body: text,
  },
  tokens: {
    id: text,
    kind: text,
    name: text,
    hash: text,
    role: orNull(text),
    created_at: integer,
    expires_at: orNull(integer),
    revoked_at: orNull(integer),
    selector: orNull(text),
    node_type: orNull(text),
    uses_max: orNull(integer),
    uses: integer,
    idle_ms: orNull(integer),
    created_by: text,
    last_used_at: orNull(integer),
  },
  answered_requests: { key: text, fingerprint: text, operation_id: text, answered_at: integer },
  webhooks: {
    id: text,
    name: text,
    url: text,
    secret: text,
    previous_secret: orNull(text),
    previous_secret_until: orNull(integer),
    kinds: orNull(text),
    node_id: orNull(text),
    selector: orNull(text),
    is_enabled: integer,
    disabled_because: orNull(text),
    created_by: text,
    created_at: integer,
    starts_after: integer,
  },
  webhook_progress: {
    webhook_id: text,
    sequence: integer,
    attempts: integer,
    next_attempt_at: orNull(integer),
    failing_since: orNull(integer),
    problem: orNull(text),
    delivered_at: orNull(integer),
    missed: integer,
    dropped: integer,
  },
  dead_letters: {
    id: text,
    webhook_id: text,
    sequence: integer,
    message_id: text,
    type: text,
    node_id: text,
    at: integer,
    body: text,
    attempts: integer,
    failed_at: integer,
    problem: text,
  },
  budgets: {
    name: text,
    selector: orNull(text),
    max_unavailable: text,
    description: orNull(text),
    created_by: text,
    created_at: integer,
    updated_at: integer,
    revision: integer,
  },
  slots: { id: text, group_name: text, holder_id: text, taken_at: integer, taken_by: text, node_id: orNull(text) },
  rollouts: { id: text, status: text, created_at: integer, ended_at: orNull(integer), body: text },
  rollout_nodes: { id: text, rollout_id: text, position: integer, node_id: text, status: text, body: text },
} as const satisfies Columns;

/** In the order in which an archive has them. Each is ordered by its first column, which is its primary key. */
export const STORED_TABLES: readonly StoredTable[] = [
  storedTable('nodes', columnsOf.nodes),
  storedTable('node_last_seen', columnsOf.node_last_seen),
  storedTable('events', columnsOf.events),
  storedTable('event_sequence', columnsOf.event_sequence),
  storedTable('operations', columnsOf.operations),
  storedTable('tokens', columnsOf.tokens),
  storedTable('answered_requests', columnsOf.answered_requests),
  storedTable('webhooks', columnsOf.webhooks),
  storedTable('webhook_progress', columnsOf.webhook_progress),
  storedTable('dead_letters', columnsOf.dead_letters),
  storedTable('budgets', columnsOf.budgets),
  storedTable('slots', columnsOf.slots),
  storedTable('rollouts', columnsOf.rollouts),
  storedTable('rollout_nodes', columnsOf.rollout_nodes),
];

function storedTable(name: keyof Schema, types: Readonly<Record<string, TSchema>>): StoredTable {
  const columns = Object.keys(types);
  const row = Compile(Type.Object({ ...types }, { additionalProperties: false }));
  const isRow = (value: unknown): value is StoredRow => row.Check(value);
  return { name, key: columns[0] ?? '', columns, isRow };
}
