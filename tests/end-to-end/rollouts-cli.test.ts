/** Rollouts by the commands that people type, over a real server and real agents: planned, agreed to, watched, stopped by a failure, taken up again. */
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Rollout, RolloutPlan } from '@sluice/contract';
import Type from 'typebox';
import { Compile } from 'typebox/compile';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { parse } from 'yaml';
import { runSluice } from '../../packages/cli/src/captured-terminal.ts';
import { waitFor } from '../wait-for.ts';
import { ADMIN_TOKEN, FleetUnderTest } from './fleet-under-test.ts';
import { type Started, startSluice } from './sluice-process.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 120_000 });

const NODES = ['lobby-1', 'lobby-2', 'lobby-3'] as const;
/** Settles at once, so that tests need not wait; the rest is as people would write it. */
const CARE = ['--healthy-for', '0s', '--order', 'id'] as const;

const plans = Compile(RolloutPlan);
const rollouts = Compile(Rollout);
const lists = Compile(Type.Object({ items: Type.Array(Rollout) }));

let fleet: FleetUnderTest;
/** While this file is there, the workload of lobby-2 does not start. */
let broken: string;

beforeAll(async () => {
  fleet = await FleetUnderTest.start();
  broken = path.join(fleet.directory, 'broken');
  const script =
    "const { existsSync } = require('node:fs'); if (existsSync(process.env.BROKEN)) { console.log('the disk is full'); process.exit(3); } " +
    "const { createServer } = require('node:http'); createServer((request, response) => response.end(JSON.stringify({ players: 0 }))).listen(process.env.PORT);";
  for (const id of NODES)
    await fleet.addNode(id, {
      ...(id === 'lobby-2' ? { command: [process.execPath, '-e', script], game: { BROKEN: broken } } : {}),
      agent: {
        commands: {
          reload: { description: 'Reload', exec: [process.execPath, '-e', ''], params: { level: { type: 'integer' } } },
        },
      },
    });
  for (const id of NODES) await fleet.nodeThat(id, 'active', ({ status }) => status === 'active');
});
afterAll(() => fleet.stop());

const start = (...args: readonly string[]): Started => startSluice(fleet.url, ['rollouts', ...args]);
const run = (...args: readonly string[]) => start(...args).ended;

/** As somebody at a terminal, who types `input`. */
const typed = (input: string, ...args: readonly string[]) =>
  runSluice(['rollouts', ...args], {
    environment: { SLUICE_URL: fleet.url, SLUICE_TOKEN: ADMIN_TOKEN, NO_COLOR: '1' },
    columns: 100,
    input,
  });

async function rolloutOf(id: string): Promise<Rollout> {
  const { exitCode, out } = await run('get', id, '-o', 'json');
  const rollout: unknown = JSON.parse(out);
  if (exitCode !== 0 || !rollouts.Check(rollout)) throw new Error(out);
  return rollout;
}

async function rolloutThat(id: string, what: string, condition: (rollout: Rollout) => boolean): Promise<Rollout> {
  let seen: Rollout | undefined;
  return waitFor(
    `the rollout to be ${what}`,
    async () => (condition((seen = await rolloutOf(id))) ? seen : undefined),
    { withinMs: 60_000, seen: () => seen },
  );
}

const incarnations = async () =>
  Promise.all(NODES.map(async (id) => (await fleet.node(id))?.workload.incarnation ?? Number.NaN));

