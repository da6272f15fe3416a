/** Where everything is kept: which setting wins, and that an address with a password in it is never repeated. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadServerConfig, type ServerSources } from './config.ts';

let directory: string;
let file: string;

beforeAll(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'sluice-config-'));
  file = path.join(directory, 'server.yaml');
  await writeFile(file, 'database: postgres://file/sluice\n');
});
afterAll(() => rm(directory, { recursive: true }));

function load(flags: ServerSources['flags'], env: ServerSources['env'] = {}) {
  const loaded = loadServerConfig({ flags, env });
  if (!loaded.ok) throw new Error(loaded.message);
  return loaded.config;
}

test('the database is that of the flag, else of the environment, else of the file, else none', () => {
  const env = { SLUICE_DATABASE_URL: 'postgresql://environment/sluice' };
  expect(load({ database: 'postgres://flag/sluice', config: file }, env).databaseUrl).toBe('postgres://flag/sluice');
  expect(load({ config: file }, env).databaseUrl).toBe('postgresql://environment/sluice');
  expect(load({ config: file }).databaseUrl).toBe('postgres://file/sluice');
  expect(load({}).databaseUrl).toBeNull();
  expect(load({}, { SLUICE_DATABASE_URL: '' }).databaseUrl).toBeNull();
});

test('a database goes before a data directory, and who gave both by hand is told', () => {
  const both = load({ database: 'postgres://flag/sluice', data: directory });
  expect(both.databaseUrl).toBe('postgres://flag/sluice');
  expect(both.warnings).toEqual([expect.stringContaining('--data is not used')]);
  expect(load({ data: directory }).warnings).toEqual([]);
});

test('an address that is none of PostgreSQL is refused, without repeating it', () => {
  const loaded = loadServerConfig({ flags: {}, env: { SLUICE_DATABASE_URL: 'mysql://root:secret@db/sluice' } });
  expect(loaded).toEqual({ ok: false, message: expect.stringContaining('must begin with postgres://') });
  expect(JSON.stringify(loaded)).not.toContain('secret');
});
