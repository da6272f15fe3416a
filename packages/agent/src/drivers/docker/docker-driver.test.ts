/** The driver `docker`, by a stand-in for the engine: the documented API over a real Unix socket, and a real process for a container. */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createDriver } from '../create-driver.ts';
import { WorkloadWatch } from '../../workload-watch.ts';
import { expectObserved, expectPrinted } from '../driver-expectations.ts';
import type { Driver } from '../driver.ts';
import { printedBytes } from './log-frames.ts';
import { type Malice, StandInEngine } from './stand-in-engine.ts';

let directory: string;
let engine: StandInEngine;
let drivers: Driver[] = [];

/** Says `up` and stays; says what it hears. */
const STAYS =
  "process.on('SIGUSR2', () => console.log('heard')); process.on('SIGTERM', () => { console.error('bye'); process.exit(0); }); setInterval(() => {}, 1000); console.log('up');";

beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'sluice-docker-'));
  engine = await StandInEngine.start(path.join(directory, 'docker.sock'), STAYS);
});

afterEach(async () => {
  for (const driver of drivers) await driver.detach();
  drivers = [];
  await engine.close();
  await rm(directory, { recursive: true, force: true });
});

function driven(socket = engine.socket, timeoutMs = 10_000): Driver {
  const driver = createDriver(
    { kind: 'docker', container: 'chess-1', socket, timeoutMs, statusIntervalMs: 50 },
    {
      stateDirectory: directory,
      environment: () => ({}),
      availability: () => 'active',
      restartTimes: { pauseMsMin: 50, pauseMsMax: 200, recoveredAfterMs: 60_000 },
    },
  );
  drivers.push(driver);
  return driver;
}

