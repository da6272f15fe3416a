/** What agent.yaml says of reboots, its faults, the id of the boot, and what the command's end means. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadAgentConfig } from '../config.ts';
import { readBootId } from './boot-id.ts';
import { BOOT_ID_FILE } from './reboot-config.ts';
import { runRebootCommand } from './run-reboot-command.ts';

const SMALLEST = 'server: http://127.0.0.1:7070\nnode: { id: n }\nworkload: { driver: process, command: [run] }\n';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'sluice-reboot-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

async function load(text: string) {
  const file = path.join(directory, 'agent.yaml');
  await writeFile(file, SMALLEST + text);
  return loadAgentConfig(file, {});
}

describe('agent.yaml', () => {
  test('allows nothing that is not written', async () => {
    expect((await load('')).reboot).toBeNull();
  });

  test('says how: with the usual time and the kernel’s own id of a boot, or others', async () => {
    expect((await load('reboot: { command: [systemctl, reboot] }')).reboot).toEqual({
      command: ['systemctl', 'reboot'],
      withinMs: 900_000,
      bootIdFile: BOOT_ID_FILE,
    });
    expect((await load('reboot: { command: [reboot], within: 90s, bootIdFile: run/boot }')).reboot).toEqual({
      command: ['reboot'],
      withinMs: 90_000,
      bootIdFile: path.join(directory, 'run/boot'),
    });
  });

  test('keeps a command of that name that was declared before there was another', async () => {
    const { commands, reboot } = await load('commands: { reboot: { description: Boot, exec: [reboot] } }');
    expect([Object.keys(commands), reboot]).toEqual([['reboot'], null]);
  });

  test.each([
    ['reboot: true', 'line 4: reboot: '],
    ['reboot: {}', 'line 4: reboot.command: missing'],
    ['reboot: { command: systemctl reboot }', 'line 4: reboot.command: '],
    ['reboot: { command: [] }', 'line 4: reboot.command: is an empty list'],
    ['reboot: { command: [""] }', 'line 4: reboot.command: names no program'],
    ['reboot: { command: [reboot], within: 0s }', 'line 4: reboot.within: must be more than 0'],
    ['reboot: { command: [reboot], within: soon }', "line 4: reboot.within: 'soon' is no duration"],
    ['reboot: { command: [reboot], wthin: 5m }', 'line 4: reboot.wthin: unknown; did you mean within?'],
    [
      'reboot: { command: [reboot] }\ncommands: { reboot: { description: Boot, exec: [reboot] } }',
      'line 5: commands.reboot: the section reboot gives this node a command of that name already',
    ],
  ])('%j is refused', async (text, words) => {
    await expect(load(text)).rejects.toThrow(words);
  });
});

describe('the id of the boot', () => {
  const config = (bootIdFile: string) => ({ command: ['reboot'] as const, withinMs: 1000, bootIdFile });

  test('is the trimmed content of its file', async () => {
    const file = path.join(directory, 'boot');
    await writeFile(file, ' 6b1f-7 \n');
    expect(await readBootId(config(file))).toBe('6b1f-7');
  });

  test.each(['', 'two words', 'bell\u0007', 'x'.repeat(129)])('%j is none', async (text) => {
    const file = path.join(directory, 'boot');
    await writeFile(file, text);
    await expect(readBootId(config(file))).rejects.toThrow('reboot.bootIdFile');
  });

  test('that cannot be read stops an agent that needs it, with what to do', async () => {
    await expect(readBootId(config(path.join(directory, 'nothing')))).rejects.toThrow(
      /cannot be read: ENOENT.*reboot\.bootIdFile/u,
    );
  });
});

describe('the command', () => {
  const run = (...command: [string, ...string[]]) =>
    runRebootCommand(
      { command, environment: { PATH: process.env['PATH'] ?? '' }, cwd: directory, timeoutMs: 20_000 },
      () => null,
    );

  test('that exits with 0 was accepted', async () => {
    expect(await run('echo', 'going down')).toEqual({ error: null, exitCode: 0, output: 'going down\n' });
  });

  test('that exits with another code has failed, with its words', async () => {
    expect(await run('sh', '-c', 'echo "Access denied" >&2; exit 3')).toEqual({
      error: { code: 'command-failed', message: 'The machine was not rebooted: the command exited with code 3.' },
      exitCode: 3,
      output: 'Access denied\n',
    });
  });

  test('that is ended by a signal says nothing: so a machine ends everything that goes down', async () => {
    expect(await run('sh', '-c', 'kill -TERM $$')).toEqual({ error: null, exitCode: null, output: '' });
  });

  test('that is not there has failed', async () => {
    expect(await run('no-such-reboot')).toMatchObject({
      error: { code: 'cannot-run', message: expect.stringContaining("no program 'no-such-reboot'") },
    });
  });

  test('gets no shell', async () => {
    expect((await run('echo', '$(whoami); reboot')).output).toBe('$(whoami); reboot\n');
  });
});
