/** The contract's clients, as they are: every row of its table of client behaviour, in the very bytes that Go's httpc and goctl's TypeScript client send. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ADMIN_TOKEN, type Answer, ServerUnderTest } from '../../packages/server/src/http/server-under-test.ts';

let server: ServerUnderTest;

beforeAll(async () => {
  server = await ServerUnderTest.start();
  await server.addNode('lobby-1', { type: 'game-server' });
  await server.addNode('edge-1', { type: 'edge-proxy' });
});
afterAll(() => server.stop());

/** The headers that Go's http client sets by itself. */
const GO_HEADERS = { 'user-agent': 'Go-http-client/1.1', 'accept-encoding': 'gzip' };
/** What httpc sets when it sends a body. */
const GO_JSON = { ...GO_HEADERS, 'content-type': 'application/json; charset=utf-8' };
/** What goctl's TypeScript client sets on every request, with a body or without. */
const TYPESCRIPT_HEADERS = {
  'content-type': 'application/json',
  accept: '*/*',
  'accept-language': '*',
  'sec-fetch-mode': 'cors',
  'user-agent': 'node',
};

const SEVEN_ROUTES = [
  ['list nodes', 'GET', '/api/v1/nodes', undefined],
  ['drain a node', 'POST', '/api/v1/nodes/lobby-1/drain', '{"timeout":30}'],
  ['get node metadata', 'GET', '/api/v1/nodes/lobby-1/meta', undefined],
  ['update node metadata', 'PUT', '/api/v1/nodes/lobby-1/meta', '{"meta":{"rack":7}}'],
  ['restart a node', 'POST', '/api/v1/nodes/lobby-1/restart', undefined],
  ['undrain a node', 'POST', '/api/v1/nodes/lobby-1/undrain', undefined],
  ['list node commands', 'GET', '/api/v1/nodes/commands', undefined],
] as const;

function idsOf(answer: Answer): unknown {
  expect(answer).toMatchObject({ status: 200, json: { items: expect.any(Array) } });
  return [...answer.text.matchAll(/\{"id":"([^"]+)","name":/gu)].map(([, id]) => id);
}

describe('Go httpc writes every form field, also empty ones', () => {
  test.each([
    ['/api/v1/nodes?status=&type=', ['edge-1', 'lobby-1']],
    ['/api/v1/nodes?status=%20%20&type=+', ['edge-1', 'lobby-1']],
    ['/api/v1/nodes?status=&type=game-server', ['lobby-1']],
    ['/api/v1/nodes?status=%20active%20&type=%09edge-proxy+', ['edge-1']],
    ['/api/v1/nodes?status=active&type=game-server', ['lobby-1']],
    ['/api/v1/nodes?status=offline&type=', []],
    ['/api/v1/nodes?status=no-such-status&type=', []],
    ['/api/v1/nodes?status=&type=no-such-type', []],
  ])('%s', async (target, ids) => {
    expect(idsOf(await server.ask('GET', target, { headers: GO_HEADERS }))).toEqual(ids);
  });
});

test('Go httpc writes every json field, also zero ones: timeout 0 is no timeout', async () => {
  const answer = await server.ask('POST', '/api/v1/nodes/edge-1/drain', { headers: GO_JSON, body: '{"timeout":0}' });
  expect(answer).toMatchObject({ status: 200, json: { command: 'drain', deadlineAt: null } });
  await server.ask('POST', '/api/v1/nodes/edge-1/undrain');
  const absent = await server.ask('POST', '/api/v1/nodes/edge-1/drain', { headers: GO_JSON, body: '{}' });
  expect(absent).toMatchObject({ status: 200, json: { command: 'drain', deadlineAt: null } });
  await server.ask('POST', '/api/v1/nodes/edge-1/undrain');
});

describe('the TypeScript client sends a JSON content type with an empty body', () => {
  test.each(['drain', 'undrain', 'restart'])('%s', async (act) => {
    const answer = await server.ask('POST', `/api/v1/nodes/edge-1/${act}`, { headers: TYPESCRIPT_HEADERS, body: '' });
    expect(answer).toMatchObject({ status: 200, json: { command: act, nodeId: 'edge-1' } });
  });

  test('on a GET too', async () => {
    expect(await server.ask('GET', '/api/v1/nodes', { headers: TYPESCRIPT_HEADERS })).toMatchObject({ status: 200 });
  });

  test('with chunks that hold nothing', async () => {
    const answer = await server.send(
      `POST /api/v1/nodes/edge-1/undrain HTTP/1.1\r\nHost: sluice\r\nAuthorization: Bearer ${ADMIN_TOKEN}\r\n` +
        'Content-Type: application/json\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n0\r\n\r\n',
    );
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/u);
  });
});

