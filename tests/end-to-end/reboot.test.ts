/** Machines that are rebooted: real agents and workloads that end as in a real one, and come up again in another boot. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { waitFor } from '../wait-for.ts';
import { FleetUnderTest, freePort, type GameOptions, isAlive } from './fleet-under-test.ts';
import { RebootingMachine, type RebootMode } from './rebooting-machine.ts';
import { startSluice } from './sluice-process.ts';

const workload = fileURLToPath(new URL('library-workload.mjs', import.meta.url));

/** Each starts agents several times, on a machine that runs other tests beside it. */
vi.setConfig({ testTimeout: 120_000 });

let fleet: FleetUnderTest;
beforeAll(async () => {
  // A lease that runs out while a machine is down.
  fleet = await FleetUnderTest.start({ serverConfig: { agents: { heartbeatInterval: '500ms', lease: '1500ms' } } });
});
afterAll(() => fleet.stop());

interface Options {
  readonly mode?: RebootMode;
  readonly within?: string;
  readonly node?: GameOptions;
}

async function machineOf(nodeId: string, { mode, within, node = {} }: Options = {}): Promise<RebootingMachine> {
  const machine = await RebootingMachine.of(fleet, nodeId, mode);
  await fleet.addNode(nodeId, { ...node, agent: { ...machine.settings(within), ...node.agent } });
  await fleet.nodeThat(nodeId, 'active', ({ status }) => status === 'active', 60_000);
  return machine;
}

function reboot(nodeId: string, body: unknown = {}) {
  return fleet.post(nodeId, 'commands/reboot', body);
}

const SUCCEEDED = { status: 'succeeded', result: { oldBootId: 'boot-1', newBootId: 'boot-2' } };
const WITHOUT_DRAIN = { params: { drainFirst: false } };

describe('a reboot', () => {
  test('drains, reboots, waits for another boot and health, and puts the node back; its agent may be away for as long as it takes', async () => {
    const machine = await machineOf('whole');
    for (const seconds of [1, 2]) await fleet.game('whole', 'POST', '/players', { seconds });
    const game = await fleet.workloadPid('whole');
    const { id } = await reboot('whole', { reason: 'kernel 6.12' });
    await fleet.nodeThat(
      'whole',
      'draining under its hold',
      ({ status, holds, drain }) =>
        status === 'draining' && holds[0]?.name === `reboot/${id}` && drain?.sessionsRemaining === 2,
    );
    expect(await machine.given()).toBe(0);
    await machine.isDown();
    expect(await isAlive(game)).toBe(false);

    await fleet.nodeThat('whole', 'offline', ({ status }) => status === 'offline');
    expect(await fleet.operationThat(id, 'running', () => true)).toMatchObject({ status: 'running' });
    const { json } = await fleet.request('GET', '/api/v1/nodes/whole/why');
    expect(JSON.stringify(json)).toContain('its machine is being rebooted');
    expect((await reboot('whole')).id).toBe(id);

    await machine.comesUp();
    expect(await fleet.ended(id, 30_000)).toMatchObject(SUCCEEDED);
    const back = await fleet.nodeThat('whole', 'active', ({ status }) => status === 'active');
    expect(back).toMatchObject({ holds: [], workload: { healthy: true, incarnation: 2 } });
    // The hold is released first; then the workload is asked to let players in again.
    await waitFor(
      'players to be let in again',
      async () => (await fleet.game('whole', 'POST', '/players', { seconds: 1 })).status < 300,
    );
    expect(await machine.given()).toBe(1);
  });

  test('without a drain cuts off who is on it, and leaves it out of rotation where that is wanted', async () => {
    const machine = await machineOf('hasty');
    await fleet.game('hasty', 'POST', '/players', { seconds: 600 });
    const { id } = await reboot('hasty', WITHOUT_DRAIN);
    await machine.isDown();
    await machine.comesUp();
    expect(await fleet.ended(id, 30_000)).toMatchObject(SUCCEEDED);
    await fleet.nodeThat('hasty', 'active', ({ status }) => status === 'active');

    const second = await reboot('hasty', { params: { undrainAfter: false } });
    await waitFor('the command to be given again', async () => (await machine.given()) === 2, { withinMs: 30_000 });
    await machine.isDown();
    await machine.comesUp();
    expect(await fleet.ended(second.id, 30_000)).toMatchObject({
      status: 'succeeded',
      result: { note: expect.stringContaining(`reboot/${second.id}`) },
    });
    await fleet.nodeThat('hasty', 'drained', ({ status }) => status === 'drained');
    await fleet.post('hasty', 'undrain', { hold: `reboot/${second.id}` });
    await fleet.nodeThat('hasty', 'active', ({ status }) => status === 'active');
  });

  test('by the command line: it waits, and says in which boot the machine is', async () => {
    const machine = await machineOf('typed');
    const typed = startSluice(fleet.url, [
      'nodes',
      'reboot',
      'typed',
      '--timeout',
      '1m',
      '--reason',
      'kernel',
      '--wait',
    ]);
    await machine.isDown();
    await machine.comesUp();
    const { exitCode, out } = await typed.ended;
    expect(out).toMatch(/typed: rebooted and healthy after .*; boot boot-2/u);
    expect(exitCode).toBe(0);
  });
});

