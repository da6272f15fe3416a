/** A server on PostgreSQL writes no file: it does its work as nobody in particular, on a machine whose disks cannot be written. */
import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PostgresUnderTest } from '../../packages/server/src/store/postgres/postgres-under-test.ts';
import { FleetUnderTest } from '../end-to-end/fleet-under-test.ts';

/** Everything that is mounted can only be read from then on; what is to be run is run only when that holds. */
const READ_ONLY = `while read -r _ at _; do mount -o remount,bind,ro "$at" 2>/dev/null; done < /proc/self/mounts
for folder in / /tmp /var/lib "$HOME"; do
  if touch "$folder/sluice-can-write" 2>/dev/null; then
    rm "$folder/sluice-can-write"
    echo "$folder can still be written" >&2
    exit 1
  fi
done
exec setpriv --reuid=1000 --regid=1000 --clear-groups --no-new-privs "$@"`;
const LAUNCHER = ['unshare', '--mount', 'sh', '-c', READ_ONLY, 'sh'];

const [program = '', ...args] = LAUNCHER;
const canBeReadOnly = spawnSync(program, [...args, 'true'], { timeout: 10_000 }).status === 0;
if (!canBeReadOnly) console.log('A disk that cannot be written needs root and unshare; its test is skipped.');

describe.skipIf(!canBeReadOnly)('on a read-only disk', () => {
  let postgres: PostgresUnderTest;
  let fleet: FleetUnderTest;
  beforeAll(async () => {
    postgres = await PostgresUnderTest.start({ isDurable: false });
    fleet = await FleetUnderTest.start({ databaseUrl: await postgres.newDatabase(), serverLauncher: LAUNCHER });
  }, 120_000);
  afterAll(async () => {
    await fleet.stop();
    await postgres.destroy();
  }, 60_000);

  test('a server on PostgreSQL makes its tables, drains a node, and stops as asked', async () => {
    await fleet.addNode('lobby-1');
    await fleet.nodeThat('lobby-1', 'active', ({ status }) => status === 'active');
    const drain = await fleet.post('lobby-1', 'drain', { reason: 'nothing is written' });
    expect(await fleet.ended(drain.id)).toMatchObject({ status: 'succeeded' });
    const page = await fetch(`${fleet.url}/`);
    expect(page.status).toBe(200);
    expect(await fleet.stopServer('SIGTERM')).toBe(0);
  });
});
