/** Commands that a real workload offers: listed with those of agent.yaml, run once, stopped, answered for; also over restarts. */
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Operation } from '@sluice/contract';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { waitFor } from '../wait-for.ts';
import { ADMIN_TOKEN, FleetUnderTest, freePort } from './fleet-under-test.ts';
import { startSluice } from './sluice-process.ts';

const workload = fileURLToPath(new URL('library-workload.mjs', import.meta.url));
let fleet: FleetUnderTest;
/** Each restarts processes several times, which takes its time on a loaded machine. */
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

beforeAll(async () => {
  fleet = await FleetUnderTest.start({ serverConfig: { agents: { heartbeatInterval: '500ms', lease: '30s' } } });
  await fleet.addNode('n1', {
    command: [process.execPath, workload],
    game: { WEB_PORT: String(await freePort()), STARTS_FILE: path.join(fleet.directory, 'starts') },
    workload: (port) => ({
      sessions: { library: true, interval: '100ms' },
      drain: undefined,
      undrain: undefined,
      health: { http: `http://127.0.0.1:${port}/`, interval: '100ms', timeout: '2s', healthyWithin: '15s' },
    }),
    agent: { commands: { reload: { description: 'Of agent.yaml', exec: ['echo', 'of agent.yaml'] } } },
  });
  await offered(['brief', 'deaf', 'kick', 'reload', 'wait', 'wipe']);
});
afterAll(() => fleet?.stop());

const ask = async (route: string) => (await fleet.game('n1', 'GET', route)).json;
const run = (name: string, params: object = {}) => fleet.post('n1', `commands/${name}`, { params });
/** Its handler has begun: what it wrote is heard while it runs. */
async function writing(id: string, text: string): Promise<void> {
  await waitFor(`${id} to write ${text}`, async () => {
    const headers = { authorization: `Bearer ${ADMIN_TOKEN}` };
    const answer = await fetch(`${fleet.url}/api/v1/operations/${id}/output`, { headers });
    return (await answer.text()).includes(text);
  });
}

async function offered(names: readonly string[]): Promise<void> {
  let seen: readonly string[] = [];
  await waitFor(
    `the commands ${names.join(', ')}`,
    async () => {
      seen = namesOf((await fleet.request('GET', '/api/v1/nodes/commands?node=n1')).json);
      return seen.join(' ') === names.join(' ');
    },
    { seen: () => seen },
  );
}

function namesOf(json: unknown): readonly string[] {
  if (typeof json !== 'object' || json === null || !('items' in json) || !Array.isArray(json.items)) return [];
  const items: readonly { name: string; builtIn: boolean }[] = json.items;
  return items
    .filter(({ builtIn }) => !builtIn)
    .map(({ name }) => name)
    .toSorted();
}

async function timesDescribed(): Promise<number> {
  const file = path.join(fleet.directory, 'events.jsonl');
  await rm(file, { force: true });
  await startSluice(fleet.url, ['audit', 'export', file]).ended;
  return (await readFile(file, 'utf8')).split('"NodeDescribed"').length;
}

test('they are declared beside those of agent.yaml, which go first; and the clash is told', async () => {
  const reloaded = await fleet.ended((await run('reload')).id);
  expect(reloaded).toMatchObject({ status: 'succeeded', output: 'of agent.yaml\n' });
  expect(fleet.agentOutput('n1')).toContain(
    "The command 'reload' was not taken: agent.yaml declares a command of that name, which goes first; choose another name.",
  );
  const { out } = await startSluice(fleet.url, ['nodes', 'commands', 'n1']).ended;
  expect(out).toMatch(/kick .*\n +Ends the session of a player/u);
});

test('one is run with checked parameters, once, and answers with its output and its result', async () => {
  await ask('/begin?id=ann');
  const end = await fleet.ended((await run('kick', { player: 'ann' })).id);
  expect(end).toMatchObject({
    status: 'succeeded',
    output: 'kicking ann\n',
    result: { value: { kicked: 'ann', times: 1 } },
    error: null,
  });
  const { out, error, exitCode } = await startSluice(fleet.url, ['nodes', 'run', 'n1', 'kick', 'player=ann']).ended;
  expect(exitCode).toBe(0);
  expect(out).toContain('kicking ann');
  expect(error).toContain('kick done: {"kicked":"ann","times":1}');
  expect(await ask('/')).toMatchObject({
    runs: [
      { player: 'ann', times: 1 },
      { player: 'ann', times: 1 },
    ],
  });
  const refused = await fleet.request('POST', '/api/v1/nodes/n1/commands/kick', { params: { plaier: 'ann' } });
  expect(refused).toMatchObject({ status: 400, json: { code: 'invalid-parameters' } });
});

