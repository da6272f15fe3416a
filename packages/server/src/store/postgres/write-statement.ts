/** The one statement that writes a commit's rows into all tables of PostgreSQL. */
import type { Statement } from './postgres-session.ts';
import { COMMITS_CHANNEL } from './missed-commits.ts';

/**
 * All tables in one statement: its parts see the tables as they were before it, and no two of them touch the same row.
 * A COMMIT is not to be given up halfway, as PostgreSQL would when it waits long for a standby: it would say that it is done.
 */
export const writeStatement: Statement = {
  name: 'sluice-write',
  text: `
with written_nodes as (
  insert into nodes (node_id, revision, state)
  select node_id, revision, state from json_to_recordset($1::json) as given (node_id text, revision bigint, state text)
  on conflict (node_id) do update set revision = excluded.revision, state = excluded.state
), new_last_seen as (
  insert into node_last_seen (node_id, last_seen_at) select unnest($2::text[]), null
  on conflict (node_id) do update set last_seen_at = null
), forgotten_nodes as (
  delete from nodes where node_id = any($3::text[])
), forgotten_last_seen as (
  delete from node_last_seen where node_id = any($3::text[])
), written_events as (
  insert into events (sequence, node_id, kind, at, body, previous_hash, actor)
  select sequence, node_id, kind, at, body, previous_hash, actor
  from json_to_recordset($4::json) as given
    (sequence bigint, node_id text, kind text, at bigint, body text, previous_hash text, actor text)
), written_operations as (
  insert into operations (id, node_id, command, status, created_at, ended_at, body)
  select id, node_id, command, status, created_at, ended_at, body
  from json_to_recordset($5::json) as given
    (id text, node_id text, command text, status text, created_at bigint, ended_at bigint, body text)
  on conflict (id) do update set node_id = excluded.node_id, command = excluded.command, status = excluded.status,
    created_at = excluded.created_at, ended_at = excluded.ended_at, body = excluded.body
), written_answers as (
  insert into answered_requests (key, fingerprint, operation_id, answered_at)
  select key, fingerprint, operation_id, answered_at
  from json_to_recordset($6::json) as given (key text, fingerprint text, operation_id text, answered_at bigint)
  on conflict (key) do update set fingerprint = excluded.fingerprint, operation_id = excluded.operation_id,
    answered_at = excluded.answered_at
), written_tokens as (
  insert into tokens (id, kind, name, hash, role, created_at, expires_at, revoked_at, selector, node_type, uses_max, uses,
    idle_ms, created_by)
  select id, kind, name, hash, role, created_at, expires_at, revoked_at, selector, node_type, uses_max, uses, idle_ms, created_by
  from json_to_recordset($10::json) as given
    (id text, kind text, name text, hash text, role text, created_at bigint, expires_at bigint, revoked_at bigint, selector text,
     node_type text, uses_max bigint, uses bigint, idle_ms bigint, created_by text)
  on conflict (id) do update set kind = excluded.kind, name = excluded.name, hash = excluded.hash, role = excluded.role,
    created_at = excluded.created_at, expires_at = excluded.expires_at, revoked_at = excluded.revoked_at,
    selector = excluded.selector, node_type = excluded.node_type, uses_max = excluded.uses_max, uses = excluded.uses,
    idle_ms = excluded.idle_ms, created_by = excluded.created_by
), removed_webhooks as (
  delete from webhooks where id = any($12::text[])
), written_webhooks as (
  insert into webhooks (id, name, url, secret, previous_secret, previous_secret_until, kinds, node_id, selector, is_enabled,
    disabled_because, created_by, created_at, starts_after)
  select id, name, url, secret, previous_secret, previous_secret_until, kinds, node_id, selector, is_enabled,
    disabled_because, created_by, created_at, starts_after
  from json_to_recordset($11::json) as given
    (id text, name text, url text, secret text, previous_secret text, previous_secret_until bigint, kinds text, node_id text,
     selector text, is_enabled bigint, disabled_because text, created_by text, created_at bigint, starts_after bigint)
  on conflict (id) do update set name = excluded.name, url = excluded.url, secret = excluded.secret,
    previous_secret = excluded.previous_secret, previous_secret_until = excluded.previous_secret_until, kinds = excluded.kinds,
    node_id = excluded.node_id, selector = excluded.selector, is_enabled = excluded.is_enabled,
    disabled_because = excluded.disabled_because, created_by = excluded.created_by, created_at = excluded.created_at,
    starts_after = excluded.starts_after
), removed_budgets as (
  delete from budgets where name = any($14::text[])
), written_budgets as (
  insert into budgets (name, selector, max_unavailable, description, created_by, created_at, updated_at, revision)
  select name, selector, max_unavailable, description, created_by, created_at, updated_at, revision
  from json_to_recordset($13::json) as given
    (name text, selector text, max_unavailable text, description text, created_by text, created_at bigint, updated_at bigint,
     revision bigint)
  on conflict (name) do update set selector = excluded.selector, max_unavailable = excluded.max_unavailable,
    description = excluded.description, created_by = excluded.created_by, created_at = excluded.created_at,
    updated_at = excluded.updated_at, revision = excluded.revision
), freed_slots as (
  delete from slots where id = any($16::text[])
), written_slots as (
  insert into slots (id, group_name, holder_id, taken_at, taken_by, node_id)
  select id, group_name, holder_id, taken_at, taken_by, node_id
  from json_to_recordset($15::json) as given
    (id text, group_name text, holder_id text, taken_at bigint, taken_by text, node_id text)
  on conflict (id) do update set taken_at = excluded.taken_at, taken_by = excluded.taken_by, node_id = excluded.node_id
), written_rollouts as (
  insert into rollouts (id, status, created_at, ended_at, body)
  select id, status, created_at, ended_at, body
  from json_to_recordset($17::json) as given (id text, status text, created_at bigint, ended_at bigint, body text)
  on conflict (id) do update set status = excluded.status, ended_at = excluded.ended_at, body = excluded.body
), written_rollout_nodes as (
  insert into rollout_nodes (id, rollout_id, position, node_id, status, body)
  select id, rollout_id, position, node_id, status, body
  from json_to_recordset($18::json) as given
    (id text, rollout_id text, position bigint, node_id text, status text, body text)
  on conflict (id) do update set status = excluded.status, body = excluded.body
), written_commit as (
  insert into commits (number, id, previous_id, at, last_sequence, changed)
  values ($19::bigint, $9::text, $20::text, $21::bigint, $8::bigint, $22::text)
)
update event_sequence set last_sequence = $8::bigint, last_commit_id = $9::text, last_hash = $7::text
returning set_config('statement_timeout', '0', true), pg_notify(${COMMITS_CHANNEL}, $19::bigint::text)`,
};
