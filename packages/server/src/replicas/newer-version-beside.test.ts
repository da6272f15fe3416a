/** A rolling update: a server of this version, and one of the next on the same database, which has added tables, columns and kinds of events. */
import pino from 'pino';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { ServerUnderTest } from '../http/server-under-test.ts';
import { openPostgresStore } from '../store/postgres/postgres-store.ts';
import { PostgresUnderTest } from '../store/postgres/postgres-under-test.ts';

const logger = pino({ level: 'silent' });

let postgres: PostgresUnderTest;
let url: string;
let server: ServerUnderTest;

beforeAll(async () => {
  postgres = await PostgresUnderTest.start({ isDurable: false });
  url = await postgres.newDatabase();
  server = await ServerUnderTest.start(undefined, { databaseUrl: url });
}, 90_000);
afterAll(async () => {
  await server.stop();
  await postgres.destroy();
});

test('goes on beside it, keeps what it does not know, and starts again', async () => {
  await server.addNode('a');
  await postgres.query(
    `alter table nodes add column note text; create table notes (id text primary key, body text);
     insert into kysely_migration (name, timestamp) values ('0099+notes', '2027')`,
    url,
  );
  const newer = await openPostgresStore(url, logger);
  await newer.shared.enter({
    id: 'sv_next',
    beat: 1,
    name: 'next',
    url: null,
    version: '0.2.0',
    startedAt: 1,
    sessions: 0,
    lagMs: 0,
    isLeaving: false,
  });
  await postgres.query(`update replicas set body = replace(body, '{', '{"zone":"b",') where id = 'sv_next'`, url);

  // The next version writes a field and an event that this one has never heard of.
  const [node] = (await newer.load()).nodes;
  if (node === undefined) throw new Error('there is no node');
  const revision = node.revision + 1;
  const event = { kind: 'NodeNoted', at: Date.now(), body: { kind: 'NodeNoted', note: 'x', actor: { name: 'next' } } };
  const changed = { ...node, expectedRevision: node.revision, revision, events: [event], operations: [] };
  expect(await newer.commit([{ ...changed, state: { ...node.state, revision, note: 'x' } }])).toMatchObject({
    ok: true,
  });

  await vi.waitFor(async () => {
    const { json } = await server.ask('GET', '/api/v1/server/status');
    expect(json).toMatchObject({ replicas: expect.arrayContaining([expect.objectContaining({ version: '0.2.0' })]) });
  }, 30_000);
  expect((await server.ask('POST', '/api/v1/nodes/a/drain')).status).toBe(200);
  expect(await server.ask('GET', '/api/v1/history?node=a')).toMatchObject({
    status: 200,
    text: expect.stringContaining('NodeNoted'),
  });
  expect((await newer.load()).nodes).toMatchObject([{ state: { note: 'x', wished: 'drain' } }]);

  await server.restart();
  expect((await server.ask('GET', '/api/v1/nodes/a')).json).toMatchObject({ id: 'a', availability: 'drain' });
  await newer.close();
}, 60_000);
