/** Support for the tests of rollouts: starting, steering and watching them over HTTP. */
import type { Rollout, RolloutNode } from '@sluice/contract';
import { waitFor } from '../wait-for.ts';
import { type FleetOptions, FleetUnderTest, type GameOptions } from './fleet-under-test.ts';

/** Milliseconds that a rollout of a few nodes may take on a machine that is busy with other things. */
export const WITHIN_MS = 150_000;

/** A restart that is over soon after its node is back. */
export const RESTART = { command: { kind: 'restart' }, healthySeconds: 0 };

/** A fleet whose nodes are all active. @param games Options of nodes by id, where they differ. */
export async function startFleet(
  nodeIds: readonly string[],
  options: FleetOptions = {},
  games: Readonly<Record<string, GameOptions>> = {},
): Promise<FleetUnderTest> {
  const fleet = await FleetUnderTest.start(options);
  for (const nodeId of nodeIds) await fleet.addNode(nodeId, games[nodeId]);
  for (const nodeId of nodeIds) await fleet.nodeThat(nodeId, 'active', ({ status }) => status === 'active', WITHIN_MS);
  return fleet;
}

/** Starts a rollout and gives it as it was answered. */
export async function startRollout(fleet: FleetUnderTest, spec: object): Promise<Rollout> {
  const { status, json } = await fleet.request('POST', '/api/v1/rollouts', spec);
  if (status !== 200 || !isRollout(json)) throw new Error(`starting answered ${status}: ${JSON.stringify(json)}`);
  return json;
}

/** Pauses, resumes, approves, cancels or retries a rollout. */
export async function steer(fleet: FleetUnderTest, id: string, what: string): Promise<Rollout> {
  const { status, json } = await fleet.request('POST', `/api/v1/rollouts/${id}/${what}`, { reason: 'the test' });
  if (status !== 200 || !isRollout(json)) throw new Error(`${what} answered ${status}: ${JSON.stringify(json)}`);
  return json;
}

/** The nodes of a rollout, in their order. */
export async function rolloutNodes(fleet: FleetUnderTest, id: string): Promise<readonly RolloutNode[]> {
  const { json } = await fleet.request('GET', `/api/v1/rollouts/${id}/nodes`);
  const items: unknown = typeof json === 'object' && json !== null && 'items' in json ? json.items : null;
  if (!Array.isArray(items) || !items.every(isRolloutNode)) throw new Error(JSON.stringify(json));
  return items;
}

/** What became of each node, by id. */
export async function statusesOf(fleet: FleetUnderTest, id: string): Promise<Readonly<Record<string, string>>> {
  return Object.fromEntries((await rolloutNodes(fleet, id)).map(({ nodeId, status }) => [nodeId, status]));
}

/** Waits until a rollout is as the condition says; a server that is away meanwhile is waited for. */
export async function rolloutThat(
  fleet: FleetUnderTest,
  id: string,
  what: string,
  condition: (rollout: Rollout) => boolean,
): Promise<Rollout> {
  let seen: unknown;
  return waitFor(
    `the rollout to be ${what}`,
    async () => {
      const { json } = await fleet
        .request('GET', `/api/v1/rollouts/${id}`)
        .catch((error: unknown) => ({ json: String(error) }));
      seen = json;
      return isRollout(json) && condition(json) ? json : undefined;
    },
    { withinMs: WITHIN_MS, seen: () => [seen, fleet.serverOutput().slice(-3000)] },
  );
}

/** Waits until a rollout has ended. */
export function ended(fleet: FleetUnderTest, id: string): Promise<Rollout> {
  return rolloutThat(fleet, id, 'ended', ({ endedAt }) => endedAt !== null);
}

/** A player joins and stays: no drain of the node ends by itself. @returns What makes them leave. */
export async function stayingPlayer(fleet: FleetUnderTest, nodeId: string): Promise<() => Promise<void>> {
  const { json } = await fleet.game(nodeId, 'POST', '/players', { name: 'ann' });
  const id: unknown = typeof json === 'object' && json !== null && 'id' in json ? json.id : null;
  if (typeof id !== 'string') throw new Error(`nobody could join ${nodeId}: ${JSON.stringify(json)}`);
  return async () => {
    await fleet.game(nodeId, 'DELETE', `/players/${id}`);
  };
}

/** How often the workload of each node was started. */
export async function incarnations(
  fleet: FleetUnderTest,
  nodeIds: readonly string[],
): Promise<Readonly<Record<string, number>>> {
  const nodes = await Promise.all(nodeIds.map((nodeId) => fleet.node(nodeId)));
  return Object.fromEntries(nodeIds.map((nodeId, index) => [nodeId, nodes[index]?.workload.incarnation ?? Number.NaN]));
}

function isRollout(value: unknown): value is Rollout {
  return typeof value === 'object' && value !== null && 'counts' in value && 'spec' in value;
}

function isRolloutNode(value: unknown): value is RolloutNode {
  return typeof value === 'object' && value !== null && 'nodeId' in value && 'attempt' in value;
}