describe('fails', () => {
  test('at once where the command is refused, with its words; the node goes back into rotation', async () => {
    const machine = await machineOf('refused', { mode: 'fails' });
    const { id } = await reboot('refused');
    expect(await fleet.ended(id)).toMatchObject({
      status: 'failed',
      result: { exitCode: 1 },
      error: { code: 'command-failed' },
      output: 'Access denied\n',
    });
    await fleet.nodeThat('refused', 'active', ({ status, holds }) => status === 'active' && holds.length === 0);
    expect(await machine.given()).toBe(1);
  });

  test.each(['stays', 'hangs'] as const)('in time where the machine stays up: %s', async (mode) => {
    const machine = await machineOf(mode, { mode, within: '2s' });
    const { id } = await reboot(mode, WITHOUT_DRAIN);
    await fleet.nodeThat(mode, 'restarting', ({ status }) => status === 'restarting');
    expect(await fleet.ended(id)).toMatchObject({
      status: 'failed',
      error: { code: 'machine-stayed-up', message: expect.stringContaining('did not go down within 2 s') },
    });
    await fleet.nodeThat(mode, 'active', ({ status }) => status === 'active');
    expect(await machine.given()).toBe(1);
  });

  test('where the workload does not become healthy in the new boot', async () => {
    const broken = path.join(fleet.directory, 'broken');
    const machine = await machineOf('ill', {
      node: {
        workload: () => ({ health: { exec: ['test', '!', '-e', broken], interval: '100ms', healthyWithin: '2s' } }),
      },
    });
    const { id } = await reboot('ill', WITHOUT_DRAIN);
    await machine.isDown();
    await writeFile(broken, '');
    await machine.comesUp();
    expect(await fleet.ended(id, 30_000)).toMatchObject({
      status: 'failed',
      result: SUCCEEDED.result,
      error: { code: 'not-healthy' },
    });
    await fleet.nodeThat('ill', 'unhealthy', ({ status }) => status === 'unhealthy');
  });

  test('while the workload is locked, unless forced', async () => {
    const machine = await machineOf('locked', {
      node: {
        command: [process.execPath, workload],
        game: { WEB_PORT: String(await freePort()), STARTS_FILE: path.join(fleet.directory, 'starts') },
        workload: (port) => ({
          sessions: { library: true },
          drain: undefined,
          undrain: undefined,
          health: { http: `http://127.0.0.1:${port}/`, interval: '100ms', timeout: '2s', healthyWithin: '30s' },
        }),
      },
    });
    await fetch(`http://127.0.0.1:${fleet.ports.get('locked')}/lock?id=finals&ms=60000`);
    await fleet.nodeThat('locked', 'locked', ({ workload: { locks } }) => locks.length === 1);
    const refused = await fleet.request('POST', '/api/v1/nodes/locked/commands/reboot', {});
    expect(refused).toMatchObject({ status: 423, json: { detail: expect.stringContaining('finals') } });
    expect(await machine.given()).toBe(0);
    const { id } = await reboot('locked', { force: true, ...WITHOUT_DRAIN });
    await machine.isDown();
    await machine.comesUp();
    expect(await fleet.ended(id, 40_000)).toMatchObject(SUCCEEDED);
  });

  test('where the agent.yaml does not allow it, with what to write', async () => {
    await fleet.addNode('closed');
    await fleet.nodeThat('closed', 'active', ({ status }) => status === 'active', 60_000);
    expect(await fleet.request('POST', '/api/v1/nodes/closed/commands/reboot', {})).toMatchObject({
      status: 409,
      json: { code: 'reboot-not-allowed' },
    });
    const typed = await startSluice(fleet.url, ['nodes', 'reboot', 'closed']).ended;
    expect(typed).toMatchObject({
      exitCode: 5,
      error: expect.stringContaining('reboot: { command: [systemctl, reboot]'),
    });
  });
});

