/** The HTTP API against generated and mutated requests of every route: no 5xx, no crash, and what is refused has changed nothing. */
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { ProblemDocument, type Route, type RouteName, routes } from '@sluice/contract';
import { Compile } from 'typebox/compile';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ADMIN_TOKEN, ServerUnderTest } from '../../packages/server/src/http/server-under-test.ts';
import { Random } from '../simulation/random.ts';
import { Committed } from './committed.ts';
import { firstSeed, howToRepeat, inputs, isLong } from './fuzz-settings.ts';
import { generate, mutate, pickOf } from './generate.ts';
import { HOSTILE_JSON, HOSTILE_TEXTS } from './hostile-values.ts';

const UNLIMITED = 1_000_000_000;
/** Milliseconds that an answer may take, on a machine that is busy: no input is worth more work. */
const ANSWER_WITHIN_MS = 10_000;
/** Bytes of heap that a long run may leave behind. */
const GROWTH_BYTES_MAX = 200 * 1_048_576;
const problemSchema = Compile(ProblemDocument);
const names = Object.values(routes).map(({ name }) => name) satisfies readonly RouteName[];

let server: ServerUnderTest;
let committed: Committed;

beforeAll(async () => {
  server = await ServerUnderTest.start(undefined, {
    requestsPerSecond: UNLIMITED,
    requestsBurst: UNLIMITED,
    anonymousPerSecond: UNLIMITED,
    anonymousBurst: UNLIMITED,
  });
  for (const id of ['n1', 'n2']) await server.addNode(id, { labels: { team: 'in' } });
  committed = new Committed(server.directory);
});

afterAll(async () => {
  committed.close();
  await server.stop();
});

interface Input {
  readonly route: Route;
  readonly method: string;
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer | null;
}

function inputOf(seed: number): Input {
  const random = new Random(seed, 'http');
  const route: Route = routes[pickOf(random, names) ?? 'listNodes'];
  const hostile = () => pickOf(random, HOSTILE_TEXTS) ?? '';
  const parameter = () => (random.chance(0.6) ? random.pick('n1', 'n2', 'drain', 'op_1', 'tok_1') : hostile());
  const path = route.path.replaceAll(/:[a-z]+/gu, () =>
    random.chance(0.9) ? encoded(parameter()) : unencoded(hostile()),
  );
  const schema: unknown = route.query;
  const query =
    typeof schema === 'object' && schema !== null && 'properties' in schema ? Object.keys(schema.properties ?? {}) : [];
  const pairs = [...query, hostile()]
    .filter(() => random.chance(0.3))
    .map((name) => `${encoded(name)}=${encoded(hostile())}`);
  const headers: Record<string, string> = { authorization: random.chance(0.9) ? ADMIN_TOKEN : headerText(hostile()) };
  for (const name of [
    'idempotency-key',
    'if-match',
    'if-none-match',
    'last-event-id',
    'x-forwarded-for',
    'cookie',
    'content-encoding',
    'range',
  ])
    if (random.chance(0.15)) headers[name] = headerText(hostile());
  const body = route.method === 'GET' && random.chance(0.9) ? null : bodyOf(route, random);
  if (body !== null)
    headers['content-type'] = random.chance(0.85)
      ? (route.bodyMediaTypes?.[0] ?? 'application/json')
      : headerText(hostile());
  const method = random.chance(0.95) ? route.method : random.pick('PUT', 'PATCH', 'DELETE', 'POST', 'OPTIONS');
  return { route, method, target: pairs.length === 0 ? path : `${path}?${pairs.join('&')}`, headers, body };
}

function bodyOf(route: Route, random: Random): string | Buffer {
  if (random.chance(0.1)) return pickOf(random, HOSTILE_JSON) ?? '';
  const valid = generate(route.body, random);
  const text = JSON.stringify(random.chance(0.5) ? mutate(valid, random) : valid) ?? '';
  if (random.chance(0.8)) return text;
  const bytes = Buffer.from(text);
  for (let count = random.between(1, 4); count > 0 && bytes.length > 0; count -= 1)
    bytes[random.between(0, bytes.length - 1)] = random.between(0, 255);
  return bytes;
}

/** Percent-encoded as it should be; a lone surrogate as bytes that are no UTF-8. */
function encoded(text: string): string {
  return !/\p{Surrogate}/u.test(text) ? encodeURIComponent(text) : '%ED%A0%80';
}

/** As it is, as far as a request line can hold it. */
function unencoded(text: string): string {
  return text.replaceAll(/[^\x21-\x7e]/gu, '').slice(0, 2000);
}

function headerText(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/gu, '').slice(0, 2000);
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

