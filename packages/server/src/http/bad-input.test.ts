/** Bad input to every route: the right status, a problem that names what is wrong, and nothing in the store changes. */
import path from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ADMIN_TOKEN, type Answer, type AskOptions, ServerUnderTest } from './server-under-test.ts';

let server: ServerUnderTest;

beforeAll(async () => {
  server = await ServerUnderTest.start();
  await server.addNode('n1', {
    commands: [
      {
        name: 'reload',
        description: 'Reload',
        parameters: {
          type: 'object',
          properties: { level: { type: 'string', enum: ['soft', 'hard'] } },
          required: ['level'],
          additionalProperties: false,
        },
        disruptive: false,
        timeoutMs: 1000,
      },
    ],
  });
  await server.addNode('locked', { lockedBecause: 'a match is played' });
  await server.ask('PUT', '/api/v1/nodes/n1/meta', {
    headers: { 'content-type': 'application/json' },
    body: '{"meta":{"rack":7}}',
  });
});
afterAll(() => server.stop());

/** Every row of the store, but for when nodes and tokens were last heard of, and for the note that something was refused. */
function contents(): unknown {
  const database = new Database(path.join(server.directory, 'sluice.db'), { readonly: true });
  try {
    return [
      ['nodes', database.prepare('select * from nodes').all()],
      ['events', database.prepare(`select * from events where kind <> 'RequestRefused'`).all()],
      ['operations', database.prepare('select * from operations').all()],
      ['tokens', database.prepare('select id, hash, revoked_at, uses from tokens').all()],
    ];
  } finally {
    database.close();
  }
}

async function expectRefused(
  method: string,
  target: string,
  options: AskOptions,
  expected: { readonly status: number; readonly code: string; readonly field?: string },
): Promise<Answer> {
  const before = contents();
  const answer = await server.ask(method, target, options);
  expect(answer).toMatchObject({
    status: expected.status,
    json: { ...expected, detail: expect.stringMatching(/^.{10,600}$/su), requestId: expect.any(String) },
  });
  expect(answer.headers).toMatchObject({
    'content-type': 'application/problem+json; charset=utf-8',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'content-security-policy': expect.stringContaining("frame-ancestors 'none'"),
  });
  expect(contents()).toEqual(before);
  return answer;
}

const JSON_TYPE = { 'content-type': 'application/json' };
const json = (body: string): AskOptions => ({ headers: JSON_TYPE, body });

const ROUTES_WITH_BODY = [
  ['POST', '/api/v1/nodes/n1/drain'],
  ['POST', '/api/v1/nodes/n1/undrain'],
  ['POST', '/api/v1/nodes/n1/restart'],
  ['PUT', '/api/v1/nodes/n1/meta'],
  ['PATCH', '/api/v1/nodes/n1/meta'],
  ['POST', '/api/v1/nodes/n1/commands/reload'],
] as const;

describe.each(ROUTES_WITH_BODY)('%s %s refuses', (method, target) => {
  test.each(['{', '{"a":1,}', "{'a':1}", 'timeout=30', '{"a":1}{"b":2}', '\u0000', '{"a":01}'])(
    'a body that is not JSON: %j',
    async (body) => {
      await expectRefused(method, target, json(body), { status: 400, code: 'invalid-request' });
    },
  );

  test.each(['null', '[]', '"drain"', '30', 'true'])('a body that is no object: %s', async (body) => {
    await expectRefused(method, target, json(body), { status: 400, code: 'invalid-request' });
  });

  test('a body that is not UTF-8', async () => {
    await expectRefused(
      method,
      target,
      { headers: JSON_TYPE, body: Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]) },
      { status: 400, code: 'invalid-request' },
    );
  });

  test('a body that is nested without end', async () => {
    const depth = 100_000;
    await expectRefused(method, target, json(`{"meta":${'['.repeat(depth)}${']'.repeat(depth)}}`), {
      status: 400,
      code: 'invalid-request',
    });
  });

  test('a body of another type', async () => {
    await expectRefused(
      method,
      target,
      { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'timeout=30' },
      { status: 415, code: 'unsupported-media-type' },
    );
    await expectRefused(method, target, { body: '{}' }, { status: 415, code: 'unsupported-media-type' });
    await expectRefused(
      method,
      target,
      { headers: { 'content-type': 'json' }, body: '{}' },
      { status: 415, code: 'unsupported-media-type' },
    );
  });

  test('a body that is too large', async () => {
    await expectRefused(method, target, json(`{"meta":"${'a'.repeat(600_000)}"}`), {
      status: 413,
      code: 'body-too-large',
    });
  });

  test('an unknown node', async () => {
    await expectRefused(method, target.replace('n1', 'nobody'), json('{"meta":1}'), {
      status: 404,
      code: 'node-not-found',
    });
    await expectRefused(method, target.replace('n1', 'N1'), json('{"meta":1}'), {
      status: 404,
      code: 'node-not-found',
    });
    await expectRefused(method, target.replace('n1', 'n1%20'), json('{"meta":1}'), {
      status: 404,
      code: 'node-not-found',
    });
    await expectRefused(method, target.replace('n1', 'commands'), json('{"meta":1}'), {
      status: 404,
      code: 'node-not-found',
    });
    await expectRefused(method, target.replace('n1', 'a'.repeat(256)), json('{"meta":1}'), {
      status: 404,
      code: 'node-not-found',
    });
  });

  test('an id that is not percent-encoded as it should be', async () => {
    await expectRefused(method, target.replace('n1', '%'), json('{"meta":1}'), {
      status: 400,
      code: 'invalid-request',
    });
    await expectRefused(method, target.replace('n1', '%FF'), json('{"meta":1}'), {
      status: 400,
      code: 'invalid-request',
    });
  });

  test('a caller without a token, before anything else', async () => {
    await expectRefused(method, target, { ...json('{'), token: null }, { status: 401, code: 'unauthenticated' });
    await expectRefused(
      method,
      target,
      { ...json('{'), token: `${ADMIN_TOKEN}x` },
      { status: 401, code: 'unauthenticated' },
    );
  });
});

