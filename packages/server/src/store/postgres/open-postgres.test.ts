/** What a person is told when a database cannot be opened: what is wrong, what to do, and never the password. */
import { inspect } from 'node:util';
import { createServer } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLogger } from '../../observe/logger.ts';
import { openPostgresStore } from './postgres-store.ts';
import { PASSWORD, PostgresUnderTest } from './postgres-under-test.ts';

const logger = createLogger('silent');

let postgres: PostgresUnderTest;

beforeAll(async () => {
  postgres = await PostgresUnderTest.start({ isDurable: false });
  await postgres.query("create role guest login password 'guest-password'");
}, 90_000);
afterAll(() => postgres.destroy());

/** What the one who started it reads. Fails when the password is anywhere in it, or in what the log would keep of it. */
async function refusalOf(url: string): Promise<string> {
  const error: unknown = await openPostgresStore(url, logger).then(
    (store) => store.close(),
    (reason: unknown) => reason,
  );
  if (!(error instanceof Error)) throw new Error('it was opened');
  const everything = inspect(error, { depth: 10, showHidden: true });
  for (const secret of [PASSWORD, encodeURIComponent(PASSWORD), 'wrong-password', 'guest-password'])
    expect(everything).not.toContain(secret);
  return error.message;
}

test.each([
  ['not-an-address', 'is not one of PostgreSQL. Write it as postgres://'],
  ['mysql://root:wrong-password@localhost/db', 'is not one of PostgreSQL. Write it as postgres://'],
  ['postgres://user:wrong-password@local host:99999/db', 'is not one of PostgreSQL. Write it as postgres://'],
  ['postgres://user:wrong-password@127.0.0.1:1/db', 'Nothing listens at 127.0.0.1:1. Start PostgreSQL there'],
  [
    'postgres://user:wrong-password@no-such-host.invalid/db',
    /no host named no-such-host\.invalid|cannot be looked up/u,
  ],
])('the address %s', async (url, message) => {
  expect(await refusalOf(url)).toMatch(message);
});

test('a wrong password', async () => {
  expect(await refusalOf(postgres.url('postgres', { password: 'wrong-password' }))).toBe(
    `The database 'postgres' on 127.0.0.1:${postgres.port} (as user 'postgres') cannot be opened. ` +
      "PostgreSQL does not accept the password of the user 'postgres'. Correct it in the address of the database.",
  );
});

test('a database that does not exist', async () => {
  expect(await refusalOf(postgres.url('nowhere'))).toContain(
    "The database 'nowhere' does not exist. Make it: createdb",
  );
});

test('a user who may not make tables', async () => {
  await postgres.newDatabase();
  const url = new URL(await postgres.newDatabase());
  url.username = 'guest';
  url.password = 'guest-password';
  expect(await refusalOf(url.href)).toMatch(
    /The user 'guest' may not do this .*permission denied.* grant it the rights/u,
  );
});

test('a server that wants no secure connection', async () => {
  expect(await refusalOf(postgres.url('postgres', { search: '?sslmode=verify-full' }))).toMatch(
    /No secure connection .* Check sslmode/u,
  );
});

test('something else than PostgreSQL', async () => {
  const other = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.resume().end('HTTP/1.1 400 Bad Request\r\n\r\n');
  });
  const port = await new Promise<number>((resolve) => {
    other.listen(0, '127.0.0.1', () => {
      const address = other.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
  expect(await refusalOf(`postgres://user:wrong-password@127.0.0.1:${port}/db`)).toContain('cannot be opened');
  await new Promise((resolve) => other.close(resolve));
});

test('a database whose encoding cannot keep every name', async () => {
  const url = await postgres.newDatabase("encoding 'LATIN1' lc_collate 'C' lc_ctype 'C' template template0");
  expect(await refusalOf(url)).toContain('has the encoding LATIN1');
});

test('a database that holds tables of another program, which stay as they are', async () => {
  const url = await postgres.newDatabase();
  await postgres.query('create table events (id int); insert into events values (7)', url);
  expect(await refusalOf(url)).toContain("holds tables of another program (such as 'events') in the schema 'public'");
  expect(await postgres.query('select id from events', url)).toEqual([{ id: 7 }]);
  expect(await postgres.query("select 1 from pg_tables where tablename = 'nodes'", url)).toEqual([]);
});

test('a database that another program migrates with the same library', async () => {
  const url = await postgres.newDatabase();
  await postgres.query(
    "create table kysely_migration (name text, timestamp text); insert into kysely_migration values ('2020-shop', '')",
    url,
  );
  expect(await refusalOf(url)).toContain("(such as '2020-shop')");
});

test('a database of a newer version', async () => {
  const url = await postgres.newDatabase();
  await (await openPostgresStore(url, logger)).close();
  await postgres.query("insert into kysely_migration values ('9999-from-the-future', '')", url);
  expect(await refusalOf(url)).toContain(
    "was written by a newer version of sluice (it has the migration '9999-from-the-future')",
  );
});

test('a server that is read-only', async () => {
  const url = await postgres.newDatabase();
  const { pathname } = new URL(url);
  await postgres.query(`alter database ${pathname.slice(1)} set default_transaction_read_only = on`);
  expect(await refusalOf(url)).toContain('The database is read-only');
});

test('a database beside whose tables are those of others is shared with them in peace', async () => {
  const url = await postgres.newDatabase();
  await postgres.query('create table shop_orders (id int)', url);
  const store = await openPostgresStore(url, logger);
  expect(await store.load()).toEqual({ nodes: [], lastSequence: 0 });
  await store.close();
});

test('a first start that was cut off before its tables were made is done again', async () => {
  const url = await postgres.newDatabase();
  await postgres.query(
    'create table kysely_migration (name varchar(255) primary key, timestamp varchar(255) not null)',
    url,
  );
  const store = await openPostgresStore(url, logger);
  expect(await store.load()).toEqual({ nodes: [], lastSequence: 0 });
  await store.close();
});
