/** The metric gate against a real server that answers well, badly, elsewhere and not at all. */
import { createServer, type RequestListener, type Server } from 'node:http';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { waitFor } from '../../../../tests/wait-for.ts';
import { steadyClock } from '../fleet/system-clock.ts';
import { type AllowedAddresses, allowedLookup } from '../outgoing/allowed-address.ts';
import { MetricGate } from './metric-gate.ts';

let server: Server;
let answer: RequestListener;
let asked: string[];
let gate: MetricGate | null;

beforeEach(async () => {
  asked = [];
  gate = null;
  server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    answer(request, response);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
});
afterEach(async () => {
  await gate?.stop();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function open(allowed: AllowedAddresses = 'all'): MetricGate {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server does not listen');
  const { port } = address;
  gate = new MetricGate({
    spec: { url: `http://127.0.0.1:${port}/ok?a=b`, intervalSeconds: 1 },
    clock: steadyClock,
    allowed,
    lookup: allowedLookup(allowed),
    answered: () => undefined,
  });
  return gate;
}

test('is asked again and again, and knows how often in a row it was bad', async () => {
  answer = (_request, response) => void response.writeHead(asked.length === 1 ? 200 : 503).end();
  const opened = open();
  const first = await waitFor('the first answer', () => opened.reading ?? undefined);
  expect(first).toEqual({ isGood: true, failuresInRow: 0, detail: 'answered 200' });
  await waitFor('two bad ones', () => opened.reading?.failuresInRow === 2);
  expect(opened.reading).toEqual({ isGood: false, failuresInRow: 2, detail: 'answered 503' });
  expect(asked.slice(0, 2)).toEqual(['GET /ok?a=b', 'GET /ok?a=b']);
});

test('a redirect is not followed, and is bad', async () => {
  answer = (_request, response) => void response.writeHead(302, { location: '/elsewhere' }).end();
  const opened = open();
  expect(await waitFor('an answer', () => opened.reading ?? undefined)).toEqual({
    isGood: false,
    failuresInRow: 1,
    detail: 'answered 302: redirects are not followed',
  });
  expect(asked).toEqual(['GET /ok?a=b']);
});

test('an address that may not be asked is not, and the setting that allows it is named', async () => {
  answer = (_request, response) => void response.end();
  const opened = open([]);
  const reading = await waitFor('an answer', () => opened.reading ?? undefined);
  expect(reading.isGood).toBe(false);
  expect(reading.detail).toContain('webhooks.allowPrivateAddresses');
  expect(asked).toEqual([]);
});

test('who broke off is bad', async () => {
  answer = (request) => void request.socket.destroy();
  const opened = open();
  const reading = await waitFor('an answer', () => opened.reading ?? undefined);
  expect(reading).toMatchObject({ isGood: false, detail: expect.stringContaining('ECONNRESET') });
});
