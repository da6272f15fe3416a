/** Reads a rollout, and of its nodes only those whose batches tell more than their counts, or have changed. */
import type { Answer, Client } from '@sluice/client';
import { type Operation, OPERATIONS_LIMIT_MAX, ROLLOUT_NODES_LIMIT_MAX, type RolloutNode } from '@sluice/contract';
import { type BatchCounts, isUniform, type RolloutView } from './rollout-view.ts';

/** Positions, both inclusive. */
interface Range {
  readonly first: number;
  readonly last: number;
}

/** @param previous What was read before; `null`: nothing. */
export async function readRollout(
  client: Client,
  id: string,
  previous: RolloutView | null,
): Promise<Answer<RolloutView>> {
  const answer = await client.getRollout({ id });
  if (!answer.ok) return answer;
  const rollout = answer.value;
  const nodes = new Map(previous?.nodes);
  for (const range of rangesToRead(rollout.batches, previous)) {
    for (let after = range.first - 1; after < range.last;) {
      const limit = Math.min(ROLLOUT_NODES_LIMIT_MAX, range.last - after);
      const page = await client.listRolloutNodes({ id, query: { after: String(after), limit: String(limit) } });
      if (!page.ok) return page;
      for (const node of page.value.items) nodes.set(node.position, node);
      after = page.value.items.length === 0 ? range.last : after + limit;
    }
  }
  const operations = rollout.counts.inProgress === 0 ? new Map<string, Operation>() : await operationsOf(client, id);
  return { ...answer, value: { rollout, nodes, operations } };
}

/** Batches are of nodes that follow each other: neighbours are read at once. */
function rangesToRead(batches: readonly BatchCounts[], previous: RolloutView | null): readonly Range[] {
  const before = new Map(previous?.rollout.batches.map((batch) => [batch.number, batch]));
  const ranges: { first: number; last: number }[] = [];
  let position = 1;
  for (const batch of batches) {
    const [first, last] = [position, position + batch.nodes - 1];
    position += batch.nodes;
    const known = before.get(batch.number);
    const isNews = known === undefined ? !isUniform(batch) : !isSame(known, batch);
    // Of a node under way the counts do not tell what is done to it now.
    if (!isNews && batch.inProgress === 0) continue;
    const neighbour = ranges.at(-1);
    if (neighbour !== undefined && neighbour.last === first - 1) neighbour.last = last;
    else ranges.push({ first, last });
  }
  return ranges;
}

function isSame(one: BatchCounts, other: BatchCounts): boolean {
  return (
    one.nodes === other.nodes &&
    one.pending === other.pending &&
    one.inProgress === other.inProgress &&
    one.succeeded === other.succeeded &&
    one.failed === other.failed &&
    one.skipped === other.skipped
  );
}

/** What runs for it, as its own name asked for it; what cannot be read now leaves the picture with fewer words. */
async function operationsOf(client: Client, id: string): Promise<ReadonlyMap<string, Operation>> {
  const query = { by: `rollout/${id}`, status: 'queued,running', limit: String(OPERATIONS_LIMIT_MAX) };
  const answer = await client.listOperations({ query });
  return new Map(answer.ok ? answer.value.items.map((operation) => [operation.id, operation]) : []);
}

/** As one page that has everything. */
interface AllNodes {
  readonly items: readonly RolloutNode[];
  readonly nextAfter: null;
}

/** All of its nodes with one of these statuses, in their order. @param status Separated by commas; absent: all. */
export async function readRolloutNodes(
  client: Client,
  id: string,
  status: string | undefined,
): Promise<Answer<AllNodes>> {
  const items: RolloutNode[] = [];
  let after: number | null = null;
  for (;;) {
    const query: { readonly status?: string; readonly after?: string } = {
      ...(status === undefined ? {} : { status }),
      ...(after === null ? {} : { after: String(after) }),
    };
    const page: Awaited<ReturnType<Client['listRolloutNodes']>> = await client.listRolloutNodes({ id, query });
    if (!page.ok) return page;
    items.push(...page.value.items);
    after = page.value.nextAfter;
    if (after === null) return { ...page, value: { items, nextAfter: null } };
  }
}