describe('a container', () => {
  test('is started, replaced with its grace, and stopped, and its starts are counted', async () => {
    const driver = driven();
    await driver.start();
    expect(driver.observe()).toMatchObject({
      phase: 'running',
      incarnation: 1,
      pid: engine.pid,
      health: { healthy: true, problem: null },
    });
    await expectPrinted(driver, 'up\n');
    expect(await driver.replace({ graceMs: 1500, previousIncarnation: 1 })).toEqual({
      kind: 'replaced',
      incarnation: 2,
    });
    await expectPrinted(driver, 'up\nbye\n');
    expect(await driver.stop(10_000)).toEqual({ kind: 'stopped' });
    expect(engine.pid).toBe(0);
    expect(engine.asked.filter((each) => each.startsWith('POST'))).toEqual([
      'POST /v1.44/containers/chess-1/start',
      'POST /v1.44/containers/chess-1/stop?t=2',
      'POST /v1.44/containers/chess-1/start',
      'POST /v1.44/containers/chess-1/stop?t=10',
    ]);
  });

  test('hears signals', async () => {
    const driver = driven();
    await driver.start();
    await expectPrinted(driver, 'up');
    expect(await driver.signal('SIGUSR2')).toEqual({ ok: true });
    await expectPrinted(driver, 'heard');
    await driver.stop(1000);
    expect(await driver.signal('SIGUSR2')).toMatchObject({
      ok: false,
      problem: expect.stringContaining('not running'),
    });
  });

  test('that ignores SIGTERM is killed by the engine after the grace, and by the agent where the engine does not', async () => {
    engine.source = "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); console.log('deaf')";
    const driver = driven(engine.socket, 2000);
    await driver.start();
    await expectPrinted(driver, 'deaf');
    expect(await driver.replace({ graceMs: 0, previousIncarnation: 1 })).toMatchObject({ kind: 'replaced' });
    engine.neverStops = true;
    expect(await driver.replace({ graceMs: 0, previousIncarnation: 2 })).toEqual({ kind: 'replaced', incarnation: 3 });
    expect(engine.asked).toContain('POST /v1.44/containers/chess-1/kill?signal=SIGKILL');
  });

  test('that ends by itself is told with exit code and last output, and started again', async () => {
    engine.source = "console.log('no licence'); setTimeout(() => process.exit(3), 200)";
    const driver = driven();
    await driver.start();
    await expectObserved(driver, {
      phase: 'crashed',
      problem: 'It exited with code 3; its last output: no licence',
    });
    engine.isOutOfMemory = true;
    await expectObserved(driver, { phase: 'crashed', problem: expect.stringContaining('for want of memory') });
    engine.source = STAYS;
    await expectObserved(driver, { phase: 'running', problem: null });
  });

  test('that the engine or a person restarts is a new incarnation, and nobody else starts it', async () => {
    engine.restartsByItself = true;
    const driver = driven();
    await driver.start();
    process.kill(engine.pid, 'SIGKILL');
    await expectObserved(driver, {
      phase: 'running',
      incarnation: 1,
      health: {
        healthy: false,
        problem: 'It exited with code 137; the engine starts it again (its restart policy).',
      },
    });
    await expectObserved(driver, { phase: 'running', incarnation: 2, health: { healthy: true } });
    expect(driver.observe().pid).toBe(engine.pid);
    await engine.restartByHand();
    await expectObserved(driver, { phase: 'running', incarnation: 3, pid: engine.pid });
    expect(engine.asked.filter((each) => each.endsWith('/start'))).toHaveLength(1);
  });

  test('that was made anew under its name (docker compose up) is a new incarnation', async () => {
    const driver = driven();
    await driver.start();
    engine.id = 'b'.repeat(64);
    await expectObserved(driver, { phase: 'running', incarnation: 2 });
  });

  test('has the health that its HEALTHCHECK says', async () => {
    engine.health = { Status: 'starting' };
    const driver = driven();
    await driver.start();
    expect(driver.observe().health).toMatchObject({ healthy: null });
    const settings = { countsSessions: false, stopGraceMs: 0, healthyWithinMs: 60_000 };
    const watch = new WorkloadWatch(driver, { ...settings, hasHealthProbe: false }, () => null);
    const probed = new WorkloadWatch(driver, { ...settings, hasHealthProbe: true }, () => null);
    expect(watch.report()).toMatchObject({ healthy: null, phase: 'running' });
    expect(watch.isComingUp(Date.now())).toBe(true);
    engine.health = { Status: 'healthy' };
    await expectObserved(driver, { health: { healthy: true, problem: null } });
    expect(watch.report()).toMatchObject({ healthy: true, problem: null });
    engine.health = {
      Status: 'unhealthy',
      Log: [
        { ExitCode: 0, Output: 'fine' },
        { ExitCode: 1, Output: 'the board is\n locked\n' },
      ],
    };
    await expectObserved(driver, {
      health: { healthy: false, problem: "The container's health check says unhealthy: the board is locked" },
    });
    expect(watch.report()).toMatchObject({ healthy: false, problem: expect.stringContaining('the board is locked') });
    // Where a health check is configured, that is what counts.
    probed.checked({ healthy: true }, 1);
    expect(probed.report()).toMatchObject({ healthy: true, problem: null });
    engine.health = null;
    engine.isPaused = true;
    await expectObserved(driver, { health: { healthy: false, problem: expect.stringContaining('docker unpause') } });
  });

  test('with a terminal prints bytes as they are', async () => {
    engine.hasTerminal = true;
    const driver = driven();
    await driver.start();
    await expectPrinted(driver, 'up\n');
    expect(await driver.output(3)).toBe('up\n');
  });

  test('goes on without its agent, which takes it up: the same incarnation, or one more', async () => {
    const first = driven();
    await first.start();
    await first.detach();
    const second = driven();
    await second.start();
    expect(second.observe()).toMatchObject({ phase: 'running', incarnation: 1, pid: engine.pid });
    await second.detach();
    await engine.restartByHand();
    const third = driven();
    await third.start();
    expect(third.observe()).toMatchObject({ phase: 'running', incarnation: 2, pid: engine.pid });
  });

  test('that runs already is the first incarnation, since when it runs', async () => {
    await engine.restartByHand();
    const before = Date.now();
    const driver = driven();
    await driver.start();
    const { incarnation, startedAt } = driver.observe();
    expect(incarnation).toBe(1);
    expect(startedAt).toBeLessThanOrEqual(before);
  });
});

