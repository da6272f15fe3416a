/** Not a request is lost while nodes behind a real HAProxy are drained, restarted and brought back, one after the other. */
import { afterEach, describe, expect, test } from 'vitest';
import { freePort, type FleetUnderTest } from '../end-to-end/fleet-under-test.ts';
import {
  doRounds,
  expectNoticed,
  LOAD_PER_SECOND,
  NODES,
  printFigures,
  ROUNDS_WITHIN_MS,
  startBalancedFleet,
} from './balanced-fleet.ts';
import { isInstalled } from '../started-program.ts';
import { ConstantLoad } from './constant-load.ts';
import { AGENT_INTERVAL_MS, HaproxyUnderTest, IN_ROTATION, socketIn } from './haproxy.ts';
import { startWrk, type WrkLoad } from './wrk-load.ts';

const hasHaproxy = isInstalled('haproxy');
const hasWrk = isInstalled('wrk');
if (!hasHaproxy || !hasWrk)
  console.log('The proof with HAProxy is skipped; it needs both: apt-get install haproxy wrk');

let fleet: FleetUnderTest | null = null;
let haproxy: HaproxyUnderTest | null = null;
let load: ConstantLoad | null = null;
let wrks: readonly WrkLoad[] = [];

afterEach(async () => {
  await load?.stop();
  await Promise.all(wrks.map((wrk) => wrk.stop()));
  wrks = [];
  await haproxy?.stop();
  await fleet?.stop();
  fleet = haproxy = load = null;
});

describe.skipIf(!hasHaproxy || !hasWrk)('behind HAProxy', () => {
  test(
    'no request is lost: agent-check',
    async () => {
      const ports = new Map<string, number>();
      for (const nodeId of NODES) ports.set(nodeId, await freePort());
      fleet = await startBalancedFleet(
        (nodeId) => ({ agentCheck: `127.0.0.1:${ports.get(nodeId)}`, settle: `${3 * AGENT_INTERVAL_MS}ms` }),
        socketIn,
      );
      const balancer = (haproxy = await HaproxyUnderTest.start(
        fleet.directory,
        NODES.map((name) => ({ name, port: fleet?.ports.get(name) ?? 0, agentCheckPort: ports.get(name) ?? 0 })),
      ));
      for (const nodeId of NODES) await balancer.statusThat(nodeId, IN_ROTATION);

      load = new ConstantLoad(balancer.port, LOAD_PER_SECOND);
      const address = `http://127.0.0.1:${balancer.port}/work?ms=5`;
      wrks = [startWrk(address, 24, true), startWrk(address, 8, false)];
      await doRounds(fleet, load, {
        drainedStatus: /^DRAIN/u,
        isBack: (nodeId) => balancer.statusThat(nodeId, IN_ROTATION),
      });
      await load.stop();
      printFigures('HAProxy, agent-check', load);
      expect(load.failures).toEqual([]);
      const [kept, single] = await Promise.all(wrks.map((wrk) => wrk.stop()));
      console.log(
        `  wrk besides: ${kept?.requests} requests over 24 kept connections, ${kept?.failed} failed; ` +
          `${single?.requests} over a connection each, ${single?.failed} failed`,
      );
      expect({ failed: kept?.failed, text: kept?.text }).toMatchObject({ failed: 0 });
      expect({ failed: single?.failed, text: single?.text }).toMatchObject({ failed: 0 });
      expect(kept?.requests).toBeGreaterThan(1000);
      expect(single?.requests).toBeGreaterThan(200);
      await expectNoticed(fleet, balancer.port);
    },
    ROUNDS_WITHIN_MS,
  );

  test(
    'no request is lost: the agents tell HAProxy over its runtime socket',
    async () => {
      const { balancer, started } = await startTold();
      load = new ConstantLoad(balancer.port, LOAD_PER_SECOND);
      await doRounds(started, load, {
        drainedStatus: /^DRAIN/u,
        isBack: (nodeId) => balancer.statusThat(nodeId, IN_ROTATION),
      });
      await load.stop();
      printFigures('HAProxy, runtime socket', load);
      expect(load.failures).toEqual([]);
    },
    ROUNDS_WITHIN_MS,
  );

  test('a HAProxy that was restarted, or set by somebody else, is told again', async () => {
    const { balancer, started } = await startTold();
    const { id } = await started.post('web-1', 'drain');
    expect(await started.ended(id)).toMatchObject({ status: 'succeeded' });
    await balancer.stop();
    await balancer.startProcess();
    await balancer.statusThat('web-1', /^DRAIN/u);
    await balancer.ask('set server app/web-2 state maint');
    await balancer.statusThat('web-2', IN_ROTATION);
    expect(started.agentOutput('web-2')).toContain('haproxy-differed');
  }, 60_000);

  test('a drain waits while HAProxy cannot be told, says why, and goes on when it can', async () => {
    const { balancer, started } = await startTold();
    await balancer.stop();
    const { id } = await started.post('web-3', 'drain');
    const waiting = await started.nodeThat(
      'web-3',
      'told why',
      ({ drain }) => drain?.problem?.includes('HAProxy') ?? false,
    );
    expect(waiting).toMatchObject({ status: 'draining', drain: { phase: 'leaving-rotation' } });
    expect(started.agentOutput('web-3')).toContain('haproxy-untold');
    await balancer.startProcess();
    expect(await started.ended(id)).toMatchObject({ status: 'succeeded' });
    await balancer.statusThat('web-3', /^DRAIN/u);
  }, 60_000);
});

/** A fleet whose agents tell a HAProxy that asks nobody. */
async function startTold(): Promise<{ readonly balancer: HaproxyUnderTest; readonly started: FleetUnderTest }> {
  const started = (fleet = await startBalancedFleet(
    (nodeId, directory) => ({ haproxy: { socket: socketIn(directory), server: `app/${nodeId}` } }),
    socketIn,
  ));
  const servers = NODES.map((name) => ({ name, port: started.ports.get(name) ?? 0, agentCheckPort: null }));
  const balancer = (haproxy = await HaproxyUnderTest.start(started.directory, servers));
  for (const nodeId of NODES) await balancer.statusThat(nodeId, IN_ROTATION);
  return { balancer, started };
}
