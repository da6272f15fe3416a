/** What a workload is started as: its environment, user, umask and limits, seen by the workload itself. */
import { chmod, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createDriver } from '../drivers/create-driver.ts';
import type { Driver } from '../drivers/driver.ts';
import { liveProcess } from '../process-table.ts';
import { RUN_AS_AGENT, type RunAs } from './run-as-settings.ts';

let directory: string;
let state: string;
let drivers: Driver[] = [];

beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'sluice-run-as-'));
  await chmod(directory, 0o777);
  state = path.join(directory, 'state');
  await mkdir(state, { mode: 0o700 });
});

afterEach(async () => {
  for (const driver of drivers) {
    await driver.stop(100);
    await driver.detach();
  }
  drivers = [];
  await rm(directory, { recursive: true, force: true });
});

/** Prints who and what it is, as JSON, and stays. */
const TELLS = `const limits = require('node:fs').readFileSync('/proc/self/limits', 'utf8').split('\\n');
require('node:fs').writeFileSync('made', '');
console.log(JSON.stringify({ uid: process.getuid(), gid: process.getgid(), groups: process.getgroups(), cwd: process.cwd(),
  home: process.env.HOME, user: process.env.USER, metadata: process.env.SLUICE_METADATA_FILE ?? null,
  mode: (require('node:fs').statSync('made').mode & 0o777).toString(8), argv: process.argv.slice(1),
  files: limits.find((line) => line.startsWith('Max open files')).split(/\\s{2,}/).slice(1, 3),
  core: limits.find((line) => line.startsWith('Max core')).split(/\\s{2,}/).slice(1, 3) }));
setInterval(() => {}, 1000);`;

function driverOf(runAs: Partial<RunAs>, cwd = directory, program = process.execPath): Driver {
  const driver = createDriver(
    {
      kind: 'process',
      command: [program, '-e', TELLS, '--', 'a b', '$HOME'],
      cwd,
      runAs: { ...RUN_AS_AGENT, ...runAs },
    },
    {
      stateDirectory: state,
      environment: () => ({
        PATH: process.env['PATH'] ?? '',
        HOME: '/home-of-the-agent',
        SLUICE_METADATA_FILE: path.join(state, 'metadata.json'),
      }),
      availability: () => 'active',
      restartTimes: { pauseMsMin: 60_000, pauseMsMax: 60_000, recoveredAfterMs: 60_000 },
    },
  );
  drivers.push(driver);
  return driver;
}

async function told(driver: Driver): Promise<unknown> {
  expect(driver.observe()).toMatchObject({ phase: 'running', problem: null });
  await expect.poll(() => driver.output(10_000), { timeout: 10_000 }).toMatch(/\n$/u);
  return JSON.parse(await driver.output(10_000));
}

async function problemOf(driver: Driver): Promise<string> {
  await driver.start();
  expect(driver.observe()).toMatchObject({ phase: 'cannot-start', pid: null });
  return driver.observe().problem ?? '';
}

const isRoot = process.geteuid?.() === 0;
const isLinux = process.platform === 'linux';

describe.runIf(isLinux)('a workload', () => {
  test('gets umask and limits, and its arguments as they are', async () => {
    const driver = driverOf({ umask: '027', limits: { openFiles: 256, coreBytes: 0 } });
    await driver.start();
    expect(await told(driver)).toMatchObject({
      mode: '640',
      files: ['256', '256'],
      core: ['0', '0'],
      argv: ['a b', '$HOME'],
      cwd: directory,
      metadata: path.join(state, 'metadata.json'),
    });
    // Neither shell nor prlimit is between the agent and the workload.
    const { pid } = driver.observe();
    expect(await readFile(`/proc/${pid}/comm`, 'utf8')).toMatch(/^node/u);
  });

  test.runIf(isRoot)('runs as another user, at home there, without the groups of the agent', async () => {
    const driver = driverOf({ user: 'nobody' });
    await driver.start();
    const nobody = (await readFile('/etc/passwd', 'utf8')).split('\n').find((line) => line.startsWith('nobody:')) ?? '';
    const [, , uid, gid, , home] = nobody.split(':');
    expect(await told(driver)).toMatchObject({
      uid: Number(uid),
      gid: Number(gid),
      groups: [Number(gid)],
      home,
      user: 'nobody',
      // The state directory is closed to it.
      metadata: null,
    });
  });

  test.runIf(isRoot)('keeps the HOME that the configuration gives it, and has the group that it names', async () => {
    const driver = driverOf({ user: 'nobody', group: '0', ownVariables: ['HOME'] });
    await driver.start();
    expect(await told(driver)).toMatchObject({ gid: 0, home: '/home-of-the-agent', user: 'nobody' });
  });

  test.runIf(isRoot)(
    'of another user, with umask and limits, is taken up by the next agent and ended by it',
    async () => {
      const how = { user: 'nobody', umask: '077', limits: { openFiles: 300 } };
      const first = driverOf(how);
      await first.start();
      expect(await told(first)).toMatchObject({ user: 'nobody', mode: '600', files: ['300', '300'] });
      const { pid } = first.observe();
      await first.detach();
      drivers = [];
      const second = driverOf(how);
      await second.start();
      expect(second.observe()).toMatchObject({ phase: 'running', incarnation: 1, pid });
      expect(await second.stop(5000)).toEqual({ kind: 'stopped' });
      expect(await liveProcess(pid ?? 0)).toBeNull();
    },
  );

  test.runIf(!isRoot)('is not started as another user by an agent that is not root', async () => {
    expect(await problemOf(driverOf({ user: 'root' }))).toContain('only an agent that runs as root');
  });

  test.each<[string, Partial<RunAs>, RegExp]>([
    ['a user', { user: 'sluice-nobody-has-this' }, /there is no user 'sluice-nobody-has-this'.*useradd/u],
    ['a group', { group: 'sluice-nobody-has-this' }, /there is no group 'sluice-nobody-has-this'.*groupadd/u],
  ])('is not started with %s that is not there', async (_, runAs, words) => {
    expect(await problemOf(driverOf(runAs))).toMatch(words);
  });

  test('is not started in a directory that is not there, nor from a program that is not: each is told apart', async () => {
    const nowhere = path.join(directory, 'nowhere');
    expect(await problemOf(driverOf({}, nowhere))).toBe(
      `It cannot be started: cwd: there is no directory ${nowhere}. Make it, or name another one in workload.cwd.`,
    );
    expect(await problemOf(driverOf({}, directory, 'sluice-no-such'))).toContain(
      "there is no program 'sluice-no-such'",
    );
    expect(await problemOf(driverOf({}, directory, './none'))).toContain('chmod +x');
    expect(await problemOf(driverOf({}, '/etc/passwd'))).toContain('/etc/passwd is no directory');
  });
});
