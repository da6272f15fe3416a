/** The driver `process` with real processes: nobody left behind, no start uncounted, no workload lost with its agent. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { liveProcess } from '../../process-table.ts';
import { createDriver } from '../create-driver.ts';
import { expectPrinted } from '../driver-expectations.ts';
import type { Driver } from '../driver.ts';
import { RUN_AS_AGENT } from '../../run-as/run-as-settings.ts';

let directory: string;
let drivers: Driver[] = [];
let bystanders: ChildProcess[] = [];

beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'sluice-process-'));
});

afterEach(async () => {
  for (const driver of drivers) {
    await driver.stop(100);
    await driver.detach();
  }
  for (const bystander of bystanders) bystander.kill('SIGKILL');
  drivers = [];
  bystanders = [];
  await rm(directory, { recursive: true, force: true });
});

const restartTimes = { pauseMsMin: 50, pauseMsMax: 200, recoveredAfterMs: 60_000 };

/** Says `up` and stays; ends on SIGTERM with `bye`. */
const STAYS =
  "process.on('SIGTERM', () => { console.log('bye'); process.exit(0); }); setInterval(() => {}, 1000); console.log('up');";
/** Like STAYS, with a child that ignores SIGTERM and whose pid is in the file `child`. */
const HAS_CHILD = `require('node:child_process').spawn(process.execPath, ['-e', "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); require('node:fs').writeFileSync('child', String(process.pid))"], { stdio: 'inherit' }); ${STAYS}`;

function driverOf(
  source: string,
  environment: () => Readonly<Record<string, string>> = () => ({}),
  times = restartTimes,
): Driver {
  return track(
    createDriver(
      { kind: 'process', command: [process.execPath, '-e', source], cwd: directory, runAs: RUN_AS_AGENT },
      {
        stateDirectory: directory,
        environment: () => ({ PATH: process.env['PATH'] ?? '', ...environment() }),
        availability: () => 'active',
        restartTimes: times,
      },
    ),
  );
}

function track(driver: Driver): Driver {
  drivers.push(driver);
  return driver;
}

/** The agent is gone, its workload stays. */
async function leave(driver: Driver): Promise<void> {
  await driver.detach();
  drivers = drivers.filter((each) => each !== driver);
}

async function expectPhase(driver: Driver, phase: string): Promise<void> {
  await expect.poll(() => driver.observe(), { timeout: 10_000 }).toMatchObject({ phase });
}

async function pidIn(name: string): Promise<number> {
  const file = path.join(directory, name);
  await expect.poll(() => readFile(file, 'utf8').catch(() => ''), { timeout: 10_000 }).not.toBe('');
  return Number(await readFile(file, 'utf8'));
}

function pidOf(driver: Driver): number {
  const { pid } = driver.observe();
  if (pid === null) throw new Error('the workload has no pid');
  return pid;
}

async function record(): Promise<Record<string, unknown>> {
  const value: unknown = JSON.parse(await readFile(path.join(directory, 'workload.json'), 'utf8'));
  return { ...(typeof value === 'object' ? value : {}) };
}

async function changeRecord(changes: Readonly<Record<string, unknown>>): Promise<void> {
  await writeFile(path.join(directory, 'workload.json'), JSON.stringify({ ...(await record()), ...changes }));
}

describe('starting', () => {
  test('the first start is incarnation 1, and the workload is told so', async () => {
    const driver = driverOf(
      'console.log(process.env.SLUICE_INCARNATION, process.env.SLUICE_AVAILABILITY); setInterval(() => {}, 1000)',
      () => ({
        SLUICE_AVAILABILITY: 'drain',
      }),
    );
    expect(driver.observe()).toMatchObject({ phase: 'stopped', incarnation: 0, startedAt: null });
    await driver.start();
    expect(driver.observe()).toMatchObject({ phase: 'running', incarnation: 1, problem: null });
    await expectPrinted(driver, '1 drain');
    expect(await record()).toMatchObject({ driver: 'process', incarnation: 1, pid: pidOf(driver) });
  });

  test('one that cannot be started says why, and is started when it can be', async () => {
    const program = path.join(directory, 'server');
    const driver = track(
      createDriver(
        { kind: 'process', command: [program], cwd: directory, runAs: RUN_AS_AGENT },
        { stateDirectory: directory, environment: () => ({}), availability: () => 'active', restartTimes },
      ),
    );
    await driver.start();
    expect(driver.observe()).toMatchObject({
      phase: 'cannot-start',
      incarnation: 0,
      problem: expect.stringContaining('no program'),
    });
    await writeFile(program, `#!${process.execPath}\n${STAYS}`, { mode: 0o700 });
    await expectPhase(driver, 'running');
    expect(driver.observe()).toMatchObject({ incarnation: 1, problem: null });
  });

  test('a damaged record is an error that says what to do', async () => {
    await writeFile(path.join(directory, 'workload.json'), '{"incarnation": -3');
    const driver = driverOf(STAYS);
    await expect(driver.start()).rejects.toThrow('move the file away');
  });
});

