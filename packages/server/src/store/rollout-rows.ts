/** `RolloutStore` by single statements, written once for every dialect. */
import type { Kysely, Selectable } from 'kysely';
import type { Doing } from './doing.ts';
import { documentFromText, documentText } from './document-text.ts';
import { hasNul } from './event-rows.ts';
import type {
  RolloutNodesQuery,
  RolloutsQuery,
  RolloutStore,
  StoredRollout,
  StoredRolloutNode,
} from './rollout-store.ts';
import type { RolloutNodesTable, RolloutsTable, Schema } from './schema.ts';

/** See `RolloutStore` for what each verb promises. */
export class RolloutRows implements RolloutStore {
  readonly #kysely: Kysely<Schema>;
  readonly #doing: Doing;

  constructor(kysely: Kysely<Schema>, doing: Doing) {
    this.#kysely = kysely;
    this.#doing = doing;
  }

  unended(): Promise<readonly StoredRollout[]> {
    return this.#doing('reading from the store which rollouts go on', async () => {
      const rows = await this.#kysely
        .selectFrom('rollouts')
        .selectAll()
        .where('ended_at', 'is', null)
        .orderBy('created_at')
        .orderBy('id')
        .execute();
      return rows.map(rolloutOfRow);
    });
  }

  get(id: string): Promise<StoredRollout | null> {
    return this.#doing('reading a rollout from the store', async () => {
      if (hasNul([id])) return null;
      const row = await this.#kysely.selectFrom('rollouts').selectAll().where('id', '=', id).executeTakeFirst();
      return row === undefined ? null : rolloutOfRow(row);
    });
  }

  list({ statuses, cursor, limit }: RolloutsQuery): Promise<readonly StoredRollout[]> {
    return this.#doing('reading rollouts from the store', async () => {
      // PostgreSQL does not take an empty list after IN, so it is answered here.
      if (statuses?.length === 0 || hasNul([...(statuses ?? []), cursor?.id])) return [];
      let select = this.#kysely
        .selectFrom('rollouts')
        .selectAll()
        .orderBy('created_at', 'desc')
        .orderBy('id', 'desc')
        .limit(limit);
      if (statuses !== undefined) select = select.where('status', 'in', statuses);
      if (cursor !== undefined) {
        select = select.where((expression) =>
          expression(expression.refTuple('created_at', 'id'), '<', expression.tuple(cursor.createdAt, cursor.id)),
        );
      }
      return (await select.execute()).map(rolloutOfRow);
    });
  }

  nodes(rolloutId: string, { statuses, after, limit }: RolloutNodesQuery): Promise<readonly StoredRolloutNode[]> {
    return this.#doing('reading the nodes of a rollout from the store', async () => {
      if (statuses?.length === 0 || hasNul([rolloutId, ...(statuses ?? [])])) return [];
      let select = this.#kysely
        .selectFrom('rollout_nodes')
        .selectAll()
        .where('rollout_id', '=', rolloutId)
        .orderBy('position')
        .limit(limit);
      if (statuses !== undefined) select = select.where('status', 'in', statuses);
      if (after !== undefined) select = select.where('position', '>', after);
      return (await select.execute()).map(rolloutNodeOfRow);
    });
  }

  prune(endedBefore: number, rowsMax: number): Promise<number> {
    return this.#doing('removing old rollouts from the store', async () => {
      const nodes = await this.#kysely
        .deleteFrom('rollout_nodes')
        .where('id', 'in', (old) =>
          old
            .selectFrom('rollout_nodes as node')
            .innerJoin('rollouts as rollout', 'rollout.id', 'node.rollout_id')
            .select('node.id')
            .where('rollout.ended_at', '<', endedBefore)
            .limit(rowsMax),
        )
        .executeTakeFirst();
      const headers = await this.#kysely
        .deleteFrom('rollouts')
        .where('ended_at', '<', endedBefore)
        .where((rollout) =>
          rollout.not(
            rollout.exists(
              rollout
                .selectFrom('rollout_nodes')
                .select('rollout_nodes.id')
                .whereRef('rollout_nodes.rollout_id', '=', 'rollouts.id'),
            ),
          ),
        )
        .executeTakeFirst();
      return Number(nodes.numDeletedRows + headers.numDeletedRows);
    });
  }
}

/** The row that a commit writes of a rollout. */
export function rowOfRollout({ id, status, createdAt, endedAt, body }: StoredRollout): RolloutsTable {
  return { id, status, created_at: createdAt, ended_at: endedAt, body: documentText(body) };
}

/** The row that a commit writes of a node of a rollout. */
export function rowOfRolloutNode(
  rolloutId: string,
  { position, nodeId, status, body }: StoredRolloutNode,
): RolloutNodesTable {
  const id = `${rolloutId}:${position}`;
  return { id, rollout_id: rolloutId, position, node_id: nodeId, status, body: documentText(body) };
}

export function rolloutOfRow(row: Selectable<RolloutsTable>): StoredRollout {
  return {
    id: row.id,
    status: row.status,
    createdAt: row.created_at,
    endedAt: row.ended_at,
    body: documentFromText(row.body, `the rollout '${row.id}'`),
  };
}

export function rolloutNodeOfRow(row: Selectable<RolloutNodesTable>): StoredRolloutNode {
  return {
    position: row.position,
    nodeId: row.node_id,
    status: row.status,
    body: documentFromText(row.body, `the node '${row.node_id}' of the rollout '${row.rollout_id}'`),
  };
}
