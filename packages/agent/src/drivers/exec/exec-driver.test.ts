/** The driver `exec`, with a workload that is a file: it runs if and only if the file is there. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CommandLine } from '../../run-command.ts';
import { createDriver } from '../create-driver.ts';
import type { Driver } from '../driver.ts';
import { RUN_AS_AGENT } from '../../run-as/run-as-settings.ts';

let directory: string;
let drivers: Driver[] = [];

beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'sluice-exec-'));
});

afterEach(async () => {
  for (const driver of drivers) await driver.detach();
  drivers = [];
  await rm(directory, { recursive: true, force: true });
});

function shell(line: string): CommandLine {
  return ['sh', '-c', line];
}

function driverOf(
  verbs: { readonly start?: string; readonly stop?: string; readonly restart?: string; readonly status?: string } = {},
): Driver {
  const driver = createDriver(
    {
      kind: 'exec',
      start: shell(verbs.start ?? 'echo start $SLUICE_INCARNATION | tee -a verbs; touch running'),
      stop: shell(verbs.stop ?? 'echo stop $SLUICE_GRACE_SECONDS >> verbs; rm running'),
      restart: verbs.restart === undefined ? null : shell(verbs.restart),
      status: shell(verbs.status ?? 'test -f running'),
      cwd: directory,
      timeoutMs: 10_000,
      statusIntervalMs: 50,
      runAs: RUN_AS_AGENT,
    },
    {
      stateDirectory: directory,
      environment: () => ({ PATH: process.env['PATH'] ?? '' }),
      availability: () => 'active',
      restartTimes: { pauseMsMin: 20, pauseMsMax: 100, recoveredAfterMs: 60_000 },
    },
  );
  drivers.push(driver);
  return driver;
}

async function verbs(): Promise<string> {
  return readFile(path.join(directory, 'verbs'), 'utf8').catch(() => '');
}

describe('the driver exec', () => {
  test('starts, replaces and stops by the commands, and counts', async () => {
    const driver = driverOf();
    await driver.start();
    expect(driver.observe()).toMatchObject({ phase: 'running', incarnation: 1, pid: null });
    expect(await driver.replace({ graceMs: 1500, previousIncarnation: 1 })).toEqual({
      kind: 'replaced',
      incarnation: 2,
    });
    expect(await driver.stop(0)).toEqual({ kind: 'stopped' });
    expect(await verbs()).toBe('start 1\nstop 2\nstart 2\nstop 0\n');
    expect(await driver.output(1000)).toBe('start 1\nstart 2\n');
    expect(await driver.signal('SIGUSR1')).toMatchObject({ ok: false });
  });

  test('uses the restart command where there is one', async () => {
    const driver = driverOf({ restart: 'echo restart $SLUICE_GRACE_SECONDS >> verbs' });
    await driver.start();
    expect(await driver.replace({ graceMs: 3000, previousIncarnation: 1 })).toEqual({
      kind: 'replaced',
      incarnation: 2,
    });
    expect(await verbs()).toBe('start 1\nrestart 3\n');
  });

  test('starts a workload again that its status command misses', async () => {
    const driver = driverOf();
    await driver.start();
    await rm(path.join(directory, 'running'));
    await expect.poll(() => driver.observe(), { timeout: 10_000 }).toMatchObject({ phase: 'running', incarnation: 2 });
  });

  test('does not restart for a status command that cannot be run: nobody knows that it is down', async () => {
    const driver = driverOf({ status: 'test -f running' });
    await driver.start();
    const broken = createDriver(
      {
        kind: 'exec',
        start: shell('touch running'),
        stop: shell('true'),
        restart: null,
        status: ['./status'],
        cwd: directory,
        timeoutMs: 10_000,
        statusIntervalMs: 20,
        runAs: RUN_AS_AGENT,
      },
      { stateDirectory: directory, environment: () => ({}), availability: () => 'active' },
    );
    drivers.push(broken);
    await broken.start();
    await expect
      .poll(() => broken.observe().problem, { timeout: 10_000 })
      .toContain('status command cannot be started');
    expect(broken.observe()).toMatchObject({ phase: 'running', incarnation: 1 });
  });

  test('a workload that runs already is taken up, with its number', async () => {
    await writeFile(path.join(directory, 'running'), '');
    const first = driverOf();
    await first.start();
    expect(first.observe()).toMatchObject({ phase: 'running', incarnation: 1 });
    await first.replace({ graceMs: 0, previousIncarnation: 1 });
    await first.detach();
    const second = driverOf();
    await second.start();
    expect(second.observe()).toMatchObject({ phase: 'running', incarnation: 2 });
  });

  test('a start that fails says what the command said, and is tried again', async () => {
    const driver = driverOf({ start: 'test -f licence || { echo no licence; exit 4; }; touch running' });
    await driver.start();
    expect(driver.observe()).toMatchObject({
      phase: 'cannot-start',
      problem: 'It cannot be started: its start command exited with code 4; its last output: no licence',
    });
    await writeFile(path.join(directory, 'licence'), '');
    await expect.poll(() => driver.observe(), { timeout: 10_000 }).toMatchObject({ phase: 'running', incarnation: 1 });
  });

  test('a stop that does not stop it fails the replacement', async () => {
    const driver = driverOf({ stop: 'true' });
    await driver.start();
    expect(await driver.replace({ graceMs: 100, previousIncarnation: 1 })).toMatchObject({
      kind: 'failed',
      incarnation: 1,
      problem: expect.stringContaining('still runs'),
    });
    expect(driver.observe()).toMatchObject({ phase: 'running' });
  });
});
