/** The driver `systemd`: by a stand-in for systemctl and journalctl that runs a real process, and by a real systemd of the user where one runs. */
import { execFile, execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createDriver } from '../create-driver.ts';
import { expectObserved, expectPrinted } from '../driver-expectations.ts';
import type { Driver } from '../driver.ts';
import { StandInSystemd } from './stand-in-systemd.ts';

let directory: string;
let drivers: Driver[] = [];

beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'sluice-systemd-'));
});

afterEach(async () => {
  for (const driver of drivers) await driver.detach();
  drivers = [];
  await rm(directory, { recursive: true, force: true });
});

/** Says `up` and stays; says what it hears. */
const STAYS =
  "process.on('SIGUSR2', () => console.log('heard')); process.on('SIGTERM', () => { console.log('bye'); process.exit(0); }); setInterval(() => {}, 1000); console.log('up');";

function driverOf(unit: string, environment: Readonly<Record<string, string>>, isUserUnit: boolean): Driver {
  const driver = createDriver(
    { kind: 'systemd', unit, isUserUnit, cwd: directory, timeoutMs: 10_000, statusIntervalMs: 50 },
    {
      stateDirectory: directory,
      environment: () => environment,
      availability: () => 'drain',
      restartTimes: { pauseMsMin: 50, pauseMsMax: 200, recoveredAfterMs: 60_000 },
    },
  );
  drivers.push(driver);
  return driver;
}

describe('by a stand-in for systemctl and journalctl', () => {
  let systemd: StandInSystemd;

  beforeEach(async () => {
    systemd = await StandInSystemd.start(directory, STAYS);
  });

  afterEach(() => systemd.close());

  function driven(): Driver {
    return driverOf('chess.service', { PATH: systemd.directory }, false);
  }

  test('starts a unit, replaces it and stops it, and counts', async () => {
    const driver = driven();
    await driver.start();
    expect(driver.observe()).toMatchObject({
      phase: 'running',
      incarnation: 1,
      pid: systemd.mainPid,
      // Nothing of what the agent knows reaches a unit.
      startedAs: null,
      health: { healthy: true, problem: null },
    });
    await expectPrinted(driver, 'Started chess.service.\nup\n');
    const replaced = await driver.replace({ graceMs: 10_000, previousIncarnation: 1 });
    expect(replaced).toEqual({ kind: 'replaced', incarnation: 2 });
    await expectPrinted(driver, 'bye\n');
    expect(await driver.stop(10_000)).toEqual({ kind: 'stopped' });
    expect(systemd.mainPid).toBe(0);
    expect(systemd.asked.filter((each) => !each.startsWith('show'))).toEqual([
      'start',
      'stop --no-block',
      'stop',
      'start',
      'stop --no-block',
      'stop',
    ]);
  });

  test('a signal reaches the main process', async () => {
    const driver = driven();
    await driver.start();
    await expectPrinted(driver, 'up');
    expect(await driver.signal('SIGUSR2')).toEqual({ ok: true });
    await expectPrinted(driver, 'heard');
    expect(systemd.asked).toContain('kill --kill-who=main --signal=SIGUSR2');
  });

  test('what ignores SIGTERM is killed after the grace', async () => {
    systemd.source = "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); console.log('deaf')";
    const driver = driven();
    await driver.start();
    await expectPrinted(driver, 'deaf');
    expect(await driver.replace({ graceMs: 200, previousIncarnation: 1 })).toEqual({
      kind: 'replaced',
      incarnation: 2,
    });
    expect(systemd.asked).toContain('kill --signal=SIGKILL');
  });

  test('a unit that fails is told with its exit code and its journal, and started again', async () => {
    systemd.source = "console.log('no licence'); setTimeout(() => process.exit(3), 300)";
    const driver = driven();
    await driver.start();
    await expectObserved(driver, {
      phase: 'crashed',
      problem: expect.stringMatching(
        /^It exited with code 3 \(systemd says: exit-code\); its last output:[^]*no licence/u,
      ),
    });
    systemd.source = STAYS;
    await expectObserved(driver, { phase: 'running', incarnation: 2, problem: null });
  });

  test('a unit that systemd gave up on is started all the same when it is asked for', async () => {
    const driver = driven();
    await driver.start();
    for (let starts = 1; starts < 6; starts += 1) await systemd.byHand('restart');
    await expect.poll(() => systemd.asked, { timeout: 10_000 }).toContain('reset-failed');
    await expect.poll(() => systemd.mainPid, { timeout: 10_000 }).not.toBe(0);
    await expectObserved(driver, { phase: 'running', pid: systemd.mainPid, problem: null });
  });

  test('what systemd restarts by itself (Restart=) is a new incarnation, and nobody else starts it', async () => {
    systemd.restartsByItself = true;
    const driver = driven();
    await driver.start();
    const before = systemd.mainPid;
    process.kill(before, 'SIGKILL');
    await expectObserved(driver, {
      phase: 'running',
      incarnation: 1,
      health: {
        healthy: false,
        problem:
          'It was ended by signal 9 (systemd says: signal); systemd starts it again (Restart= of chess.service).',
      },
    });
    await expectObserved(driver, { phase: 'running', incarnation: 2, health: { healthy: true, problem: null } });
    expect(driver.observe().pid).toBe(systemd.mainPid);
    expect(systemd.asked.filter((each) => each === 'start')).toHaveLength(1);
  });

  test('an agent that comes back takes it up: the same incarnation, or one more where it was restarted meanwhile', async () => {
    const first = driven();
    await first.start();
    await first.detach();
    const second = driven();
    await second.start();
    expect(second.observe()).toMatchObject({ phase: 'running', incarnation: 1, pid: systemd.mainPid });
    await second.detach();
    await systemd.byHand('restart');
    const third = driven();
    await third.start();
    expect(third.observe()).toMatchObject({ phase: 'running', incarnation: 2, pid: systemd.mainPid });
  });

  test('a unit that runs already is the first incarnation', async () => {
    await systemd.byHand('start');
    const driver = driven();
    await driver.start();
    expect(driver.observe()).toMatchObject({ phase: 'running', incarnation: 1, pid: systemd.mainPid });
    expect(systemd.asked.filter((each) => each === 'start')).toHaveLength(1);
  });

  test('no unit, no right and no systemd are each told with what to do', async () => {
    systemd.source = null;
    const missing = driven();
    await missing.start();
    expect(missing.observe()).toMatchObject({
      phase: 'cannot-start',
      problem: expect.stringContaining('there is no unit chess.service. Install it'),
    });
    await missing.detach();

    systemd.source = STAYS;
    systemd.refusesChanges = true;
    const refused = driven();
    await refused.start();
    expect(refused.observe().problem).toMatch(/Interactive authentication required.*polkit rule/u);
    systemd.refusesChanges = false;
    await expectObserved(refused, { phase: 'running', problem: null });

    const { incarnation } = refused.observe();

    systemd.isUnreachable = true;
    await expectObserved(refused, {
      phase: 'running',
      problem: expect.stringContaining('use the driver process or exec'),
    });
    systemd.isUnreachable = false;
    await expectObserved(refused, { phase: 'running', incarnation, problem: null });
  });

  test('a machine without systemctl is told of', async () => {
    const driver = driverOf('chess.service', { PATH: path.join(directory, 'none') }, false);
    await driver.start();
    expect(driver.observe().problem).toContain('This machine has no systemd; use the driver process or exec.');
  });
});

