/** What lists cost: whole, after a change, unchanged (304), and filtered. */
import { ApiCaller } from './support/api-caller.ts';
import { benchmark, progress } from './support/benchmark.ts';
import { against } from './support/figures.ts';
import { NODE_TYPES, nodeIdOf } from './support/hello.ts';
import { measureList } from './support/measure-list.ts';
import { withFleet } from './support/with-fleet.ts';
import { WorkCpu } from './support/work-cpu.ts';

const LISTS = 100;
/** So many that the system's hundredths of a second tell what one costs. */
const SMALL_CALLS = 2000;
/** Of server CPU, with 10,000 nodes. */
const WHOLE_MICROSECONDS_MAX = 10_000;
const UNCHANGED_MICROSECONDS_MAX = 200;

await benchmark('lists', 5, async ({ fleets }, figures) => {
  for (const nodes of fleets) {
    progress(`${nodes} agents connect`);
    await withFleet(nodes, async ({ server }) => {
      const cpu = await WorkCpu.besideIdle(server);
      const caller = new ApiCaller(server.url);
      progress(`lists of ${nodes} nodes`);
      const change = async (call: number) => {
        await caller.expect(200, `/api/v1/nodes/${nodeIdOf(call)}/meta`, { method: 'PATCH', body: { meta: { call } } });
      };
      const whole = await server.profiled(`list-${nodes}`, () =>
        measureList(caller, cpu, nodes, { name: 'list, whole', query: '', calls: LISTS }),
      );
      const changed = await measureList(caller, cpu, nodes, {
        name: 'list, whole, a node changed before each',
        query: '',
        calls: LISTS,
        before: change,
      });
      const { etag } = await caller.expect(200, '/api/v1/nodes');
      const unchanged = await server.profiled(`list-304-${nodes}`, () =>
        measureList(caller, cpu, nodes, {
          name: 'list, unchanged (304)',
          query: '',
          calls: SMALL_CALLS,
          headers: { 'if-none-match': etag ?? '' },
          status: 304,
        }),
      );
      figures.push(
        against(whole, 'CPU ≤ 10 ms', whole.cpuMicroseconds, WHOLE_MICROSECONDS_MAX),
        against(changed, 'CPU ≤ 10 ms', changed.cpuMicroseconds, WHOLE_MICROSECONDS_MAX),
        against(unchanged, 'CPU ≤ 0.2 ms', unchanged.cpuMicroseconds, UNCHANGED_MICROSECONDS_MAX),
      );
      const filters = [
        { name: 'list, a quarter by type', query: `?type=${NODE_TYPES[1]}`, calls: LISTS },
        { name: 'list, all by status', query: '?status=active', calls: LISTS },
        { name: 'list, none by status', query: '?status=drained', calls: LISTS },
        { name: 'list, half by selector', query: `?selector=${encodeURIComponent('env=prod')}`, calls: LISTS },
        { name: 'list, first page of 50', query: '?limit=50', calls: LISTS },
      ];
      for (const filter of filters) figures.push(await measureList(caller, cpu, nodes, filter));
      caller.close();
    });
  }
});
