/** The connection is lost in the middle of a COMMIT that a client waits for: it is told that nobody knows, and soon everybody does. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { PostgresUnderTest } from '../../packages/server/src/store/postgres/postgres-under-test.ts';
import { ProxyUnderTest } from '../../packages/server/src/store/postgres/proxy-under-test.ts';
import { ADMIN_TOKEN, FleetUnderTest } from '../end-to-end/fleet-under-test.ts';
import { waitFor } from '../wait-for.ts';

let postgres: PostgresUnderTest;
let proxy: ProxyUnderTest;
let fleet: FleetUnderTest;

beforeAll(async () => {
  postgres = await PostgresUnderTest.start({ isDurable: false });
}, 90_000);
afterAll(() => postgres.destroy());

beforeEach(async () => {
  proxy = await ProxyUnderTest.start(postgres.port);
  const databaseUrl = (await postgres.newDatabase()).replace(`:${postgres.port}/`, `:${proxy.port}/`);
  fleet = await FleetUnderTest.start({ databaseUrl });
  await fleet.addNode('n1');
  await fleet.nodeThat('n1', 'active', ({ status }) => status === 'active', 30_000);
}, 90_000);
afterEach(async () => {
  proxy.mend();
  await fleet.stop();
  await proxy.stop();
}, 60_000);

/** Restarts the node, as a client does that may have to ask again. */
async function restartOnce(): Promise<{
  readonly status: number;
  readonly retryAfter: string | null;
  readonly json: unknown;
}> {
  const response = await fetch(`${fleet.url}/api/v1/nodes/n1/restart`, {
    method: 'POST',
    headers: { authorization: `Bearer ${ADMIN_TOKEN}`, 'idempotency-key': 'once' },
    signal: AbortSignal.timeout(30_000),
  });
  return { status: response.status, retryAfter: response.headers.get('retry-after'), json: await response.json() };
}

/**
 * Restarts the node while the commit of that is struck. The fault strikes the next commit, whosesoever it is: when it was one
 * of what the node or the server itself had to say, the restart is refused, and both are tried again.
 */
async function restartStruckBy(fault: Parameters<ProxyUnderTest['breakAtCommit']>[0]): Promise<void> {
  await waitFor(
    'the commit of the restart to be struck',
    async () => {
      proxy.breakAtCommit(fault);
      const { status, retryAfter, json } = await restartOnce();
      expect({ status, retryAfter, json }).toMatchObject({
        status: 503,
        retryAfter: '1',
        json: { code: expect.stringMatching(/^(outcome-unknown|store-unavailable)$/u) },
      });
      if (typeof json === 'object' && json !== null && 'code' in json && json.code === 'outcome-unknown') return true;
      proxy.mend();
      await ready();
      return false;
    },
    { withinMs: 60_000 },
  );
}

async function ready(): Promise<void> {
  await waitFor('the server to be ready', async () => (await fleet.request('GET', '/readyz')).status === 200, {
    withinMs: 30_000,
    seen: () => fleet.serverOutput().slice(-3000),
  });
}

async function operations(): Promise<unknown> {
  return (await fleet.request('GET', '/api/v1/operations?node=n1')).json;
}

describe.each([
  { fault: 'lose-it', isWritten: false },
  { fault: 'lose-answer', isWritten: true },
  { fault: 'half-open', isWritten: true },
] as const)('$fault', ({ fault, isWritten }) => {
  test('the act is done once when it is asked for again, and only then when it was not recorded', async () => {
    const incarnation = (await fleet.node('n1'))?.workload.incarnation ?? 0;
    await restartStruckBy(fault);
    // Nothing else is decided before it is known; what is known is served.
    expect(await fleet.request('POST', '/api/v1/nodes/n1/drain')).toMatchObject({
      status: 503,
      json: { code: 'store-unavailable' },
    });
    expect(await fleet.node('n1')).toMatchObject({ status: 'active', connected: true });
    expect((await fleet.request('GET', '/readyz')).status).toBe(503);

    proxy.mend();
    await ready();
    expect(await operations()).toMatchObject({ items: isWritten ? [{ command: 'restart' }] : [] });
    const again = await restartOnce();
    expect(again).toMatchObject({ status: 200, json: { id: expect.any(String), command: 'restart' } });
    const id = typeof again.json === 'object' && again.json !== null && 'id' in again.json ? String(again.json.id) : '';
    expect(await fleet.ended(id)).toMatchObject({
      status: 'succeeded',
      result: { oldIncarnation: incarnation, newIncarnation: incarnation + 1 },
    });
    expect(await operations()).toMatchObject({ items: [{ id }] });
    expect((await fleet.node('n1'))?.workload.incarnation).toBe(incarnation + 1);
  }, 120_000);
});
