/** `sluice server status|backup|restore|export|import` against a real server and its data: what they print, refuse, and leave behind. */
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { captureTerminal, runSluice } from '../captured-terminal.ts';
import { runCommandLine } from '../run-command-line.ts';
import { ADMIN_TOKEN, startServerUnderTest } from '../server-under-test.ts';

let directory: string;
let data: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sluice-cli-'));
  data = join(directory, 'data');
});
afterEach(() => rm(directory, { recursive: true }));

const startHere = () => startServerUnderTest(data);

const sluice = (args: readonly string[], environment: Readonly<Record<string, string>> = {}) =>
  runSluice(['server', ...args], { environment });

test('status: a page for people, the API’s own for scripts', async () => {
  const server = await startHere();
  const environment = { SLUICE_URL: server.url, SLUICE_TOKEN: ADMIN_TOKEN };
  const page = await sluice(['status'], environment);
  expect(page.exitCode).toBe(0);
  expect(page.out).toMatch(/^Sluice \S+ {2}● serving\nStarted +(now|\d+ s ago) /u);
  expect(page.out).toContain('Nodes    0, 0 with their agent connected\n');
  expect(page.out).toMatch(/\nStore {4}SQLite, \d+ KiB\n/u);
  expect(page.out).toContain('events for 90 d, at most 1,000,000\n');
  const json: unknown = JSON.parse((await sluice(['status', '-o', 'json'], environment)).out);
  expect(json).toMatchObject({ nodes: { total: 0 }, store: { kind: 'sqlite', problem: null, lastSequence: 1 } });
  expect((await sluice(['status'], { SLUICE_URL: server.url })).exitCode).toBe(3);
  await server.stop();
  expect((await sluice(['status'], environment)).exitCode).toBe(7);
});

test('backup beside a running server, restore when it has stopped', async () => {
  const backup = join(directory, 'backup.db');
  const server = await startHere();
  const made = await sluice(['backup', backup, '--data', data]);
  expect(made).toMatchObject({ exitCode: 0, error: '' });
  expect(made.out).toMatch(/backup\.db: 0 nodes, 0 operations, 1 event; \d+ KiB, in \d+ (ms|s)\.\n$/u);
  expect(await sluice(['backup', backup, '--data', data])).toMatchObject({
    exitCode: 1,
    error: `Error: ${backup} is there already.\n→ Give another name, or --force to replace it.\n`,
  });
  // The flag may also stand where the server's own stands, or come from the environment, as the server's own does.
  expect((await runSluice(['server', '--data', data, 'backup', backup, '--force'])).exitCode).toBe(0);
  expect((await sluice(['backup', backup, '--force'], { SLUICE_DATA: data })).exitCode).toBe(0);
  expect((await sluice(['restore', backup, '--data', data])).error).toContain('is in use by another sluice server');
  await server.stop();

  const restored = await sluice(['restore', backup, '--data', data]);
  expect(restored).toMatchObject({ exitCode: 0, error: '' });
  expect(restored.out).toMatch(/^Restored into .*: 0 nodes.*\nWhat was there before is .*before-restore-/u);
  expect(restored.out).toContain('AvailabilityRecovered');
  const again = await startHere();
  expect(again.newAdminToken).toBeNull();
  await again.stop();
});

test('export and import into another directory, with the tokens', async () => {
  const archive = join(directory, 'store.jsonl');
  const server = await startHere();
  expect(await sluice(['export', archive, '--data', data])).toMatchObject({
    exitCode: 0,
    out: expect.stringMatching(
      /store\.jsonl: 0 nodes, 0 operations, 1 event, 1 token; [\d.]+ KiB, in \d+ (ms|s)\.\n$/u,
    ),
  });
  await server.stop();
  expect((await sluice(['import', archive, '--data', data])).error).toContain('The store is not empty');
  data = join(directory, 'other');
  expect(await sluice(['import', archive, '--data', data])).toMatchObject({
    exitCode: 0,
    out: expect.stringMatching(
      /^Imported into .*other: 0 nodes, 0 operations, 1 event, 1 token, in \d+ (ms|s)\.\nStart the server on it\./u,
    ),
  });
  const other = await startHere();
  await other.stop();
});

test.each([
  [['backup', 'b.db'], { SLUICE_DATABASE_URL: 'postgres://x:secret@localhost/x' }, 'Use pg_dump'],
  [['restore', 'b.db', '--config', '/nonexistent'], {}, 'cannot be read'],
  [['export', 'e', '--data', 'd', '--database', 'postgres://x'], {}, 'name two stores'],
  [['import', 'e', '--database', 'mysql://x:secret@y'], {}, 'must begin with postgres://'],
  [['backup', 'b.db', '--listen', '127.0.0.1:0'], {}, "Unknown option '--listen'"],
] satisfies [string[], Record<string, string>, string][])('wrong usage: %j', async (args, environment, error) => {
  const outcome = await sluice(args, environment);
  expect(outcome).toMatchObject({ exitCode: 2, out: '', error: expect.stringContaining(error) });
  expect(outcome.error).not.toContain('secret');
});

test('Ctrl-C ends a backup and leaves no file', async () => {
  await (await startHere()).stop();
  const terminal = captureTerminal();
  terminal.pressCtrlC();
  const exitCode = await runCommandLine(['server', 'backup', join(directory, 'b.db'), '--data', data], terminal);
  expect(exitCode).toBe(130);
  expect(await readdir(directory)).toEqual(['data']);
});

test('a damaged database is told in words', async () => {
  await (await startHere()).stop();
  await writeFile(join(data, 'sluice.db'), 'x'.repeat(100_000));
  for (const command of ['backup', 'export']) {
    const outcome = await sluice([command, join(directory, 'out'), '--data', data]);
    expect(outcome).toMatchObject({ exitCode: 1, error: expect.stringMatching(/not a (SQLite )?database/u) });
  }
});