describe('plan', () => {
  test('shows on one page what would be done, changes nothing, and gives the command that does exactly that', async () => {
    const before = await incarnations();
    const { exitCode, out } = await run(
      'plan',
      'restart',
      '--selector',
      'game=chess',
      '--max-unavailable',
      '2',
      ...CARE,
    );
    expect({ exitCode, out }).toMatchObject({ exitCode: 0 });
    expect(out).toMatch(/^restart of 3 nodes that game=chess matches {2}◌ planned, nothing is begun\n/u);
    expect(out).toMatch(/\nAt once +2 may be out at once; by id/u);
    expect(out).toMatch(/\nBATCH +NODES +SESSIONS +WHICH\n1 +2 +\d+ +lobby-1, lobby-2\n2 +1 +\d+ +lobby-3\n/u);
    expect(await incarnations()).toEqual(before);
    expect((await run('list')).error).toContain('No rollouts.');

    const [, words = ''] = /\n {2}sluice rollouts (start restart .+ --plan-hash \S+)\n$/u.exec(out) ?? [];
    const started = await run(...words.split(' '), '--wait');
    expect({ ...started }).toMatchObject({ exitCode: 0 });
    expect(started.out).toMatch(/^ro\w*: succeeded after .+; 3 of 3 done\n$/u);
    for (const id of NODES) {
      expect(started.error).toMatch(new RegExp(`^${id}: succeeded after `, 'mu'));
    }
    expect(await incarnations()).toEqual(before.map((incarnation) => incarnation + 1));
  });

  test('in every format', async () => {
    const words = ['plan', 'drain', 'lobby-1', 'lobby-3', ...CARE];
    expect((await run(...words, '-o', 'name')).out).toBe('lobby-1\nlobby-3\n');
    const json: unknown = JSON.parse((await run(...words, '-o', 'json')).out);
    if (!plans.Check(json)) throw new Error('no plan');
    expect(parse((await run(...words, '-o', 'yaml')).out)).toMatchObject({ planHash: json.planHash });
  });

  test('what a file says, and what is typed over it', async () => {
    const file = path.join(fleet.directory, 'rollout.yaml');
    await writeFile(
      file,
      'command: { kind: run, name: reload, params: { level: 1 } }\nselector: game=chess\nmaxUnavailable: 100%\n',
    );
    const { out, error } = await run('plan', '--file', file, '--max-unavailable', '1');
    expect({ error }).toEqual({ error: '' });
    expect(out).toMatch(/^run reload level=1 of 3 nodes that game=chess matches/u);
    expect(out).toMatch(/\nAt once +1 may be out at once/u);
    expect(out).toContain(`\n  sluice rollouts start --file ${file} --max-unavailable 1 --plan-hash `);
    await writeFile(file, 'command: { kind: explode }\nall: true\n');
    expect(await run('plan', '--file', file)).toMatchObject({ exitCode: 2 });
  });

  test('parameters have the types that the command declares', async () => {
    const { exitCode, error } = await run('plan', 'run', 'reload', 'level=high', '--all');
    expect({ exitCode, error }).toEqual({ exitCode: 2, error: expect.stringContaining("'level' is of type integer") });
    expect(await run('start', 'run', 'reload', 'level=3', '--all', '--wait')).toMatchObject({ exitCode: 0 });
  });
});

describe('start', () => {
  test('at a terminal it shows the plan and asks; a no begins nothing', async () => {
    const before = (await run('list', '-o', 'name')).out;
    const no = await typed('n\n', 'start', 'restart', 'lobby-1', ...CARE);
    expect(no.exitCode).toBe(1);
    expect(no.error).toMatch(/^restart of 1 node {2}◌ planned, nothing is begun\n/u);
    expect(no.error).toContain('Begin with 1 node? [y/N] Nothing was begun.\n');
    expect((await run('list', '-o', 'name')).out).toBe(before);

    const yes = await typed('y\n', 'start', 'restart', 'lobby-1', ...CARE, '--wait');
    expect({ ...yes, exitCode: yes.exitCode }).toMatchObject({ exitCode: 0 });
    expect(yes.error).toContain('✓ 1 succeeded');
    expect(yes.out).toMatch(/: succeeded after .+; 1 of 1 done\n$/u);
  });

  test('a plan that does not hold any more is refused, and so is what selects nothing', async () => {
    const changed = await run('start', 'restart', '--all', '--plan-hash', 'of-yesterday');
    expect({ exitCode: changed.exitCode, out: changed.out }).toEqual({ exitCode: 5, out: '' });
    expect(changed.error).toContain('→');
    expect(await run('start', 'restart', '--selector', 'game=go')).toMatchObject({ exitCode: 5 });
    expect(await run('start', 'restart', '--selector', '')).toMatchObject({ exitCode: 2 });
    expect(await run('start', 'restart')).toMatchObject({ exitCode: 2 });
  });

  test('a token that may only look starts nothing', async () => {
    const token = await startSluice(fleet.url, ['tokens', 'create', 'looker', '--role', 'viewer']).ended;
    const env = { SLUICE_TOKEN: token.out.trim() };
    expect(await startSluice(fleet.url, ['rollouts', 'start', 'restart', '--all'], env).ended).toMatchObject({
      exitCode: 3,
    });
    expect(await startSluice(fleet.url, ['rollouts', 'plan', 'restart', '--all'], env).ended).toMatchObject({
      exitCode: 0,
    });
  });
});

