/** Reading operations: filters, pages from the newest back, and one by its id. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answer, ServerUnderTest } from './server-under-test.ts';

let server: ServerUnderTest;
let beganAt: string;

beforeAll(async () => {
  server = await ServerUnderTest.start();
  await server.addNode('a,b');
  await server.addNode('c');
  beganAt = new Date().toISOString();
  for (const node of ['a%2Cb', 'c']) {
    for (const act of ['drain', 'undrain', 'restart']) await server.ask('POST', `/api/v1/nodes/${node}/${act}`);
  }
});
afterAll(() => server.stop());

function summary(answer: Answer): readonly string[] {
  expect(answer).toMatchObject({ status: 200, json: { items: expect.any(Array) } });
  return [...answer.text.matchAll(/"nodeId":"([^"]+)","command":"([^"]+)","status":"([^"]+)"/gu)].map(
    ([, node, command]) => `${node} ${command}`,
  );
}

const ALL = ['c restart', 'c undrain', 'c drain', 'a,b restart', 'a,b undrain', 'a,b drain'];

describe('filters', () => {
  test.each([
    ['', ALL],
    ['?node=&command=&status=&since=&limit=&cursor=', ALL],
    ['?node=c', ALL.slice(0, 3)],
    ['?node=a%2Cb', ALL.slice(3)],
    ['?node=nobody', []],
    ['?command=drain', ['c drain', 'a,b drain']],
    ['?status=cancelled', ['c drain', 'a,b drain']],
    ['?status=queued,%20cancelled', ['c restart', 'c drain', 'a,b restart', 'a,b drain']],
    ['?status=exploded', []],
    ['?since=2999-01-01T00:00:00Z', []],
    ['?since=1999-01-01t00:00:00.5%2B08:00', ALL],
    ['?node=c&command=restart&status=queued', ['c restart']],
    ['?by=admin&node=c', ALL.slice(0, 3)],
    ['?by=nobody', []],
  ])('%s', async (query, expected) => {
    expect(summary(await server.ask('GET', `/api/v1/operations${query}`))).toEqual(expected);
  });

  test('since includes the instant itself', async () => {
    expect(summary(await server.ask('GET', `/api/v1/operations?since=${beganAt}`))).toEqual(ALL);
  });
});

test('pages hold every operation once, newest first', async () => {
  const found: string[] = [];
  for (let cursor: string | null = ''; cursor !== null && found.length < 20;) {
    const answer = await server.ask('GET', `/api/v1/operations?limit=4&cursor=${cursor}`);
    found.push(...summary(answer));
    cursor = /"nextCursor":"([^"]+)"\}$/u.exec(answer.text)?.[1] ?? null;
  }
  expect(found).toEqual(ALL);
});

test('one operation is what its route answered with, and what has become of it', async () => {
  const { text } = await server.ask('POST', '/api/v1/nodes/c/drain', {
    headers: { 'content-type': 'application/json' },
    body: '{"timeout":60,"reason":"new disks"}',
  });
  const id = /"id":"(op_[^"]+)"/u.exec(text)?.[1] ?? '';
  expect(await server.ask('GET', `/api/v1/operations/${id}`)).toMatchObject({
    status: 200,
    json: {
      id,
      nodeId: 'c',
      command: 'drain',
      status: 'running',
      reason: 'new disks',
      requestedBy: 'admin',
      requestedFrom: '127.0.0.1',
      parameters: { hold: 'operator', onDeadline: 'force' },
      deadlineAt: expect.stringMatching(/Z$/u),
      endedAt: null,
    },
  });
  await server.ask('POST', '/api/v1/nodes/c/undrain');
  expect(await server.ask('GET', `/api/v1/operations/${id}`)).toMatchObject({
    status: 200,
    json: { id, status: 'cancelled', endedAt: expect.stringMatching(/Z$/u) },
  });
});

test('what has ended stays as it ended, whatever its node has done since: cancelled again it is as it was, else is said how it ended', async () => {
  await server.addNode('d');
  const ask = async (path: string) => server.ask('POST', `/api/v1/${path}`);
  const idOf = ({ text }: Answer) => /"id":"(op_[^"]+)"/u.exec(text)?.[1] ?? '';
  const drain = idOf(await ask('nodes/d/drain'));
  await ask(`operations/${drain}/cancel`);
  const undrain = idOf(await ask('nodes/d/undrain'));
  for (let round = 0; round < 3; round += 1) {
    await ask('nodes/d/drain');
    await ask('nodes/d/undrain');
  }
  expect(await ask(`operations/${drain}/cancel`)).toMatchObject({
    status: 200,
    json: { id: drain, status: 'cancelled' },
  });
  const ended = {
    status: 409,
    json: { code: 'operation-ended', detail: expect.stringContaining(`${undrain} has ended: it is`) },
  };
  expect(await ask(`operations/${undrain}/cancel`)).toMatchObject(ended);
  expect(await ask(`operations/${undrain}/confirm`)).toMatchObject(ended);
});
