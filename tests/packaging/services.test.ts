/** The systemd services that `install` writes: what is in them, whose they are, and what systemd thinks of them. */
import { spawn, spawnSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { loadAgentConfig } from '../../packages/agent/src/config.ts';
import { installFiles } from '../../packages/cli/src/install/install-files.ts';
import { agentFiles, serverFiles } from '../../packages/cli/src/install/service-files.ts';
import { agentUnit } from '../../packages/cli/src/install/service-units.ts';
import { withStamp } from '../../packages/cli/src/install/stamped-text.ts';
import { loadServerConfig } from '../../packages/server/src/config.ts';
import { isAlive } from '../end-to-end/fleet-under-test.ts';
import { waitFor } from '../wait-for.ts';

const sluice = fileURLToPath(new URL('../../packages/cli/bin/sluice.js', import.meta.url));
/** What the units start; a machine of a test has one that does nothing. */
const PROGRAM = '/usr/bin/sluice';
const UNIT = 'etc/systemd/system/sluice-agent.service';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'sluice-services-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

function run(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [sluice, ...args], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] ?? '', HOME: root, NO_COLOR: '1', ...env },
  });
  return { status, stdout, stderr };
}

const install = (service: string, ...args: readonly string[]) =>
  run([service, 'install', '--root', root, '--program', PROGRAM, ...args]);
const file = (name: string) => path.join(root, name);
const modeOf = async (name: string) => ((await stat(file(name))).mode & 0o777).toString(8);