describe('crashing', () => {
  test('it is started again, counted, and what it said last is told', async () => {
    const seen: string[] = [];
    const driver = driverOf(
      "if (process.env.SLUICE_INCARNATION === '1') { console.error('out of cheese'); process.exit(7); } setInterval(() => {}, 1000)",
    );
    driver.onChange(() => {
      const { phase, problem } = driver.observe();
      if (phase === 'crashed') seen.push(problem ?? '');
    });
    await driver.start();
    await expect.poll(() => driver.observe(), { timeout: 10_000 }).toMatchObject({ phase: 'running', incarnation: 2 });
    expect(seen[0]).toBe('It exited with code 7; its last output: out of cheese');
  });

  test('what it leaves behind is ended before it is started again', async () => {
    const driver = driverOf(`if (process.env.SLUICE_INCARNATION === '1') { ${HAS_CHILD} } else { ${STAYS} }`);
    await driver.start();
    const child = await pidIn('child');
    process.kill(pidOf(driver), 'SIGKILL');
    await expect.poll(() => driver.observe(), { timeout: 10_000 }).toMatchObject({ phase: 'running', incarnation: 2 });
    expect(await liveProcess(child)).toBeNull();
  });

  test('it starts with what is wanted of the node then, not with what was wanted at first', async () => {
    let availability = 'active';
    const driver = driverOf("console.log('as', process.env.SLUICE_AVAILABILITY); setInterval(() => {}, 1000)", () => ({
      SLUICE_AVAILABILITY: availability,
    }));
    await driver.start();
    await expectPrinted(driver, 'as active');
    availability = 'drain';
    process.kill(pidOf(driver), 'SIGKILL');
    await expectPrinted(driver, 'as drain');
  });
});

describe('replacing', () => {
  test('the old process ends gracefully, and the new one is the next incarnation', async () => {
    const driver = driverOf(STAYS);
    await driver.start();
    await expectPrinted(driver, 'up');
    const before = pidOf(driver);
    expect(await driver.replace({ graceMs: 10_000, previousIncarnation: 1 })).toEqual({
      kind: 'replaced',
      incarnation: 2,
    });
    expect(await liveProcess(before)).toBeNull();
    expect(await driver.output(10_000)).toContain('bye');
    expect(driver.observe()).toMatchObject({ phase: 'running', incarnation: 2, problem: null });
  });

  test('a restart that has happened already is only reported', async () => {
    const driver = driverOf(STAYS);
    await driver.start();
    await driver.replace({ graceMs: 100, previousIncarnation: 1 });
    const pid = pidOf(driver);
    expect(await driver.replace({ graceMs: 100, previousIncarnation: 1 })).toEqual({
      kind: 'already-replaced',
      incarnation: 2,
    });
    expect(pidOf(driver)).toBe(pid);
  });

  test('who ignores SIGTERM is killed after the grace, children too', async () => {
    const driver = driverOf(`process.on('SIGTERM', () => {}); ${HAS_CHILD.replace('process.exit(0)', '')}`);
    await driver.start();
    const child = await pidIn('child');
    const before = pidOf(driver);
    await expectPrinted(driver, 'up');
    expect(await driver.replace({ graceMs: 200, previousIncarnation: 1 })).toMatchObject({ kind: 'replaced' });
    expect(await liveProcess(before)).toBeNull();
    expect(await liveProcess(child)).toBeNull();
  });

  test('a workload in the pause after a crash is started at once', async () => {
    const driver = driverOf(
      "if (process.env.SLUICE_INCARNATION === '1') process.exit(1); setInterval(() => {}, 1000)",
      () => ({}),
      { pauseMsMin: 60_000, pauseMsMax: 60_000, recoveredAfterMs: 60_000 },
    );
    await driver.start();
    await expectPhase(driver, 'crashed');
    expect(await driver.replace({ graceMs: 100, previousIncarnation: 1 })).toEqual({
      kind: 'replaced',
      incarnation: 2,
    });
    expect(driver.observe()).toMatchObject({ phase: 'running', incarnation: 2, problem: null });
  });

  test('one that cannot be started any more fails with the reason, and its number is not used up', async () => {
    const program = path.join(directory, 'server');
    await writeFile(program, `#!${process.execPath}\n${STAYS}`, { mode: 0o700 });
    const driver = track(
      createDriver(
        { kind: 'process', command: [program], cwd: directory, runAs: RUN_AS_AGENT },
        { stateDirectory: directory, environment: () => ({}), availability: () => 'active', restartTimes },
      ),
    );
    await driver.start();
    await rm(program);
    expect(await driver.replace({ graceMs: 5000, previousIncarnation: 1 })).toEqual({
      kind: 'failed',
      incarnation: 1,
      problem: expect.stringContaining('no program'),
    });
  });
});

