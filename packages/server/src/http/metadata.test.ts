/** Metadata: compare-and-set by ETag, merge patches, and JSON that comes back as it was sent. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Answer, ServerUnderTest } from './server-under-test.ts';

let server: ServerUnderTest;

beforeAll(async () => {
  server = await ServerUnderTest.start();
  await server.addNode('n1');
});
afterAll(() => server.stop());

const TARGET = '/api/v1/nodes/n1/meta';
const get = (headers: Readonly<Record<string, string>> = {}): Promise<Answer> => server.ask('GET', TARGET, { headers });
const write = (
  method: 'PUT' | 'PATCH',
  body: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> => server.ask(method, TARGET, { headers: { 'content-type': 'application/json', ...headers }, body });

beforeEach(async () => {
  await write('PUT', '{"meta":{"a":1,"b":{"c":2}}}');
});

test('is null when nobody has set it', async () => {
  await server.addNode('fresh');
  expect(await server.ask('GET', '/api/v1/nodes/fresh/meta')).toMatchObject({
    status: 200,
    text: '{"meta":null}',
    headers: { etag: expect.stringMatching(/^"m0-/u) },
  });
});

describe('If-Match', () => {
  test('lets through a change that is based on what is there, once', async () => {
    const etag = String((await get()).headers['etag']);
    const first = await write('PUT', '{"meta":1}', { 'if-match': etag });
    expect(first).toMatchObject({ status: 200, text: '{"meta":1}' });
    expect(first.headers['etag']).not.toBe(etag);
    expect(await write('PUT', '{"meta":2}', { 'if-match': etag })).toMatchObject({
      status: 412,
      json: { code: 'precondition-failed' },
    });
    expect(await write('PATCH', '{"meta":2}', { 'if-match': String(first.headers['etag']) })).toMatchObject({
      status: 200,
      text: '{"meta":2}',
    });
  });

  test('takes lists and the asterisk, but no weak tags', async () => {
    const etag = String((await get()).headers['etag']);
    expect(await write('PUT', '{"meta":1}', { 'if-match': `W/${etag}` })).toMatchObject({ status: 412 });
    expect(await write('PUT', '{"meta":1}', { 'if-match': `"x", ${etag}` })).toMatchObject({ status: 200 });
    expect(await write('PUT', '{"meta":2}', { 'if-match': '*' })).toMatchObject({ status: 200 });
  });

  test('lets exactly one of many win', async () => {
    const etag = String((await get()).headers['etag']);
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, writer) => write('PUT', `{"meta":"writer ${writer}"}`, { 'if-match': etag })),
    );
    const winners = answers.filter(({ status }) => status === 200);
    expect(winners).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 412)).toHaveLength(19);
    expect((await get()).text).toBe(winners[0]?.text);
  });

  test('does not take a node that was forgotten and came back for the one before', async () => {
    await server.addNode('again');
    const target = '/api/v1/nodes/again/meta';
    const put = (body: string, headers: Readonly<Record<string, string>> = {}) =>
      server.ask('PUT', target, { headers: { 'content-type': 'application/json', ...headers }, body });
    const old = String((await put('{"meta":"old"}')).headers['etag']);
    await server.dropAgent('again');
    await server.ask('DELETE', '/api/v1/nodes/again');
    await server.addNode('again');
    await put('{"meta":"new"}');
    expect(await put('{"meta":"newest"}', { 'if-match': old })).toMatchObject({ status: 412 });
  });
});

test('If-None-Match answers 304 to those who have it', async () => {
  const etag = String((await get()).headers['etag']);
  expect(await get({ 'if-none-match': etag })).toMatchObject({ status: 304, text: '', headers: { etag } });
  expect(await get({ 'if-none-match': `W/${etag}` })).toMatchObject({ status: 304 });
  expect(await get({ 'if-none-match': '"m0"' })).toMatchObject({ status: 200 });
});

describe('PATCH merges (RFC 7396)', () => {
  test.each([
    ['{"b":{"c":null,"d":[1]}}', '{"a":1,"b":{"d":[1]}}'],
    ['{"a":null}', '{"b":{"c":2}}'],
    ['{"big":12345678901234567890}', '{"a":1,"b":{"c":2},"big":12345678901234567890}'],
    ['{}', '{"a":1,"b":{"c":2}}'],
    ['[1]', '[1]'],
    ['null', 'null'],
    ['{"__proto__":{"polluted":true}}', '{"a":1,"b":{"c":2},"__proto__":{"polluted":true}}'],
  ])('%s', async (patch, expected) => {
    expect(await write('PATCH', `{"meta":${patch}}`)).toMatchObject({ status: 200, text: `{"meta":${expected}}` });
    expect((await get()).text).toBe(`{"meta":${expected}}`);
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });

  test('under both media types', async () => {
    const answer = await write('PATCH', '{"meta":{"a":2}}', {
      'content-type': 'application/merge-patch+json; charset=utf-8',
    });
    expect(answer).toMatchObject({ status: 200, text: '{"meta":{"a":2,"b":{"c":2}}}' });
  });
});

test('white space goes, order and digits stay, the last of equal keys counts', async () => {
  const answer = await write(
    'PUT',
    ' { "x": 1, "meta" : { "z" : 1.0 , "a" : [ 1e2 , "\\u00e9" ], "z" : 2 } , "meta2": {} } ',
  );
  expect(answer.text).toBe('{"meta":{"z":2,"a":[1e2,"\\u00e9"]}}');
});

test('64 KiB fit, however they are written', async () => {
  const whole = `"${'a'.repeat(65_534)}"`;
  expect(await write('PUT', `{"meta":${whole}}`)).toMatchObject({ status: 200, text: `{"meta":${whole}}` });
  expect(await write('PUT', `{"meta":"${'a'.repeat(65_535)}"}`)).toMatchObject({
    status: 413,
    json: { code: 'metadata-too-large' },
  });
  expect((await get()).text).toBe(`{"meta":${whole}}`);
});
