/** Not a request is lost behind a real nginx, whose upstream `sluice render` writes anew while nodes are drained, restarted and brought back. */
import { readFile } from 'node:fs/promises';
import { afterEach, describe, expect, test } from 'vitest';
import type { FleetUnderTest } from '../end-to-end/fleet-under-test.ts';
import { type Started, startSluice } from '../end-to-end/sluice-process.ts';
import { waitFor } from '../wait-for.ts';
import {
  doRounds,
  LOAD_PER_SECOND,
  NODES,
  printFigures,
  ROUNDS,
  ROUNDS_WITHIN_MS,
  startBalancedFleet,
} from './balanced-fleet.ts';
import { isInstalled } from '../started-program.ts';
import { ConstantLoad } from './constant-load.ts';
import { NginxUnderTest } from './nginx.ts';

const hasNginx = isInstalled('nginx');
if (!hasNginx) console.log('skipped: nothing here is tested with nginx; install it with: apt-get install nginx-light');

let fleet: FleetUnderTest | null = null;
let nginx: NginxUnderTest | null = null;
let renderer: Started | null = null;
let load: ConstantLoad | null = null;

afterEach(async () => {
  await load?.stop();
  renderer?.interrupt();
  await renderer?.ended;
  await nginx?.stop();
  await fleet?.stop();
  fleet = nginx = renderer = load = null;
});

const upstream = async (balancer: NginxUnderTest) => readFile(balancer.upstream, 'utf8').catch(() => '');

describe.skipIf(!hasNginx)('behind nginx', () => {
  test(
    'no request is lost',
    async () => {
      const started = (fleet = await startBalancedFleet(() => ({ settle: '2s' })));
      const balancer = (nginx = await NginxUnderTest.prepare(started.directory));
      const files = ['--template', balancer.template, '--output', balancer.upstream];
      const first = await startSluice(started.url, ['render', ...files, '--once']).ended;
      expect(first).toMatchObject({ exitCode: 0, out: `${balancer.upstream}: 3 in rotation (${NODES.join(', ')})\n` });
      await balancer.startProcess();
      const following = (renderer = startSluice(started.url, ['render', ...files, '--', ...balancer.reload], {
        PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/usr/local/sbin`,
      }));
      await waitFor('it to follow', () => following.out().includes('3 in rotation'), { seen: following.error });

      load = new ConstantLoad(balancer.port, LOAD_PER_SECOND, { repeatsClosed: true });
      await doRounds(started, load, {
        drainedStatus: null,
        isBack: (nodeId) =>
          waitFor(`${nodeId} in the file`, async () => (await upstream(balancer)).includes(nodeId)).then(
            () => undefined,
          ),
      });
      await load.stop();
      printFigures('nginx, sluice render', load);
      expect(load.failures).toEqual([]);

      // A server that is away, and one whose agents are not back yet, leave the file as it is.
      const before = await upstream(balancer);
      await started.stopServer();
      await waitFor('it to say that the server is away', () => following.error().includes('stays as it is'));
      await started.startServer();
      for (const nodeId of NODES) await started.nodeThat(nodeId, 'connected', ({ connected }) => connected, 30_000);
      expect(await upstream(balancer)).toBe(before);
      const lines = following.out().trim().split('\n');
      expect(lines.at(-1)).toContain('3 in rotation');
      expect(lines).toHaveLength(1 + 2 * NODES.length * ROUNDS);
    },
    ROUNDS_WITHIN_MS,
  );
});
