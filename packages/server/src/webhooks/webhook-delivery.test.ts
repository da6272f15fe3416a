/** Delivery with a real server and a real receiver: order, signatures, retries, dead letters, restarts, and who is not asked at all. */
import { DeadLetter, Webhook } from '@sluice/contract';
import Type from 'typebox';
import { Compile } from 'typebox/compile';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { waitFor } from '../../../../tests/wait-for.ts';
import { type Answer, ServerUnderTest } from '../http/server-under-test.ts';
import { openSqliteStore } from '../store/sqlite/sqlite-store.ts';
import type { StoredWebhook } from '../store/webhook-store.ts';
import { checkSignature, ReceiverUnderTest } from './receiver-under-test.ts';

const created = Compile(Type.Object({ webhook: Webhook, secret: Type.String() }));
const webhookAnswer = Compile(Webhook);
const letters = Compile(Type.Object({ items: Type.Array(DeadLetter) }));

let server: ServerUnderTest;
let receiver: ReceiverUnderTest;

beforeEach(async () => {
  receiver = await ReceiverUnderTest.start();
});
afterEach(async () => {
  await server.stop();
  await receiver.close();
});

/** @param retryDelaysMs Short: what is tested is that there are retries, not how long they take. */
async function start(retryDelaysMs: readonly number[] = [50, 50, 50, 50, 50, 50], timeoutMs = 5000): Promise<void> {
  server = await ServerUnderTest.start(undefined, { webhooks: { allowed: 'all', retryDelaysMs, timeoutMs } });
}

function send(method: string, target: string, body: object = {}): Promise<Answer> {
  return server.ask(method, target, {
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  });
}

async function create(body: object = {}): Promise<{ readonly id: string; readonly secret: string }> {
  const { json, text } = await send('POST', '/api/v1/webhooks', { url: receiver.url, ...body });
  if (!created.Check(json)) throw new Error(text);
  return { id: json.webhook.id, secret: json.secret };
}

async function webhook(id: string): Promise<Webhook> {
  const { json, text } = await server.ask('GET', `/api/v1/webhooks/${id}`);
  if (!webhookAnswer.Check(json)) throw new Error(text);
  return json;
}

async function deadLetters(id: string): Promise<readonly DeadLetter[]> {
  const { json, text } = await server.ask('GET', `/api/v1/webhooks/${id}/dead-letters`);
  if (!letters.Check(json)) throw new Error(text);
  return json.items;
}

const came = (count: number) =>
  waitFor(`${count} events`, () => receiver.received.length >= count, { seen: () => receiver.types });
const deliveryIs = (to: Partial<Webhook['delivery']>, id: string) =>
  waitFor('the delivery to be so', async () => {
    const { delivery } = await webhook(id);
    return Object.entries(to).every(([key, value]) => Reflect.get(delivery, key) === value);
  });

