/** `sluice doctor --agent-config` on a node: each fault of its configuration and of what that names, made for real. */
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { FleetUnderTest, freePort } from '../end-to-end/fleet-under-test.ts';
import { ADMIN_TOKEN, JOIN_TOKEN, ServerUnderTest } from '../../packages/server/src/http/server-under-test.ts';
import { doctor } from './examined.ts';

let server: ServerUnderTest;
let workload: Server;
let game: string;
let directory: string;

beforeAll(async () => {
  server = await ServerUnderTest.start();
  await server.addNode('lobby-1');
  // A workload that somebody else runs: an agent would start it.
  workload = createServer((request, response) => {
    const status = request.url === '/broken' ? 500 : 200;
    response.writeHead(status, { 'content-type': 'application/json' }).end('{"players":3,"name":"chess"}');
  });
  await new Promise<void>((resolve) => workload.listen(0, '127.0.0.1', resolve));
  const address = workload.address();
  game = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
});
afterAll(async () => {
  workload.close();
  await server.stop();
});
beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'sluice-doctor-'));
  return () => rm(directory, { recursive: true, force: true });
});

interface Parts {
  readonly top?: object;
  readonly node?: object;
  readonly workload?: object;
}

/** Examines a node whose configuration is right but for these parts. */
async function examine(parts: Parts = {}, env: Readonly<Record<string, string>> = {}) {
  const file = path.join(directory, 'agent.yaml');
  const config = {
    server: server.url.origin,
    joinToken: '${SLUICE_JOIN_TOKEN}',
    stateDir: path.join(directory, 'state'),
    node: { id: 'lobby-2', ...parts.node },
    workload: {
      driver: 'process',
      command: [process.execPath, 'server.js'],
      health: { http: `${game}/healthz` },
      sessions: { http: `${game}/stats`, pointer: '/players' },
      drain: { http: { method: 'POST', url: `${game}/drain` } },
      ...parts.workload,
    },
    ...parts.top,
  };
  await writeFile(file, stringify(config), { mode: 0o644 });
  return doctor(['--agent-config', file], { SLUICE_JOIN_TOKEN: JOIN_TOKEN, PATH: process.env['PATH'] ?? '', ...env });
}

test('where nothing is wrong it says so, and nothing was made', async () => {
  const { exitCode, findings } = await examine();
  expect(Object.keys(findings)).toEqual([
    'configuration',
    'state-directory',
    'join-token',
    'programs',
    'health',
    'sessions',
    'hooks',
    'ports',
    'server',
    'ready',
    'encryption',
    'clock',
  ]);
  expect(Object.values(findings).filter((finding) => !finding.startsWith('fine: '))).toEqual([]);
  expect(exitCode).toBe(0);
  expect(await readdir(directory)).toEqual(['agent.yaml']);
});

describe('the configuration', () => {
  test.each([
    ['an id that is reserved', { node: { id: 'commands' } }, /^fault: .*node\.id: .*reserved/su],
    ['a key that is none', { workload: { healt: {} } }, /^fault: .*healt/su],
    ['a variable that is not set', { top: { joinToken: '${NO_SUCH_TOKEN}' } }, /^fault: .*NO_SUCH_TOKEN is not set/su],
  ])('%s', async (_what, parts, finding) => {
    const { exitCode, findings } = await examine(parts);
    expect(findings['configuration']).toMatch(finding);
    expect(Object.keys(findings)).toEqual(['configuration']);
    expect(exitCode).toBe(1);
  });

  test('a file that is not there', async () => {
    const { findings } = await doctor(['--agent-config', path.join(directory, 'none.yaml')]);
    expect(findings['configuration']).toMatch(/^fault: .*none\.yaml cannot be read/u);
  });
});

describe('the state directory', () => {
  test('is open to others', async () => {
    await mkdir(path.join(directory, 'state'));
    await chmod(path.join(directory, 'state'), 0o755);
    const { findings } = await examine();
    expect(findings['state-directory']).toMatch(/^fault: .*open to others \(mode 755\).* → chmod 700 /u);
  });

  test('has a key in it that is damaged', async () => {
    await mkdir(path.join(directory, 'state'), { mode: 0o700 });
    await writeFile(path.join(directory, 'state', 'agent-credential.json'), '{}', { mode: 0o600 });
    const { findings } = await examine();
    expect(findings['join-token']).toMatch(/^fault: .*key cannot be used\. → .*is damaged\. Restore/u);
  });

  test('cannot be made', async () => {
    await writeFile(path.join(directory, 'file'), '');
    const { findings } = await examine({ top: { stateDir: path.join(directory, 'file', 'state') } });
    expect(findings['state-directory']).toMatch(/^fault: .*cannot be made by this user\. → .*install -d -m 700/u);
  });
});

describe('the reboot of the machine', () => {
  const command = [process.execPath, 'reboot.js'];

  test('is told where it is allowed', async () => {
    const bootIdFile = path.join(directory, 'boot');
    await writeFile(bootIdFile, 'boot-1');
    const { findings } = await examine({ top: { reboot: { command, bootIdFile } } });
    expect(findings['reboot']).toMatch(/^fine: it is allowed, by /u);
  });

  test('needs the id of the boot', async () => {
    const { exitCode, findings } = await examine({
      top: { reboot: { command, bootIdFile: path.join(directory, 'none') } },
    });
    expect(findings['reboot']).toMatch(/^fault: .*boot cannot be read: ENOENT.* → .*correct reboot\.bootIdFile/u);
    expect(exitCode).toBe(1);
  });

  test('needs its program', async () => {
    const { findings } = await examine({ top: { reboot: { command: ['no-such-program'] } } });
    expect(findings['programs']).toMatch(/^fault: reboot\.command: no-such-program cannot be found/u);
  });
});

