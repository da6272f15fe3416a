/** The heart under everything that can go wrong: thousands of worlds, each from a seed that replays exactly. */
import { expect, test } from 'vitest';
import { World } from './world.ts';

const SEEDS = Number(process.env['SLUICE_SIMULATION_SEEDS'] ?? 100);
const FIRST_SEED = Number(process.env['SLUICE_SIMULATION_FIRST_SEED'] ?? 1);

test(`${SEEDS} worlds from seed ${FIRST_SEED} on keep every promise`, { timeout: 600_000 }, async () => {
  let kept = 0;
  for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed += 1) {
    await new World(seed).run();
    kept += 1;
  }
  expect(kept).toBe(SEEDS);
});
