/** Three web servers under three agents, and the rounds in which each of them is drained, restarted and brought back under load. */
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { FleetUnderTest } from '../end-to-end/fleet-under-test.ts';
import { waitFor } from '../wait-for.ts';
import { ConstantLoad } from './constant-load.ts';

const webServer = fileURLToPath(new URL('web-server.mjs', import.meta.url));

export const NODES = ['web-1', 'web-2', 'web-3'] as const;

const environment = process.env;
/** Requests in a second. */
export const LOAD_PER_SECOND = Number(environment['SLUICE_PROOF_RATE'] ?? 200);
/** How often each node is drained, restarted and brought back. */
export const ROUNDS = Number(environment['SLUICE_PROOF_ROUNDS'] ?? 2);
/** Milliseconds that all the rounds together may take. */
export const ROUNDS_WITHIN_MS = 60_000 + ROUNDS * NODES.length * 20_000;

/** What the web server noted when its drain hook was called. */
interface DrainSeen {
  readonly at: number;
  readonly lastRequestAt: number | null;
  readonly requestsBefore: number;
  /** The status in HAProxy's statistics at that moment; `null`: there is no HAProxy. */
  readonly balancer: string | null;
}

/** @param rotation The `rotation` of each node's agent.yaml. */
export async function startBalancedFleet(
  rotation: (nodeId: string, directory: string) => Readonly<Record<string, unknown>>,
  balancerSocket: (directory: string) => string = () => '',
): Promise<FleetUnderTest> {
  const fleet = await FleetUnderTest.start();
  for (const nodeId of NODES)
    await fleet.addNode(nodeId, {
      command: [process.execPath, webServer],
      game: { SERVER_NAME: nodeId, HAPROXY_SOCKET: balancerSocket(fleet.directory) },
      workload: (port) => ({
        sessions: { http: `http://127.0.0.1:${port}/stats`, pointer: '/working', interval: '200ms', timeout: '2s' },
        health: { http: `http://127.0.0.1:${port}/healthz`, interval: '200ms', timeout: '2s', healthyWithin: '15s' },
        stopGrace: '10s',
      }),
      agent: { rotation: rotation(nodeId, fleet.directory) },
    });
  for (const nodeId of NODES) await fleet.nodeThat(nodeId, 'active', ({ status }) => status === 'active');
  return fleet;
}

/** Each node in turn, and all of them again, as an operator would; each drain must have been noticed by the balancer first. */
export async function doRounds(
  fleet: FleetUnderTest,
  load: ConstantLoad,
  {
    drainedStatus,
    isBack,
  }: { readonly drainedStatus: RegExp | null; readonly isBack: (nodeId: string) => Promise<void> },
): Promise<void> {
  for (let round = 1; round <= ROUNDS; round += 1) {
    for (const nodeId of NODES) {
      load.enter(`round ${round}, ${nodeId}: drain`);
      await succeed(fleet, nodeId, 'drain');
      await expectOutBeforeAsked(fleet, nodeId, drainedStatus);
      load.enter(`round ${round}, ${nodeId}: restart`);
      await succeed(fleet, nodeId, 'restart');
      load.enter(`round ${round}, ${nodeId}: undrain`);
      const answeredBefore = load.servedBy.get(nodeId) ?? 0;
      await succeed(fleet, nodeId, 'undrain');
      await isBack(nodeId);
      await fleet.nodeThat(nodeId, 'serving again', () => (load.servedBy.get(nodeId) ?? 0) > answeredBefore);
    }
  }
  load.enter('after');
}

/** That zero failures mean something: the same load notices at once when servers end that were not drained. */
export async function expectNoticed(fleet: FleetUnderTest, port: number): Promise<void> {
  const load = new ConstantLoad(port, LOAD_PER_SECOND);
  try {
    await waitFor('every server to answer', () => load.servedBy.size === NODES.length);
    for (const nodeId of NODES) process.kill(await fleet.workloadPid(nodeId), 'SIGKILL');
    await waitFor('a request to fail', () => load.failures.length > 0);
  } finally {
    await load.stop();
  }
  console.log(`for comparison, killed undrained: ${load.failures.length} of ${load.sent} requests failed`);
}

async function succeed(fleet: FleetUnderTest, nodeId: string, action: string): Promise<void> {
  const { id } = await fleet.post(nodeId, action);
  const ended = await fleet.ended(id, 30_000);
  if (ended.status !== 'succeeded') throw new Error(`${action} of ${nodeId}: ${JSON.stringify(ended)}`);
}

/** When the workload was asked to let its sessions go, its balancer had stopped sending it any. */
async function expectOutBeforeAsked(fleet: FleetUnderTest, nodeId: string, status: RegExp | null): Promise<void> {
  const { drains, requests } = await seenBy(fleet, nodeId);
  // The first one, where there are two, was for the process that a restart began on a drained node.
  const drain = drains.at(-1);
  if (drain === undefined) throw new Error(`the drain hook of ${nodeId} was not called`);
  if (status !== null) expect(drain.balancer).toMatch(status);
  expect({ nodeId, requestsAfterTheHook: requests - drain.requestsBefore }).toEqual({
    nodeId,
    requestsAfterTheHook: 0,
  });
}

async function seenBy(
  fleet: FleetUnderTest,
  nodeId: string,
): Promise<{ readonly drains: readonly DrainSeen[]; readonly requests: number }> {
  const { json } = await fleet.game(nodeId, 'GET', '/seen');
  if (!isSeen(json)) throw new Error(`${nodeId} says ${JSON.stringify(json)} of what it has seen`);
  return json;
}

function isSeen(value: unknown): value is { drains: DrainSeen[]; requests: number } {
  return typeof value === 'object' && value !== null && 'drains' in value && Array.isArray(value.drains);
}

/** The figures, for `npm run prove:haproxy` and whoever reads the output of the tests. */
export function printFigures(balancer: string, load: ConstantLoad): void {
  const rows = load.figures.map(
    ({ phase, sent, failed }) => `  ${phase.padEnd(34)}${String(sent).padStart(8)}${String(failed).padStart(8)}`,
  );
  const served = [...load.servedBy]
    .map(([server, answered]) => `${server} ${answered}`)
    .toSorted()
    .join(', ');
  console.log(
    [
      `${balancer}: ${load.sent} requests sent, ${load.failures.length} failed${load.repeated === 0 ? '' : `, ${load.repeated} repeated`}; answered by ${served}`,
      `  ${'phase'.padEnd(34)}${'sent'.padStart(8)}${'failed'.padStart(8)}`,
      ...rows,
    ].join('\n'),
  );
}