describe('the join token', () => {
  test('is not there', async () => {
    const { exitCode, findings } = await examine({ top: { joinToken: undefined } });
    expect(findings['join-token']).toMatch(/^warning: there is none.* → .*sluice join-tokens create/u);
    expect(exitCode).toBe(0);
  });

  test('stands in a file that others can read', async () => {
    const { findings } = await examine({ top: { joinToken: JOIN_TOKEN } });
    expect(findings['join-token']).toMatch(/^warning: .*others on this machine can read/u);
    expect(JSON.stringify(findings)).not.toContain(JOIN_TOKEN);
  });
});

describe('the workload', () => {
  test.each([
    [
      'its program is not there',
      { command: ['no-such-program'] },
      'programs',
      /^fault: workload\.command: no-such-program/u,
    ],
    ['its directory is not there', { cwd: '/no/such' }, 'programs', /^fault: workload\.cwd: there is no directory/u],
    [
      'a hook names a program that is not there',
      { drain: { exec: ['./drain.sh'] } },
      'programs',
      /^fault: workload\.drain: \.\/drain\.sh/u,
    ],
    ['it says that it is not healthy', { health: { http: 'GAME/broken' } }, 'health', /^fault: .*answered 500/u],
    [
      'its sessions are elsewhere in the answer',
      { sessions: { http: 'GAME/stats', pointer: '/sessions' } },
      'sessions',
      /^fault: .*answered nothing at \/sessions: .*players.* → Correct workload\.sessions/u,
    ],
    [
      'its sessions are no number',
      { sessions: { http: 'GAME/stats', pointer: '/name' } },
      'sessions',
      /^fault: .*expected a whole number/u,
    ],
    [
      'it does not run',
      { health: { http: 'NOBODY/healthz' } },
      'health',
      /^warning: .* → Run this again while the workload runs/u,
    ],
    [
      'nobody hears of drains',
      { drain: { http: { method: 'POST', url: 'NOBODY/drain' } } },
      'hooks',
      /^warning: nothing accepts a connection for drain: POST/u,
    ],
  ])('%s', async (_what, wrong, check, finding) => {
    const nobody = `http://127.0.0.1:${await freePort()}`;
    const text = JSON.stringify(wrong).replaceAll('GAME', game).replaceAll('NOBODY', nobody);
    const given: unknown = JSON.parse(text);
    const { findings } = await examine({ workload: typeof given === 'object' && given !== null ? given : {} });
    expect(findings[check]).toMatch(finding);
  });
});

test('a port that somebody else has', async () => {
  const { findings } = await examine({ top: { rotation: { http: new URL(game).host } } });
  expect(findings['ports']).toMatch(
    /^fault: rotation\.http: 127\.0\.0\.1:\d+ is in use by another program.* → .*ss -ltnp/u,
  );
});

test('a server that cannot be reached from here', async () => {
  const { exitCode, findings } = await examine({ top: { server: `http://127.0.0.1:${await freePort()}` } });
  expect(findings['server']).toMatch(/^fault: .*nothing listens there.* → Correct `server` in agent\.yaml/u);
  expect(exitCode).toBe(1);
});

test('several servers: each is looked at, and one that is away is a warning while another can serve', async () => {
  const away = `http://127.0.0.1:${await freePort()}`;
  const both = await examine({ top: { server: [server.url.origin, away] } });
  expect(both.exitCode).toBe(0);
  expect(both.findings['ready']).toMatch(/^fine/u);
  expect(both.findings['server']).toMatch(/^warning: .*nothing listens there/u);
  const none = await examine({ top: { server: [away, `http://127.0.0.1:${await freePort()}`] } });
  expect(none.exitCode).toBe(1);
  expect(none.findings['server']).toMatch(/^fault: .*nothing listens there/u);
});

test('a node id that another machine has', async () => {
  const asAdmin = { SLUICE_URL: server.url.origin, SLUICE_TOKEN: ADMIN_TOKEN };
  const taken = await examine({ node: { id: 'lobby-1' } }, asAdmin);
  expect(taken.findings['node-id']).toMatch(
    /^fault: an agent is connected as lobby-1 .* → Give one of the two another/u,
  );
  expect((await examine({}, asAdmin)).findings['node-id']).toBe('fine: lobby-2 is free. → null');
});

test('a node that runs: its agent, ports and id are its own, and what its workload does not answer is a fault', async () => {
  const fleet = await FleetUnderTest.start();
  try {
    const port = await freePort();
    await fleet.addNode('n1', { agent: { rotation: { http: `127.0.0.1:${port}` } } });
    await fleet.nodeThat('n1', 'active', ({ status }) => status === 'active');
    const env = { SLUICE_JOIN_TOKEN: JOIN_TOKEN, SLUICE_URL: fleet.url, SLUICE_TOKEN: 'slc_nobody', PATH: '/usr/bin' };
    const { findings } = await doctor(['--agent-config', fleet.configFile('n1')], env);
    expect(findings['state-directory']).toContain('is used by the agent (process');
    expect(findings['join-token']).toMatch(/^fine: none is needed/u);
    expect(findings['ports']).toMatch(/^fine: the agent that runs/u);
    expect(findings['health']).toMatch(/^fine: /u);
    process.kill(await fleet.workloadPid('n1'), 'SIGSTOP');
    const stopped = await doctor(['--agent-config', fleet.configFile('n1')], env);
    expect(stopped.findings['health']).toMatch(/^fault: .*did not answer within/u);
    process.kill(await fleet.workloadPid('n1'), 'SIGCONT');
  } finally {
    await fleet.stop();
  }
}, 60_000);
