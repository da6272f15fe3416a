/** `client.waitForOperation` against a real fleet: it ends with the operation, whatever becomes of the server in between. */
import { createClient } from '@sluice/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ADMIN_TOKEN, FleetUnderTest } from './fleet-under-test.ts';

let fleet: FleetUnderTest;

beforeAll(async () => {
  fleet = await FleetUnderTest.start();
  await fleet.addNode('lobby-1', { game: { PLAYERS: '1', STUCK_PLAYERS: '1' } });
  await fleet.nodeThat('lobby-1', 'there', ({ connected, load }) => connected && load.sessions === 1);
});
afterAll(() => fleet.stop());

const client = () => createClient({ url: fleet.url, token: ADMIN_TOKEN });

async function drain(): Promise<string> {
  return (await fleet.post('lobby-1', 'drain', { timeout: 3600 })).id;
}

test('it waits through a restart of the server and tells how it ended', async () => {
  const id = await drain();
  const waiting = client().waitForOperation({ id });
  await fleet.stopServer('SIGKILL');
  await fleet.startServer();
  await fleet.request('POST', `/api/v1/operations/${id}/cancel`, {});
  expect(await waiting).toMatchObject({ ok: true, value: { id, status: 'cancelled' } });
  expect(await client().waitForOperation({ id })).toMatchObject({ ok: true, value: { status: 'cancelled' } });
});

test('its time can be limited and its signal ends it; the operation goes on', async () => {
  const id = await drain();
  expect(await client().waitForOperation({ id, timeoutMs: 200 })).toMatchObject({
    ok: false,
    problem: { code: 'no-answer-in-time', detail: `Operation ${id} has not ended within 200 ms.` },
  });
  const ending = new AbortController();
  const waiting = client().waitForOperation({ id, signal: ending.signal });
  ending.abort();
  expect(await waiting).toMatchObject({ ok: false, problem: { code: 'aborted' } });
  await fleet.operationThat(id, 'running', ({ status }) => status === 'running');
});

test('an operation that there is not, and a token that is none, are problems', async () => {
  expect(await client().waitForOperation({ id: 'op_nothing' })).toMatchObject({
    ok: false,
    problem: { code: 'operation-not-found' },
  });
  expect(await createClient({ url: fleet.url, token: 'slc_no' }).waitForOperation({ id: 'op_nothing' })).toMatchObject({
    ok: false,
    problem: { code: 'unauthenticated' },
  });
});