describe('Go httpc sends no body and no content type', () => {
  test.each(['undrain', 'restart', 'drain'])('%s', async (act) => {
    const answer = await server.send(
      `POST /api/v1/nodes/edge-1/${act} HTTP/1.1\r\nHost: sluice\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 0\r\n` +
        `Authorization: Bearer ${ADMIN_TOKEN}\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/u);
  });

  test('and no length either', async () => {
    const answer = await server.send(
      `POST /api/v1/nodes/edge-1/undrain HTTP/1.1\r\nHost: sluice\r\nAuthorization: Bearer ${ADMIN_TOKEN}\r\nConnection: close\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/u);
  });

  test('or chunks that hold nothing, without a content type', async () => {
    const answer = await server.send(
      `POST /api/v1/nodes/edge-1/undrain HTTP/1.1\r\nHost: sluice\r\nAuthorization: Bearer ${ADMIN_TOKEN}\r\n` +
        'Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n0\r\n\r\n',
    );
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/u);
  });
});

describe('the TypeScript client calls response.json() on every answer, and older clients take only 200', () => {
  test.each(SEVEN_ROUTES)('%s', async (_what, method, target, body) => {
    const response = await fetch(new URL(target, server.url), {
      method,
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${ADMIN_TOKEN}` },
      ...(body === undefined ? {} : { body }),
    });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(await response.json()).toBeTypeOf('object');
  });

  test.each(['drain', 'undrain', 'restart'])('%s answers with the operation that was created', async (act) => {
    const { json } = await server.ask('POST', `/api/v1/nodes/lobby-1/${act}`);
    expect(json).toMatchObject({
      id: expect.stringMatching(/^op_/u),
      nodeId: 'lobby-1',
      command: act,
      requestedBy: 'admin',
    });
    const { id } = JSON.parse(JSON.stringify(json));
    expect(await server.ask('GET', `/api/v1/operations/${id}`)).toMatchObject({
      status: 200,
      json: { id, command: act },
    });
  });
});

describe('the token may come bare', () => {
  test.each([
    ['Bearer and the token', `Bearer ${ADMIN_TOKEN}`],
    ['the bare token', ADMIN_TOKEN],
    ['the scheme in lower case', `bearer ${ADMIN_TOKEN}`],
    ['the scheme in capitals', `BEARER ${ADMIN_TOKEN}`],
  ])('%s', async (_what, authorization) => {
    expect(await server.ask('GET', '/api/v1/nodes', { token: null, headers: { authorization } })).toMatchObject({
      status: 200,
    });
  });

  test.each([
    ['no token', undefined],
    ['an empty one', ''],
    ['the scheme alone', 'Bearer'],
    ['another', `Bearer ${ADMIN_TOKEN}x`],
    ['a part of it', ADMIN_TOKEN.slice(0, -1)],
    ['another scheme', `Basic ${ADMIN_TOKEN}`],
  ])('but %s is not it', async (_what, authorization) => {
    const answer = await server.ask('GET', '/api/v1/nodes', {
      token: null,
      headers: authorization === undefined ? {} : { authorization },
    });
    expect(answer).toMatchObject({
      status: 401,
      json: { code: 'unauthenticated' },
      headers: { 'www-authenticate': 'Bearer realm="sluice"' },
    });
  });
});

describe('callers add fields of their own to bodies', () => {
  test.each([
    ['POST', '/api/v1/nodes/lobby-1/drain', '{"timeout":5,"requestedVia":"console","nested":{"a":[1]}}'],
    ['POST', '/api/v1/nodes/lobby-1/undrain', '{"id":"another","requestedVia":"console"}'],
    ['POST', '/api/v1/nodes/lobby-1/restart', '{"ID":"another","requestedVia":"console"}'],
    ['PUT', '/api/v1/nodes/lobby-1/meta', '{"ID":"another","meta":1}'],
  ])('%s %s', async (method, target, body) => {
    const answer = await server.ask(method, target, { headers: GO_JSON, body });
    expect(answer.status).toBe(200);
    expect(answer.text).not.toContain('another');
  });

  test('and parameters of their own to queries', async () => {
    expect(idsOf(await server.ask('GET', '/api/v1/nodes?page=1&pageSize=10&type=&status='))).toEqual([
      'edge-1',
      'lobby-1',
    ]);
  });
});

describe('metadata is any JSON value, and comes back as it was sent', () => {
  test.each([
    '{"rack":7,"tags":["a","b"],"中文":{"键":"值"}}',
    '["a",1,null,{"b":[]}]',
    '"a text"',
    '""',
    '0',
    '-1.50',
    '12345678901234567890',
    'true',
    'false',
    'null',
    '{}',
    '[]',
    '{"b":1,"2":2,"1":3}',
    String.raw`"é 😀 \n"`,
    '{"__proto__":{"a":1},"constructor":{"prototype":null},"toString":"x"}',
  ])('%s', async (meta) => {
    const put = await server.ask('PUT', '/api/v1/nodes/lobby-1/meta', { headers: GO_JSON, body: `{"meta":${meta}}` });
    expect(put).toMatchObject({ status: 200, text: `{"meta":${meta}}` });
    expect(await server.ask('GET', '/api/v1/nodes/lobby-1/meta')).toMatchObject({
      status: 200,
      text: `{"meta":${meta}}`,
    });
  });

  test.each(['{}', '', '{"Meta":1}'])('a body without meta is a 400 that names it: %s', async (body) => {
    const answer = await server.ask('PUT', '/api/v1/nodes/lobby-1/meta', { headers: GO_JSON, body });
    expect(answer).toMatchObject({
      status: 400,
      json: { code: 'invalid-request', field: 'meta', detail: expect.stringContaining('meta') },
    });
  });
});

describe('ids are percent-encoded in the path, decoded once and matched exactly', () => {
  const ids = [
    'rack:7',
    'host.example-1_a',
    'eu/west/lobby',
    '大厅-一号',
    'space and "quotes"',
    'percent%2Fsign',
    '100%',
    'plus+and&=?#;,@$',
    'Größe',
    'emoji-😀',
    '..%2f..',
    'Lobby',
    'lobby',
    '中'.repeat(255),
    '😀'.repeat(127),
    "quote'and(parens)!*~",
  ];
  test.each(ids)('%s', async (id) => {
    await server.addNode(id);
    const encoded = encodeURIComponent(id);
    expect(await server.ask('GET', `/api/v1/nodes/${encoded}`)).toMatchObject({ status: 200, json: { id } });
    const meta = JSON.stringify({ meta: id });
    expect(await server.ask('PUT', `/api/v1/nodes/${encoded}/meta`, { headers: GO_JSON, body: meta })).toMatchObject({
      status: 200,
      text: meta,
    });
    expect(await server.ask('GET', `/api/v1/nodes/${encoded}/meta`)).toMatchObject({ status: 200, text: meta });
    for (const act of ['drain', 'undrain', 'restart']) {
      expect(await server.ask('POST', `/api/v1/nodes/${encoded}/${act}`)).toMatchObject({
        status: 200,
        json: { nodeId: id, command: act },
      });
    }
    expect(await server.ask('GET', `/api/v1/nodes/${encodeURIComponent(encoded)}/meta`)).toMatchObject({
      status: encoded === id ? 200 : 404,
    });
  });

  test('unreserved characters may be encoded too', async () => {
    await server.addNode('abc');
    expect(await server.ask('GET', '/api/v1/nodes/%61b%63')).toMatchObject({ status: 200, json: { id: 'abc' } });
  });
});

describe('commands is a reserved id', () => {
  test('registration under it is refused with a clear error', async () => {
    await expect(server.addNode('commands')).rejects.toThrow(/reserved/u);
  });

  test('its path is the catalogue of commands', async () => {
    const { json } = await server.ask('GET', '/api/v1/nodes/commands');
    expect(json).toMatchObject({
      items: [
        { name: 'drain', description: expect.any(String) },
        { name: 'restart', description: expect.any(String) },
        { name: 'undrain', description: expect.any(String) },
      ],
    });
  });

  test('and no node can be reached under it', async () => {
    expect(await server.ask('POST', '/api/v1/nodes/commands/drain')).toMatchObject({
      status: 404,
      json: { code: 'node-not-found' },
    });
    expect(await server.ask('GET', '/api/v1/nodes/commands/meta')).toMatchObject({
      status: 404,
      json: { code: 'node-not-found' },
    });
  });
});

describe('a node that existing callers read', () => {
  test('has the fields that they read', async () => {
    const { json } = await server.ask('GET', '/api/v1/nodes?type=edge-proxy');
    expect(json).toMatchObject({
      items: [
        {
          id: 'edge-1',
          name: 'a node',
          type: 'edge-proxy',
          status: expect.any(String),
          ip: '127.0.0.1',
          port: 7777,
          resources: { cpuCount: 2 },
          updatedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/u),
        },
      ],
    });
  });
});

describe('a timeout that is none', () => {
  test.each(['-1', '0.5', '30.5', '"30"', '604801', '1e300', 'true', '[]', '{}', 'null'])(
    '%s is a 400 that names it',
    async (timeout) => {
      const answer = await server.ask('POST', '/api/v1/nodes/lobby-1/drain', {
        headers: GO_JSON,
        body: `{"timeout":${timeout}}`,
      });
      expect(answer).toMatchObject({
        status: 400,
        json: { code: 'invalid-request', field: 'timeout', detail: expect.stringContaining('timeout') },
      });
    },
  );

  test.each(['604800', '1', '3e1', '30.0'])('%s is one', async (timeout) => {
    const answer = await server.ask('POST', '/api/v1/nodes/lobby-1/drain', {
      headers: GO_JSON,
      body: `{"timeout":${timeout}}`,
    });
    expect(answer).toMatchObject({ status: 200, json: { deadlineAt: expect.any(String) } });
  });
});

describe('every error is application/problem+json', () => {
  test.each([
    ['an unknown node', 'GET', '/api/v1/nodes/nobody/meta', 404, 'node-not-found'],
    ['an unknown node, drained', 'POST', '/api/v1/nodes/nobody/drain', 404, 'node-not-found'],
    ['an unknown route', 'GET', '/api/v1/knots', 404, 'route-not-found'],
    ['another method', 'PUT', '/api/v1/nodes/lobby-1/drain', 405, 'method-not-allowed'],
    ['an id that is not percent-encoded as it should be', 'GET', '/api/v1/nodes/100%/meta', 400, 'invalid-request'],
  ])('%s', async (_what, method, target, status, code) => {
    const answer = await server.ask(method, target);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/u);
    expect(answer).toMatchObject({
      status,
      json: {
        type: `/docs/problems/${code}`,
        title: expect.any(String),
        status,
        detail: expect.any(String),
        code,
        requestId: expect.any(String),
      },
    });
  });
});
