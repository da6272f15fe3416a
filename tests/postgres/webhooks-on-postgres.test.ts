/** Webhooks with everything kept in PostgreSQL: a server that is killed goes on where it was, and dead letters are there to be sent again. */
import { Webhook } from '@sluice/contract';
import Type from 'typebox';
import { Compile } from 'typebox/compile';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PostgresUnderTest } from '../../packages/server/src/store/postgres/postgres-under-test.ts';
import { checkSignature, ReceiverUnderTest } from '../../packages/server/src/webhooks/receiver-under-test.ts';
import { FleetUnderTest } from '../end-to-end/fleet-under-test.ts';
import { waitFor } from '../wait-for.ts';

const created = Compile(Type.Object({ webhook: Webhook, secret: Type.String() }));
const webhook = Compile(Webhook);

let postgres: PostgresUnderTest;
let fleet: FleetUnderTest;
let receiver: ReceiverUnderTest;

beforeAll(async () => {
  postgres = await PostgresUnderTest.start({ isDurable: true });
  receiver = await ReceiverUnderTest.start();
  fleet = await FleetUnderTest.start({
    databaseUrl: await postgres.newDatabase(),
    serverConfig: { webhooks: { allowPrivateAddresses: true, retryAfter: ['100ms'] } },
  });
}, 120_000);

afterAll(async () => {
  await fleet.stop();
  await receiver.close();
  await postgres.destroy();
}, 60_000);

test('a server that is killed goes on where it was; what was given up is sent again', async () => {
  const made = await fleet.request('POST', '/api/v1/webhooks', { url: receiver.url, kinds: ['TokenCreated'] });
  if (!created.Check(made.json)) throw new Error(JSON.stringify(made.json));
  const { secret } = made.json;
  const target = `/api/v1/webhooks/${made.json.webhook.id}`;
  const names = () =>
    receiver.received.map(({ body }) => /"name":"(token \d)"/u.exec(body)?.[1]).filter((name) => name !== undefined);
  const make = (name: string) => fleet.request('POST', '/api/v1/tokens', { name, role: 'viewer' });
  await make('token 1');
  await waitFor('the first', () => names().length === 1);
  receiver.behave(() => 500);
  await make('token 2');
  await waitFor('an attempt', () => names().length >= 2);
  await fleet.stopServer('SIGKILL');
  await fleet.startServer();
  await waitFor('it to be given up', async () => {
    const { json } = await fleet.request('GET', target);
    return webhook.Check(json) && json.delivery.deadLetters === 1;
  });
  receiver.behave(() => 204);
  await make('token 3');
  await waitFor('the third', () => names().includes('token 3'));
  const { json } = await fleet.request('GET', `${target}/dead-letters`);
  const sequence = /"sequence":(\d+)/u.exec(JSON.stringify(json))?.[1];
  const again = await fleet.request('POST', `${target}/dead-letters/${sequence}/resend`);
  expect(again.json).toMatchObject({ delivered: true, status: 204 });
  expect(names().at(-1)).toBe('token 2');
  expect([...new Set(names())].toSorted()).toEqual(['token 1', 'token 2', 'token 3']);
  for (const received of receiver.received) checkSignature(received, secret);
  expect((await fleet.request('DELETE', target)).status).toBe(200);
  expect((await fleet.request('GET', target)).status).toBe(404);
}, 60_000);