describe('install', () => {
  test('writes an agent’s files, secrets and state closed to others, and says what is next', async () => {
    const { status, stdout } = install('agent', '--driver', 'docker', '--server', 'https://sluice.example:7070');
    expect(status).toBe(0);
    expect(stdout.split('\n')).toEqual([
      'written    /etc/systemd/system/sluice-agent.service',
      'written    /etc/sysusers.d/sluice-agent.conf',
      'written    /etc/sluice/agent.yaml',
      'written    /etc/sluice/agent.env',
      '',
      'On the machine that gets this, as root:',
      expect.stringContaining('/etc/sluice/agent.yaml'),
      '  systemd-sysusers',
      '  systemctl daemon-reload',
      '  systemctl enable --now sluice-agent',
      expect.stringContaining('systemctl status sluice-agent'),
      '',
    ]);
    expect(await modeOf('etc/sluice/agent.env')).toBe('600');
    expect(await modeOf('var/lib/sluice')).toBe('700');
    expect(await modeOf('var/lib')).toBe('755');
    expect(await modeOf(UNIT)).toBe('644');
    expect(await readFile(file(UNIT), 'utf8')).toContain(
      `\nExecStart=${PROGRAM} agent --config /etc/sluice/agent.yaml\n`,
    );
  });

  test.each(['process', 'exec', 'systemd', 'docker'])(
    'writes an agent.yaml for the driver %s that only lacks what nobody else knows',
    async (driver) => {
      install('agent', '--driver', driver, '--server', 'https://sluice.example:7070');
      const config = await loadAgentConfig(file('etc/sluice/agent.yaml'), {
        HOSTNAME: 'lobby-1',
        SLUICE_JOIN_TOKEN: 'slc_token',
      });
      expect(config).toMatchObject({
        serverUrls: ['https://sluice.example:7070'],
        joinToken: 'slc_token',
        node: { id: 'lobby-1' },
        stateDir: '/var/lib/sluice',
        workload: { driver: { kind: driver } },
      });
    },
  );

  test('writes the addresses of several servers as a list', async () => {
    install('agent', '--server', 'https://a.example:7070, https://b.example');
    const env = { HOSTNAME: 'lobby-1', SLUICE_JOIN_TOKEN: 'slc_token' };
    const { serverUrls } = await loadAgentConfig(file('etc/sluice/agent.yaml'), env);
    expect(serverUrls).toEqual(['https://a.example:7070', 'https://b.example']);
    expect(await readFile(file('etc/sluice/agent.yaml'), 'utf8')).toContain('server: ["https://a.example:7070",');
  });

  test('writes a server.yaml that works, and no secret into an image', async () => {
    expect(install('server').status).toBe(0);
    const loaded = loadServerConfig({ flags: { config: file('etc/sluice/server.yaml') }, env: {} });
    expect(loaded).toMatchObject({ ok: true, config: { dataDirectory: '/var/lib/sluice-server', port: 7070 } });
    expect(await modeOf('etc/sluice/server.env')).toBe('600');
    expect(await readFile(file('etc/sluice/server.env'), 'utf8')).not.toMatch(/^SLUICE_ADMIN_TOKEN/mu);
  });

  test('writes the secrets of a machine where only its owner reads them', async () => {
    const agent = agentFiles([PROGRAM], { driver: 'systemd', serverUrls: ['http://x'], joinToken: 'slc_join' });
    for (const files of [serverFiles([PROGRAM], 'slc_admin'), agent]) await installFiles(files, root, false);
    expect(await readFile(file('etc/sluice/server.env'), 'utf8')).toMatch(/^SLUICE_ADMIN_TOKEN=slc_admin$/mu);
    expect(await readFile(file('etc/sluice/agent.env'), 'utf8')).toMatch(/^SLUICE_JOIN_TOKEN=slc_join$/mu);
    expect(await modeOf('etc/sluice/server.env')).toBe('600');
    expect(await modeOf('etc/sluice/agent.env')).toBe('600');
    for (const name of ['agent.yaml', 'server.yaml'])
      expect(await readFile(file(`etc/sluice/${name}`), 'utf8')).not.toContain('slc_');
  });

  test('takes no token that would write more than itself', () => {
    const env = { SLUICE_JOIN_TOKEN: 'slc_x\nNODE_OPTIONS=--require=/tmp/x' };
    expect(run(['agent', 'install', '--root', root, '--program', PROGRAM], env)).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('SLUICE_JOIN_TOKEN is no token.'),
    });
  });

  test('again changes nothing; what an older version wrote is brought up to date; what people wrote stays', async () => {
    install('agent');
    await writeFile(file('etc/sluice/agent.yaml'), 'server: https://mine.example\n');
    await writeFile(file(UNIT), withStamp('[Service]\nExecStart=/old/sluice agent\n', 'agent'));
    expect(install('agent').stdout).toContain(
      'updated    /etc/systemd/system/sluice-agent.service\nkept       /etc/sluice/agent.yaml\nkept       /etc/sluice/agent.env\n',
    );
    expect(await readFile(file(UNIT), 'utf8')).toContain(PROGRAM);
    expect(await readFile(file('etc/sluice/agent.yaml'), 'utf8')).toBe('server: https://mine.example\n');
    expect(install('agent').stdout).toContain('unchanged  /etc/systemd/system/sluice-agent.service\n');
  });

  test('writes nothing when somebody has changed the unit, unless it is forced to; configuration never', async () => {
    install('agent');
    const changed = `${await readFile(file(UNIT), 'utf8')}# mine\n`;
    await writeFile(file(UNIT), changed);
    await rm(file('etc/sluice/agent.env'));
    const refused = install('agent');
    expect(refused).toMatchObject({ status: 5, stdout: '' });
    expect(refused.stderr).toContain('/etc/systemd/system/sluice-agent.service is not as sluice wrote it');
    expect(await readFile(file(UNIT), 'utf8')).toBe(changed);
    await expect(stat(file('etc/sluice/agent.env'))).rejects.toThrow('ENOENT');
    await writeFile(file('etc/sluice/agent.yaml'), 'mine');
    expect(install('agent', '--force').status).toBe(0);
    expect(await readFile(file(UNIT), 'utf8')).not.toContain('# mine');
    expect(await readFile(file('etc/sluice/agent.yaml'), 'utf8')).toBe('mine');
  });

  test('--print shows everything, writes nothing and tells no secret', async () => {
    const { status, stdout } = run(['agent', 'install', '--print', '--root', root, '--program', PROGRAM], {
      SLUICE_JOIN_TOKEN: 'slc_secret',
    });
    expect(status).toBe(0);
    for (const shown of [
      '==> /etc/systemd/system/sluice-agent.service (mode 0644)',
      '==> /etc/sluice/agent.env (mode 0600)',
    ])
      expect(stdout).toContain(shown);
    expect(stdout).not.toContain('slc_secret');
    expect(await readdir(root)).toEqual([]);
  });

  test('refuses to start what a service cannot see', () => {
    const { status, stderr } = run(['server', 'install', '--root', root, '--program', '/home/ada/bin/sluice']);
    expect(status).toBe(1);
    expect(stderr).toContain('/home/ada/bin/sluice is in a directory that belongs to a user');
  });
});

describe('uninstall', () => {
  const uninstall = (...args: readonly string[]) => run(['agent', 'uninstall', '--root', root, ...args]);

  test('removes what install wrote, and says where the rest is', async () => {
    install('agent', '--driver', 'docker');
    expect(uninstall()).toMatchObject({
      status: 0,
      stdout:
        'removed    /etc/systemd/system/sluice-agent.service\nremoved    /etc/sysusers.d/sluice-agent.conf\nkept       /etc/sluice/agent.yaml\nkept       /etc/sluice/agent.env\nkept       /var/lib/sluice/\nNext, as root: systemctl daemon-reload\n',
    });
    expect(await readdir(file('etc/systemd/system'))).toEqual([]);
  });

  test('leaves what somebody has changed, unless it is forced to', async () => {
    install('agent');
    await writeFile(file(UNIT), 'mine');
    expect(uninstall().status).toBe(5);
    expect(await readFile(file(UNIT), 'utf8')).toBe('mine');
    expect(uninstall('--force').status).toBe(0);
    await expect(stat(file(UNIT))).rejects.toThrow('ENOENT');
  });

  test('asks for the service to be stopped first', async () => {
    install('agent');
    await mkdir(file('etc/systemd/system/multi-user.target.wants'));
    await symlink('../sluice-agent.service', file('etc/systemd/system/multi-user.target.wants/sluice-agent.service'));
    const { status, stderr } = uninstall();
    expect(status).toBe(5);
    expect(stderr).toContain('First: systemctl disable --now sluice-agent');
    expect(await modeOf(UNIT)).toBe('644');
  });
});

