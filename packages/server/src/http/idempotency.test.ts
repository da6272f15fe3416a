/** `Idempotency-Key`: the same request again does nothing again, whatever happened in between; another one under the same key is refused. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answer, ServerUnderTest } from './server-under-test.ts';

let server: ServerUnderTest;

beforeAll(async () => {
  server = await ServerUnderTest.start();
  for (const id of ['a', 'b', 'c', 'd', 'e'])
    await server.addNode(id, {
      commands: [{ name: 'reload', description: '', parameters: {}, disruptive: false, timeoutMs: 1000 }],
    });
});
afterAll(() => server.stop());

function post(target: string, key: string, body = '{}'): Promise<Answer> {
  const headers = { 'content-type': 'application/json', 'idempotency-key': key };
  return server.ask('POST', `/api/v1/${target}`, { body, headers });
}

function idOf(answer: Answer): string {
  expect(answer.status).toBe(200);
  return /"id":"([^"]+)"/u.exec(answer.text)?.[1] ?? '';
}

describe('the same request again', () => {
  test.each([['nodes/a/commands/reload'], ['nodes/b/restart'], ['nodes/c/undrain'], ['nodes/d/drain']])(
    '%s answers with the operation of the first',
    async (target) => {
      const first = idOf(await post(target, `same ${target}`.replace(' ', '-')));
      const second = await post(target, `same-${target}`);
      expect(idOf(second)).toBe(first);
    },
  );

  test('runs nothing a second time', async () => {
    await post('nodes/a/commands/reload', 'once');
    await post('nodes/a/commands/reload', 'once');
    await post('nodes/a/commands/reload', 'another');
    const { text } = await server.ask('GET', '/api/v1/operations?node=a&command=reload');
    // One of the test before, and two of this one.
    expect(text.match(/"command":"reload"/gu)).toHaveLength(3);
  });

  test('at the same moment is one operation too', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => post('nodes/e/commands/reload', 'twenty')));
    expect(new Set(answers.map(idOf)).size).toBe(1);
  });

  test('answers with the operation as it is by then', async () => {
    const id = idOf(await post('nodes/e/drain', 'then'));
    await server.ask('POST', `/api/v1/operations/${id}/cancel`);
    expect((await post('nodes/e/drain', 'then')).json).toMatchObject({ id, status: 'cancelled' });
    expect((await server.ask('GET', '/api/v1/nodes/e')).json).toMatchObject({ availability: 'active' });
  });

  test('is known across a restart of the server', async () => {
    const id = idOf(await post('nodes/b/commands/reload', 'restarted'));
    await server.restart();
    expect(idOf(await post('nodes/b/commands/reload', 'restarted'))).toBe(id);
  });

  test('is known when its operation is no more among the last ones of its node', async () => {
    const id = idOf(await post('nodes/c/undrain', 'long-ago'));
    for (let count = 0; count < 10; count += 1) await server.ask('POST', '/api/v1/nodes/c/undrain');
    expect(idOf(await post('nodes/c/undrain', 'long-ago'))).toBe(id);
  });

  test('cancels only once', async () => {
    const id = idOf(await server.ask('POST', '/api/v1/nodes/d/drain'));
    expect(idOf(await post(`operations/${id}/cancel`, 'cancel-it'))).toBe(id);
    expect(idOf(await post(`operations/${id}/cancel`, 'cancel-it'))).toBe(id);
  });
});

describe('another request under the same key', () => {
  test.each([
    ['with another body', 'nodes/a/drain', '{"timeout":30}'],
    ['about another node', 'nodes/b/drain', '{}'],
    ['for something else', 'nodes/a/undrain', '{}'],
  ])('%s is refused, and does nothing', async (_what, target, body) => {
    idOf(await post('nodes/a/drain', 'taken'));
    const before = (await server.ask('GET', '/api/v1/nodes/b')).json;
    expect(await post(target, 'taken', body)).toMatchObject({
      status: 422,
      json: { code: 'idempotency-key-reused', field: 'Idempotency-Key' },
    });
    expect((await server.ask('GET', '/api/v1/nodes/b')).json).toMatchObject({
      availability: expect.any(String),
      ...(typeof before === 'object' && before !== null && 'revision' in before ? { revision: before.revision } : {}),
    });
  });
});

test('what was refused may be sent again under its key', async () => {
  expect(await post('nodes/nobody/drain', 'refused')).toMatchObject({ status: 404 });
  expect(await post('nodes/nobody/drain', 'refused')).toMatchObject({ status: 404 });
  expect((await post('nodes/b/commands/reload', 'refused')).status).toBe(200);
});

test.each([
  ['empty', ''],
  ['too long', 'k'.repeat(256)],
  ['with a space', 'a b'],
  ['with an umlaut', 'schlüssel'],
])('a key that is %s is refused', async (_what, key) => {
  expect(await post('nodes/a/drain', Buffer.from(key).toString('latin1'))).toMatchObject({
    status: 400,
    json: { field: 'Idempotency-Key' },
  });
});
