/** `sluice doctor --data` on the machine of a server: each fault of its settings and of what they name, made for real. */
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { fileSystem } from '../../packages/server/src/administration/examine/judge-server.ts';
import { ServerUnderTest } from '../../packages/server/src/http/server-under-test.ts';
import { runSluice } from '../store-faults/run-sluice.ts';
import { SmallDisk } from '../store-faults/small-disk.ts';
import { issue, newAuthority } from '../tls/certificates.ts';
import { doctor, findingsIn } from './examined.ts';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'sluice-doctor-'));
  return () => rm(directory, { recursive: true, force: true });
});

/** Examines with this configuration file. */
async function examine(config: object = {}, env: Readonly<Record<string, string>> = {}) {
  const file = path.join(directory, 'server.yaml');
  await writeFile(file, stringify({ data: path.join(directory, 'data'), listen: '127.0.0.1:0', ...config }));
  return doctor(['--server-config', file], env);
}

test('where nothing is wrong it says so', async () => {
  const { exitCode, findings } = await examine();
  expect(Object.keys(findings)).toEqual([
    'configuration',
    'data-directory',
    'disk-space',
    'file-system',
    'open-files',
    'listen',
    'environment',
  ]);
  expect(
    Object.entries(findings).filter(([check, finding]) => check !== 'disk-space' && !finding.startsWith('fine: ')),
  ).toEqual([]);
  expect(exitCode).toBe(0);
});

test('a configuration that cannot be used', async () => {
  const { exitCode, findings } = await examine({ lisen: 'x' });
  expect(findings['configuration']).toMatch(/^fault: .*server\.yaml/u);
  expect(exitCode).toBe(1);
});

test('listening elsewhere than here without TLS', async () => {
  expect((await examine({ listen: '0.0.0.0:0' })).findings['settings']).toMatch(/^warning: .*WITHOUT TLS/u);
});

describe('the data directory', () => {
  test('is open to others, or has files that are', async () => {
    const data = path.join(directory, 'data');
    await mkdir(data, { mode: 0o700 });
    await writeFile(path.join(data, 'sluice.db-backup'), '');
    await writeFile(path.join(data, 'sluice.key'), '', { mode: 0o644 });
    expect((await examine()).findings['data-directory']).toMatch(/^warning: .*sluice\.key.* → chmod 600 /u);
    await chmod(data, 0o750);
    expect((await examine()).findings['data-directory']).toMatch(/^fault: .*mode 750.* → chmod 700 /u);
  });

  test('cannot be made', async () => {
    await writeFile(path.join(directory, 'data'), '');
    const { findings } = await examine({ data: path.join(directory, 'data', 'below') });
    expect(findings['data-directory']).toMatch(/^fault: .*cannot be made/u);
  });

  test('is on a disk that is nearly full', async ({ skip }) => {
    const whyNot = await SmallDisk.whyNot();
    if (whyNot !== null) skip(`no small disk can be made here: ${whyNot}`);
    const disk = await SmallDisk.make(8 * 1024 * 1024);
    try {
      const { exitCode, out } = await runSluice(['doctor', '--data', disk.directory, '-o', 'json'], disk.launcher);
      expect(findingsIn(out)['disk-space']).toMatch(/^fault: [78] MiB are free/u);
      expect(exitCode).toBe(1);
    } finally {
      await disk.destroy();
    }
  });

  // No test can count on a network file system: what is judged is the number by which Linux tells it.
  test.each([
    [0x6969, /^NFS|on NFS: SQLite loses data/u, 'fault'],
    [0xfe534d42, /on SMB/u, 'fault'],
    [0x65735546, /on FUSE/u, 'warning'],
    [0xef53, /on no network file system/u, 'fine'],
  ])('is on the file system 0x%s', (number, seen, verdict) => {
    const finding = fileSystem({ directory: '/data', fileSystem: number });
    expect(finding).toMatchObject({ verdict, seen: expect.stringMatching(seen) });
  });
});

test('few files may be open', async () => {
  const { exitCode, out } = await runSluice(
    ['doctor', '--data', path.join(directory, 'data'), '-o', 'json'],
    ['prlimit', '--nofile=512:512'],
  );
  expect(findingsIn(out)['open-files']).toMatch(
    /^fault: 512 files and sockets .*2500 are wanted.* → .*LimitNOFILE=5000/u,
  );
  expect(exitCode).toBe(1);
});

test('nodes that there are count, beside a server that runs', async () => {
  const server = await ServerUnderTest.start();
  try {
    await server.addNode('lobby-1');
    const { exitCode, findings } = await examine({ data: server.directory, listen: server.url.host });
    expect(findings['open-files']).toContain('1501 are wanted for the 1 nodes that there are');
    expect(findings['listen']).toBe('fine: a Sluice server answers there already. → null');
    expect(exitCode).toBe(0);
  } finally {
    await server.stop();
  }
});

test('a port that something else has', async () => {
  const other = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const address = other.address();
  const port = typeof address === 'object' ? address?.port : 0;
  const { findings } = await examine({ listen: `127.0.0.1:${port}` });
  other.close();
  expect(findings['listen']).toMatch(/^fault: the server cannot listen: .*EADDRINUSE.* → .*ss -ltnp/u);
});

test('secrets in the environment', async () => {
  const { findings } = await examine({}, { SLUICE_ADMIN_TOKEN: 'slc_test-admin-token-0123456789abcdef' });
  expect(findings['environment']).toMatch(/^warning: SLUICE_ADMIN_TOKEN is set/u);
  expect(JSON.stringify(findings)).not.toContain('0123456789abcdef');
});

describe('the certificate', () => {
  async function certificate(days: number, keyMode: number): Promise<string | undefined> {
    const { cert, key } = await issue(await newAuthority('the authority'), 'server.example', days);
    await writeFile(path.join(directory, 's.crt'), cert);
    await writeFile(path.join(directory, 's.key'), key, { mode: keyMode });
    return (await examine({ tls: { cert: 's.crt', key: 's.key' } })).findings['certificate'];
  }

  test.each([
    ['is good', 30, 0o600, /^fine: it is good until/u],
    ['runs out soon', 3, 0o600, /^warning: it runs out at/u],
    ['has run out', -1, 0o600, /^fault: it ran out at/u],
    ['has a key that others can read', 30, 0o644, /^fault: others on this machine can read .*s\.key\. → chmod 600/u],
  ])('%s', async (_what, days, mode, finding) => {
    expect(await certificate(days, mode)).toMatch(finding);
  });

  test('has another key', async () => {
    await certificate(30, 0o600);
    await writeFile(path.join(directory, 's.key'), (await newAuthority('another')).key, { mode: 0o600 });
    expect((await examine({ tls: { cert: 's.crt', key: 's.key' } })).findings['certificate']).toMatch(
      /^fault: .*is not the key of the certificate/u,
    );
  });
});
