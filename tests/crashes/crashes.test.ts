/** Killed at random moments, under load: what clients were told is true. */
import { expect, test } from 'vitest';
import { PostgresUnderTest } from '../../packages/server/src/store/postgres/postgres-under-test.ts';
import { runCrashRounds } from './crash-rounds.ts';

const ROUNDS = Number(process.env['SLUICE_CRASH_ROUNDS'] ?? 24);
const FIRST_SEED = Number(process.env['SLUICE_CRASH_SEED'] ?? 1);
/** Fleets that are killed beside each other, each on a store of its own; most of a round is waiting. */
const ON_SQLITE = 3;
const FLEETS = ON_SQLITE + 1;

test(`${ROUNDS} rounds from seed ${FIRST_SEED} on make no difference`, { timeout: 3_600_000 }, async () => {
  const roundsEach = Math.ceil(ROUNDS / FLEETS);
  const postgres = await PostgresUnderTest.start({ isDurable: true });
  try {
    const databaseUrl = await postgres.newDatabase();
    const series = await Promise.all(
      Array.from({ length: FLEETS }, (_, index) =>
        runCrashRounds(FIRST_SEED + index, roundsEach, index < ON_SQLITE ? null : databaseUrl),
      ),
    );
    // Each has acknowledged more than a round's worth, or nothing would have been put to the test.
    for (const { acknowledged } of series) expect(acknowledged).toBeGreaterThan(roundsEach);
  } finally {
    await postgres.destroy();
  }
});