describe('events', () => {
  test('come as CloudEvents with a signature that another library accepts, in their order', async () => {
    await start();
    const { secret } = await create();
    await server.addNode('n1');
    await send('POST', '/api/v1/nodes/n1/drain', { reason: 'the test' });
    await waitFor('the drain', () => receiver.types.includes('sluice.HoldPlaced'), { seen: () => receiver.types });
    for (const received of receiver.received) checkSignature(received, secret);
    const [first] = receiver.received;
    expect(first?.headers['content-type']).toBe('application/cloudevents+json; charset=utf-8');
    expect(first?.event).toMatchObject({
      specversion: '1.0',
      id: first?.headers['webhook-id'],
      source: '/sluice',
      type: 'sluice.NodeRegistered',
      subject: 'n1',
      time: expect.stringMatching(/^\d{4}-.*Z$/u),
      datacontenttype: 'application/json',
      data: { kind: 'NodeRegistered', nodeId: 'n1' },
    });
    const sequences = receiver.received.map(({ event }) => Number(/^evt_(\d+)_/u.exec(String(event['id']))?.[1]));
    expect(sequences).toEqual(sequences.toSorted((one, other) => one - other));
    const forged = receiver.received.at(0);
    if (forged === undefined) throw new Error('nothing came');
    expect(() => checkSignature({ ...forged, body: forged.body.replace('n1', 'n2') }, secret)).toThrow(/signature/u);
  });

  test('are only those that were asked for; of access none that was not named', async () => {
    await start();
    await create({ kinds: ['HoldPlaced'], nodeId: 'n2' });
    const access = await ReceiverUnderTest.start();
    await create({ url: access.url, kinds: ['TokenCreated'] });
    const scoped = await ReceiverUnderTest.start();
    await create({ url: scoped.url, selector: 'team=in', kinds: ['HoldPlaced', 'NodeForgotten'] });
    await server.addNode('n1', { labels: { team: 'in' } });
    await server.addNode('n2', { labels: { team: 'out' } });
    await send('POST', '/api/v1/tokens', { name: 'x', role: 'viewer' });
    for (const id of ['n1', 'n2']) await send('POST', `/api/v1/nodes/${id}/drain`);
    for (const id of ['n1', 'n2']) {
      await server.dropAgent(id);
      await server.ask('DELETE', `/api/v1/nodes/${id}`);
    }
    await waitFor('the forgotten node', () => scoped.types.includes('sluice.NodeForgotten'));
    await came(1);
    const subjects = (from: ReceiverUnderTest) => from.received.map(({ event }) => [event['type'], event['subject']]);
    expect(subjects(receiver)).toEqual([['sluice.HoldPlaced', 'n2']]);
    expect(subjects(access)).toEqual([['sluice.TokenCreated', undefined]]);
    expect(subjects(scoped)).toEqual([
      ['sluice.HoldPlaced', 'n1'],
      ['sluice.NodeForgotten', 'n1'],
    ]);
    await access.close();
    await scoped.close();
  });

  test('go on after a restart where they were', async () => {
    await start();
    await create({ kinds: ['NodeRegistered'] });
    await server.addNode('n1');
    await came(1);
    await server.restart();
    await server.addNode('n2');
    await came(2);
    expect(receiver.received.map(({ event }) => event['subject'])).toEqual(['n1', 'n2']);
  });

  test('wait while a webhook is disabled, and come when it is enabled again', async () => {
    await start();
    const { id } = await create({ kinds: ['NodeRegistered'] });
    await send('PATCH', `/api/v1/webhooks/${id}`, { enabled: false });
    await server.addNode('n1');
    await send('PATCH', `/api/v1/webhooks/${id}`, { enabled: true });
    await came(1);
    expect(receiver.received[0]?.event['subject']).toBe('n1');
  });

  test('are signed with both secrets while one replaces the other', async () => {
    await start();
    const { id, secret } = await create({ kinds: ['NodeRegistered'] });
    const rotated = await send('POST', `/api/v1/webhooks/${id}/secret`);
    if (!created.Check(rotated.json)) throw new Error(rotated.text);
    await server.addNode('n1');
    await came(1);
    const [received] = receiver.received;
    if (received === undefined) throw new Error('nothing came');
    expect(rotated.json.secret).not.toBe(secret);
    for (const each of [secret, rotated.json.secret]) checkSignature(received, each);
  });
});

