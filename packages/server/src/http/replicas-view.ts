/** The servers that share a database, and what each does for all of them. */
import type { Replica } from '@sluice/contract';
import type { Fleet } from '../fleet/fleet.ts';
import { timestamp } from '../fleet/timestamp.ts';
import type { ReplicasView } from './route-context.ts';

export function replicasView({ id: ownId, roll, doerOf, lagMs }: ReplicasView, fleet: Fleet): Replica[] {
  const rollouts = countByDoer([...fleet.rollouts.all()].map(({ header }) => doerOf(`rollout:${header.id}`)));
  const webhooks = countByDoer(fleet.webhooks.all().map(({ id }) => doerOf(`webhook:${id}`)));
  const absent = fleet.nodes().filter(({ state }) => state.session.kind !== 'connected');
  const nodes = countByDoer(absent.map(({ state }) => doerOf(`node:${state.id}`)));
  const views = roll.map(({ id, name, url, version, startedAt, isLeaving, sessions, lagMs: toldLagMs }) => ({
    id,
    name,
    url,
    version,
    startedAt: timestamp(startedAt),
    answering: id === ownId,
    leaving: isLeaving,
    sessions,
    lagMs: id === ownId ? lagMs() : toldLagMs,
    claims: {
      rollouts: rollouts.get(id) ?? 0,
      webhooks: webhooks.get(id) ?? 0,
      nodes: nodes.get(id) ?? 0,
      retention: doerOf('retention') === id,
    },
  }));
  return views.toSorted((one, other) => (one.name < other.name ? -1 : 1));
}

function countByDoer(doers: readonly (string | null)[]): ReadonlyMap<string | null, number> {
  const counts = new Map<string | null, number>();
  for (const doer of doers) counts.set(doer, (counts.get(doer) ?? 0) + 1);
  return counts;
}
