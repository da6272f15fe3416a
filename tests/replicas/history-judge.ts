/** What the history of a fleet tells when all is over: it is whole, no budget was exceeded, and who was called offline when. */
import { FleetEvent } from '@sluice/contract';
import { evolve, type NodeState } from '@sluice/core';
import { Compile } from 'typebox/compile';
import { startSluice } from '../end-to-end/sluice-process.ts';
import { readNode } from '../../packages/server/src/fleet/stored-documents.ts';
import type { StoredNode } from '../../packages/server/src/store/store.ts';
import type { StoredBudget } from '../../packages/server/src/store/budget-store.ts';
import { brokenBudget, type Written } from '../simulation/budget-promise.ts';
import type { ReplicasUnderTest } from './replicas-under-test.ts';

/** Who asks in these tests. */
const CLIENT = 'admin';

const fleetEvent = Compile(FleetEvent);

interface EventRow extends Record<string, unknown> {
  readonly sequence: number;
  readonly node_id: string;
  readonly kind: string;
  readonly at: number;
  readonly body: string;
}

/** @throws Error that says what is missing, was changed or comes twice. */
export async function expectWholeHistory(replicas: ReplicasUnderTest, through: number): Promise<void> {
  const { exitCode, out, error } = await startSluice(replicas.at(through).fleet.url, ['audit', 'verify']).ended;
  if (exitCode !== 0) throw new Error(`the history is not whole: ${out}${error}`);
}

/** Nodes that were called offline because nothing was heard of them, once for each time. */
export async function calledOffline(replicas: ReplicasUnderTest): Promise<readonly string[]> {
  const rows = await replicas.query<EventRow>(
    "select node_id from events where kind = 'LeaseExpired' order by sequence",
  );
  return rows.map(({ node_id }) => node_id);
}

/** @throws Error when by request more nodes were unavailable at once than a budget for all nodes allows. */
export async function expectBudgetsKept(
  replicas: ReplicasUnderTest,
  budget: Pick<StoredBudget, 'name' | 'maxUnavailable'>,
): Promise<void> {
  const rows = await replicas.query<EventRow>(
    `select sequence::int as sequence, node_id, kind, at::float8 as at, body from events
     where node_id in (select node_id from nodes) and kind <> 'RequestRefused' order by sequence`,
  );
  const nodes = new Map<string, StoredNode>();
  const budgets = new Map([[budget.name, { ...NO_BUDGET, ...budget }]]);
  for (const together of decidedTogether(rows)) {
    const written = [...new Set(together.map(({ node_id }) => node_id))].map((nodeId) =>
      write(
        nodes,
        nodeId,
        together.filter(({ node_id }) => node_id === nodeId),
      ),
    );
    const broken = brokenBudget({ nodes, budgets }, written, CLIENT);
    if (broken !== null) throw new Error(`${broken}, since event ${together[0]?.sequence}`);
  }
}

const NO_BUDGET = { selector: null, description: null, createdBy: CLIENT, createdAt: 0, updatedAt: 0, revision: 1 };

/** What was decided at one moment is of one commit. */
function decidedTogether(rows: readonly EventRow[]): readonly (readonly EventRow[])[] {
  const groups: EventRow[][] = [];
  for (const row of rows) {
    const last = groups.at(-1);
    if (last?.[0]?.at === row.at) last.push(row);
    else groups.push([row]);
  }
  return groups;
}

function write(nodes: Map<string, StoredNode>, nodeId: string, events: readonly EventRow[]): Written {
  const before = nodes.get(nodeId) ?? null;
  let state: NodeState | null = before === null ? null : readNode(before);
  const bodies = events.map(({ kind, at, body: text }) => {
    const body: unknown = JSON.parse(text);
    if (!fleetEvent.Check(body)) throw new Error(`this is no event of a node: ${text}`);
    state = evolve(state, body, nodeId, at);
    return { kind, at, body: { ...body } };
  });
  if (state === null) nodes.delete(nodeId);
  else nodes.set(nodeId, { nodeId, revision: state.revision, lastSeenAt: null, state: { ...state } });
  const revision = state?.revision ?? 0;
  return {
    before,
    change: {
      nodeId,
      expectedRevision: before?.revision ?? null,
      revision,
      state: state === null ? null : { ...state },
      events: bodies,
      operations: [],
    },
  };
}
