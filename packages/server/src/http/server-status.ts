/** How the server itself is: what an operator looks at first when something seems wrong. */
import { type NodeStatus, type routes, SLUICE_VERSION } from '@sluice/contract';
import { sees } from '../authentication/principal.ts';
import { timestamp } from '../fleet/timestamp.ts';
import { replicasView } from './replicas-view.ts';
import { type Handler, value } from './route-context.ts';

export const serverStatus: Handler<typeof routes.serverStatus> = async ({ principal }, { fleet, about }) => {
  const nodes = fleet.nodes().filter((node) => sees(principal, node));
  const byStatus: Record<NodeStatus, number> = {
    active: 0,
    draining: 0,
    drained: 0,
    restarting: 0,
    unhealthy: 0,
    offline: 0,
  };
  let connected = 0;
  for (const { status, state } of nodes) {
    byStatus[status] += 1;
    if (state.session.kind === 'connected') connected += 1;
  }
  return value({
    version: SLUICE_VERSION,
    startedAt: timestamp(about.startedAt),
    now: timestamp(fleet.now()),
    nodes: { total: nodes.length, connected, byStatus },
    store: {
      kind: about.storeKind,
      bytes: await fleet.storeBytes(),
      problem: fleet.storeProblem,
      lastSequence: fleet.lastSequence,
    },
    retention: about.retention,
    // It counts nodes of the whole fleet.
    massSilence: principal.scope === null ? about.massSilence() : null,
    replicas: about.replicas === null ? null : replicasView(about.replicas, fleet),
  });
};
