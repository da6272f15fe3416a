/** A server that starts knows who of the roll is there before it serves: a database that was set back names servers that are no more. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ServerUnderTest } from '../http/server-under-test.ts';
import { PostgresUnderTest } from '../store/postgres/postgres-under-test.ts';

let postgres: PostgresUnderTest;

beforeAll(async () => {
  postgres = await PostgresUnderTest.start({ isDurable: false });
}, 90_000);
afterAll(() => postgres.destroy());

test('a session at a server that does not beat is over from the first answer on', async () => {
  const databaseUrl = await postgres.newDatabase();
  const before = await ServerUnderTest.start(undefined, { databaseUrl });
  await before.addNode('a');
  expect((await before.ask('GET', '/api/v1/nodes/a')).json).toMatchObject({ connected: true });
  await postgres.query('create table kept as select * from replicas', databaseUrl);
  await before.stop();
  await postgres.query(
    `update kept set body = replace(body, '"name":"', '"name":"former ');
     insert into replicas select * from kept`,
    databaseUrl,
  );

  const server = await ServerUnderTest.start(undefined, { databaseUrl });
  expect((await server.ask('GET', '/api/v1/nodes/a')).json).toMatchObject({ connected: false });
  expect(await postgres.query('select id from replicas', databaseUrl)).toHaveLength(1);
  await server.stop();
}, 60_000);

test('beside servers that beat it begins at once', async () => {
  const databaseUrl = await postgres.newDatabase();
  const first = await ServerUnderTest.start(undefined, { databaseUrl });
  await first.addNode('a');
  const second = await ServerUnderTest.start(undefined, { databaseUrl });
  expect((await second.ask('GET', '/api/v1/nodes/a')).json).toMatchObject({ connected: true });
  expect(await postgres.query('select id from replicas', databaseUrl)).toHaveLength(2);
  await second.stop();
  await first.stop();
}, 60_000);