describe('a field that is not as it should be is named', () => {
  test.each([
    ['drain', '{"timeout":"30"}', 'timeout'],
    ['drain', '{"timeout":-1}', 'timeout'],
    ['drain', '{"timeout":1.5}', 'timeout'],
    ['drain', '{"timeout":604801}', 'timeout'],
    ['drain', '{"timeout":null}', 'timeout'],
    ['drain', '{"reason":5}', 'reason'],
    ['drain', `{"reason":"${'x'.repeat(1025)}"}`, 'reason'],
    ['drain', '{"onDeadline":"kill"}', 'onDeadline'],
    ['drain', '{"hold":""}', 'hold'],
    ['drain', '{"hold":"two words"}', 'hold'],
    ['drain', '{"hold":"*"}', 'hold'],
    ['drain', '{"expiresIn":0}', 'expiresIn'],
    ['undrain', '{"hold":7}', 'hold'],
    ['undrain', '{"reason":[]}', 'reason'],
    ['restart', '{"graceSeconds":3601}', 'graceSeconds'],
    ['restart', '{"timeout":-5}', 'timeout'],
    ['restart', '{"drainFirst":"yes"}', 'drainFirst'],
    ['restart', '{"drainFirst":true,"drainTimeout":"10"}', 'drainTimeout'],
    ['restart', '{"force":1}', 'force'],
    ['commands/reload', '{"params":[]}', 'params'],
    ['commands/reload', '{"reason":{}}', 'reason'],
  ])('%s %s', async (act, body, field) => {
    const { text } = await expectRefused('POST', `/api/v1/nodes/n1/${act}`, json(body), {
      status: 400,
      code: 'invalid-request',
      field,
    });
    expect(text).toContain(`"detail":"${field} must `);
  });

  test('with what it must be', async () => {
    const { json: problem } = await server.ask('POST', '/api/v1/nodes/n1/drain', json('{"onDeadline":"kill"}'));
    expect(problem).toMatchObject({ detail: 'onDeadline must be one of "force", "cancel", "hold", but is "kill".' });
    const { json: hold } = await server.ask('POST', '/api/v1/nodes/n1/undrain', json('{"hold":"two words"}'));
    expect(hold).toMatchObject({
      detail: expect.stringMatching(/^hold must match .+, or be "\*", but is "two words"\.$/u),
    });
    const { json: timeout } = await server.ask('POST', '/api/v1/nodes/n1/drain', json('{"timeout":"30"}'));
    expect(timeout).toMatchObject({ detail: 'timeout must be a whole number, but is "30".' });
  });

  test.each(['PUT', 'PATCH'])('meta, when %s has none', async (method) => {
    await expectRefused(method, '/api/v1/nodes/n1/meta', json('{"Meta":1}'), {
      status: 400,
      code: 'invalid-request',
      field: 'meta',
    });
    await expectRefused(method, '/api/v1/nodes/n1/meta', {}, { status: 400, code: 'invalid-request', field: 'meta' });
  });
});

describe('parameters of a command', () => {
  test.each([
    ['commands/reload', '{}', 'level'],
    ['commands/reload', '{"params":{"level":"loud"}}', 'level'],
    ['commands/reload', '{"params":{"level":5}}', 'level'],
    ['commands/reload', '{"params":{"level":"soft","speed":1}}', 'speed'],
    ['commands/drain', '{"params":{"timeout":"30"}}', 'timeout'],
    ['commands/drain', '{"params":{"onDeadline":"kill"}}', 'onDeadline'],
    ['commands/restart', '{"params":{"graceSeconds":-1}}', 'graceSeconds'],
    ['commands/undrain', '{"params":{"hold":7}}', 'hold'],
  ])('%s %s', async (command, body, field) => {
    const { text } = await expectRefused('POST', `/api/v1/nodes/n1/${command}`, json(body), {
      status: 400,
      code: 'invalid-parameters',
      field,
    });
    expect(text).toContain(`"detail":"${field} must `);
  });

  test('that nobody declares', async () => {
    await expectRefused('POST', '/api/v1/nodes/n1/commands/format-disk', json('{}'), {
      status: 404,
      code: 'command-not-found',
    });
    await expectRefused('POST', '/api/v1/nodes/n1/commands/toString', json('{}'), {
      status: 404,
      code: 'command-not-found',
    });
  });
});

