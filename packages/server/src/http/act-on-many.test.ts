/** One command for many nodes over HTTP: all that may be done is, and each that may not says why. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answer, ServerUnderTest } from './server-under-test.ts';

let server: ServerUnderTest;
beforeAll(async () => {
  server = await ServerUnderTest.start();
  for (const id of ['a', 'b', 'c']) await server.addNode(id, { labels: { team: id === 'c' ? 'out' : 'in' } });
});
afterAll(() => server.stop());

function run(name: string, body: object, options: { token?: string; key?: string } = {}): Promise<Answer> {
  return server.ask('POST', `/api/v1/commands/${name}`, {
    body: JSON.stringify(body),
    headers: {
      'content-type': 'application/json',
      ...(options.key === undefined ? {} : { 'idempotency-key': options.key }),
    },
    ...(options.token === undefined ? {} : { token: options.token }),
  });
}

async function tokenFor(selector: string): Promise<string> {
  const { text } = await server.ask('POST', '/api/v1/tokens', {
    body: JSON.stringify({ name: selector, role: 'operator', selector }),
    headers: { 'content-type': 'application/json' },
  });
  return /"secret":"([^"]+)"/u.exec(text)?.[1] ?? '';
}

async function availabilities(): Promise<string> {
  const { text } = await server.ask('GET', '/api/v1/nodes');
  return [...text.matchAll(/"availability":"(\w+)"/gu)].map(([, availability]) => availability).join(' ');
}

describe('one command for many nodes', () => {
  test('is begun on each that there is, and the others say why not', async () => {
    const answer = await run('drain', { nodeIds: ['b', 'nobody', 'a', 'b'], params: { timeout: 60 }, reason: 'many' });
    expect(answer).toMatchObject({
      status: 200,
      json: {
        items: [
          { nodeId: 'b', operation: { command: 'drain', status: 'running', reason: 'many' }, problem: null },
          { nodeId: 'nobody', operation: null, problem: { code: 'node-not-found', status: 404 } },
          { nodeId: 'a', operation: { command: 'drain' }, problem: null },
        ],
      },
    });
    expect(await availabilities()).toBe('drain drain active');
    expect(await run('undrain', { nodeIds: ['a', 'b'] })).toMatchObject({ status: 200 });
    expect(await availabilities()).toBe('active active active');
  });

  test('that is wrong for all changes nothing', async () => {
    for (const [name, body] of [
      ['drain', { nodeIds: ['a'], params: { timeout: -1 } }],
      ['undrain', { nodeIds: [] }],
      ['drain', {}],
      ['drain', { nodeIds: Array.from({ length: 1001 }, (_, index) => `n${index}`) }],
    ] as const)
      expect(await run(name, body)).toMatchObject({ status: 400 });
    expect(await availabilities()).toBe('active active active');
  });

  test('that nobody declares is said by each', async () => {
    const { json } = await run('reload', { nodeIds: ['a', 'b'] });
    expect(json).toMatchObject({
      items: [{ problem: { code: 'command-not-found' } }, { problem: { code: 'command-not-found' } }],
    });
  });

  test('reaches no node that the token does not see, and the refusal is in the audit', async () => {
    const token = await tokenFor('team=in');
    const { json } = await run('drain', { nodeIds: ['a', 'c'] }, { token });
    expect(json).toMatchObject({ items: [{ problem: null }, { problem: { code: 'node-not-found' } }] });
    expect(await availabilities()).toBe('drain active active');
    const audit = await server.ask('GET', '/api/v1/audit?result=refused&node=c');
    expect(audit.json).toMatchObject({ items: [{ nodeId: 'c', actor: { name: 'team=in' } }] });
    await run('undrain', { nodeIds: ['a'] });
  });

  test('needs the role admin for releasing every hold, as on one node', async () => {
    const token = await tokenFor('team in (in,out)');
    expect(await run('undrain', { nodeIds: ['a'], params: { hold: '*' } }, { token })).toMatchObject({ status: 403 });
  });

  test('that is repeated with its key is done once', async () => {
    const ids = async () => {
      const { json } = await run('restart', { nodeIds: ['a', 'b'] }, { key: 'the-same' });
      return JSON.stringify(json).match(/op_[0-9a-z]+/gu);
    };
    const first = await ids();
    expect(first?.length).toBeGreaterThanOrEqual(2);
    expect(await ids()).toEqual(first);
  });
});
