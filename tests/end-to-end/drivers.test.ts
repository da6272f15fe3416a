/** Whole agents with a unit and with a container (by stand-ins that run real processes), told to restart and drain; and what reaches a workload of the agent's secrets. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { StandInEngine } from '../../packages/agent/src/drivers/docker/stand-in-engine.ts';
import { StandInSystemd } from '../../packages/agent/src/drivers/systemd/stand-in-systemd.ts';
import { waitFor } from '../wait-for.ts';
import { FleetUnderTest, JOIN_TOKEN } from './fleet-under-test.ts';

/** Says what it hears, and ends when it is asked to. */
const WORKLOAD =
  "console.log('up'); process.on('SIGUSR1', () => console.log('draining')); process.on('SIGTERM', () => process.exit(0)); setInterval(() => {}, 1000);";

let directory: string;
let engine: StandInEngine;
let systemd: StandInSystemd;
let fleet: FleetUnderTest;

beforeAll(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'sluice-drivers-'));
  engine = await StandInEngine.start(path.join(directory, 'docker.sock'), WORKLOAD);
  systemd = await StandInSystemd.start(directory, WORKLOAD);
  fleet = await FleetUnderTest.start({
    env: {
      PATH: `${systemd.directory}:${process.env['PATH'] ?? ''}`,
      SECRET_OF_THE_AGENT: JOIN_TOKEN,
      PLAIN: 'inherited',
    },
  });
});

afterAll(async () => {
  await fleet.stop();
  await engine.close();
  await systemd.close();
  await rm(directory, { recursive: true, force: true });
});

test('a container is restarted until its HEALTHCHECK is content, drained by a signal, and what it says is told', async () => {
  engine.health = { Status: 'starting' };
  await fleet.addNode('container', {
    agent: {
      workload: {
        driver: 'docker',
        container: 'chess-1',
        socket: engine.socket,
        statusInterval: '100ms',
        stopGrace: '5s',
        drain: { signal: 'SIGUSR1' },
      },
    },
  });
  await fleet.nodeThat('container', 'not healthy yet', ({ workload }) => workload?.phase === 'running');
  engine.health = { Status: 'healthy' };
  const before = await fleet.nodeThat('container', 'active', ({ status }) => status === 'active');
  expect(before.workload).toMatchObject({ driver: 'docker', healthy: true, incarnation: 1 });

  engine.health = { Status: 'starting' };
  const { id } = await fleet.post('container', 'restart');
  await waitFor(
    'the container to be started again',
    () => engine.asked.filter((each) => each.endsWith('/start')).length === 2,
  );
  await fleet.nodeThat('container', 'restarting', ({ status }) => status === 'restarting');
  engine.health = { Status: 'healthy' };
  expect(await fleet.ended(id)).toMatchObject({ status: 'succeeded' });
  expect((await fleet.node('container'))?.workload).toMatchObject({ incarnation: 2, healthy: true });

  await fleet.post('container', 'drain');
  await fleet.nodeThat('container', 'drained', ({ status }) => status === 'drained');
  await fleet.post('container', 'undrain');

  engine.health = { Status: 'unhealthy', Log: [{ ExitCode: 1, Output: 'the board is locked' }] };
  const unhealthy = await fleet.nodeThat('container', 'unhealthy', ({ status }) => status === 'unhealthy');
  expect(JSON.stringify(unhealthy.workload)).toContain('the board is locked');
});

test('a unit is restarted, and a restart by somebody else is counted', async () => {
  await fleet.addNode('unit', {
    agent: { workload: { driver: 'systemd', unit: 'chess', statusInterval: '100ms', stopGrace: '5s' } },
  });
  await fleet.nodeThat('unit', 'active', ({ status }) => status === 'active');
  const { id } = await fleet.post('unit', 'restart');
  expect(await fleet.ended(id)).toMatchObject({ status: 'succeeded' });
  expect((await fleet.node('unit'))?.workload).toMatchObject({ driver: 'systemd', incarnation: 2 });
  await systemd.byHand('restart');
  await fleet.nodeThat('unit', 'counted once more', ({ workload }) => workload?.incarnation === 3);
});

test('no secret of the agent reaches its workload, under whatever name', async () => {
  await fleet.addNode('process', {
    command: [process.execPath, '-e', 'console.log(JSON.stringify(process.env)); setInterval(() => {}, 1000)'],
    workload: () => ({ health: undefined, sessions: undefined, drain: undefined, undrain: undefined }),
  });
  await fleet.nodeThat('process', 'active', ({ status }) => status === 'active');
  const log = path.join(fleet.stateDir('process'), 'workload.log');
  const text = await waitFor('the environment to be printed', async () => {
    const printed = await readFile(log, 'utf8');
    return printed.endsWith('\n') ? printed : undefined;
  });
  expect(text).toContain('"PLAIN":"inherited"');
  expect(text).toContain('"SLUICE_NODE_ID":"process"');
  expect(text).not.toContain(JOIN_TOKEN);
});