describe('metadata', () => {
  test('over 64 KiB', async () => {
    await expectRefused('PUT', '/api/v1/nodes/n1/meta', json(`{"meta":"${'中'.repeat(22_000)}"}`), {
      status: 413,
      code: 'metadata-too-large',
    });
    await expectRefused('PATCH', '/api/v1/nodes/n1/meta', json(`{"meta":{"more":"${'a'.repeat(65_530)}"}}`), {
      status: 413,
      code: 'metadata-too-large',
    });
  });

  test.each(['"m99"', 'W/"m1"', '"other"', 'm1', '"a", "b"', ''])('with another If-Match: %s', async (ifMatch) => {
    for (const method of ['PUT', 'PATCH']) {
      await expectRefused(
        method,
        '/api/v1/nodes/n1/meta',
        { headers: { ...JSON_TYPE, 'if-match': ifMatch }, body: '{"meta":{"rack":8}}' },
        { status: 412, code: 'precondition-failed' },
      );
    }
  });
});

describe('reading', () => {
  test.each([
    ['/api/v1/nodes?selector=%3D%3D', 'invalid-selector', 'selector'],
    ['/api/v1/nodes?selector=a%20in%20(b', 'invalid-selector', 'selector'],
    ['/api/v1/nodes?sort=colour', 'invalid-request', 'sort'],
    ['/api/v1/nodes?sort=--id', 'invalid-request', 'sort'],
    ['/api/v1/nodes?limit=0', 'invalid-request', 'limit'],
    ['/api/v1/nodes?limit=10001', 'invalid-request', 'limit'],
    ['/api/v1/nodes?limit=1e2', 'invalid-request', 'limit'],
    ['/api/v1/nodes?limit=1&limit=2', 'invalid-request', 'limit'],
    ['/api/v1/nodes?limit=1&cursor=xyz', 'invalid-request', 'cursor'],
    [
      `/api/v1/nodes?limit=1&cursor=${Buffer.from('["name","a","b"]').toString('base64url')}`,
      'invalid-request',
      'cursor',
    ],
    ['/api/v1/operations?limit=0', 'invalid-request', 'limit'],
    ['/api/v1/operations?limit=ten', 'invalid-request', 'limit'],
    ['/api/v1/operations?limit=1001', 'invalid-request', 'limit'],
    ['/api/v1/operations?since=yesterday', 'invalid-request', 'since'],
    ['/api/v1/operations?since=5', 'invalid-request', 'since'],
    ['/api/v1/operations?since=2026-13-01T00:00:00Z', 'invalid-request', 'since'],
    ['/api/v1/operations?cursor=xyz', 'invalid-request', 'cursor'],
    ['/api/v1/operations?node=a&node=b', 'invalid-request', 'node'],
  ])('%s', async (target, code, field) => {
    await expectRefused('GET', target, {}, { status: 400, code, field });
  });

  test.each([
    ['/api/v1/nodes/nobody', 'node-not-found'],
    ['/api/v1/nodes/nobody/meta', 'node-not-found'],
    ['/api/v1/nodes/nobody/why', 'node-not-found'],
    ['/api/v1/nodes/commands?node=nobody', 'node-not-found'],
    ['/api/v1/operations/op_nothing', 'operation-not-found'],
    [`/api/v1/nodes/${'a'.repeat(256)}`, 'node-not-found'],
  ])('%s', async (target, code) => {
    await expectRefused('GET', target, {}, { status: 404, code });
  });

  test.each(['/api/v1/nodes/', '/api/v1/nodes//meta'])('an empty id: %s', async (target) => {
    await expectRefused('GET', target, {}, { status: 400, code: 'invalid-request', field: 'id' });
  });

  test('an address without end', async () => {
    await expectRefused('GET', `/api/v1/nodes/${'a'.repeat(9000)}`, {}, { status: 414, code: 'uri-too-long' });
    await expectRefused('GET', `/api/v1/nodes?q=${'a'.repeat(9000)}`, {}, { status: 414, code: 'uri-too-long' });
  });
});

describe('acts that are not possible', () => {
  test('restarting a workload that is locked', async () => {
    const { json: problem } = await expectRefused(
      'POST',
      '/api/v1/nodes/locked/restart',
      {},
      { status: 423, code: 'workload-locked' },
    );
    expect(problem).toMatchObject({ detail: expect.stringContaining('a match is played') });
  });

  test('forgetting a node whose agent is connected, or that is not there', async () => {
    await expectRefused('DELETE', '/api/v1/nodes/n1', {}, { status: 409, code: 'node-connected' });
    await expectRefused('DELETE', '/api/v1/nodes/nobody', {}, { status: 404, code: 'node-not-found' });
  });
});
