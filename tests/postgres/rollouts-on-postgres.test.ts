/** Rollouts with everything kept in PostgreSQL: a server that is killed in the middle of one goes on, and does nothing twice. */
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { PostgresUnderTest } from '../../packages/server/src/store/postgres/postgres-under-test.ts';
import type { FleetUnderTest } from '../end-to-end/fleet-under-test.ts';
import { killedAt } from '../end-to-end/rollouts-killed.ts';
import { startFleet, WITHIN_MS } from '../end-to-end/rollouts-under-test.ts';

vi.setConfig({ testTimeout: 3 * WITHIN_MS, hookTimeout: 2 * WITHIN_MS });

let postgres: PostgresUnderTest;
let fleet: FleetUnderTest;

beforeAll(async () => {
  postgres = await PostgresUnderTest.start({ isDurable: true });
  const databaseUrl = await postgres.newDatabase();
  fleet = await startFleet(['n1', 'n2'], { databaseUrl }, { n1: { game: { START_DELAY_MS: '2500' } } });
});

afterAll(async () => {
  await fleet.stop();
  await postgres.destroy();
});

test('a server that is killed while a node restarts goes on with the others, and restarts each exactly once', async () => {
  expect(await killedAt(fleet, 'acting')).toEqual({ n1: 1, n2: 1 });
  const { json } = await fleet.request('GET', '/api/v1/rollouts?status=succeeded');
  expect(json).toMatchObject({ items: [{ status: 'succeeded', batches: [] }], nextCursor: null });
});
