/** `sluice budgets …` against a real server: what is set is shown, what is wrong is said, and what they are asked for is answered. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunningServer } from '@sluice/server';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runSluice } from '../captured-terminal.ts';
import { ADMIN_TOKEN, startServerUnderTest } from '../server-under-test.ts';

let directory = '';
let server: RunningServer;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sluice-cli-'));
  server = await startServerUnderTest(directory);
});
afterAll(async () => {
  await server.stop();
  await rm(directory, { recursive: true });
});

const sluice = (...words: readonly string[]) =>
  runSluice(['budgets', ...words], { environment: { SLUICE_URL: server.url, SLUICE_TOKEN: ADMIN_TOKEN } });

test('from none to one, and back', async () => {
  expect(await sluice('list')).toEqual({
    exitCode: 0,
    out: '',
    error: 'No budgets. Make one with: sluice budgets set NAME --max-unavailable 25% --selector S\n',
  });
  const made = await sluice('set', 'lobby', '--max-unavailable', '25%', '--selector', 'game=chess,zone in (a,b)');
  expect(made).toEqual({
    exitCode: 0,
    out: 'lobby: 1 of 0 (25%) may be unavailable, none is\n',
    error: 'No node matches it now.\n',
  });
  await sluice('set', 'all', '--max-unavailable', '3', '--all', '--description', 'everything');
  expect((await sluice('list', '-o', 'name')).out).toBe('all\nlobby\n');
  expect((await sluice('list')).out).toBe(
    [
      'BUDGET  PLACES    OUT  ALLOWED       NODES                                  WHO IS OUT  FOR',
      'all     ✓ 3 left  0    3 of 0        all 0 nodes                            -           everything',
      'lobby   ✓ 1 left  0    1 of 0 (25%)  0 nodes with game=chess,zone in (a,b)  -           -',
      '',
    ].join('\n'),
  );
  expect((await sluice('get', 'all')).out).toMatch(
    /^all {2}✓ 3 left\nFor +everything\nNodes +all 0 nodes\nAllowed +3 of 0 may be unavailable\nUnavailable +none\nMade +by /u,
  );
  expect(JSON.parse((await sluice('get', 'lobby', '-o', 'json')).out)).toMatchObject({ maxUnavailable: '25%' });
  expect((await sluice('set', 'all', '--max-unavailable', '0', '--all', '-o', 'yaml')).out).toContain('revision: 2');
  expect((await sluice('list')).out).toContain('all     – none left');
  expect(await sluice('remove', 'all', 'lobby')).toEqual({
    exitCode: 0,
    out: 'all: removed\nlobby: removed\n',
    error: '',
  });
});

describe('what is wrong is said', () => {
  test.each([
    [2, ['set', 'a', '--max-unavailable', '3'], /Which nodes is it for\?[^]*--all/u],
    [2, ['set', 'a', '--max-unavailable', '3', '--all', '--selector', 'a=b'], /not both/u],
    [2, ['set', 'a', '--all'], /--max-unavailable/u],
    [2, ['set', 'a', '--all', '--max-unavailable', '101%'], /a share such as 25%/u],
    [2, ['set', 'a', '--all', '--max-unavailable', '-1'], /a share such as 25%/u],
    [2, ['set', 'a b', '--all', '--max-unavailable', '1'], /name/u],
    [2, ['set', 'a', '--selector', 'status=active', '--max-unavailable', '1'], /cannot select by status/u],
    [4, ['get', 'nobody'], /no budget 'nobody'[^]*sluice budgets list/u],
    [4, ['remove', 'nobody'], /no budget 'nobody'/u],
  ])('%i: %j', async (exitCode, words, error) => {
    const ended = await sluice(...words);
    expect(ended).toMatchObject({ exitCode, out: '' });
    expect(ended.error).toMatch(error);
  });
});