describe('a receiver that fails', () => {
  const FAILURES = {
    'answers 500': () => receiver.behave((_received, count) => (count <= 2 ? 500 : 204)),
    redirects: () =>
      receiver.behave((_received, count) =>
        count <= 2
          ? (_request, response) => response.writeHead(302, { location: `${receiver.url}/elsewhere` }).end()
          : 204,
      ),
    'breaks off': () =>
      receiver.behave((_received, count) => (count <= 2 ? (request) => request.socket.destroy() : 204)),
    'does not answer': () => receiver.behave((_received, count) => (count <= 2 ? () => undefined : 204)),
  };

  test.each(Object.entries(FAILURES))('and %s gets the same event again, under the same id', async (_what, fail) => {
    await start([50, 50, 50], 300);
    fail();
    const { id } = await create({ kinds: ['NodeRegistered'] });
    await server.addNode('n1');
    await server.addNode('n2');
    await came(4);
    expect(receiver.received.map(({ event }) => event['subject'])).toEqual(['n1', 'n1', 'n1', 'n2']);
    expect(new Set(receiver.ids.slice(0, 3)).size).toBe(1);
    await deliveryIs({ attempts: 0, failingSince: null, problem: null, deadLetters: 0 }, id);
  });

  test('is not there at all, and gets everything when it is back, also after a restart of the server', async () => {
    await start(Array.from({ length: 50 }, () => 100));
    await receiver.close();
    const { id } = await create({ kinds: ['NodeRegistered'] });
    await server.addNode('n1');
    await waitFor('two attempts', async () => (await webhook(id)).delivery.attempts >= 2);
    expect((await webhook(id)).delivery).toMatchObject({ problem: 'refused the connection (ECONNREFUSED)' });
    await server.restart();
    expect((await webhook(id)).delivery.attempts).toBeGreaterThanOrEqual(2);
    await receiver.listen();
    await came(1);
  });

  test('for too long leaves a dead letter, and the next event is delivered', async () => {
    await start([20, 20]);
    receiver.behave(({ event }) => (event['subject'] === 'n1' ? 500 : 204));
    const { id, secret } = await create({ kinds: ['NodeRegistered'] });
    await server.addNode('n1');
    await server.addNode('n2');
    await came(4);
    expect(receiver.received.map(({ event }) => event['subject'])).toEqual(['n1', 'n1', 'n1', 'n2']);
    const [letter] = await deadLetters(id);
    expect(letter).toMatchObject({
      type: 'sluice.NodeRegistered',
      nodeId: 'n1',
      attempts: 3,
      problem: 'answered 500',
      messageId: receiver.ids[0],
    });
    const target = `/api/v1/webhooks/${id}/dead-letters/${letter?.sequence}/resend`;
    expect((await send('POST', target)).json).toMatchObject({ delivered: false, status: 500, problem: 'answered 500' });
    expect(await deadLetters(id)).toMatchObject([{ attempts: 4 }]);
    await server.restart();
    receiver.behave(() => 204);
    expect((await send('POST', target)).json).toMatchObject({ delivered: true, status: 204, problem: null });
    const again = receiver.received.at(-1);
    if (again === undefined) throw new Error('nothing came');
    expect(again.event['id']).toBe(letter?.messageId);
    checkSignature(again, secret);
    expect(await deadLetters(id)).toEqual([]);
    expect((await webhook(id)).delivery.deadLetters).toBe(0);
    expect(await send('POST', target)).toMatchObject({ status: 404, json: { code: 'dead-letter-not-found' } });
  });

  test('says 410, and is asked nothing more until somebody enables it', async () => {
    await start();
    receiver.behave(() => 410);
    const { id } = await create({ kinds: ['NodeRegistered'] });
    await server.addNode('n1');
    await waitFor('it to be disabled', async () => !(await webhook(id)).enabled);
    expect(await webhook(id)).toMatchObject({ disabledBecause: 'The receiver answered 410: it is gone.' });
    expect((await server.ask('GET', '/api/v1/audit?action=WebhookChanged')).json).toMatchObject({
      items: [{ actor: { name: 'server' }, result: { detail: 'The receiver answered 410: it is gone.' } }],
    });
    receiver.behave(() => 204);
    await send('PATCH', `/api/v1/webhooks/${id}`, { enabled: true });
    await came(2);
    expect(new Set(receiver.ids).size).toBe(1);
  });

  test('slowly holds up nobody but itself', async () => {
    await start();
    const slow = await ReceiverUnderTest.start();
    slow.behave(() => () => undefined);
    await create({ url: slow.url });
    await create();
    for (let index = 0; index < 20; index += 1) await server.addNode(`n${index}`);
    await waitFor('the last node', () => receiver.received.some(({ event }) => event['subject'] === 'n19'));
    expect(slow.received).toHaveLength(1);
    await slow.close();
  });

  test('and wants to be left alone is left alone for so long', async () => {
    await start([10, 10]);
    receiver.behave(() => (_request, response) => response.writeHead(503, { 'retry-after': '3600' }).end());
    const { id } = await create({ kinds: ['NodeRegistered'] });
    await server.addNode('n1');
    await deliveryIs({ attempts: 1 }, id);
    const { nextAttemptAt } = (await webhook(id)).delivery;
    expect(Date.parse(nextAttemptAt ?? '') - Date.now()).toBeGreaterThan(3_500_000);
  });
});

