/** How much is fuzzed, and from which seed on: a short run in `npm test`, a long one by `npm run fuzz`. */
const environment = process.env;

/** Inputs of each kind. */
export const inputs = Number(environment['SLUICE_FUZZ_INPUTS'] ?? 2000);
export const firstSeed = Number(environment['SLUICE_FUZZ_SEED'] ?? Math.floor(Math.random() * 1_000_000));
export const isLong = environment['SLUICE_FUZZ_INPUTS'] !== undefined;

/** To be told with every failure. */
export function howToRepeat(seed: number): string {
  return `repeat it with: npm run fuzz -- --seed ${seed} --inputs 1`;
}
