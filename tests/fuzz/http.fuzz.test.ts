/** The HTTP API against generated and mutated requests of every route: no 5xx, no crash, and what is refused has changed nothing. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { firstSeed, inputs, isLong } from './fuzz-settings.ts';
import { FuzzedServer } from './fuzzed-server.ts';
import { heapAfterCollection } from './heap.ts';
import { httpInput, type HttpInput, longInputs } from './http-input.ts';

/** Inputs after which those that were refused are all asked once more. */
const BATCH = 250;
/** Inputs after which the server gets what the inputs may have taken from it. */
const REFRESH_EVERY = 1000;
/** Bytes of heap that a refused request may leave behind, on average over thousands: nothing, but for what a cache has room for. */
const LEFT_BYTES_MAX = 400;

let server: FuzzedServer;
let lastRefused: readonly HttpInput[] = [];

beforeAll(async () => {
  server = await FuzzedServer.start();
});
afterAll(() => server.stop());

test(`${inputs} requests from seed ${firstSeed} on`, { timeout: isLong ? 7_200_000 : 120_000 }, async () => {
  let refused: HttpInput[] = [];
  let done = 0;
  for (let count = 0; count < inputs; count += 1) {
    const input = httpInput(firstSeed + count, server.known);
    if ((await server.try(input)).status >= 400) refused.push(input);
    else done += 1;
    if (refused.length >= BATCH) {
      await server.tryRefused(refused);
      lastRefused = refused;
      refused = [];
    }
    if (count % REFRESH_EVERY === REFRESH_EVERY - 1) await server.refresh();
  }
  await server.tryRefused(refused);
  // One input alone may be either; of many some must have been valid, or nothing was put to the test.
  if (inputs >= REFRESH_EVERY) expect(done).toBeGreaterThan(inputs / 20);
  await server.refresh();
  expect({}).not.toHaveProperty('admin');
});

test('no text costs much work, wherever it is written', { timeout: 120_000 }, async () => {
  const asked = longInputs();
  for (const input of asked) await server.try(input);
  expect(asked.length).toBeGreaterThan(500);
});

test('what is refused leaves nothing in memory', { timeout: isLong ? 7_200_000 : 120_000 }, async () => {
  const rounds = Math.ceil(inputs / 4 / BATCH);
  const replay = async () => {
    for (const input of lastRefused) await server.try(input);
  };
  // What is compiled and cached at first is no growth.
  await replay();
  await replay();
  const before = heapAfterCollection();
  for (let round = 0; round < rounds; round += 1) await replay();
  const left = heapAfterCollection() - before;
  expect(left / Math.max(BATCH * 4, rounds * lastRefused.length)).toBeLessThan(LEFT_BYTES_MAX);
});
