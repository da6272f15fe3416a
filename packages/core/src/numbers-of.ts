/** Numbers that follow from a text alone, spread evenly: for a choice that is the same wherever and whenever it is made. */

/** From 0 to 1, evenly (mulberry32 over the seed's FNV-1a). Nothing hangs on nobody guessing them. */
export function numbersOf(seed: string): () => number {
  let state = 0x81_1c_9d_c5;
  for (let index = 0; index < seed.length; index += 1)
    state = Math.imul(state ^ seed.charCodeAt(index), 0x01_00_01_93) >>> 0;
  return () => {
    state = (state + 0x6d_2b_79_f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