describe('an agent that is killed', () => {
  test('while its node drains reboots when it is back', async () => {
    const machine = await machineOf('killed-draining');
    await fleet.game('killed-draining', 'POST', '/players', { seconds: 4 });
    const { id } = await reboot('killed-draining');
    await fleet.nodeThat('killed-draining', 'draining', ({ status }) => status === 'draining');
    await fleet.stopAgent('killed-draining', 'SIGKILL');
    fleet.startAgent('killed-draining');
    await machine.isDown();
    await machine.comesUp();
    expect(await fleet.ended(id, 30_000)).toMatchObject(SUCCEEDED);
    expect(await machine.given()).toBe(1);
  });

  test('while it leaves rotation gives the command when it is back', async () => {
    const machine = await machineOf('killed-leaving', {
      node: { agent: { rotation: { http: '127.0.0.1:0', settle: '2s' } } },
    });
    const { id } = await reboot('killed-leaving', WITHOUT_DRAIN);
    await fleet.operationThat(id, 'leaving rotation', ({ phase }) => phase === 'leaving rotation');
    await fleet.stopAgent('killed-leaving', 'SIGKILL');
    expect(await machine.given()).toBe(0);
    fleet.startAgent('killed-leaving');
    await machine.isDown();
    await machine.comesUp();
    expect(await fleet.ended(id, 30_000)).toMatchObject(SUCCEEDED);
    expect(await machine.given()).toBe(1);
  });

  test('after the command was given gives it no more, and waits for the machine to go down', async () => {
    const machine = await machineOf('killed-given', { mode: 'hangs' });
    const { id } = await reboot('killed-given', WITHOUT_DRAIN);
    await machine.isGiven();
    await fleet.stopAgent('killed-given', 'SIGKILL');
    fleet.startAgent('killed-given');
    await fleet.nodeThat('killed-given', 'connected again', ({ connected }) => connected, 30_000);
    expect(await fleet.operationThat(id, 'going on', () => true)).toMatchObject({ status: 'running' });
    await machine.goesDown();
    await machine.comesUp();
    expect(await fleet.ended(id, 30_000)).toMatchObject(SUCCEEDED);
    expect(await machine.given()).toBe(1);
  });

  test('after the command was given fails it where the machine never goes down', async () => {
    const machine = await machineOf('killed-staying', { mode: 'stays', within: '4s' });
    const { id } = await reboot('killed-staying', WITHOUT_DRAIN);
    await machine.isGiven();
    await fleet.stopAgent('killed-staying', 'SIGKILL');
    fleet.startAgent('killed-staying');
    expect(await fleet.ended(id, 30_000)).toMatchObject({ status: 'failed', error: { code: 'machine-stayed-up' } });
    expect(await machine.given()).toBe(1);
  });

  test('while it waits for health in the new boot goes on waiting', async () => {
    const machine = await machineOf('killed-waiting', { node: { game: { START_DELAY_MS: '3000' } } });
    const { id } = await reboot('killed-waiting', WITHOUT_DRAIN);
    await machine.isDown();
    await machine.comesUp();
    await fleet.operationThat(id, 'waiting for health', ({ phase }) => phase?.includes('healthy') === true, 30_000);
    await fleet.stopAgent('killed-waiting', 'SIGKILL');
    fleet.startAgent('killed-waiting');
    expect(await fleet.ended(id, 30_000)).toMatchObject(SUCCEEDED);
    expect(await machine.given()).toBe(1);
  });
});

test('a server that is killed meanwhile hears of it when it is back', async () => {
  const machine = await machineOf('alone');
  const { id } = await reboot('alone', WITHOUT_DRAIN);
  await machine.isDown();
  await fleet.stopServer('SIGKILL');
  await machine.comesUp();
  await waitFor('the game to run again', async () => {
    const answer = await fleet.game('alone', 'GET', '/stats').catch(() => null);
    return answer?.status === 200;
  });
  await fleet.startServer();
  expect(await fleet.ended(id, 30_000)).toMatchObject(SUCCEEDED);
  expect(await machine.given()).toBe(1);
});
