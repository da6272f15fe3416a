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
import { isInstalled } from './balancer-process.ts';
import { ConstantLoad } from './constant-load.ts';
import { AGENT_INTERVAL_MS, HaproxyUnderTest, socketIn } from './haproxy.ts';

const hasHaproxy = isInstalled('haproxy', '-v');
if (!hasHaproxy) console.log('skipped: nothing here is tested with HAProxy; install it with: apt-get install haproxy');

/** HAProxy's words for a server that gets requests: the second one where no health check of its own is configured. */
const IN_ROTATION = /^(?:UP|no check)$/u;

let fleet: FleetUnderTest | null = null;
let haproxy: HaproxyUnderTest | null = null;
let load: ConstantLoad | null = null;

afterEach(async () => {
  await load?.stop();
  await haproxy?.stop();
  await fleet?.stop();
  fleet = haproxy = load = null;
});

describe.skipIf(!hasHaproxy)('behind HAProxy', () => {
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
      await doRounds(fleet, load, {
        drainedStatus: /^DRAIN/u,
        isBack: (nodeId) => balancer.statusThat(nodeId, IN_ROTATION),
      });
      const failures = [...load.failures];
      await expectNoticed(fleet, load);
      await load.stop();
      printFigures('HAProxy, agent-check', load);
      expect(failures).toEqual([]);
      for (const nodeId of NODES) expect(load.servedBy.get(nodeId)).toBeGreaterThan(0);
    },
    ROUNDS_WITHIN_MS,
  );
});
