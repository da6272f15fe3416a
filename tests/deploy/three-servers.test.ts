/** Three real servers on one PostgreSQL behind the HAProxy of deploy/, with its very configuration: requests, event streams, agents; and servers that fail. */
import type { Node } from '@sluice/contract';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { PostgresUnderTest } from '../../packages/server/src/store/postgres/postgres-under-test.ts';
import { ProxyUnderTest } from '../../packages/server/src/store/postgres/proxy-under-test.ts';
import { FleetUnderTest } from '../end-to-end/fleet-under-test.ts';
import { startSluice } from '../end-to-end/sluice-process.ts';
import type { HaproxyUnderTest } from '../load-balancers/haproxy.ts';
import { isInstalled } from '../started-program.ts';
import { waitFor } from '../wait-for.ts';
import { BalancedClient } from './balanced-client.ts';
import { deployFile, sectionAt } from './deploy-files.ts';
import { HaproxyOfDeploy } from './haproxy-of-deploy.ts';

const hasHaproxy = isInstalled('haproxy');
if (!hasHaproxy) console.log('The proof with the HAProxy of deploy/ is skipped: apt-get install haproxy');

const SERVERS = ['server-1', 'server-2', 'server-3'];
const NODES = ['lobby-1', 'lobby-2', 'lobby-3'];

