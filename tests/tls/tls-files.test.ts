/** The server's certificate files as they change under it: through links, half-replaced, running out; and a start that cannot be. */
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readTlsFiles, type TlsMaterial, watchTlsFiles } from '../../packages/server/src/tls/tls-files.ts';
import { startSluice } from '../end-to-end/sluice-process.ts';
import { type Issued, issue, newAuthority } from './certificates.ts';

let directory: string;
let authority: Issued;
let stopWatching: () => void;
const inDirectory = (name: string) => path.join(directory, name);

beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'sluice-tls-files-'));
  authority = await newAuthority('the authority');
  stopWatching = () => undefined;
});

afterEach(async () => {
  stopWatching();
  await rm(directory, { recursive: true, force: true });
});

/** As Kubernetes mounts a secret: the files are links through one link, which is pointed at a new directory. */
async function mount(version: string, { cert, key }: Issued): Promise<void> {
  await mkdir(inDirectory(version));
  await writeFile(inDirectory(`${version}/tls.crt`), cert);
  await writeFile(inDirectory(`${version}/tls.key`), key);
  await symlink(version, inDirectory('next'));
  await rename(inDirectory('next'), inDirectory('current'));
}

function watched() {
  const paths = { cert: inDirectory('current/tls.crt'), key: inDirectory('current/tls.key'), clientCa: null };
  const used: TlsMaterial[] = [];
  const lines: string[] = [];
  const logger = pino({ level: 'info' }, { write: (line: string) => lines.push(line) });
  stopWatching = watchTlsFiles(paths, readTlsFiles(paths), (material) => used.push(material), logger);
  return { used, log: () => lines.join('') };
}

test('a link that is pointed elsewhere is a new certificate', async () => {
  await mount('one', await issue(authority, 'one.example'));
  const { used, log } = watched();
  process.emit('SIGHUP');
  expect(used).toEqual([]);
  const renewed = await issue(authority, 'two.example');
  await mount('two', renewed);
  process.emit('SIGHUP');
  expect(used.map(({ cert }) => cert.toString())).toEqual([renewed.cert]);
  expect(log()).toContain('certificate-reloaded');
});

test('what does not fit is refused loudly, and taken once it fits', async () => {
  const one = await issue(authority, 'one.example');
  const two = await issue(authority, 'two.example');
  await mount('one', one);
  const { used, log } = watched();
  await mount('half', { cert: two.cert, key: one.key });
  process.emit('SIGHUP');
  await mount('cut', {
    cert: `${two.cert}\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n`,
    key: two.key,
  });
  process.emit('SIGHUP');
  expect(used).toEqual([]);
  expect(log().match(/"event":"certificate-unusable"/gu)).toHaveLength(2);
  await mount('whole', two);
  process.emit('SIGHUP');
  expect(used.map(({ cert }) => cert.toString())).toEqual([two.cert]);
});

test.each([
  [15, null],
  [13, 'runs out soon'],
  [-1, 'HAS RUN OUT'],
])('a certificate with %i days to go: %s', async (days, words) => {
  const issued = await issue(authority, 'one.example', days);
  await mount('one', issued);
  const { log } = watched();
  if (words === null) expect(log()).toBe('');
  else expect(log()).toContain(words);
  if (words !== null) expect(log()).toMatch(/"expiresAt":"\d{4}-\d\d-\d\dT/u);
  // Once a day, not at every look.
  const said = log();
  process.emit('SIGHUP');
  expect(log()).toBe(said);
});

// The timers of the agents' sessions once kept such a process alive for ever, deaf to SIGTERM.
test('a server whose certificate cannot be used says why, and ends', { timeout: 30_000 }, async () => {
  const one = await issue(authority, 'one.example');
  await mount('one', {
    cert: `${one.cert}\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n`,
    key: one.key,
  });
  await writeFile(inDirectory('server.yaml'), 'tls: { cert: current/tls.crt, key: current/tls.key }\n');
  const start = ['server', '--config', inDirectory('server.yaml'), '--data', inDirectory('data')];
  const ended = await startSluice('http://127.0.0.1:1', [...start, '--listen', '127.0.0.1:0']).ended;
  expect(ended).toMatchObject({ exitCode: 1, error: expect.stringContaining('has a certificate after the first one') });
});
