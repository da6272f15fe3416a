/** Files that cannot be written while the server runs: changes are refused with the reason, everything else goes on, and it heals without a restart. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FleetUnderTest } from '../end-to-end/fleet-under-test.ts';
import { startThatFails } from './run-sluice.ts';
import { SmallDisk } from './small-disk.ts';
import { WRITE_FAULTS } from './write-fault.ts';

/** A silent node is offline after this. */
const LEASE_MS = 1500;

for (const fault of WRITE_FAULTS) {
  const whyNot = await fault.whyNot();
  if (whyNot !== null) console.warn(`unwritable-files.test.ts skips ${fault.name}: ${whyNot}`);

  describe.skipIf(whyNot !== null)(`${fault.name}`, () => {
    let fleet: FleetUnderTest;
    beforeAll(async () => {
      fleet = await FleetUnderTest.start({
        serverConfig: { agents: { heartbeatInterval: '500ms', lease: `${LEASE_MS}ms` } },
      });
      await fleet.addNode('n1');
      await fleet.nodeThat('n1', 'active', ({ status }) => status === 'active');
    });
    afterAll(() => fleet.stop());

    test('refuses changes, loses no agent, and goes on when it may write again', async () => {
      expect((await fleet.request('PUT', '/api/v1/nodes/n1/meta', { meta: 'before' })).status).toBe(200);
      const server = { pid: fleet.serverPid, dataDirectory: fleet.dataDirectory };
      await fault.begin(server);
      try {
        for (const [method, route, body] of [
          ['POST', '/api/v1/nodes/n1/drain', undefined],
          ['POST', '/api/v1/nodes/n1/restart', {}],
          ['PUT', '/api/v1/nodes/n1/meta', { meta: 'meanwhile' }],
        ] as const) {
          expect(await fleet.request(method, route, body)).toMatchObject({
            status: 503,
            json: { code: 'store-unavailable', detail: expect.stringMatching(/failed to read or write|read-only/u) },
          });
        }
        expect((await fetch(`${fleet.url}/readyz`)).status).toBe(503);
        expect((await fleet.request('GET', '/api/v1/operations')).json).toMatchObject({ items: [] });
        const before = await fleet.nodeThat('n1', 'active', ({ availability }) => availability === 'active');
        const heardUntil = Date.parse(before.lastSeenAt ?? '') + 2 * LEASE_MS;
        const later = await fleet.nodeThat(
          'n1',
          'heard of for two leases',
          ({ lastSeenAt }) => Date.parse(lastSeenAt ?? '') > heardUntil,
        );
        expect(later).toMatchObject({ connected: true, status: 'active', revision: before.revision });
      } finally {
        await fault.end(server);
      }
      expect((await fleet.request('GET', '/api/v1/nodes/n1/meta')).json).toMatchObject({ meta: 'before' });
      const operation = await fleet.post('n1', 'drain');
      expect(await fleet.ended(operation.id)).toMatchObject({ status: 'succeeded' });
      expect((await fetch(`${fleet.url}/readyz`)).status).toBe(200);
      await fleet.stopServer();
      await fleet.startServer();
      expect((await fleet.request('GET', '/api/v1/nodes/n1/meta')).json).toMatchObject({ meta: 'before' });
      expect((await fleet.request('GET', '/api/v1/operations')).json).toMatchObject({ items: [{ id: operation.id }] });
    }, 60_000);
  });
}

const whyNoDisk = await SmallDisk.whyNot();
if (whyNoDisk !== null) console.warn(`unwritable-files.test.ts skips a read-only disk: ${whyNoDisk}`);

describe.skipIf(whyNoDisk !== null)('a start on a disk that is read-only', () => {
  test('is refused with what to do, and succeeds when the disk is writable again', async () => {
    const disk = await SmallDisk.make(16 * 1024 * 1024);
    try {
      const dataDirectory = `${disk.directory}/data`;
      const fleet = await FleetUnderTest.start({ serverLauncher: disk.launcher, dataDirectory });
      try {
        await fleet.stopServer();
        await disk.setReadOnly(true);
        const refused = await startThatFails(dataDirectory, disk.launcher);
        expect(refused.exitCode).toBe(1);
        expect(refused.error).toMatch(/^Error: The server cannot start: .*(Check|Keep|Give)/su);
        expect(refused.error).not.toMatch(/\n\s+at /u);
        await disk.setReadOnly(false);
        await fleet.startServer();
      } finally {
        await fleet.stop();
      }
    } finally {
      await disk.destroy();
    }
  }, 60_000);
});