describe.skipIf(!hasHaproxy)('behind the HAProxy of deploy/', () => {
  const endings: (() => Promise<unknown>)[] = [];
  /** How each server reaches PostgreSQL. */
  let ways: readonly ProxyUnderTest[] = [];
  let servers: readonly FleetUnderTest[] = [];
  let files: HaproxyOfDeploy;
  let haproxy: HaproxyUnderTest;
  let client: BalancedClient;
  /** The first one has the agents. */
  const fleet = () => servers[0] ?? unreachable();

  beforeAll(async () => {
    const postgres = await PostgresUnderTest.start({ isDurable: true });
    endings.push(() => postgres.destroy());
    const database = await postgres.newDatabase();
    ways = await Promise.all(SERVERS.map(() => ProxyUnderTest.start(postgres.port)));
    endings.push(() => Promise.all(ways.map((way) => way.stop())));
    for (const way of ways) {
      const address = new URL(database);
      address.port = String(way.port);
      const serverConfig = { limits: sectionAt(parse(deployFile('server.yaml')), 'limits') };
      const server = await FleetUnderTest.start({ databaseUrl: address.href, serverConfig });
      endings.push(() => server.stop());
      servers = [...servers, server];
    }
    files = await HaproxyOfDeploy.prepare();
    endings.push(() => files.remove());
    haproxy = await files.start(servers.map(({ url }) => Number(new URL(url).port)));
    endings.push(() => haproxy.stop());
    client = new BalancedClient(haproxy.port, files.authority);
    for (const name of SERVERS) await haproxy.statusThat(`ready/${name}`, 'UP');
    for (const nodeId of NODES)
      await fleet().addNode(nodeId, {
        agent: { server: `https://127.0.0.1:${haproxy.port}`, serverCa: files.authorityFile },
      });
    for (const nodeId of NODES) await nodeThat(nodeId, 'active', ({ status }) => status === 'active');
  }, 180_000);

  afterEach(() => {
    for (const way of ways) way.mend();
  });

  afterAll(async () => {
    for (const end of endings.toReversed()) await end();
  }, 60_000);

  async function nodeThat(nodeId: string, what: string, condition: (node: Node) => boolean): Promise<Node> {
    let seen: unknown;
    return waitFor(
      `${nodeId} to be ${what}`,
      async () => {
        const answer = await client.ask('GET', `/api/v1/nodes/${nodeId}`);
        seen = answer;
        if (answer.status !== 200) return undefined;
        const node: Node = JSON.parse(answer.text);
        return condition(node) ? node : undefined;
      },
      { seen: () => ({ seen, agent: fleet().agentOutput(nodeId).slice(-2000) }) },
    );
  }

  /** Asks again and again while something happens. @returns What was answered with another status than the wanted one. */
  async function askingDuring(happening: () => Promise<void>): Promise<readonly string[]> {
    const faults: string[] = [];
    let isOver = false;
    let asked = 0;
    const asking = (async () => {
      while (!isOver) {
        asked += 1;
        const answer = await client.ask('GET', '/api/v1/nodes').catch((error: unknown) => String(error));
        if (typeof answer === 'string') faults.push(answer);
        else if (answer.status !== 200) faults.push(`${answer.status}: ${answer.text.slice(0, 200)}`);
      }
    })();
    await happening().finally(() => (isOver = true));
    await asking;
    expect(asked).toBeGreaterThan(10);
    return faults;
  }

  test('agents are connected through it, commands reach them, and the stream of events is not held back', async () => {
    const events = client.follow();
    try {
      for (const nodeId of NODES) {
        const drain = await client.ask('POST', `/api/v1/nodes/${nodeId}/drain`, { reason: 'through the balancer' });
        expect(drain).toMatchObject({ status: 200 });
        await nodeThat(nodeId, 'drained', ({ status }) => status === 'drained');
        await waitFor(`the stream to tell of ${nodeId}`, () => events.text().includes(nodeId), { seen: events.text });
        expect(await client.ask('POST', `/api/v1/nodes/${nodeId}/undrain`)).toMatchObject({ status: 200 });
        await nodeThat(nodeId, 'active', ({ status }) => status === 'active');
      }
      expect(events.hasEnded()).toBe(false);
    } finally {
      events.stop();
    }
    const list = ['nodes', 'list', '--server-ca', files.authorityFile, '-o', 'name'];
    const listed = await startSluice(`https://127.0.0.1:${haproxy.port}`, list).ended;
    expect(listed).toMatchObject({ exitCode: 0, error: '' });
    for (const nodeId of NODES) expect(listed.out).toContain(nodeId);
  });

  test('a server that does not reach PostgreSQL gets nothing new, and no question fails, until it reaches it again', async () => {
    const faults = await askingDuring(async () => {
      ways[0]?.cut();
      await haproxy.statusThat('ready/server-1', /^DOWN/u);
      expect(await haproxy.stat('alive/server-1', 'status')).toBe('UP');
      const before = await haproxy.stat('ready/server-1', 'stot');
      for (let request = 0; request < 10; request += 1) await client.ask('GET', '/api/v1/nodes');
      expect(await haproxy.stat('ready/server-1', 'stot')).toBe(before);
      ways[0]?.mend();
      await haproxy.statusThat('ready/server-1', 'UP');
    });
    expect(faults).toEqual([]);
  });

  test('when none reaches PostgreSQL, those that are alive answer: lists from memory, and that nothing can be changed', async () => {
    const faults = await askingDuring(async () => {
      for (const way of ways) way.cut();
      for (const name of SERVERS) await haproxy.statusThat(`ready/${name}`, /^DOWN/u);
      const refused = await client.ask('POST', `/api/v1/nodes/${NODES[0]}/drain`, {});
      expect(refused).toMatchObject({ status: 503, headers: { 'retry-after': expect.any(String) } });
      expect(JSON.parse(refused.text)).toMatchObject({ code: 'store-unavailable' });
      for (const way of ways) way.mend();
      for (const name of SERVERS) await haproxy.statusThat(`ready/${name}`, 'UP');
    });
    expect(faults).toEqual([]);
    for (const nodeId of NODES) await nodeThat(nodeId, 'active', ({ status }) => status === 'active');
  });

  test.each(['SIGTERM', 'SIGKILL'] as const)(
    'no question fails when a server ends by %s, and every agent is connected afterwards',
    async (signal) => {
      const faults = await askingDuring(async () => {
        await servers[2]?.stopServer(signal);
        await haproxy.statusThat('ready/server-3', /^DOWN/u);
        await servers[2]?.startServer();
        await haproxy.statusThat('ready/server-3', 'UP');
      });
      expect(faults).toEqual([]);
      for (const nodeId of NODES)
        await nodeThat(nodeId, 'connected', ({ connected, status }) => connected && status === 'active');
    },
  );
});

function unreachable(): never {
  throw new Error('the servers were not started');
}