test('a node that does not come back stops it: exit code 1, why, and the way on; retried, it succeeds', async () => {
  await writeFile(broken, '');
  const stopped = await run('start', 'restart', '--all', ...CARE, '--healthy-within', '60s', '--wait', '-o', 'json');
  expect(stopped.exitCode).toBe(1);
  const rollout: unknown = JSON.parse(stopped.out);
  if (!rollouts.Check(rollout)) throw new Error(stopped.out);
  const { id } = rollout;
  expect(rollout).toMatchObject({
    status: 'paused',
    pause: { because: 'failures' },
    counts: { succeeded: 1, failed: 1, pending: 1 },
  });
  expect(stopped.error).toMatch(/^lobby-2: failed after .+/mu);
  expect(stopped.error).toContain(`→ What failed: sluice rollouts nodes ${id} --status failed\n`);
  expect(stopped.error).toContain(`→ Go on with the others: sluice rollouts resume ${id}\n`);
  expect(stopped.error).toMatch(
    /^Error: The rollout \S+ has paused; the waiting ends here\.\n→ Go on: sluice rollouts retry /mu,
  );
  expect((await run('nodes', id, '--status', 'failed')).out).toMatch(/^BATCH.*\n.*lobby-2 +✗ failed +1 .+\n$/u);
  expect((await run('nodes', id, '--status', 'failed,pending', '-o', 'name')).out).toBe('lobby-2\nlobby-3\n');
  expect((await run('get', id)).out).toMatch(/\n1 {2}✓ ✗ ·\n$/u);
  expect((await run('list', '--status', 'paused')).out).toMatch(
    new RegExp(`\\n${id} +‖ paused +restart +1 of 3 +1 `, 'u'),
  );

  // What failed stays out and counts as unavailable: with one place the others would wait for it.
  await rm(broken);
  const watching = start('watch', id);
  await waitFor('it to be watched', () => watching.error().includes('Paused: '), {
    withinMs: 60_000,
    seen: watching.error,
  });
  expect((await run('retry', id, '--reason', 'the disk was emptied')).out).toMatch(
    new RegExp(`^${id}: tries its failed nodes again; `, 'u'),
  );
  const ended = await watching.ended;
  expect({ ...ended }).toMatchObject({
    exitCode: 0,
    out: expect.stringMatching(/: succeeded after .+; 3 of 3 done\n$/u),
  });
  expect(ended.error).toMatch(/^lobby-2: .+ \(attempt 2\)/mu);
  expect((await fleet.node('lobby-2'))?.holds).toEqual([]);
});

test('Ctrl-C ends the watching and not the rollout; a canary waits for its approval; cancelled it begins nothing more', async () => {
  const watching = start('start', 'restart', '--all', ...CARE, '--canary', '1', '--wait');
  await waitFor('the canary to be done', () => watching.error().includes('sluice rollouts approve '), {
    withinMs: 60_000,
    seen: watching.error,
  });
  const [, id = ''] = /sluice rollouts approve (\S+)/u.exec(watching.error()) ?? [];
  watching.interrupt();
  const ended = await watching.ended;
  expect(ended.exitCode).toBe(130);
  expect(ended.error).toContain(`The rollout ${id} goes on; only the watching has ended.\n`);
  expect(await rolloutOf(id)).toMatchObject({ status: 'paused', counts: { succeeded: 1, pending: 2 } });

  expect(await run('watch', id, '--wait-timeout', '1s')).toMatchObject({ exitCode: 6 });
  expect((await run('approve', id)).exitCode).toBe(0);
  expect(await run('watch', id)).toMatchObject({ exitCode: 0 });
  expect(await run('approve', id)).toMatchObject({ exitCode: 5 });

  const second = (await run('start', 'restart', '--all', ...CARE, '--canary', '1', '-o', 'name')).out.trim();
  await rolloutThat(second, 'at its canary', ({ status }) => status === 'paused');
  expect((await run('cancel', second, '--reason', 'wrong build')).out).toContain(`${second}: `);
  await rolloutThat(second, 'cancelled', ({ status }) => status === 'cancelled');
  expect(await run('watch', second)).toMatchObject({
    exitCode: 1,
    out: expect.stringContaining('2 nodes never begun'),
  });
  expect(await run('get', 'ro_0')).toMatchObject({ exitCode: 4 });
  const all: unknown = JSON.parse((await run('list', '-o', 'json')).out);
  expect(lists.Check(all) && all.items[0]?.id).toBe(second);
});

test('it is watched through a restart of the server', async () => {
  const watching = start('start', 'restart', '--all', ...CARE, '--healthy-for', '2s', '--wait');
  await waitFor('the first node to be begun', () => /^lobby-1: /mu.test(watching.error()), {
    withinMs: 60_000,
    seen: watching.error,
  });
  await fleet.stopServer('SIGKILL');
  await waitFor('it to say that the server is gone', () => watching.error().includes('Still trying'));
  await fleet.startServer();
  const ended = await watching.ended;
  expect({ exitCode: ended.exitCode, error: ended.error }).toMatchObject({ exitCode: 0 });
  expect(ended.error).toContain('The server is back.\n');
});
