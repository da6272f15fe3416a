/** How new answers are, over real sockets: what each tells, and what is waited for. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { StreamReader } from './read-stream.ts';
import { type Answer, ServerUnderTest } from './server-under-test.ts';

const LIST = '/api/v1/nodes';
const META = '/api/v1/nodes/n1/meta';
let server: ServerUnderTest;

beforeAll(async () => {
  server = await ServerUnderTest.start();
  await server.addNode('n1');
});
afterAll(() => server.stop());

const revisionOf = ({ headers }: Answer) => Number(headers['sluice-revision']);
const newest = async () => revisionOf(await server.ask('GET', LIST));
const least = (revision: number | string) => ({ headers: { 'sluice-min-revision': String(revision) } });
const change = (meta: unknown, headers: Readonly<Record<string, string>> = {}) =>
  server.ask('PUT', META, {
    body: JSON.stringify({ meta }),
    headers: { 'content-type': 'application/json', ...headers },
  });

/** Whether an answer has come by the time at which another request has been answered. */
async function isAnswered(answer: Promise<Answer>): Promise<boolean> {
  const other = server.ask('GET', '/healthz').then(() => null);
  return (await Promise.race([answer, other])) !== null;
}

describe('every answer to who may ask tells how new it is', () => {
  test('whatever kind of answer it is', async () => {
    const revision = await newest();
    const { headers } = await server.ask('GET', LIST);
    const etag = String(headers['etag']);
    for (const [method, target, status, more] of [
      ['GET', LIST, 200, {}],
      ['GET', LIST, 304, { 'if-none-match': etag }],
      ['HEAD', LIST, 200, {}],
      ['GET', '/api/v1/nodes/n1', 200, {}],
      ['GET', '/metrics', 200, {}],
      ['GET', '/api/v1/nodes/nobody', 404, {}],
      ['POST', '/api/v1/nodes/n1/drain', 400, { 'idempotency-key': ' ' }],
      ['GET', '/auth/session', 401, {}],
      ['GET', '/api/v1/events', 200, {}],
    ] as const) {
      const answer = await server.ask(method, target, { headers: more });
      expect({ target, status: answer.status, headers: answer.headers }).toMatchObject({
        target,
        status,
        headers: { 'sluice-revision': String(revision), 'sluice-lag-ms': '0' },
      });
    }
  });

  test('after a change it includes the change', async () => {
    const before = await newest();
    const changed = await change('new');
    expect(revisionOf(changed)).toBe(before + 1);
    expect(await server.ask('GET', META, least(revisionOf(changed)))).toMatchObject({ json: { meta: 'new' } });
  });

  test('strangers, and who asks what everybody may, are told nothing', async () => {
    for (const [target, token] of [
      [LIST, null],
      [LIST, 'slc_wrong'],
      ['/healthz', undefined],
      ['/readyz', undefined],
      ['/nowhere', undefined],
      ['/openapi.json', undefined],
    ] as const) {
      const { headers } = await server.ask('GET', target, token === undefined ? {} : { token });
      expect({ target, revision: headers['sluice-revision'], lag: headers['sluice-lag-ms'] }).toEqual({ target });
    }
  });
});

describe('a request that asks for more than is shown', () => {
  test('waits until it is shown, and shows it', async () => {
    const before = await newest();
    const read = server.ask('GET', META, least(before + 2));
    expect(await isAnswered(read)).toBe(false);
    await change('one');
    expect(await isAnswered(read)).toBe(false);
    await change('two');
    expect(await read).toMatchObject({ status: 200, json: { meta: 'two' } });
  });

  test('a change waits as well, and is made once the other is shown', async () => {
    const before = await newest();
    const second = change('second', { 'sluice-min-revision': String(before + 1) });
    expect(await isAnswered(second)).toBe(false);
    await change('first');
    expect(revisionOf(await second)).toBe(before + 2);
    expect(await server.ask('GET', META)).toMatchObject({ json: { meta: 'second' } });
  });

  test('is refused after five seconds, and nothing is done', async () => {
    const before = await newest();
    const askedAt = performance.now();
    const [read, made] = await Promise.all([
      server.ask('GET', LIST, least(before + 1)),
      change('never', { 'sluice-min-revision': '999999999999999' }),
    ]);
    expect(performance.now() - askedAt).toBeGreaterThan(4900);
    for (const answer of [read, made])
      expect(answer).toMatchObject({
        status: 503,
        json: { code: 'behind', detail: expect.stringContaining(`all up to event ${before}`) },
        headers: { 'retry-after': '1', 'sluice-revision': String(before), 'sluice-lag-ms': '0' },
      });
    expect(await newest()).toBe(before);
  });

  test('waits for nobody who is unknown, unless the token may be of a moment ago', async () => {
    const future = least((await newest()) + 1).headers;
    expect(await server.ask('GET', LIST, { headers: future, token: null })).toMatchObject({ status: 401 });
    const unknown = server.ask('GET', LIST, { headers: future, token: 'slc_unknown' });
    expect(await isAnswered(unknown)).toBe(false);
    await change('something');
    expect(await unknown).toMatchObject({ status: 401, json: { code: 'unauthenticated' } });
  });

  test('what everybody may ask is not waited with', async () => {
    for (const target of ['/healthz', '/readyz'])
      expect(await server.ask('GET', target, least(999_999))).toMatchObject({ status: 200 });
  });

  test.each(['soon', '-1', '1.5', '', '1000000000000000', '1, 2'])('%j is no revision', async (text) => {
    for (const answer of [
      await server.ask('GET', LIST, least(text)),
      await change('never', { 'sluice-min-revision': text }),
      await server.ask('GET', '/api/v1/events?after=0', least(text)),
    ])
      expect(answer).toMatchObject({ status: 400, json: { code: 'invalid-request', field: 'Sluice-Min-Revision' } });
    expect(await server.ask('GET', META)).not.toMatchObject({ json: { meta: 'never' } });
  });

  test('a server that stops lets nobody wait', async () => {
    const stopping = await ServerUnderTest.start();
    const waiting = stopping.ask('GET', LIST, least(999_999));
    // It has come in when what was asked after it is answered.
    await stopping.ask('GET', '/healthz');
    await stopping.stop();
    expect(await waiting).toMatchObject({ status: 503, json: { code: 'stopping' } });
  });
});

describe('the stream of events', () => {
  test('begins where the reader was, though that is to come only, and tells no reset', async () => {
    const before = await newest();
    const opening = StreamReader.open(server.url, '/api/v1/events', { 'last-event-id': String(before + 1) });
    await server.ask('GET', '/healthz');
    await change('told elsewhere');
    const stream = await opening;
    await change('told here');
    await stream.until('the second change', () => stream.events.length > 0);
    expect(stream.messages.map(({ id, event }) => [id, event])).toEqual([
      [before + 1, 'ready'],
      [before + 2, 'MetadataReplaced'],
    ]);
    stream.close();
  });

  test('goes on at once where it was, whatever else was seen meanwhile; without a place it waits', async () => {
    const before = await newest();
    const future = { 'sluice-min-revision': String(before + 1) };
    const resumed = await StreamReader.open(server.url, `/api/v1/events?after=${before}`, future);
    await resumed.until('ready', () => resumed.messages.length > 0);
    const begun = StreamReader.open(server.url, '/api/v1/events', future);
    await server.ask('GET', '/healthz');
    await change('seen elsewhere');
    const stream = await begun;
    await stream.until('ready', () => stream.messages.length > 0);
    expect(stream.messages[0]).toMatchObject({ id: before + 1, event: 'ready' });
    for (const each of [resumed, stream]) each.close();
  });
});
