/** What others have committed since a place in the order of the commits: which rows it was, and the rows as they are now. */
import { type Compilable, type Kysely, sql } from 'kysely';
import Type from 'typebox';
import { Compile } from 'typebox/compile';
import { budgetOfRow, slotId, slotOfRow } from '../budget-rows.ts';
import { eventOfRow } from '../event-rows.ts';
import { rolloutNodeOfRow, rolloutOfRow } from '../rollout-rows.ts';
import type { Schema } from '../schema.ts';
import { type Follower, type MissedCommits, type MissedRollout, SupersededError } from '../shared-store.ts';
import { nodeOfRow, tokenOfRow } from '../store-queries.ts';
import { webhookOfRow } from '../webhook-rows.ts';
import type { PostgresSession, Statement } from './postgres-session.ts';
import { SCHEMA_ID } from './server-lock.ts';

/** SQL: where those who follow hear of a commit. One for each schema, so that fleets in schemas of their own do not wake each other. */
export const COMMITS_CHANNEL = `('sluice_commits_' || ${SCHEMA_ID})`;

/** Commits that are taken over at once; whoever has missed more reads the whole store faster. */
const COMMITS_MAX = 20_000;

/** A place in the order of the commits. */
export interface Place {
  readonly number: number;
  /** Of the commit there; `null`: none was ever made. */
  readonly id: string | null;
  /** The number of the last event by then. */
  readonly lastSequence: number;
}

/** The keys of the rows that a commit has written or removed. */
const ChangedKeys = Type.Object({
  nodes: Type.Array(Type.String()),
  tokens: Type.Array(Type.String()),
  webhooks: Type.Array(Type.String()),
  budgets: Type.Array(Type.String()),
  slots: Type.Array(Type.Object({ groupName: Type.String(), holderId: Type.String() })),
  rollouts: Type.Array(Type.Object({ id: Type.String(), positions: Type.Array(Type.Integer()) })),
});
export type ChangedKeys = Type.Static<typeof ChangedKeys>;

const changedKeys = Compile(ChangedKeys);

export interface CommitRow {
  readonly number: number;
  readonly id: string;
  readonly previous_id: string | null;
  readonly last_sequence: number;
  readonly changed: string;
}

/** The commits after a number, in their order; for no number the newest one. */
export const selectCommits: Statement = {
  name: 'sluice-select-commits',
  text: `select number, id, previous_id, last_sequence, changed from commits
         where number > coalesce($1::bigint, (select max(number) - 1 from commits))
         order by number limit ${COMMITS_MAX + 1}`,
};

/**
 * Where the commits after a place lead.
 * @param head The counter as it is beside them.
 * @throws SupersededError when they do not follow the place: the database was set back, or they are gone.
 */
export function placeAfter(
  place: Place,
  commits: readonly CommitRow[],
  head: { readonly last_commit_id: string | null; readonly last_sequence: number },
): Place {
  let { id } = place;
  let { number } = place;
  for (const commit of commits) {
    if (commit.number !== number + 1 || commit.previous_id !== id) throw superseded();
    ({ id, number } = commit);
  }
  if (id !== head.last_commit_id || commits.length > COMMITS_MAX) throw superseded();
  return { number, id, lastSequence: head.last_sequence };
}

function superseded(): SupersededError {
  return new SupersededError(
    'The database is not as this server knew it: it was set back to an earlier state (by a restored backup, or by a failover to a ' +
      'standby that lagged), or this server stood still for too long. It reads everything anew.',
  );
}

/**
 * The rows that the commits have written, as they are now; to be asked in one snapshot with the commits, or with the pen.
 * @throws SupersededError when events are gone that memory has not seen.
 */