test('a handler that fails is a failed operation with its words', async () => {
  expect(await fleet.ended((await run('kick', { player: 'nobody' })).id)).toMatchObject({
    status: 'failed',
    output: 'kicking nobody\n',
    error: { code: 'command-failed', message: "'kick' failed: nobody here is called nobody" },
  });
});

test('one that takes too long is told to stop, and so is one that is cancelled', async () => {
  expect(await fleet.ended((await run('brief')).id)).toMatchObject({
    status: 'failed',
    output: 'waiting\n',
    error: { code: 'timed-out', message: "'brief' did not end within 300 ms and was stopped." },
  });
  const { id } = await run('wait');
  await writing(id, 'waiting');
  await fleet.request('POST', `/api/v1/operations/${id}/cancel`, {});
  expect(await fleet.ended(id)).toMatchObject({
    status: 'cancelled',
    error: { code: 'cancelled', message: "'wait' was stopped: I was told to stop" },
  });
});

test('one that does not hear that it is cancelled is not said to have stopped', async () => {
  const { id } = await run('deaf');
  await writing(id, 'waiting');
  await fleet.request('POST', `/api/v1/operations/${id}/cancel`, {});
  const end: Operation = await fleet.ended(id);
  expect(end).toMatchObject({ status: 'failed', error: { code: 'not-stopped', outcome: 'unknown' } });
});

test('one that hurts is refused while there is a lock', async () => {
  await ask('/lock?id=cup&ms=60000');
  await fleet.nodeThat('n1', 'locked', ({ workload: { locks } }) => locks.length === 1);
  expect(await fleet.request('POST', '/api/v1/nodes/n1/commands/wipe', {})).toMatchObject({ status: 423 });
  await ask('/unlock');
  await fleet.nodeThat('n1', 'not locked', ({ workload: { locks } }) => locks.length === 0);
  expect(await fleet.ended((await run('wipe')).id)).toMatchObject({ status: 'succeeded', result: null });
});

test('one whose agent is killed is never repeated, and its outcome is unknown', async () => {
  const { id } = await run('wait');
  await writing(id, 'waiting');
  await fleet.stopAgent('n1', 'SIGKILL');
  fleet.startAgent('n1');
  expect(await fleet.ended(id)).toMatchObject({ status: 'failed', error: { code: 'interrupted', outcome: 'unknown' } });
});

test('one whose workload ends is never repeated, and its outcome is unknown; restarts describe nothing anew', async () => {
  const described = await timesDescribed();
  const { id } = await run('wait');
  await writing(id, 'waiting');
  await fleet.game('n1', 'GET', '/exit').catch(() => null);
  expect(await fleet.ended(id)).toMatchObject({ status: 'failed', error: { code: 'interrupted', outcome: 'unknown' } });
  await fleet.nodeThat('n1', 'healthy again', ({ workload: w }) => w.healthy === true && w.incarnation === 2);
  await offered(['brief', 'deaf', 'kick', 'reload', 'wait', 'wipe']);
  await ask('/begin?id=bob');
  expect(await fleet.ended((await run('kick', { player: 'bob' })).id)).toMatchObject({ status: 'succeeded' });
  expect(await timesDescribed()).toBe(described);
});

test('locks that the agent knew before it was killed hold until their process is back', async () => {
  await ask('/lock?id=the%20final&ms=60000');
  await fleet.nodeThat('n1', 'locked', ({ workload: { locks } }) => locks.length === 1);
  const pid = await fleet.workloadPid('n1');
  await fleet.stopAgent('n1', 'SIGKILL');
  // It cannot come back: what is refused now, the agent knows by itself.
  process.kill(pid, 'SIGSTOP');
  try {
    fleet.startAgent('n1');
    await fleet.nodeThat('n1', 'connected', ({ connected }) => connected);
    const refused = await fleet.request('POST', '/api/v1/nodes/n1/restart', {});
    expect(refused).toMatchObject({ status: 423, json: { detail: expect.stringContaining('the final') } });
  } finally {
    process.kill(pid, 'SIGCONT');
  }
  await ask('/begin?id=back');
  await fleet.nodeThat('n1', 'counting again', ({ load }) => load.sessions === 1);
  expect((await fleet.node('n1'))?.workload.locks).toMatchObject([{ reason: 'the final' }]);
  await ask('/unlock');
  await fleet.nodeThat('n1', 'not locked', ({ workload: { locks } }) => locks.length === 0);
});
