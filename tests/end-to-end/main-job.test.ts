/** The main job with real processes: drain empties a process, restart replaces it, and neither hurts anyone by mistake. */
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { waitFor } from '../wait-for.ts';
import { FleetUnderTest, isAlive } from './fleet-under-test.ts';

let fleet: FleetUnderTest;

beforeAll(async () => {
  fleet = await FleetUnderTest.start();
});

afterAll(async () => {
  await fleet.stop();
});

async function joinPlayers(nodeId: string, seconds: readonly number[]): Promise<void> {
  for (const each of seconds) {
    const { status } = await fleet.game(nodeId, 'POST', '/players', { seconds: each });
    expect(status).toBeLessThan(300);
  }
}

/** Waits until the workload has been asked to drain; then nobody gets in. */
async function doorClosed(nodeId: string): Promise<void> {
  await waitFor('the door to be closed', async () => {
    const { json } = await fleet.game(nodeId, 'GET', '/stats');
    return typeof json === 'object' && json !== null && 'draining' in json && json.draining === true;
  });
  expect((await fleet.game(nodeId, 'POST', '/players', { seconds: 1 })).status).toBe(503);
}

async function activeNode(nodeId: string, options: Parameters<FleetUnderTest['addNode']>[1] = {}): Promise<void> {
  await fleet.addNode(nodeId, options);
  await fleet.nodeThat(nodeId, 'active', ({ status }) => status === 'active');
}

describe('drain', () => {
  test('players leave as they finish, none gets in, none is cut, and drained is said when the last has left', async () => {
    await activeNode('lobby-1');
    await joinPlayers('lobby-1', [1, 2, 3]);
    const pid = await fleet.workloadPid('lobby-1');
    const drain = await fleet.post('lobby-1', 'drain', { timeout: 60, reason: 'new build' });
    expect(drain).toMatchObject({ status: 'running', command: 'drain', reason: 'new build', requestedBy: 'admin' });
    await fleet.nodeThat(
      'lobby-1',
      'draining with all its players',
      ({ status, drain: now }) => status === 'draining' && now?.sessionsRemaining === 3,
    );
    await doorClosed('lobby-1');
    await fleet.nodeThat('lobby-1', 'emptier', ({ drain: now }) => (now?.sessionsRemaining ?? 3) < 3);
    const ended = await fleet.ended(drain.id);
    expect(ended).toMatchObject({ status: 'succeeded', result: { forced: false, evidence: { kind: 'counted' } } });
    expect((await fleet.node('lobby-1'))?.status).toBe('drained');
    expect(await fleet.players('lobby-1')).toBe(0);
    expect(await fleet.workloadPid('lobby-1')).toBe(pid);
    const undrain = await fleet.post('lobby-1', 'undrain');
    expect((await fleet.ended(undrain.id)).status).toBe('succeeded');
    expect((await fleet.game('lobby-1', 'POST', '/players', { seconds: 1 })).status).toBeLessThan(300);
    expect((await fleet.node('lobby-1'))?.status).toBe('active');
  });

  test('players who stay are ended at the deadline, and the result says how many', async () => {
    await activeNode('stayers', { game: { STUCK_PLAYERS: '2' } });
    const pid = await fleet.workloadPid('stayers');
    const drain = await fleet.post('stayers', 'drain', { timeout: 2 });
    const ended = await fleet.ended(drain.id);
    expect(ended).toMatchObject({ status: 'succeeded', result: { forced: true, sessionsEnded: 2 } });
    expect(await isAlive(pid)).toBe(false);
    expect((await fleet.node('stayers'))?.status).toBe('drained');
  });

  test('with cancel, the deadline gives the drain up and nobody is cut', async () => {
    await activeNode('given-up', { game: { STUCK_PLAYERS: '1' } });
    const drain = await fleet.post('given-up', 'drain', { timeout: 1, onDeadline: 'cancel' });
    expect(await fleet.ended(drain.id)).toMatchObject({ status: 'failed', error: { code: 'deadline-reached' } });
    await fleet.nodeThat('given-up', 'active again', ({ status }) => status === 'active');
    expect(await fleet.players('given-up')).toBe(1);
  });

  test('undrain in the middle cancels it and opens the door again', async () => {
    await activeNode('undecided');
    await joinPlayers('undecided', [120]);
    const drain = await fleet.post('undecided', 'drain');
    await doorClosed('undecided');
    const undrain = await fleet.post('undecided', 'undrain');
    expect((await fleet.ended(drain.id)).status).toBe('cancelled');
    expect((await fleet.ended(undrain.id)).status).toBe('succeeded');
    expect((await fleet.game('undecided', 'POST', '/players', { seconds: 1 })).status).toBeLessThan(300);
  });

  test('a node whose agent is stopped drains when its agent comes back, with the same process', async () => {
    await activeNode('away');
    await joinPlayers('away', [2]);
    const pid = await fleet.workloadPid('away');
    await fleet.stopAgent('away');
    await fleet.nodeThat('away', 'offline at once', ({ status }) => status === 'offline', 3000);
    expect(await isAlive(pid)).toBe(true);
    const drain = await fleet.post('away', 'drain', { timeout: 60 });
    expect(drain).toMatchObject({ status: 'running', phase: 'waiting for the agent to connect' });
    fleet.startAgent('away');
    expect(await fleet.ended(drain.id)).toMatchObject({ status: 'succeeded', result: { forced: false } });
    expect(await fleet.workloadPid('away')).toBe(pid);
  });

  test('an agent that is killed leaves its players in peace, and its node drained if it was', async () => {
    await activeNode('killed');
    await joinPlayers('killed', [60]);
    const pid = await fleet.workloadPid('killed');
    const drain = await fleet.post('killed', 'drain');
    await doorClosed('killed');
    await fleet.stopAgent('killed', 'SIGKILL');
    expect(await fleet.players('killed')).toBe(1);
    fleet.startAgent('killed');
    await fleet.nodeThat(
      'killed',
      'draining again',
      ({ connected, status, drain: now }) =>
        connected && status === 'draining' && now?.phase === 'waiting-for-sessions',
    );
    expect(await fleet.workloadPid('killed')).toBe(pid);
    expect((await fleet.operationThat(drain.id, 'there', () => true)).status).toBe('running');
  });
});