const hasSystemdAnalyze = spawnSync('systemd-analyze', ['--version']).status === 0;
if (!hasSystemdAnalyze)
  console.log('There is no systemd-analyze here: what systemd thinks of the units is not tested.');

/** Exposure as systemd counts it, times ten: 0 is closed, 100 is open. What runs a workload must leave it what workloads use. */
describe.skipIf(!hasSystemdAnalyze).each([
  ['server', [], 20],
  ['agent', ['--driver', 'systemd'], 25],
  ['agent', ['--driver', 'docker'], 20],
  ['agent', ['--driver', 'process'], 70],
  ['agent', ['--driver', 'exec'], 70],
])('systemd and the unit of %s %s', (service, flags, exposureMax) => {
  test(`find it right, and its exposure at most ${exposureMax / 10}`, async () => {
    await mkdir(file('usr/bin'), { recursive: true });
    await writeFile(file('usr/bin/sluice'), '#!/bin/sh\n');
    await chmod(file('usr/bin/sluice'), 0o755);
    // The program is looked for on this machine: there it is under its whole name.
    const program = file('usr/bin/sluice');
    install(service, ...flags);
    const unit = file(`etc/systemd/system/sluice-${service}.service`);
    await writeFile(unit, (await readFile(unit, 'utf8')).replace(`ExecStart=${PROGRAM} `, `ExecStart=${program} `));
    expect(analyze('verify', '--man=no', '--recursive-errors=no', unit)).toEqual({ status: 0, said: '' });
    const args = ['security', '--offline=true', '--no-pager', `--threshold=${exposureMax}`, unit];
    expect(analyze(...args)).toMatchObject({ status: 0 });
  });
});

const canDropRights = process.geteuid?.() === 0 && spawnSync('setpriv', ['--version']).status === 0;
if (!canDropRights)
  console.log('Only root, with setpriv, can try what the capabilities of a unit are enough for: skipped.');

test.skipIf(!canDropRights)(
  'the capabilities of its unit are enough for an agent to start a workload as another user, and to end it',
  { timeout: 60_000 },
  async () => {
    const unit = agentUnit([PROGRAM], 'process');
    const names = (/^CapabilityBoundingSet=(?<names>.*)$/mu.exec(unit)?.groups?.['names'] ?? '').split(' ');
    const kept = names.map((name) => `+${name.replace('CAP_', '').toLowerCase()}`).join(',');
    const stateDir = file('state');
    const config = {
      server: 'http://127.0.0.1:1',
      node: { id: 'restricted' },
      stateDir,
      onAgentStop: 'stop',
      workload: {
        driver: 'process',
        command: ['/bin/sleep', '1000'],
        cwd: '/',
        user: 'nobody',
        limits: { coreBytes: 0 },
      },
    };
    await writeFile(file('agent.yaml'), stringify(config));
    const restricted = ['--bounding-set', `-all,${kept}`, '--no-new-privs'];
    const agent = spawn('setpriv', [...restricted, process.execPath, sluice, 'agent', '--config', file('agent.yaml')], {
      stdio: 'ignore',
      env: { PATH: process.env['PATH'] ?? '' },
    });
    const over = new Promise((resolve) => {
      agent.once('exit', resolve);
    });
    const isNobody = async () => {
      const record: unknown = JSON.parse(
        await readFile(path.join(stateDir, 'workload.json'), 'utf8').catch(() => 'null'),
      );
      const pid = typeof record === 'object' && record !== null && 'pid' in record ? String(record.pid) : '-';
      const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
      return /^Uid:\t(?!0\t)/mu.test(status) && /^CapEff:\t0+$/mu.test(status) ? Number(pid) : undefined;
    };
    const pid = await waitFor('the workload to run as nobody, without rights', isNobody, { withinMs: 30_000 });
    agent.kill('SIGTERM');
    expect(await over).toBe(0);
    expect(await isAlive(pid)).toBe(false);
  },
);

function analyze(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync('systemd-analyze', args, { encoding: 'utf8' });
  return { status, said: `${stdout}${stderr}` };
}
