/** Every command against a real server that has no nodes yet: answers, refusals, exit codes. */
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

const sluice = (line: string, token = ADMIN_TOKEN) =>
  runSluice(line.split(' '), { environment: { SLUICE_URL: server.url, SLUICE_TOKEN: token } });

describe('nothing is there yet', () => {
  test('the list says where nodes come from, and its JSON is the API’s own', async () => {
    expect(await sluice('nodes list')).toEqual({
      exitCode: 0,
      out: 'No nodes yet. A node appears when its agent connects: sluice agent --help\n',
      error: '',
    });
    expect((await sluice('nodes list --status drained')).out).toBe('No node passes the filters.\n');
    expect((await sluice('nodes list -o json')).out).toBe('{\n  "items": []\n}\n');
    expect((await sluice('nodes list -o yaml')).out).toBe('items: []\n');
    expect((await sluice('nodes list -o name')).out).toBe('');
  });

  test('no operations, and only the built-in commands', async () => {
    expect(await sluice('operations list')).toEqual({ exitCode: 0, out: 'No operations.\n', error: '' });
    expect((await sluice('nodes commands -o name')).out.split('\n').toSorted()).toEqual([
      '',
      'drain',
      'restart',
      'undrain',
    ]);
  });
});

describe('an unknown node is exit code 4', () => {
  test.each([
    'nodes get lobby-9',
    'nodes why lobby-9',
    'nodes drain lobby-9',
    'nodes drain lobby-9 --wait',
    'nodes undrain lobby-9',
    'nodes restart lobby-9',
    'nodes forget lobby-9',
    'nodes commands lobby-9',
    'nodes run lobby-9 reload',
    'nodes meta get lobby-9',
    'nodes meta set lobby-9 {}',
    'nodes meta patch lobby-9 {}',
    'nodes meta edit lobby-9',
  ])('sluice %s', async (line) => {
    const { exitCode, out, error } = await sluice(line);
    expect({ exitCode, out }).toEqual({ exitCode: 4, out: '' });
    expect(error).toMatch(/^Error: .*lobby-9.*\n→ See the nodes with `sluice nodes list`; .*\n$/u);
  });

  test('of several, each is reported', async () => {
    const { exitCode, error } = await sluice('nodes drain a b a');
    expect(exitCode).toBe(4);
    expect(error.match(/^Error: (?:a|b): /gmu)).toEqual(['Error: a: ', 'Error: b: ']);
  });
});

test.each(['operations get op_9', 'operations watch op_9'])('an unknown operation: sluice %s', async (line) => {
  const { exitCode, out, error } = await sluice(line);
  expect({ exitCode, out }).toEqual({ exitCode: 4, out: '' });
  expect(error).toMatch(/^Error: .*op_9.*\n→ See the operations with `sluice operations list`\.\n$/u);
});

test.each(['nodes list', 'nodes list --watch', 'nodes drain a b', 'operations list'])(
  'a wrong token is exit code 3: sluice %s',
  async (line) => {
    const { exitCode, out, error } = await sluice(line, 'slc_wrong');
    expect({ exitCode, out }).toEqual({ exitCode: 3, out: '' });
    expect(error).toContain(
      '→ Run `sluice login` where the server has single sign-on; else set SLUICE_TOKEN to a valid token, or write `token:` into ~/.config/sluice/config.yaml (mode 600).\n',
    );
    expect(error.match(/^Error:/gmu)).toHaveLength(1);
  },
);

test('what the server refuses is wrong usage', async () => {
  const { exitCode, error } = await sluice('nodes list --selector =');
  expect(exitCode).toBe(2);
  expect(error).toMatch(/^Error: .*\n→ Write it as `key=value/u);
  expect(await sluice('nodes meta set lobby-9 {bad')).toMatchObject({
    exitCode: 2,
    error: expect.stringContaining('is not JSON'),
  });
});
