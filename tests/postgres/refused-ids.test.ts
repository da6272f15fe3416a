/** What is refused is recorded, whatever the request named as its node: nothing that somebody sends keeps others from being recorded. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PostgresUnderTest } from '../../packages/server/src/store/postgres/postgres-under-test.ts';
import { ADMIN_TOKEN, FleetUnderTest } from '../end-to-end/fleet-under-test.ts';
import { waitFor } from '../wait-for.ts';

let postgres: PostgresUnderTest;
let fleet: FleetUnderTest;

beforeAll(async () => {
  postgres = await PostgresUnderTest.start({ isDurable: false });
  fleet = await FleetUnderTest.start({ databaseUrl: await postgres.newDatabase() });
}, 120_000);
afterAll(async () => {
  await fleet.stop();
  await postgres.destroy();
});

async function ask(method: string, path: string, token: string | null, body?: string): Promise<number> {
  const response = await fetch(`${fleet.url}${path}`, {
    method,
    headers: {
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body }),
    signal: AbortSignal.timeout(10_000),
  });
  await response.arrayBuffer();
  return response.status;
}

// The database cannot keep a NUL. One in an id once went into the history as it was, and every commit failed from then on.
test('an id that no node can have is refused, and everything is recorded as before', async () => {
  for (const id of ['%00', 'a%00b', '%7F', 'x'.repeat(3000)]) {
    expect(await ask('DELETE', `/api/v1/nodes/${id}`, null)).toBe(401);
    expect(await ask('DELETE', `/api/v1/nodes/${id}`, ADMIN_TOKEN)).toBeGreaterThanOrEqual(400);
  }
  const made = await ask('POST', '/api/v1/tokens', ADMIN_TOKEN, JSON.stringify({ name: 'pipeline', role: 'viewer' }));
  expect(made).toBe(200);
  await waitFor('the refusals to be recorded', async () => {
    const response = await fetch(`${fleet.url}/api/v1/audit?result=refused`, {
      headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
    });
    const text = await response.text();
    return text.includes('"unauthenticated"') && text.includes('"node-not-found"');
  });
});

test.each([
  'audit?actor=a%00',
  'audit?node=%00',
  'audit?action=%00',
  'operations?node=%00',
  'operations?command=%00',
  'operations/%00',
  'nodes/%00',
])('what no row can hold is not found: GET %s', async (path) => {
  expect(await ask('GET', `/api/v1/${path}`, ADMIN_TOKEN)).toBeLessThan(500);
});
