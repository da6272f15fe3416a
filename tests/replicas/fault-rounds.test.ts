/** Three servers on one PostgreSQL, under load, and everything that may happen to one of them: what clients were told is true. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PostgresUnderTest } from '../../packages/server/src/store/postgres/postgres-under-test.ts';
import { FaultRounds } from './fault-rounds.ts';
import { FAULT_NAMES, LASTING_MS } from './faults.ts';

const ROUNDS = Number(process.env['SLUICE_CRASH_ROUNDS'] ?? 3);
/** Another one each time: it is in the name of the test, and in what fails. */
const SEED = Number(process.env['SLUICE_CRASH_SEED'] ?? Math.floor(Math.random() * 1e6));

let postgres: PostgresUnderTest;

beforeAll(async () => {
  postgres = await PostgresUnderTest.start({ isDurable: true });
}, 90_000);
afterAll(() => postgres.destroy());

test(`each fault by itself, and ${ROUNDS} rounds by chance with seed ${SEED}`, { timeout: 7_200_000 }, async () => {
  const rounds = await FaultRounds.start(SEED, postgres);
  try {
    for (const fault of FAULT_NAMES) await rounds.round(fault, LASTING_MS[fault]);
    for (let round = 0; round < ROUNDS; round += 1) await rounds.randomRound();
    const calledOffline = await rounds.compare();
    console.info(`${rounds.acknowledged} operations; nodes were called offline ${calledOffline} times`);
    // Every agent lives all the time, so no silence is the node's.
    expect(calledOffline).toBe(0);
    // Nothing would have been put to the test else.
    expect(rounds.acknowledged).toBeGreaterThan(FAULT_NAMES.length + ROUNDS);
  } finally {
    await rounds.stop();
  }
});