describe('restart', () => {
  test('the old process and its whole group are gone, the new one is healthy, and the incarnation grew by one', async () => {
    await activeNode('arena-1', { game: { SPAWN_CHILD: '1' } });
    const before = await fleet.node('arena-1');
    const pid = await fleet.workloadPid('arena-1');
    const grandchild = await waitFor('the grandchild’s pid', async () => {
      const log = await readFile(path.join(fleet.stateDir('arena-1'), 'workload.log'), 'utf8');
      const found = /child\D*(\d+)/iu.exec(log)?.[1];
      return found === undefined ? undefined : Number(found);
    });
    expect(await isAlive(grandchild)).toBe(true);
    const restart = await fleet.post('arena-1', 'restart');
    const ended = await fleet.ended(restart.id);
    const incarnation = before?.workload.incarnation ?? 0;
    expect(ended).toMatchObject({
      status: 'succeeded',
      result: { oldIncarnation: incarnation, newIncarnation: incarnation + 1 },
    });
    expect(await isAlive(pid)).toBe(false);
    expect(await isAlive(grandchild)).toBe(false);
    const after = await fleet.node('arena-1');
    expect(after).toMatchObject({ status: 'active', workload: { healthy: true, incarnation: incarnation + 1 } });
    expect(await isAlive(await fleet.workloadPid('arena-1'))).toBe(true);
  });

  test('a workload that ignores SIGTERM dies by SIGKILL after its grace', async () => {
    await activeNode('stubborn', { game: { IGNORE_SIGTERM: '1' }, workload: () => ({ stopGrace: '700ms' }) });
    const pid = await fleet.workloadPid('stubborn');
    const startedAt = Date.now();
    const restart = await fleet.post('stubborn', 'restart');
    expect((await fleet.ended(restart.id)).status).toBe('succeeded');
    expect(Date.now() - startedAt).toBeGreaterThanOrEqual(700);
    expect(await isAlive(pid)).toBe(false);
  });

  test('a workload that cannot start again fails the restart, with its last output', async () => {
    const flag = path.join(fleet.directory, 'broken-flag');
    const script = path.join(fleet.directory, 'breakable.mjs');
    await writeFile(
      script,
      `import { existsSync } from 'node:fs';
if (existsSync(${JSON.stringify(flag)})) { console.error('cannot open the level file'); process.exit(3); }
import('node:http').then(({ createServer }) => createServer((q, s) => s.end('{"players":0}')).listen(Number(process.env.PORT), '127.0.0.1'));`,
    );
    await activeNode('broken', {
      command: [process.execPath, script],
      workload: (port) => ({
        health: { tcp: `127.0.0.1:${port}`, interval: '200ms', healthyWithin: '1500ms' },
        drain: undefined,
        undrain: undefined,
      }),
    });
    await writeFile(flag, '');
    const restart = await fleet.post('broken', 'restart');
    const ended = await fleet.ended(restart.id);
    expect(ended.status).toBe('failed');
    expect(ended.output).toContain('cannot open the level file');
    await rm(flag);
    await fleet.nodeThat('broken', 'active again by itself', ({ status }) => status === 'active');
  });

  test('with drainFirst nobody is cut, and the node is back in rotation after', async () => {
    await activeNode('gentle');
    await joinPlayers('gentle', [2]);
    const restart = await fleet.post('gentle', 'restart', { drainFirst: true });
    expect(restart).toMatchObject({ status: 'queued', phase: 'draining first' });
    const ended = await fleet.ended(restart.id);
    expect(ended.status).toBe('succeeded');
    const node = await fleet.nodeThat('gentle', 'active', ({ status }) => status === 'active');
    expect(node.holds).toEqual([]);
  });
});