describe('stopping', () => {
  test('a stopped workload stays stopped, and a replace starts it', async () => {
    const driver = driverOf(STAYS);
    await driver.start();
    const pid = pidOf(driver);
    expect(await driver.stop(10_000)).toEqual({ kind: 'stopped' });
    expect(await liveProcess(pid)).toBeNull();
    expect(driver.observe()).toMatchObject({ phase: 'stopped', incarnation: 1, pid: null });
    expect(await driver.replace({ graceMs: 100, previousIncarnation: 1 })).toEqual({
      kind: 'replaced',
      incarnation: 2,
    });
  });

  test('signals reach a running workload, and nobody else', async () => {
    const driver = driverOf(
      "process.on('SIGUSR2', () => console.log('heard')); console.log('up'); setInterval(() => {}, 1000)",
    );
    await driver.start();
    await expectPrinted(driver, 'up');
    expect(await driver.signal('SIGUSR2')).toEqual({ ok: true });
    await expectPrinted(driver, 'heard');
    await driver.stop(100);
    expect(await driver.signal('SIGUSR2')).toMatchObject({ ok: false });
  });
});

describe('an agent that comes back', () => {
  test('takes up the workload that goes on: same process, same incarnation, still supervised', async () => {
    const first = driverOf(STAYS);
    await first.start();
    const pid = pidOf(first);
    const { startedAt } = first.observe();
    await leave(first);
    const second = driverOf(STAYS);
    await second.start();
    expect(second.observe()).toMatchObject({ phase: 'running', incarnation: 1, pid, startedAt });
    process.kill(pid, 'SIGKILL');
    await expect.poll(() => second.observe(), { timeout: 10_000 }).toMatchObject({ phase: 'running', incarnation: 2 });
  });

  test('can replace the workload that it took up', async () => {
    const first = driverOf(HAS_CHILD);
    await first.start();
    const child = await pidIn('child');
    await leave(first);
    const second = driverOf(STAYS);
    await second.start();
    expect(await second.replace({ graceMs: 200, previousIncarnation: 1 })).toEqual({
      kind: 'replaced',
      incarnation: 2,
    });
    expect(await liveProcess(child)).toBeNull();
  });

  test.runIf(process.platform === 'linux')(
    'finds a workload whose pid the earlier one had no time to note',
    async () => {
      const first = driverOf(HAS_CHILD);
      await first.start();
      await pidIn('child');
      const pid = pidOf(first);
      await leave(first);
      await changeRecord({ pid: null, startToken: null });
      const second = driverOf(STAYS);
      await second.start();
      expect(second.observe()).toMatchObject({ phase: 'running', incarnation: 1, pid });
    },
  );

  test.runIf(process.platform === 'linux')(
    'finds a workload that could not be looked at when its pid was noted',
    async () => {
      const first = driverOf(STAYS);
      await first.start();
      const pid = pidOf(first);
      await leave(first);
      await changeRecord({ startToken: null });
      const second = driverOf(STAYS);
      await second.start();
      expect(second.observe()).toMatchObject({ phase: 'running', incarnation: 1, pid });
    },
  );

  test.runIf(process.platform === 'linux')(
    'ends what a workload left behind that ended meanwhile, and starts it',
    async () => {
      const first = driverOf(HAS_CHILD);
      await first.start();
      const child = await pidIn('child');
      const pid = pidOf(first);
      await leave(first);
      process.kill(pid, 'SIGKILL');
      await expect.poll(() => liveProcess(pid)).toBeNull();
      const second = driverOf(STAYS);
      await second.start();
      expect(second.observe()).toMatchObject({ phase: 'running', incarnation: 2 });
      expect(await liveProcess(child)).toBeNull();
    },
  );

  test('leaves another process alone that has got the pid', async () => {
    const first = driverOf(STAYS);
    await first.start();
    // Start times are told in hundredths of a second: the bystander's must be another one.
    await expectPrinted(first, 'up');
    await first.stop(1000);
    await leave(first);
    const bystander = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    bystanders.push(bystander);
    await changeRecord({ pid: bystander.pid });
    const second = driverOf(STAYS);
    await second.start();
    expect(second.observe()).toMatchObject({ phase: 'running', incarnation: 2 });
    expect(pidOf(second)).not.toBe(bystander.pid);
    expect(await liveProcess(bystander.pid ?? 0)).not.toBeNull();
  });

  test('an agent that leaves in the middle of a replacement does not wait for it, and the next one takes it up', async () => {
    const first = driverOf(
      `process.on('SIGTERM', () => console.log('asked')); ${STAYS.replace("console.log('bye'); process.exit(0);", '')}`,
    );
    await first.start();
    await expectPrinted(first, 'up');
    const pid = pidOf(first);
    const replacing = first.replace({ graceMs: 60_000, previousIncarnation: 1 });
    await expectPrinted(first, 'asked');
    await leave(first);
    expect(await replacing).toMatchObject({ kind: 'failed', incarnation: 1 });
    const second = driverOf(STAYS);
    await second.start();
    expect(second.observe()).toMatchObject({ phase: 'running', incarnation: 1, pid });
    expect(await second.replace({ graceMs: 100, previousIncarnation: 1 })).toEqual({
      kind: 'replaced',
      incarnation: 2,
    });
  });
});
