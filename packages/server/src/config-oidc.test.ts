/** The settings of the login: what they come to, and what is said of those that cannot be used. The secret is never repeated. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseOidc, parseSessions } from './config-oidc.ts';

const SECTION = {
  issuer: 'https://login.example/realms/main',
  clientId: 'sluice',
  publicUrl: 'https://sluice.example',
  roles: [
    { group: 'chess', role: 'operator', selector: 'game=chess' },
    { group: 'ops', role: 'admin' },
  ],
};

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'sluice-oidc-'));
});
afterAll(() => rm(directory, { recursive: true }));

test('nothing is nobody, and a short section is enough', () => {
  expect(parseOidc(undefined, undefined)).toEqual({ ok: true, value: null });
  expect(parseOidc(SECTION, 'from-environment')).toEqual({
    ok: true,
    value: {
      issuer: new URL(SECTION.issuer),
      clientId: 'sluice',
      clientSecret: 'from-environment',
      publicUrl: new URL(SECTION.publicUrl),
      scopes: ['openid', 'profile', 'email'],
      groupsClaim: 'groups',
      nameClaims: ['email', 'preferred_username'],
      roles: [
        { group: 'chess', role: 'operator', selector: 'game=chess' },
        { group: 'ops', role: 'admin', selector: null },
      ],
    },
  });
});

test('the secret is that of the environment, else of the file, else there is none', async () => {
  const clientSecretFile = path.join(directory, 'secret');
  await writeFile(clientSecretFile, 'from-file\n');
  const secretOf = (section: unknown, environment?: string) => {
    const parsed = parseOidc(section, environment);
    return parsed.ok ? parsed.value?.clientSecret : parsed.message;
  };
  expect(secretOf({ ...SECTION, clientSecretFile }, 'from-environment')).toBe('from-environment');
  expect(secretOf({ ...SECTION, clientSecretFile }, '')).toBe('from-file');
  expect(secretOf(SECTION)).toBeNull();
  await writeFile(clientSecretFile, '\n');
  expect(secretOf({ ...SECTION, clientSecretFile })).toContain('does not hold a client secret');
  expect(secretOf({ ...SECTION, clientSecretFile: path.join(directory, 'none') })).toContain('ENOENT');
});

describe('refused, with what to do', () => {
  test.each<[string, unknown, string]>([
    ['no issuer', { ...SECTION, issuer: undefined }, 'issuer'],
    ['an unknown key', { ...SECTION, isuer: 'x' }, 'It needs issuer, clientId, publicUrl and roles'],
    ['no rules', { ...SECTION, roles: [] }, 'oidc.roles'],
    ['an unknown role', { ...SECTION, roles: [{ group: 'a', role: 'root' }] }, 'oidc.roles.0.role'],
    [
      'a selector that cannot be read',
      { ...SECTION, roles: [{ group: 'a', role: 'viewer', selector: '=x' }] },
      'of the group a',
    ],
    [
      'a selector over a status',
      { ...SECTION, roles: [{ group: 'a', role: 'viewer', selector: 'status=active' }] },
      'vanish',
    ],
    ['an issuer over http', { ...SECTION, issuer: 'http://login.example' }, 'use https'],
    ['an issuer that is none', { ...SECTION, issuer: 'login.example' }, 'no address of a provider'],
    ['an issuer with a query', { ...SECTION, issuer: 'https://login.example/?a=b' }, 'no address of a provider'],
    ['a public address over http', { ...SECTION, publicUrl: 'http://sluice.example' }, 'put TLS in front'],
    ['a public address with a path', { ...SECTION, publicUrl: 'https://example.com/sluice' }, 'no path'],
    ['scopes without openid', { ...SECTION, scopes: ['email'] }, 'must hold openid'],
  ])('%s', (_name, section, words) => {
    const parsed = parseOidc(section, 'the-secret');
    expect(parsed).toEqual({ ok: false, message: expect.stringContaining(words) });
    expect(JSON.stringify(parsed)).not.toContain('the-secret');
  });

  test.each(['http://127.0.0.1:8080', 'http://localhost:8080', 'http://[::1]:8080'])(
    '%s is good for trying out',
    (url) => {
      expect(parseOidc({ ...SECTION, issuer: url, publicUrl: url }, undefined)).toMatchObject({ ok: true });
    },
  );
});

describe('sessions', () => {
  test('last a working day, and at most what is written', () => {
    expect(parseSessions(undefined)).toEqual({
      ok: true,
      value: { idleMs: 8 * 3_600_000, absoluteMs: 24 * 3_600_000, cliTokenMs: 12 * 3_600_000 },
    });
    expect(parseSessions({ idle: '30m', absolute: '2d', cliToken: '1h' })).toEqual({
      ok: true,
      value: { idleMs: 1_800_000, absoluteMs: 2 * 86_400_000, cliTokenMs: 3_600_000 },
    });
  });

  test.each<[unknown, string]>([
    [{ idle: '5' }, 'sessions.idle'],
    [{ idle: '10s' }, 'at least 1m'],
    [{ absolute: '90d' }, '31d at most'],
    [{ idle: '9h', absolute: '8h' }, 'longer than sessions.absolute'],
    [{ idel: '1h' }, 'It may have idle, absolute and cliToken'],
  ])('%j is refused', (section, words) => {
    expect(parseSessions(section)).toEqual({ ok: false, message: expect.stringContaining(words) });
  });
});