export async function readMissed(
  session: PostgresSession,
  kysely: Kysely<Schema>,
  place: Place,
  commits: readonly CommitRow[],
  to: Place,
  knowsRollout: Follower['knowsRollout'],
): Promise<MissedCommits> {
  const all = commits.map(({ changed }) => keysOfText(changed));
  const keysOf = (name: 'nodes' | 'tokens' | 'webhooks' | 'budgets') => [...new Set(all.flatMap((keys) => keys[name]))];
  const [nodeIds, tokenIds, webhookIds, budgetNames] = [
    keysOf('nodes'),
    keysOf('tokens'),
    keysOf('webhooks'),
    keysOf('budgets'),
  ];
  const slots = new Map(all.flatMap((keys) => keys.slots).map((slot) => [slotId(slot), slot]));
  const rows = async <Row extends object>(
    keys: readonly unknown[],
    query: Compilable<Row>,
  ): Promise<readonly Row[]> => {
    if (keys.length === 0) return [];
    const { sql: text, parameters } = query.compile();
    return (await session.query<Row>({ text }, parameters)).rows;
  };
  const is = (column: string, keys: readonly string[]) => sql<boolean>`${sql.ref(column)} = any(${keys}::text[])`;
  const [nodes, tokens, webhooks, budgets, takenSlots, events, rollouts] = await Promise.all([
    rows(
      nodeIds,
      kysely
        .selectFrom('nodes')
        .leftJoin('node_last_seen', 'node_last_seen.node_id', 'nodes.node_id')
        .select(['nodes.node_id', 'nodes.revision', 'nodes.state', 'node_last_seen.last_seen_at'])
        .where(is('nodes.node_id', nodeIds)),
    ),
    rows(tokenIds, kysely.selectFrom('tokens').selectAll().where(is('id', tokenIds))),
    rows(webhookIds, kysely.selectFrom('webhooks').selectAll().where(is('id', webhookIds))),
    rows(budgetNames, kysely.selectFrom('budgets').selectAll().where(is('name', budgetNames))),
    rows(
      [...slots.keys()],
      kysely
        .selectFrom('slots')
        .selectAll()
        .where(is('id', [...slots.keys()])),
    ),
    rows(
      to.lastSequence > place.lastSequence ? [null] : [],
      kysely
        .selectFrom('events')
        .selectAll()
        .where('sequence', '>', place.lastSequence)
        .where('sequence', '<=', to.lastSequence)
        .orderBy('sequence'),
    ),
    Promise.all(
      changedRollouts(all).map(async ({ id, positions }): Promise<readonly MissedRollout[]> => {
        const isWhole = !knowsRollout(id);
        let ofRollout = kysely.selectFrom('rollout_nodes').selectAll().where('rollout_id', '=', id).orderBy('position');
        if (!isWhole) ofRollout = ofRollout.where(sql<boolean>`position = any(${positions}::bigint[])`);
        const [[header], ofNodes] = await Promise.all([
          rows([id], kysely.selectFrom('rollouts').selectAll().where('id', '=', id)),
          rows([id], ofRollout),
        ]);
        // It has ended long ago, and was removed since.
        if (header === undefined) return [];
        return [{ isWhole, rollout: rolloutOfRow(header), nodes: ofNodes.map(rolloutNodeOfRow) }];
      }),
    ),
  ]);
  if (events.length !== to.lastSequence - place.lastSequence) throw superseded();
  const nodeOf = new Map(nodes.map((row) => [row.node_id, nodeOfRow(row)]));
  const webhookOf = new Map(webhooks.map((row) => [row.id, webhookOfRow(row)]));
  const budgetOf = new Map(budgets.map((row) => [row.name, budgetOfRow(row)]));
  const slotOf = new Map(takenSlots.map((row) => [row.id, slotOfRow(row)]));
  return {
    nodes: nodeIds.map((nodeId) => ({ nodeId, stored: nodeOf.get(nodeId) ?? null })),
    tokens: tokens.map(tokenOfRow),
    webhooks: webhookIds.map((id) => ({ id, webhook: webhookOf.get(id) ?? null })),
    budgets: budgetNames.map((name) => ({ name, budget: budgetOf.get(name) ?? null })),
    slots: [...slots].map(([id, { groupName, holderId }]) => ({ groupName, holderId, slot: slotOf.get(id) ?? null })),
    rollouts: rollouts.flat(),
    events: events.map(eventOfRow),
  };
}

/** Each once, with all positions that any of the commits has written. */
function changedRollouts(
  all: readonly ChangedKeys[],
): readonly { readonly id: string; readonly positions: readonly number[] }[] {
  const positionsOf = new Map<string, Set<number>>();
  for (const { id, positions } of all.flatMap((keys) => keys.rollouts)) {
    const known = positionsOf.get(id) ?? new Set<number>();
    for (const position of positions) known.add(position);
    positionsOf.set(id, known);
  }
  return [...positionsOf].map(([id, positions]) => ({ id, positions: [...positions] }));
}

/** The store keeps what this very program wrote; a newer version may have added to it. */
function keysOfText(text: string): ChangedKeys {
  const keys: unknown = JSON.parse(text);
  if (!changedKeys.Check(keys)) throw new Error('following the commits: the store holds one of another kind');
  return keys;
}