test('what the retention removed before it was sent is said, and delivery goes on', async () => {
  const webhook: StoredWebhook = {
    id: 'wh_late',
    name: 'late',
    url: receiver.url,
    secret: 'whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz',
    previousSecret: null,
    previousSecretUntil: null,
    kinds: ['RequestRefused'],
    nodeId: null,
    selector: null,
    isEnabled: true,
    disabledBecause: null,
    createdBy: 'the test',
    createdAt: 1,
    startsAfter: 2,
  };
  const prepare = async (directory: string) => {
    const store = await openSqliteStore(directory);
    const event = { kind: 'RequestRefused', at: Date.now(), body: { kind: 'RequestRefused' } };
    const notes = Array.from({ length: 10 }, () => ({ nodeId: '', event }));
    await store.commit([], [], { webhooks: [{ id: webhook.id, webhook }], notes });
    await store.prune({
      eventsBefore: 0,
      eventsKeptMax: 4,
      operationsBefore: 0,
      operationsKeptMax: 1000,
      operationsCountedBefore: 0,
      answeredBefore: 0,
      rowsMax: 1000,
    });
    await store.close();
  };
  receiver.behave((_received, count) => (count === 1 ? 500 : 204));
  server = await ServerUnderTest.start(prepare, { webhooks: { allowed: 'all', retryDelaysMs: [50, 50] } });
  await came(6);
  expect(receiver.ids.slice(0, 2)).toEqual(['missed_2_6', 'missed_2_6']);
  expect(receiver.received[1]?.event).toMatchObject({
    type: 'sluice.EventsMissed',
    data: { firstMissed: 3, lastMissed: 6 },
  });
  expect(receiver.ids.slice(2).map((id) => /^evt_(\d+)_/u.exec(String(id))?.[1])).toEqual(['7', '8', '9', '10']);
  await deliveryIs({ missed: 4, deadLetters: 0 }, webhook.id);
});

test('a server that stops does not wait for a receiver that does not answer', async () => {
  await start([50], 30_000);
  receiver.behave(() => () => undefined);
  const { id } = await create();
  await server.addNode('n1');
  await came(1);
  const asked = send('POST', `/api/v1/webhooks/${id}/test`);
  await came(2);
  const began = performance.now();
  await server.restart();
  expect(performance.now() - began).toBeLessThan(10_000);
  await asked.catch(() => undefined);
});

test('a test event says what came of it', async () => {
  await start();
  const { id, secret } = await create();
  expect((await send('POST', `/api/v1/webhooks/${id}/test`)).json).toMatchObject({ delivered: true, status: 204 });
  const [received] = receiver.received;
  if (received === undefined) throw new Error('nothing came');
  checkSignature(received, secret);
  expect(received.event).toMatchObject({ type: 'sluice.WebhookTest' });
  receiver.behave(() => 401);
  expect((await send('POST', `/api/v1/webhooks/${id}/test`)).json).toMatchObject({
    delivered: false,
    status: 401,
    problem: 'answered 401',
  });
});

test('a name that leads to a private address is refused when it is connected to', async () => {
  server = await ServerUnderTest.start(undefined, { webhooks: { retryDelaysMs: [60_000] } });
  const { port } = new URL(receiver.url);
  const { id } = await create({ url: `http://localhost:${port}/hook` });
  const answer = await send('POST', `/api/v1/webhooks/${id}/test`);
  expect(answer.json).toMatchObject({ delivered: false, status: null });
  expect(answer.text).toContain('webhooks.allowPrivateAddresses');
  await server.addNode('n1');
  await deliveryIs({ attempts: 1 }, id);
  expect(receiver.received).toEqual([]);
});
