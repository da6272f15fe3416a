/** Settings: which one holds, and what is said of those that cannot. */
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { captureTerminal } from './captured-terminal.ts';
import { resolveSettings } from './settings.ts';

let home = '';

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'sluice-settings-'));
});
afterEach(() => rm(home, { recursive: true }));

async function writeSettings(text: string, mode = 0o600): Promise<string> {
  await mkdir(join(home, '.config', 'sluice'), { recursive: true });
  const path = join(home, '.config', 'sluice', 'config.yaml');
  await writeFile(path, text);
  await chmod(path, mode);
  return path;
}

const resolve = (flags = {}, environment = {}) =>
  resolveSettings(flags, captureTerminal({ homeDirectory: home, environment }));

describe('the setting that holds', () => {
  test('default, file, environment, flag: the later wins', async () => {
    expect(await resolve()).toEqual({ ok: true, url: 'http://127.0.0.1:7070', token: null, serverCa: null });
    await writeSettings('url: https://file.example\ntoken: from-file\n');
    expect(await resolve()).toEqual({ ok: true, url: 'https://file.example', token: 'from-file', serverCa: null });
    const environment = { SLUICE_URL: 'https://environment.example', SLUICE_TOKEN: 'from-environment' };
    expect(await resolve({}, environment)).toEqual({
      ok: true,
      url: 'https://environment.example',
      token: 'from-environment',
      serverCa: null,
    });
    const tokenFile = join(home, 'token');
    await writeFile(tokenFile, 'from-flag\n');
    expect(await resolve({ url: 'https://flag.example', tokenFile }, environment)).toEqual({
      ok: true,
      url: 'https://flag.example',
      token: 'from-flag',
      serverCa: null,
    });
  });

  test('an empty variable is none', async () => {
    expect(await resolve({}, { SLUICE_URL: '', SLUICE_TOKEN: '' })).toEqual({
      ok: true,
      url: 'http://127.0.0.1:7070',
      token: null,
      serverCa: null,
    });
  });
});

describe('refused, with what to do', () => {
  test('a file with a token that others can read', async () => {
    const path = await writeSettings('token: secret\n', 0o644);
    expect(await resolve()).toEqual({
      ok: false,
      detail: `${path} holds a token and others on this machine can read it.`,
      whatToDo: `chmod 600 ${path}`,
    });
    await writeSettings('url: https://file.example\n', 0o644);
    expect(await resolve()).toMatchObject({ ok: true });
  });

  test.each([
    ['tokn: x', "has 'tokn', which is no setting"],
    ['- a', 'holds no settings'],
    ['token: 7', '`token` in'],
    ['a: [', 'is not YAML'],
  ])('the file %j', async (text, detail) => {
    await writeSettings(text);
    expect(await resolve()).toMatchObject({ ok: false, detail: expect.stringContaining(detail) });
  });

  test.each([
    'localhost:7070',
    'ftp://x',
    'http://user:pass@x',
    'http://x?y',
    'https://a,https://b',
    'http://a:1,http://b:1',
    'nonsense',
  ])('the address %j', async (url) => {
    expect(await resolve({ url })).toMatchObject({
      ok: false,
      whatToDo: expect.stringContaining('http://127.0.0.1:7070'),
    });
  });

  test('a token with a line break, and a token file that is not there', async () => {
    expect(await resolve({}, { SLUICE_TOKEN: 'a\nb' })).toMatchObject({ ok: false });
    expect(await resolve({ tokenFile: join(home, 'none') })).toMatchObject({
      ok: false,
      detail: expect.stringContaining('ENOENT'),
    });
  });
});
