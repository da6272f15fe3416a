/** The audit as people use it: listed, exported, verified; and a real database that somebody has tampered with is found out. */
import { readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { waitFor } from '../wait-for.ts';
import { FleetUnderTest } from './fleet-under-test.ts';
import { type Ended, startSluice } from './sluice-process.ts';

// Each of them starts some ten processes, one after the other, on a machine that is busy.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

let fleet: FleetUnderTest;

beforeEach(async () => {
  fleet = await FleetUnderTest.start();
  await fleet.addNode('lobby-1');
  await fleet.nodeThat('lobby-1', 'active', ({ status }) => status === 'active');
  for (const reason of ['first', 'second']) {
    await fleet.ended((await fleet.post('lobby-1', 'drain', { reason })).id);
    await fleet.ended((await fleet.post('lobby-1', 'undrain')).id);
  }
});

afterEach(() => fleet.stop());

function run(...args: readonly string[]): Promise<Ended> {
  return startSluice(fleet.url, args).ended;
}

/** Writes to the database past the server, as whoever has the file can. */
function tamper(statement: string, ...values: readonly (string | number)[]): void {
  const database = new Database(path.join(fleet.dataDirectory, 'sluice.db'));
  try {
    for (const { name } of database
      .prepare<[], { name: string }>(`select name from sqlite_master where type = 'trigger'`)
      .all())
      database.exec(`drop trigger "${name}"`);
    expect(database.prepare(statement).run(...values).changes).toBeGreaterThan(0);
  } finally {
    database.close();
  }
}

async function head(): Promise<string> {
  const { exitCode, out, error } = await run('audit', 'verify');
  expect({ exitCode, error: error.includes('are whole') }).toEqual({ exitCode: 0, error: true });
  return out.trim();
}

test('who did what is listed; what was refused too', async () => {
  const stranger = await startSluice(fleet.url, ['nodes', 'list'], { SLUICE_TOKEN: 'slc_stranger' }).ended;
  expect(stranger.exitCode).toBe(3);
  const list = await waitFor('the refusal in the audit', async () => {
    const { out } = await run('audit', 'list');
    return out.includes('RequestRefused') && out;
  });
  expect(list).toMatch(/^EVENT +AT +BY +FROM +TOKEN +ACTION +NODE +RESULT +CHANGE/u);
  expect(list).toMatch(/unknown +127\.0\.0\.1 +- +RequestRefused +- +refused/u);
  expect(list).toMatch(/admin +127\.0\.0\.1 +admin +AvailabilityWished +lobby-1 +done +active → drain/u);
  const holds = await run('audit', 'list', '--node', 'lobby-1', '--action', 'HoldPlaced', '-o', 'json');
  expect(JSON.parse(holds.out)).toMatchObject({
    items: [{ after: { reason: 'second' } }, { after: { reason: 'first' } }],
  });
  expect((await run('audit', 'list', '--refused', '--actor', 'admin')).out).toBe('Nothing.\n');
});

test('an export is whole, closed to others, and verified without the server', async () => {
  const file = path.join(fleet.directory, 'audit.jsonl');
  expect(await run('audit', 'export', file)).toMatchObject({ exitCode: 0 });
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  const verified = await run('audit', 'verify', file);
  expect(verified).toMatchObject({ exitCode: 0, out: expect.stringMatching(/^\d+:[0-9a-f]{64}\n$/u) });
  const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
  const changed = lines.map((line, index) => (index === 4 ? line.replace(/"at":\d/u, '"at":9') : line));
  await writeFile(file, `${changed.join('\n')}\n`);
  expect(await run('audit', 'verify', file)).toMatchObject({
    exitCode: 1,
    error: expect.stringContaining('Event 5 was changed'),
  });
  await writeFile(file, `${lines.slice(0, -1).join('\n')}\n`);
  expect(await run('audit', 'verify', file)).toMatchObject({ exitCode: 1, error: expect.stringContaining('cut off') });
});

test.each([
  [
    'changed',
    `update events set body = replace(body, 'first', 'other') where kind = 'HoldPlaced' and body like '%first%'`,
    /Event \d+ was changed/u,
  ],
  ['moved in time', `update events set at = at - 1 where sequence = 3`, /Event 3 was changed/u],
  ['removed', `delete from events where sequence = 6`, /Event 6 is missing/u],
  ['removed at the beginning', `delete from events where sequence <= 3`, /Event 1 is missing/u],
  [
    'removed at the end',
    `delete from events where sequence = (select max(sequence) from events)`,
    /Event \d+ is missing: the chain ends before/u,
  ],
])('an event that was %s is found', async (_what, statement, words) => {
  const before = await head();
  tamper(statement);
  const found = await run('audit', 'verify');
  expect(found.exitCode).toBe(1);
  expect(found.error).toMatch(words);
  expect(found.error).toContain('backup');
  // A head of before is missed as well.
  expect((await run('audit', 'verify', '--expect', before)).exitCode).toBe(1);
});

test('a chain that was cut off with its head, or written anew, does not fit a head of before', async () => {
  const before = await head();
  await fleet.stopServer();
  const file = path.join(fleet.dataDirectory, 'sluice.db');
  const database = new Database(file);
  const last = database
    .prepare<[], { sequence: number; previous_hash: string }>(
      'select sequence, previous_hash from events order by sequence desc limit 1',
    )
    .get();
  database.close();
  tamper('delete from events where sequence = ?', last?.sequence ?? 0);
  tamper(
    'update event_sequence set last_sequence = ?, last_hash = ?',
    (last?.sequence ?? 0) - 1,
    last?.previous_hash ?? '',
  );
  await fleet.startServer();
  await fleet.nodeThat('lobby-1', 'connected', ({ connected }) => connected);
  expect((await run('audit', 'verify')).exitCode).toBe(0);
  expect(await run('audit', 'verify', '--expect', before)).toMatchObject({
    exitCode: 1,
    error: expect.stringContaining('is not the one that you expect'),
  });
});
