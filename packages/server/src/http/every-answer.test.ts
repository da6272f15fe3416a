/** What every answer has in common, whoever gave it: fastify, Node.js itself, the WebSocket library; and requests that could be read in two ways. */
import { ProblemDocument } from '@sluice/contract';
import { Compile } from 'typebox/compile';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ADMIN_TOKEN, ServerUnderTest } from './server-under-test.ts';

let server: ServerUnderTest;

beforeAll(async () => {
  server = await ServerUnderTest.start();
  await server.addNode('n1');
});
afterAll(() => server.stop());

const HOST = 'Host: x\r\n';
const TOKEN = `Authorization: Bearer ${ADMIN_TOKEN}\r\n`;
const CLOSE = 'Connection: close\r\n';
const JSON_BODY = 'Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}';
const UPGRADE = 'Connection: Upgrade\r\nUpgrade: websocket\r\n';
const KEY = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n';
const SESSION = '/api/v1/agent/session';

const isProblem = Compile(ProblemDocument);

interface Received {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** The last answer among what came back: one that only says to go on comes before it. */
function received(text: string): Received {
  const whole = text.replace(/^HTTP\/1\.1 1\d\d [^\r]*\r\n\r\n/u, '');
  const [head = '', ...rest] = whole.split('\r\n\r\n');
  const [first = '', ...lines] = head.split('\r\n');
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  });
  return {
    status: Number(/^HTTP\/1\.1 (\d{3}) /u.exec(first)?.[1] ?? 0),
    headers: new Map(headers),
    body: rest.join('\r\n\r\n'),
  };
}

function expectGuarded({ headers }: Received): void {
  expect(Object.fromEntries(headers)).toMatchObject({
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'content-security-policy': expect.stringMatching(/^default-src 'none';.*frame-ancestors 'none'/u),
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': expect.stringContaining('camera=()'),
    'cache-control': expect.stringMatching(/no-store|no-cache|max-age=/u),
  });
}

function expectProblem(answer: Received, status: number, code: string): void {
  expectGuarded(answer);
  expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
  const document: unknown = JSON.parse(answer.body);
  expect(isProblem.Check(document)).toBe(true);
  expect({ status: answer.status, document }).toMatchObject({ status, document: { status, code } });
}

describe('the headers that protect a browser are on', () => {
  test.each([
    ['a 200', `GET /api/v1/nodes HTTP/1.1\r\n${HOST}${TOKEN}${CLOSE}\r\n`, 200],
    ['a 200 to anybody', `GET /healthz HTTP/1.0\r\n\r\n`, 200],
    ['a 304', `GET /api/v1/nodes HTTP/1.1\r\n${HOST}${TOKEN}${CLOSE}If-None-Match: *\r\n\r\n`, 304],
    ['a HEAD', `HEAD /api/v1/nodes HTTP/1.1\r\n${HOST}${TOKEN}${CLOSE}\r\n`, 200],
    ['a page of /docs', `GET /docs/ HTTP/1.1\r\n${HOST}${CLOSE}\r\n`, 200],
    ['a file of /docs', `GET /docs/static/swagger-ui.css HTTP/1.1\r\n${HOST}${CLOSE}\r\n`, 200],
    ['a part of a file', `GET /docs/static/swagger-ui.css HTTP/1.1\r\n${HOST}${CLOSE}Range: bytes=0-9\r\n\r\n`, 206],
    ['/openapi.json', `GET /openapi.json HTTP/1.1\r\n${HOST}${CLOSE}\r\n`, 200],
    ['a page about a problem', `GET /docs/problems/internal HTTP/1.1\r\n${HOST}${CLOSE}\r\n`, 200],
  ])('%s', async (_what, bytes, status) => {
    const answer = received(await server.send(bytes));
    expect(answer.status).toBe(status);
    expectGuarded(answer);
  });

  test('a stream', async () => {
    const { status, headers } = await server.ask('GET', '/api/v1/events');
    expectGuarded({
      status,
      headers: new Map(Object.entries(headers).map(([name, text]) => [name, String(text)])),
      body: '',
    });
  });

  test('and what has a version may be kept by the one who asked, while nothing else is', async () => {
    for (const [target, kept] of [
      ['/api/v1/nodes', 'private, no-cache'],
      ['/api/v1/nodes/n1/meta', 'private, no-cache'],
      ['/api/v1/nodes/n1', 'no-store'],
      ['/api/v1/operations', 'no-store'],
    ] as const)
      expect((await server.ask('GET', target)).headers['cache-control']).toBe(kept);
  });
});