/** Whether a systemd of the user can be asked here; containers mostly have none. */
function hasUserSystemd(): boolean {
  try {
    execFileSync('systemctl', ['--user', 'show-environment'], { stdio: 'ignore', timeout: 5000 });
    return true;
  } catch {
    return false;
  }
}

describe.runIf(hasUserSystemd())(
  'by a real systemd of the user (skipped where systemctl --user does not answer)',
  () => {
    const run = promisify(execFile);
    let unit: string;
    let unitFile: string;

    beforeEach(async () => {
      unit = `sluice-test-${path.basename(directory).replaceAll(/[^A-Za-z0-9]/gu, '')}.service`;
      const units = path.join(process.env['XDG_CONFIG_HOME'] ?? path.join(os.homedir(), '.config'), 'systemd', 'user');
      unitFile = path.join(units, unit);
      const program = path.join(directory, 'server.cjs');
      await mkdir(units, { recursive: true });
      await writeFile(program, STAYS);
      await writeFile(
        unitFile,
        `[Service]\nExecStart="${process.execPath}" "${program}"\nRestart=on-failure\nRestartSec=200ms\n`,
      );
      await run('systemctl', ['--user', 'daemon-reload'], { timeout: 10_000 });
    });

    afterEach(async () => {
      await run('systemctl', ['--user', 'stop', unit], { timeout: 20_000 });
      await rm(unitFile, { force: true });
      await run('systemctl', ['--user', 'daemon-reload'], { timeout: 10_000 });
    });

    test('starts, replaces and stops a unit, and counts what systemd restarts by itself', async () => {
      const environment = Object.fromEntries(
        Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
      );
      const driver = driverOf(unit, environment, true);
      await driver.start();
      expect(driver.observe()).toMatchObject({ phase: 'running', incarnation: 1, health: { healthy: true } });
      expect(await driver.replace({ graceMs: 10_000, previousIncarnation: 1 })).toEqual({
        kind: 'replaced',
        incarnation: 2,
      });
      process.kill(driver.observe().pid ?? 0, 'SIGKILL');
      await expectObserved(driver, { phase: 'running', incarnation: 3, health: { healthy: true } });
      expect(await driver.stop(10_000)).toEqual({ kind: 'stopped' });
    });
  },
);