test('a server that is told to stop ends at once, also when an agent has just connected', async () => {
  // The timer that waits for an agent's hello once kept the process alive for the rest of its ten seconds.
  await activeNode('newcomer');
  const toldAt = Date.now();
  await fleet.stopServer();
  expect(Date.now() - toldAt).toBeLessThan(4000);
  await fleet.startServer();
  await fleet.nodeThat('newcomer', 'connected again', ({ connected }) => connected, 30_000);
}, 60_000);

test('a server that is stopped while a drain runs ends it rightly when it is back', async () => {
  await activeNode('survivor');
  await joinPlayers('survivor', [3]);
  const drain = await fleet.post('survivor', 'drain', { timeout: 60 });
  await fleet.nodeThat('survivor', 'draining', ({ drain: now }) => now?.sessionsRemaining === 1);
  await fleet.stopServer('SIGKILL');
  await fleet.startServer();
  expect(await fleet.ended(drain.id, 30_000)).toMatchObject({ status: 'succeeded', result: { forced: false } });
  expect((await fleet.node('survivor'))?.status).toBe('drained');
}, 45_000);

test.each([
  ['nonsense', /answer|JSON|number/iu],
  ['hang', /time|answer/iu],
  ['negative', /-1/u],
])('a probe that answers %s is reported in plain words, and no drain ends by it', async (lie, words) => {
  const nodeId = `liar-${lie}`;
  await activeNode(nodeId, { game: { LIE: lie } });
  const drain = await fleet.post(nodeId, 'drain');
  const node = await fleet.nodeThat(nodeId, 'hindered by its probe', ({ drain: now }) =>
    words.test(now?.problem ?? ''),
  );
  expect(node.status).toBe('draining');
  expect((await fleet.operationThat(drain.id, 'there', () => true)).status).toBe('running');
});

test('a declared command runs with its parameters, and its output is kept', async () => {
  await activeNode('commanded', {
    agent: {
      commands: {
        announce: {
          description: 'Say something',
          exec: [
            process.execPath,
            '-e',
            'console.log("said", process.env.SLUICE_PARAM_WORDS, process.env.SLUICE_PARAM_TIMES)',
          ],
          timeout: '10s',
          params: { words: { type: 'string' }, times: { type: 'integer', default: 1 } },
        },
      },
    },
  });
  const { json: catalogue } = await fleet.request('GET', '/api/v1/nodes/commands');
  expect(catalogue).toMatchObject({
    items: expect.arrayContaining([expect.objectContaining({ name: 'announce', nodeTypes: ['game-server'] })]),
  });
  const operation = await fleet.post('commanded', 'commands/announce', {
    params: { words: 'hello; rm -rf / $(id)' },
    reason: 'a test',
  });
  expect(await fleet.ended(operation.id)).toMatchObject({
    status: 'succeeded',
    result: { exitCode: 0 },
    output: 'said hello; rm -rf / $(id) 1\n',
  });
  const { status, json } = await fleet.request('POST', '/api/v1/nodes/commanded/commands/announce', {
    params: { words: 5 },
  });
  expect(status).toBe(400);
  expect(json).toMatchObject({ code: 'invalid-parameters' });
});

test('metadata reaches the node as it was sent', async () => {
  await activeNode('described');
  const text = '{"build":12345678901234567890,"z":1,"a":[null,"中"]}';
  const answer = await fetch(`${fleet.url}/api/v1/nodes/described/meta`, {
    method: 'PUT',
    headers: { authorization: 'slc_test-admin-token-0123456789abcdefghijklmnop', 'content-type': 'application/json' },
    body: `{"meta":${text}}`,
  });
  expect(answer.status).toBe(200);
  expect(await answer.text()).toBe(`{"meta":${text}}`);
  await waitFor('the metadata file', async () => {
    const file = await readFile(path.join(fleet.stateDir('described'), 'metadata.json'), 'utf8').catch(() => '');
    return file.trim() === text;
  });
});