function ask({ method, target, headers, body }: Input): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({
      host: server.url.hostname,
      port: server.url.port,
      method,
      path: target,
      agent: false,
      headers: { ...headers, ...(body === null ? {} : { 'content-length': String(Buffer.byteLength(body)) }) },
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    });
    let answered = false;
    request.on('response', (response) => {
      answered = true;
      const chunks: Buffer[] = [];
      const answer = () =>
        resolve({
          status: response.statusCode ?? 0,
          type: response.headers['content-type'] ?? '',
          text: Buffer.concat(chunks).toString(),
        });
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        if (response.headers['content-type']?.startsWith('text/event-stream') !== true) return;
        answer();
        response.destroy();
      });
      response.on('end', answer);
      response.on('error', answer);
    });
    request.on('error', (error) => (answered ? undefined : reject(error)));
    request.end(body ?? undefined);
  });
}

/** What time and agents do by themselves is not the request's. */
function isOfSomebody(body: string): boolean {
  return body.includes('"tokenId"');
}

async function tryInput(seed: number): Promise<void> {
  const input = inputOf(seed);
  const before = committed.newest();
  const what = `${input.method} ${input.target.slice(0, 300)} ${JSON.stringify(input.headers).slice(0, 300)} ${String(input.body).slice(0, 500)}; ${howToRepeat(seed)}`;
  const { status, type, text } = await ask(input).catch((error: unknown) => {
    throw new Error(`no answer to ${what}`, { cause: error });
  });
  if (status >= 500 || status < 200) throw new Error(`${status} ${text.slice(0, 300)} to ${what}`);
  if (status < 400) return;
  const document: unknown =
    type.startsWith('application/problem+json') && input.method !== 'HEAD' ? JSON.parse(text) : null;
  if (!problemSchema.Check(document))
    throw new Error(`${status} without a problem (${type} ${text.slice(0, 200)}) to ${what}`);
  const changes = committed.since(before).filter(({ body }) => isOfSomebody(body));
  if (changes.length > 0)
    throw new Error(`${status} ${document.code}, and yet ${JSON.stringify(changes).slice(0, 500)}: ${what}`);
}

test(`${inputs} requests from seed ${firstSeed} on`, { timeout: isLong ? 7_200_000 : 120_000 }, async () => {
  let heapAtBegin = 0;
  for (let count = 0; count < inputs; count += 1) {
    await tryInput(firstSeed + count);
    if (count % 1000 !== 999) continue;
    // Whoever was shut out by the input comes back, so that the next ones find something to break.
    for (const id of ['n1', 'n2']) await server.addNode(`${id}`, { labels: { team: 'in' } }).catch(() => undefined);
    globalThis.gc?.();
    heapAtBegin ||= process.memoryUsage().heapUsed;
  }
  globalThis.gc?.();
  expect(process.memoryUsage().heapUsed - heapAtBegin).toBeLessThan(heapAtBegin === 0 ? Infinity : GROWTH_BYTES_MAX);
  expect(await server.ask('GET', '/readyz')).toMatchObject({ status: 200 });
  expect(Object.prototype).not.toHaveProperty('admin');
});

test('bytes that are no HTTP, or nearly', { timeout: isLong ? 600_000 : 60_000 }, async () => {
  const whole = Buffer.from(
    `POST /api/v1/nodes/n1/drain HTTP/1.1\r\nHost: x\r\nAuthorization: ${ADMIN_TOKEN}\r\nContent-Type: application/json\r\nContent-Length: 14\r\nConnection: close\r\n\r\n{"timeout":60}`,
  );
  const rounds = Math.min(300, inputs);
  for (let round = 0; round < rounds; round += 1) {
    const random = new Random(firstSeed + round, 'bytes');
    const bytes = Buffer.from(whole.subarray(0, random.chance(0.3) ? random.between(1, whole.length) : whole.length));
    for (let count = random.between(0, 6); count > 0; count -= 1)
      bytes[random.between(0, bytes.length - 1)] = random.between(0, 255);
    const answer = await bytesAnswer(bytes);
    if (/^HTTP\/1\.1 5\d\d/u.test(answer))
      throw new Error(`${answer.slice(0, 500)}; ${howToRepeat(firstSeed + round)}`);
  }
  expect(await server.ask('GET', '/readyz')).toMatchObject({ status: 200 });
});

/** What comes back until the server closes, or says nothing more. */
function bytesAnswer(bytes: Buffer): Promise<string> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const socket = connect(Number(server.url.port), server.url.hostname, () => socket.end(bytes));
    socket.setTimeout(200, () => socket.destroy());
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(Buffer.concat(chunks).toString('latin1')));
  });
}
