/**
 * Nodes are drained, restarted and put back one after the other behind a real HAProxy, under constant load, and no request
 * fails. `npm run prove:haproxy` does it for longer and prints the figures.
 */
import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fileURLToPath } from 'node:url';
import { FleetUnderTest, freePort } from '../end-to-end/fleet-under-test.ts';
import { startSluice } from '../end-to-end/sluice-process.ts';
import { waitFor } from '../wait-for.ts';
import { type ConstantLoad, startLoad } from './constant-load.ts';
import { type BalancedServer, HaproxyProcess } from './haproxy-process.ts';

const NODES = ['web-1', 'web-2', 'web-3'];
const ROUNDS = Number(process.env['SLUICE_PROVE_ROUNDS'] ?? 2);
/** Milliseconds between HAProxy's questions, and what the agents leave it to notice: two of them and some more. */
const AGENT_INTER_MS = 200;
const SETTLE_MS = 600;
const CONNECTIONS = { kept: 24, single: 8 };
const TEST_MS_MAX = 120_000 * ROUNDS;

const missing = ['haproxy', 'wrk'].filter((program) => spawnSync(program, ['-v']).error !== undefined);
if (missing.length > 0)
  console.log(`The proof with HAProxy is skipped: install ${missing.join(' and ')} (apt-get install haproxy wrk).`);

const webServer = fileURLToPath(new URL('web-server.mjs', import.meta.url));

describe.skipIf(missing.length > 0)('behind HAProxy', () => {
  let fleet: FleetUnderTest;
  let haproxy: HaproxyProcess;

  beforeAll(async () => {
    fleet = await FleetUnderTest.start();
    const servers: BalancedServer[] = [];
    for (const nodeId of NODES) {
      const agentCheckPort = await freePort();
      await fleet.addNode(nodeId, {
        workload: (port) => ({
          command: [process.execPath, webServer, String(port)],
          sessions: { http: `http://127.0.0.1:${port}/stats`, pointer: '/underWay', interval: '100ms', timeout: '1s' },
        }),
        agent: { rotation: { agentCheck: `127.0.0.1:${agentCheckPort}`, settle: `${SETTLE_MS}ms` } },
      });
      await fleet.nodeThat(nodeId, 'active', ({ status }) => status === 'active');
      servers.push({ name: nodeId, port: fleet.ports.get(nodeId) ?? 0, agentCheckPort });
    }
    haproxy = await HaproxyProcess.start(
      fleet.directory,
      await freePort(),
      servers,
      `agent-inter ${AGENT_INTER_MS}ms inter 500ms weight 100`,
    );
    for (const nodeId of NODES) await inRotation(nodeId);
  }, TEST_MS_MAX);

  afterAll(async () => {
    await Promise.all(loads.map((load) => load.stop()));
    await haproxy?.stop();
    await fleet?.stop();
  });

  async function inRotation(nodeId: string): Promise<void> {
    await waitFor(`${nodeId} to be in rotation`, async () => (await haproxy.server(nodeId)).status === 'UP', {
      seen: () => fleet.agentOutput(nodeId).slice(-1000),
    });
    const before = await haproxy.server(nodeId);
    await waitFor(
      `${nodeId} to get requests`,
      async () => loads.length === 0 || (await haproxy.server(nodeId)).sessionsEver > before.sessionsEver + 5,
    );
  }

  const loads: ConstantLoad[] = [];

  async function sluice(...args: readonly string[]): Promise<void> {
    const { exitCode, error } = await startSluice(fleet.url, args).ended;
    expect({ exitCode, error }).toMatchObject({ exitCode: 0 });
  }

  test(
    `each of ${NODES.length} nodes is drained, restarted and put back ${ROUNDS} times, and no request fails`,
    { timeout: TEST_MS_MAX },
    async () => {
      loads.push(startLoad(haproxy.url, CONNECTIONS.kept, true), startLoad(haproxy.url, CONNECTIONS.single, false));
      for (let round = 1; round <= ROUNDS; round += 1) {
        for (const nodeId of NODES) {
          await inRotation(nodeId);
          const pidBefore = await fleet.workloadPid(nodeId);
          await sluice('nodes', 'drain', nodeId, '--wait');
          // The first session was asked to go when the balancer had let go: nothing new came afterwards.
          expect((await fleet.game(nodeId, 'GET', '/stats')).json).toMatchObject({
            isDraining: true,
            underWay: 0,
            cameLate: 0,
          });
          expect(await haproxy.server(nodeId)).toMatchObject({
            status: expect.stringMatching(/^DRAIN/u),
            sessionsNow: 0,
          });
          await sluice('nodes', 'restart', nodeId, '--wait');
          expect(await fleet.workloadPid(nodeId)).not.toBe(pidBefore);
          await sluice('nodes', 'undrain', nodeId, '--wait');
          await inRotation(nodeId);
        }
      }
      const [kept, single] = await Promise.all(loads.map((load) => load.stop()));
      console.log(
        `${ROUNDS * NODES.length} nodes drained, restarted and put back: ${kept?.requests} requests over ${CONNECTIONS.kept} kept connections, ` +
          `${kept?.failed} failed; ${single?.requests} over connections of their own, ${single?.failed} failed`,
      );
      expect({ failed: kept?.failed, text: kept?.text }).toMatchObject({ failed: 0 });
      expect({ failed: single?.failed, text: single?.text }).toMatchObject({ failed: 0 });
      expect(kept?.requests).toBeGreaterThan(1000);
      expect(single?.requests).toBeGreaterThan(200);
    },
  );
});