describe('an engine', () => {
  test('that is not there, is closed, or has no such container is told of with what to do', async () => {
    const absent = driven(path.join(directory, 'none.sock'));
    await absent.start();
    expect(absent.observe()).toMatchObject({
      phase: 'cannot-start',
      problem: expect.stringMatching(/There is no socket .*none\.sock\. Start the container engine/u),
    });
    await absent.detach();
    engine.source = null;
    const missing = driven();
    await missing.start();
    expect(missing.observe().problem).toContain('There is no container chess-1. Make it (docker create');
    await missing.detach();
    await engine.unlisten();
    const refused = driven();
    await refused.start();
    expect(refused.observe().problem).toContain('Start the container engine');
    await engine.listen();
    engine.source = STAYS;
    await expectObserved(refused, { phase: 'running', problem: null });
  });

  test.runIf(process.geteuid?.() !== 0)('whose socket is closed to the agent says who may', async () => {
    await chmod(engine.socket, 0o000);
    const driver = driven();
    await driver.start();
    expect(driver.observe().problem).toContain('group docker');
  });

  test('that is restarted leaves the container as it is', async () => {
    const driver = driven();
    await driver.start();
    const { pid } = engine;
    await engine.unlisten();
    await expectObserved(driver, { phase: 'running', problem: expect.stringContaining('Start the container engine') });
    await engine.listen();
    await expectObserved(driver, { phase: 'running', incarnation: 1, pid, problem: null });
  });

  test.each<[Malice, RegExp]>([
    ['broken-json', /what is not understood: \{"Id": "a/u],
    ['other-shape', /what is not understood: \{"Id":/u],
    ['cut', /broke off/u],
    ['silence', /did not answer GET \/v1\.44\/containers\/chess-1\/json within 500 ms/u],
    ['endless', /with more than 4194304 bytes/u],
  ])('that answers with %s makes nothing worse', async (malice, words) => {
    const driver = driven(engine.socket, malice === 'silence' ? 500 : 10_000);
    await driver.start();
    engine.malice = malice;
    await expectObserved(driver, { phase: 'running', incarnation: 1, problem: expect.stringMatching(words) });
    expect(await driver.replace({ graceMs: 0, previousIncarnation: 1 })).toMatchObject({
      kind: 'failed',
      incarnation: 1,
      problem: expect.stringContaining('container engine'),
    });
    engine.malice = 'none';
    await expectObserved(driver, { phase: 'running', incarnation: 1, pid: engine.pid, problem: null });
  });

  test('is spoken to in a version that it knows, also after it was replaced by a newer one', async () => {
    engine.apiVersion = '1.41';
    engine.apiVersionMin = '1.12';
    const driver = driven();
    await driver.start();
    expect(engine.asked).toContain('GET /v1.41/containers/chess-1/json');
    engine.apiVersion = '1.52';
    engine.apiVersionMin = '1.44';
    await expect.poll(() => engine.asked, { timeout: 10_000 }).toContain('GET /v1.44/containers/chess-1/json');
    await expectObserved(driver, { phase: 'running', incarnation: 1, problem: null });
    await driver.detach();
    engine.apiVersion = '1.40';
    const older = driven();
    await older.start();
    expect(older.observe().problem).toContain('speaks API 1.40 at most');
  });
});

describe('what a container printed', () => {
  const frame = (stream: number, text: string) => {
    const header = Buffer.from([stream, 0, 0, 0, 0, 0, 0, 0]);
    header.writeUInt32BE(Buffer.byteLength(text), 4);
    return Buffer.concat([header, Buffer.from(text)]);
  };
  const both = Buffer.concat([frame(1, 'out\n'), frame(2, 'err\n')]);

  test.each([
    ['both streams, in order', both, 'out\nerr\n'],
    ['nothing', Buffer.alloc(0), ''],
    ['a last frame that was cut', both.subarray(0, -2), 'out\ner'],
    ['a last header that was cut', both.subarray(0, 17), 'out\n'],
    ['a length beyond the end', Buffer.concat([Buffer.from([1, 0, 0, 0, 255, 255, 255, 255]), Buffer.from('x')]), 'x'],
    ['a terminal', Buffer.from('plain text of a terminal'), 'plain text of a terminal'],
    ['a short word of a terminal', Buffer.from('up\n'), 'up\n'],
  ])('%s', (_, body, text) => {
    expect(printedBytes(body).toString('utf8')).toBe(text);
  });
});
