/** The `sluice` command as people and scripts run it: a real process against real nodes; output, exit codes, interruptions. */
import { chmod, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { waitFor } from '../wait-for.ts';
import { FleetUnderTest } from './fleet-under-test.ts';
import { type Ended, type Started, startSluice } from './sluice-process.ts';

let fleet: FleetUnderTest;

beforeAll(async () => {
  fleet = await FleetUnderTest.start();
  const fail = [process.execPath, '-e', 'console.log("cannot"); process.exit(3)'];
  const greet = [process.execPath, '-e', 'console.log("hello", process.env.SLUICE_PARAM_NAME)'];
  await fleet.addNode('lobby-1', {
    agent: {
      commands: {
        greet: { description: 'Greet somebody', exec: greet, params: { name: { type: 'string' } } },
        fail: { description: 'Fail', exec: fail },
      },
    },
  });
  await fleet.addNode('arena-1', { game: { STUCK_PLAYERS: '2' } });
  for (const id of ['lobby-1', 'arena-1']) await fleet.nodeThat(id, 'active', ({ status }) => status === 'active');
});

afterAll(() => fleet.stop());

const start = (args: readonly string[], env: Readonly<Record<string, string>> = {}): Started =>
  startSluice(fleet.url, args, env);

function run(...args: readonly string[]): Promise<Ended> {
  return start(args).ended;
}

describe('reading', () => {
  test('nodes list: a table without colour when piped, and the other formats', async () => {
    const table = await run('nodes', 'list');
    expect(table.exitCode).toBe(0);
    expect(table.out).toMatch(/^ID +STATUS/u);
    expect(table.out).toMatch(/lobby-1 +● active/u);
    expect(table.out).not.toContain('\u001b');
    const named = await run('nodes', 'list', '--status', 'active', '--selector', 'game=chess', '-o', 'name');
    expect(named.out).toBe('arena-1\nlobby-1\n');
    expect((await run('nodes', 'list', '--type', 'nothing', '-o', 'name')).out).toBe('');
    expect(JSON.parse((await run('nodes', 'list', '-o', 'json')).out)).toMatchObject({
      items: [{ id: 'arena-1' }, { id: 'lobby-1' }],
    });
    expect((await run('nodes', 'list', '-o', 'yaml')).out).toContain('- id: arena-1');
  });

  test('nodes get, why and commands', async () => {
    expect((await run('nodes', 'get', 'lobby-1')).out).toContain('Workload   process, running, healthy');
    expect((await run('nodes', 'why', 'lobby-1')).out).toContain('lobby-1 is active and healthy');
    const commands = await run('nodes', 'commands', 'lobby-1');
    for (const name of ['drain', 'undrain', 'restart', 'greet', 'fail']) expect(commands.out).toContain(name);
  });

  test.each([
    [4, ['nodes', 'get', 'nobody'], /no node 'nobody'/u],
    [2, ['nodes', 'drain', 'lobby-1', '--timeout', 'soon'], /90s/u],
    [2, ['nodes', 'lst'], /list/u],
    [2, ['nodes', 'list', '--selector', '=x'], /key=value/u],
  ])('exits with %i for %j and says what to do', async (exitCode, args, words) => {
    const ended = await run(...args);
    expect(ended.exitCode).toBe(exitCode);
    expect(ended.error).toMatch(words);
    expect(ended.error).not.toContain('    at ');
    expect(ended.out).toBe('');
  });

  test('a wrong token exits with 3, a server that is not there with 7', async () => {
    expect((await start(['nodes', 'list'], { SLUICE_TOKEN: 'slc_wrong' }).ended).exitCode).toBe(3);
    expect((await start(['nodes', 'list'], { SLUICE_URL: 'http://127.0.0.1:19' }).ended).exitCode).toBe(7);
  });
});

test('a server whose port is taken says so and ends, at once', async () => {
  const { host } = new URL(fleet.url);
  const ended = await start(['server', '--listen', host, '--data', path.join(fleet.directory, 'second')]).ended;
  expect(ended).toMatchObject({
    exitCode: 1,
    error: expect.stringContaining(`Something else listens on ${host} already.`),
  });
});

describe('acting', () => {
  test('drain --wait ends when nobody is left, and undrain --wait when the node is back', async () => {
    const drained = await run('nodes', 'drain', 'lobby-1', '--timeout', '60s', '--reason', 'a test', '--wait');
    expect(drained.exitCode).toBe(0);
    expect(drained.out + drained.error).toContain('no session is left, and none was cut');
    const undrained = await run('nodes', 'undrain', 'lobby-1', '--wait');
    expect(undrained.exitCode).toBe(0);
    expect(undrained.out + undrained.error).toContain('back in rotation');
    const again = await run('nodes', 'undrain', 'lobby-1', '--wait');
    expect(again.out + again.error).toContain('nothing to release');
  });

  test('drain of two, one of them unknown: the other is drained, and the exit code tells', async () => {
    const ended = await run('nodes', 'drain', 'lobby-1', 'nobody', '--wait');
    expect(ended.exitCode).toBe(4);
    expect(ended.error).toContain('nobody');
    expect((await fleet.node('lobby-1'))?.status).toBe('drained');
    const undrained = await run('nodes', 'undrain', 'lobby-1');
    expect(undrained.exitCode).toBe(0);
    expect(undrained.out).toMatch(/^lobby-1: /u);
    expect(undrained.out).not.toContain('deadline');
    await fleet.nodeThat('lobby-1', 'back', ({ status }) => status === 'active');
  });

  test('players who stay: given up with cancel (1), not waited for longer than asked (6), interrupted (130), forced (0)', async () => {
    const cancelled = await run('nodes', 'drain', 'arena-1', '--timeout', '1s', '--on-deadline', 'cancel', '--wait');
    expect(cancelled.exitCode).toBe(1);
    const late = await run('nodes', 'drain', 'arena-1', '--wait', '--wait-timeout', '1s');
    expect(late.exitCode).toBe(6);
    const waiting = start(['nodes', 'drain', 'arena-1', '--wait']);
    await waitFor('the wait to show the drain', () => waiting.error().includes('2 of 2 sessions left'), {
      seen: waiting.error,
    });
    waiting.interrupt();
    const interrupted = await waiting.ended;
    expect(interrupted.exitCode).toBe(130);
    expect(interrupted.error).toContain('goes on');
    expect((await fleet.node('arena-1'))?.status).toBe('draining');
    const forced = await run('nodes', 'drain', 'arena-1', '--timeout', '1s', '--wait');
    expect(forced.exitCode).toBe(0);
    expect(forced.out + forced.error).toContain('the deadline ended 2 sessions');
    expect((await run('nodes', 'undrain', 'arena-1', '--wait')).exitCode).toBe(0);
  });

  test('restart --wait, and with --drain-first', async () => {
    const restarted = await run('nodes', 'restart', 'lobby-1', '--wait');
    expect(restarted.exitCode).toBe(0);
    expect(restarted.out + restarted.error).toMatch(/incarnation \d+ → \d+/u);
    expect((await run('nodes', 'restart', 'lobby-1', '--drain-first', '--wait')).exitCode).toBe(0);
    await fleet.nodeThat('lobby-1', 'back', ({ status }) => status === 'active');
  });

  test('run prints the output; a command that fails exits with 1, a wrong parameter with 2', async () => {
    const greeted = await run('nodes', 'run', 'lobby-1', 'greet', 'name=ann; rm -rf /');
    expect(greeted).toMatchObject({ exitCode: 0, out: expect.stringContaining('hello ann; rm -rf /') });
    expect(await run('nodes', 'run', 'lobby-1', 'fail')).toMatchObject({
      exitCode: 1,
      out: expect.stringContaining('cannot'),
    });
    expect((await run('nodes', 'run', 'lobby-1', 'greet', 'nam=x')).exitCode).toBe(2);
    expect((await run('nodes', 'run', 'lobby-1', 'nothing')).exitCode).toBe(4);
  });

  test('operations: listed, shown, followed to their end', async () => {
    const id = (await run('nodes', 'run', 'lobby-1', 'fail', '-o', 'name')).out.trim();
    expect((await run('operations', 'list')).out).toMatch(new RegExp(`${id}.*✗ failed`, 'u'));
    const page = await run('operations', 'get', id);
    expect(page).toMatchObject({ exitCode: 0, out: expect.stringContaining('cannot') });
    expect(await run('operations', 'watch', id)).toMatchObject({
      exitCode: 1,
      out: expect.stringContaining('fail failed'),
    });
    expect((await run('operations', 'get', 'op_nothing')).exitCode).toBe(4);
  });
});

describe('metadata', () => {
  const meta = '{"playerId":76561198000000000123,"10":1.0,"2":"x"}';

  test('comes back as it was set, patched, and is not written over unseen', async () => {
    expect((await run('nodes', 'meta', 'set', 'lobby-1', meta)).exitCode).toBe(0);
    expect((await run('nodes', 'meta', 'get', 'lobby-1')).out.replaceAll(/\s/gu, '')).toBe(meta);
    expect((await run('nodes', 'meta', 'patch', 'lobby-1', '{"owner":"ann"}')).exitCode).toBe(0);
    expect((await run('nodes', 'meta', 'get', 'lobby-1')).out).toContain('76561198000000000123');
    expect((await run('nodes', 'meta', 'set', 'lobby-1', '1', '--if-match', '"m0"')).exitCode).toBe(5);
    expect(await run('nodes', 'meta', 'set', 'lobby-1', '{oops')).toMatchObject({
      exitCode: 2,
      error: expect.stringContaining('not JSON'),
    });
  });

  test('edit changes only what the editor changed, and keeps the text when somebody else was first', async () => {
    const editor = path.join(fleet.directory, 'editor.mjs');
    const write = async (script: string) => {
      await writeFile(
        editor,
        `#!${process.execPath}\nimport { readFileSync, writeFileSync } from 'node:fs';\n${script}`,
      );
      await chmod(editor, 0o700);
    };
    await write(
      "const file = process.argv.at(-1); writeFileSync(file, readFileSync(file, 'utf8').replace('\"x\"', '\"y\"'));",
    );
    expect((await start(['nodes', 'meta', 'edit', 'lobby-1'], { EDITOR: editor }).ended).exitCode).toBe(0);
    const { out } = await run('nodes', 'meta', 'get', 'lobby-1');
    expect(out).toContain('"2": "y"');
    expect(out).toContain('76561198000000000123');

    const other = `await fetch(process.env.SLUICE_URL + '/api/v1/nodes/lobby-1/meta', { method: 'PUT', body: '{"meta":7}', headers: { authorization: process.env.SLUICE_TOKEN, 'content-type': 'application/json' } });`;
    await write(`${other} writeFileSync(process.argv.at(-1), '{"mine":1}');`);
    const conflict = await start(['nodes', 'meta', 'edit', 'lobby-1'], { EDITOR: editor }).ended;
    expect(conflict.exitCode).toBe(5);
    const kept = /kept in (\S+metadata\.json)/u.exec(conflict.error)?.[1] ?? '';
    expect(await readFile(kept, 'utf8')).toBe('{"mine":1}');
    await rm(path.dirname(kept), { recursive: true });
    expect((await run('nodes', 'meta', 'get', 'lobby-1')).out.trim()).toBe('7');
  });
});

describe('a budget', () => {
  test('refuses the node that would be one too many with exit code 5, and lets force with a reason through', async () => {
    const set = await run('budgets', 'set', 'lobby', '--max-unavailable', '0', '--selector', 'game=chess');
    expect(set).toMatchObject({ exitCode: 0, out: 'lobby: 0 of 2 may be unavailable, none is\n' });
    const refused = await run('nodes', 'drain', 'lobby-1');
    expect(refused).toMatchObject({ exitCode: 5, out: '' });
    expect(refused.error).toContain("Budget 'lobby' allows 0 of 2 nodes to be unavailable, and none is.");
    expect(refused.error).toContain('add --force --reason WHY');
    const unexplained = await run('nodes', 'restart', 'lobby-1', '--force');
    expect(unexplained).toMatchObject({ exitCode: 5, error: expect.stringContaining('must give a reason') });
    expect(await run('nodes', 'drain', 'lobby-1', '--force', '--reason', 'it burns')).toMatchObject({ exitCode: 0 });
    expect((await run('budgets', 'list')).out).toMatch(/lobby +✗ 1 too many +1 .* lobby-1 drain/u);
    const history = await run('nodes', 'history', 'lobby-1', '--kind', 'BudgetOverridden');
    expect(history.out).toContain('lobby: it burns');
    await run('nodes', 'undrain', 'lobby-1', '--wait');
    expect(await run('budgets', 'remove', 'lobby')).toMatchObject({ exitCode: 0 });
    // Ten processes, one after the other.
  }, 60_000);
});
