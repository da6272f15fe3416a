/** Behind a balancer each answer comes from another server, one of which is always behind: who has seen something never sees less. */
import { createServer, request as forward, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createClient } from '@sluice/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ADMIN_TOKEN } from '../../packages/server/src/http/server-under-test.ts';
import { waitFor } from '../wait-for.ts';
import { type OneBehind, startOneBehind } from './one-behind.ts';

const ROUNDS = 25;

let servers: OneBehind;
let balancer: Server;
let url: string;

beforeAll(async () => {
  servers = await startOneBehind();
  const { prompt, behind } = servers;
  await prompt.addNode('n');
  for (const server of [prompt, behind])
    await waitFor('the node to be known', async () => (await server.ask('GET', '/api/v1/nodes/n')).status === 200);
  let turns = 0;
  balancer = createServer((incoming, answer) => {
    const { url: target } = (turns += 1) % 2 === 0 ? behind : prompt;
    const { method, headers } = incoming;
    const onward = forward(new URL(incoming.url ?? '/', target), { method, headers }, (told) => {
      answer.writeHead(told.statusCode ?? 502, told.headers);
      told.pipe(answer);
    });
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => balancer.listen(0, '127.0.0.1', resolve));
  const { port }: AddressInfo = Object(balancer.address());
  url = `http://127.0.0.1:${port}`;
}, 120_000);
afterAll(async () => {
  balancer.closeAllConnections();
  balancer.close();
  await servers.stop();
});

/** Writes through the balancer and reads through it at once, with a client that follows from the one that wrote. @returns How often the answer did not show what was just written. */
async function stepsBack(newReader: (writer: ReturnType<typeof createClient>) => ReturnType<typeof createClient>) {
  const client = createClient({ url, token: ADMIN_TOKEN });
  let steps = 0;
  for (let round = 1; round <= ROUNDS; round += 1) {
    const written = await client.replaceMetadata({ id: 'n', body: { meta: { round } } });
    if (!written.ok) throw new Error(written.problem.detail);
    const read = await newReader(client).getMetadata({ id: 'n' });
    if (!read.ok) throw new Error(read.problem.detail);
    if (JSON.stringify(read.value.meta) !== JSON.stringify({ round })) steps += 1;
  }
  return steps;
}

test('a client that remembers what it has seen sees its own writes', async () => {
  expect(await stepsBack((writer) => writer)).toBe(0);
});

test('one that remembers nothing would see steps back: there is something to protect from', async () => {
  expect(await stepsBack(() => createClient({ url, token: ADMIN_TOKEN }))).toBeGreaterThan(0);
});
