/** Support: kills the server while a node of a rollout is at one of its steps, starts it again, and sees that nothing is done twice. */
import type { RolloutNodeStatus } from '@sluice/contract';
import { expect } from 'vitest';
import { waitFor } from '../wait-for.ts';
import type { FleetUnderTest } from './fleet-under-test.ts';
import { ended, incarnations, rolloutNodes, startRollout, stayingPlayer, WITHIN_MS } from './rollouts-under-test.ts';

/**
 * @param fleet Its nodes are `n1`, which is slow at this step, and `n2`.
 * @returns How often the workload of each was started by it.
 */
export async function killedAt(
  fleet: FleetUnderTest,
  step: RolloutNodeStatus,
): Promise<Readonly<Record<string, number>>> {
  const nodeIds = ['n1', 'n2'];
  for (const nodeId of nodeIds) await fleet.nodeThat(nodeId, 'active', ({ status }) => status === 'active', WITHIN_MS);
  const leave = step === 'draining' ? await stayingPlayer(fleet, 'n1') : null;
  const before = await incarnations(fleet, nodeIds);
  const { id } = await startRollout(fleet, {
    command: { kind: 'restart' },
    nodeIds,
    order: { by: 'id' },
    healthySeconds: 2,
  });
  let seen: unknown;
  await waitFor(
    `n1 to be ${step}`,
    async () => {
      const [first] = await rolloutNodes(fleet, id);
      seen = first;
      return first?.status === step;
    },
    { withinMs: WITHIN_MS, seen: () => seen },
  );
  await fleet.stopServer('SIGKILL');
  await fleet.startServer();
  await leave?.();
  expect(await ended(fleet, id)).toMatchObject({ status: 'succeeded', counts: { succeeded: 2, failed: 0 } });
  const after = await incarnations(fleet, nodeIds);
  return Object.fromEntries(nodeIds.map((nodeId) => [nodeId, (after[nodeId] ?? 0) - (before[nodeId] ?? 0)]));
}