describe('is refused with a problem', () => {
  test.each([
    ['no Host', `GET /healthz HTTP/1.1\r\n\r\n`, 400, 'invalid-request'],
    ['two Hosts', `GET /healthz HTTP/1.1\r\n${HOST}Host: y\r\n${CLOSE}\r\n`, 400, 'invalid-request'],
    ['two tokens', `GET /api/v1/nodes HTTP/1.1\r\n${HOST}${TOKEN}${TOKEN}${CLOSE}\r\n`, 400, 'invalid-request'],
    [
      'a body that is packed',
      `POST /api/v1/nodes/n1/drain HTTP/1.1\r\n${HOST}${TOKEN}${CLOSE}Content-Encoding: gzip\r\n${JSON_BODY}`,
      415,
      'unsupported-media-type',
    ],
    [
      'a transfer that is packed',
      `POST /api/v1/nodes/n1/drain HTTP/1.1\r\n${HOST}${TOKEN}${CLOSE}Content-Type: application/json\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`,
      400,
      'invalid-request',
    ],
    [
      'two lengths',
      `POST /api/v1/nodes/n1/drain HTTP/1.1\r\n${HOST}${TOKEN}Transfer-Encoding: chunked\r\n${JSON_BODY}`,
      400,
      'invalid-request',
    ],
    ['a method that nobody knows', `BREW / HTTP/1.1\r\n${HOST}\r\n`, 400, 'invalid-request'],
    ['TLS in the clear', '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003', 400, 'invalid-request'],
    ['headers without end', `GET / HTTP/1.1\r\n${HOST}X: ${'a'.repeat(20_000)}\r\n\r\n`, 431, 'headers-too-large'],
    [
      'a way out of /docs',
      `GET /docs/static/..%2f..%2fpackage.json HTTP/1.1\r\n${HOST}${CLOSE}\r\n`,
      404,
      'route-not-found',
    ],
    ['an upgrade elsewhere', `GET /healthz HTTP/1.1\r\n${HOST}${UPGRADE}${KEY}\r\n`, 404, 'route-not-found'],
    ['an agent of another kind', `GET ${SESSION} HTTP/1.1\r\n${HOST}${UPGRADE}${KEY}\r\n`, 400, 'invalid-request'],
    [
      'half a handshake',
      `GET ${SESSION} HTTP/1.1\r\n${HOST}${UPGRADE}Sec-WebSocket-Protocol: sluice.agent.v1\r\n\r\n`,
      400,
      'invalid-request',
    ],
    [
      'a handshake by POST',
      `POST ${SESSION} HTTP/1.1\r\n${HOST}${UPGRADE}${KEY}Sec-WebSocket-Protocol: sluice.agent.v1\r\n\r\n`,
      400,
      'invalid-request',
    ],
    [
      'a handshake with two tokens',
      `GET ${SESSION} HTTP/1.1\r\n${HOST}${TOKEN}${TOKEN}${UPGRADE}${KEY}Sec-WebSocket-Protocol: sluice.agent.v1\r\n\r\n`,
      400,
      'invalid-request',
    ],
  ])('%s', async (_what, bytes, status, code) => {
    expectProblem(received(await server.send(Buffer.from(bytes, 'latin1'))), status, code);
  });
});

test('an expectation that nobody knows is passed over', async () => {
  const answer = received(await server.send(`GET /healthz HTTP/1.1\r\n${HOST}${CLOSE}Expect: the-unexpected\r\n\r\n`));
  expect(answer.status).toBe(200);
});
