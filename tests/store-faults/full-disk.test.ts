/** A disk that is full: what was acknowledged stays, changes are refused with the reason, agents stay, and all goes on when there is room. */
import { type FileHandle, open, rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FleetUnderTest, ADMIN_TOKEN } from '../end-to-end/fleet-under-test.ts';
import { waitFor } from '../wait-for.ts';
import { SmallDisk } from './small-disk.ts';

/** The database of a small fleet with its log needs about 6 MB. */
const DISK_BYTES = 16 * 1024 * 1024;
/** A silent node is offline after this. */
const LEASE_MS = 1500;

const whyNot = await SmallDisk.whyNot();
if (whyNot !== null) console.warn(`full-disk.test.ts is skipped: no disk of its own can be mounted here. ${whyNot}`);

describe.skipIf(whyNot !== null)('a full disk', () => {
  let disk: SmallDisk;
  let fleet: FleetUnderTest;
  beforeAll(async () => {
    disk = await SmallDisk.make(DISK_BYTES);
    fleet = await FleetUnderTest.start({
      serverLauncher: disk.launcher,
      dataDirectory: `${disk.directory}/data`,
      serverConfig: { agents: { heartbeatInterval: '500ms', lease: `${LEASE_MS}ms` } },
    });
    await fleet.addNode('n1');
    await fleet.nodeThat('n1', 'active', ({ status }) => status === 'active');
  });
  afterAll(async () => {
    await fleet.stop();
    await disk.destroy();
  });

  /** Takes what room there is. */
  async function fill(): Promise<void> {
    const ballast = await open(disk.fromOutside('ballast'), 'w');
    try {
      for (const bytes of [65_536, 4096]) await writeUntilFull(ballast, Buffer.alloc(bytes));
    } finally {
      await ballast.close();
    }
  }

  const putMeta = (count: number) =>
    fleet.request('PUT', '/api/v1/nodes/n1/meta', { meta: { count, filler: 'x'.repeat(60_000) } });
  const metaCount = async (): Promise<unknown> => {
    const { json } = await fleet.request('GET', '/api/v1/nodes/n1/meta');
    return typeof json === 'object' && json !== null ? Reflect.get(Reflect.get(json, 'meta') ?? {}, 'count') : json;
  };

  test('refuses changes with the reason, keeps what it acknowledged, loses no agent, and goes on by itself', async () => {
    expect((await putMeta(1)).status).toBe(200);
    await fill();
    // The log of the database has some room of its own, which is used up first.
    let acknowledged = 1;
    const refused = await waitFor('a write that is refused', async () => {
      const answer = await putMeta(acknowledged + 1);
      if (answer.status === 200) acknowledged += 1;
      return answer.status === 200 ? undefined : answer;
    });
    expect(refused).toMatchObject({
      status: 503,
      json: { code: 'store-unavailable', detail: expect.stringContaining('full. Free some space') },
    });
    const drain = await fetch(`${fleet.url}/api/v1/nodes/n1/drain`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
    });
    expect(drain.status).toBe(503);
    expect(Number(drain.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await fleet.request('GET', '/api/v1/server/status')).toMatchObject({
      status: 200,
      json: { store: { kind: 'sqlite', problem: expect.stringContaining('full') }, nodes: { connected: 1 } },
    });
    expect((await fetch(`${fleet.url}/readyz`)).status).toBe(503);

    // Nothing is half done, reads go on.
    expect(await metaCount()).toBe(acknowledged);
    const before = await fleet.nodeThat('n1', 'active', ({ availability }) => availability === 'active');
    expect((await fleet.request('GET', '/api/v1/operations')).json).toMatchObject({ items: [] });

    // The agent is heard for longer than a lease; what happens on the node meanwhile waits to be recorded.
    const pid = await fleet.workloadPid('n1');
    process.kill(pid, 'SIGKILL');
    await waitFor('the agent to start its workload again', async () => (await fleet.workloadPid('n1')) !== pid);
    const heardUntil = Date.parse(before.lastSeenAt ?? '') + 2 * LEASE_MS;
    const later = await fleet.nodeThat(
      'n1',
      'heard of for two leases',
      ({ lastSeenAt }) => Date.parse(lastSeenAt ?? '') > heardUntil,
    );
    expect(later).toMatchObject({ connected: true, workload: { incarnation: before.workload.incarnation } });
    expect((await putMeta(acknowledged + 1)).status).toBe(503);

    await rm(disk.fromOutside('ballast'));
    await fleet.nodeThat(
      'n1',
      'known with its new workload',
      ({ workload }) => workload.incarnation === before.workload.incarnation + 1,
    );
    expect((await putMeta(acknowledged + 1)).status).toBe(200);
    const operation = await fleet.post('n1', 'drain');
    expect(await fleet.ended(operation.id)).toMatchObject({ status: 'succeeded' });
    expect((await fetch(`${fleet.url}/readyz`)).status).toBe(200);

    // The same on the disk as in memory.
    await fleet.stopServer();
    await fleet.startServer();
    expect(await metaCount()).toBe(acknowledged + 1);
    await fleet.nodeThat('n1', 'drained', ({ status, connected }) => status === 'drained' && connected);
    expect((await fleet.request('GET', '/api/v1/operations')).json).toMatchObject({ items: [{ id: operation.id }] });
  }, 60_000);
});

async function writeUntilFull(file: FileHandle, block: Buffer): Promise<void> {
  try {
    for (;;) await file.write(block);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
  }
}
