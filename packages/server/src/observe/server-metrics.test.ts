/** What a server counts, also where its memory does not know it any more. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { waitFor } from '../../../../tests/wait-for.ts';
import { ServerUnderTest } from '../http/server-under-test.ts';

let server: ServerUnderTest;
beforeAll(async () => {
  server = await ServerUnderTest.start();
});
afterAll(() => server.stop());

test('an operation that ended with its node is counted', async () => {
  await server.addNode('a');
  await server.ask('POST', '/api/v1/nodes/a/restart');
  await server.dropAgent('a');
  await waitFor('the node can be forgotten', async () => {
    const { status } = await server.ask('DELETE', '/api/v1/nodes/a');
    return status < 300;
  });
  const metrics = async () => (await server.ask('GET', '/metrics')).text;
  await expect
    .poll(metrics, { timeout: 15_000 })
    .toContain('sluice_operations_total{command="restart",result="cancelled"} 1');
  expect(await metrics()).toContain('sluice_operation_duration_seconds_count{command="restart"} 1');
});
