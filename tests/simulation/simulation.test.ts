/** The heart under everything that can go wrong: thousands of worlds, each from a seed that replays exactly. */
import { expect, test } from 'vitest';
import { World } from './world.ts';

const SEEDS = Number(process.env['SLUICE_SIMULATION_SEEDS'] ?? 500);
/** One seed alone is replayed, and its story told. */
const tell = SEEDS === 1 ? (line: string) => process.stdout.write(`${line}\n`) : undefined;
const FIRST_SEED = Number(process.env['SLUICE_SIMULATION_FIRST_SEED'] ?? 1);
/** Worlds that take turns: each waits for the event loop at every step, and so shares its rounds with the others. */
const WORLDS_AT_ONCE = 25;

test(`${SEEDS} worlds from seed ${FIRST_SEED} on keep every promise`, { timeout: 3_600_000 }, async () => {
  let next = FIRST_SEED;
  const runWorlds = async () => {
    try {
      for (let seed = next++; seed < FIRST_SEED + SEEDS; seed = next++) await new World(seed, tell).run();
    } catch (error) {
      // One that broke a promise is enough: no other is begun.
      next = Number.POSITIVE_INFINITY;
      throw error;
    }
  };
  await Promise.all(Array.from({ length: WORLDS_AT_ONCE }, runWorlds));
  expect(next - FIRST_SEED).toBe(SEEDS + WORLDS_AT_ONCE);
});

test('a seed replays exactly', async () => {
  for (const seed of [FIRST_SEED, FIRST_SEED + 1, FIRST_SEED + 2])
    expect(await new World(seed).run()).toBe(await new World(seed).run());
});
