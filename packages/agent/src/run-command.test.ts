/** Commands of the configuration: no shell, nobody left behind, and an answer in time whatever they do. */
import { writeFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { liveProcess } from './process-table.ts';
import { type CommandLine, runCommand } from './run-command.ts';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'sluice-run-'));
});

afterEach(async () => {
  await rm(directory, { recursive: true, force: true });
});

const environment = { PATH: process.env['PATH'] ?? '' };

function script(source: string): CommandLine {
  return [process.execPath, '-e', source];
}

function run(command: CommandLine, more: Partial<Parameters<typeof runCommand>[0]> = {}) {
  return runCommand({ command, environment, cwd: directory, timeoutMs: 15_000, ...more });
}

/** Starts a child that ignores SIGTERM and writes its pid to the file `child`, then goes on. */
const spawnsStubbornChild = `
  const child = require('node:child_process').spawn(process.execPath, ['-e', "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); require('node:fs').writeFileSync('child', String(process.pid))"], { stdio: 'inherit' });
`;

async function pidIn(name: string): Promise<number> {
  let text = '';
  await expect
    .poll(
      async () => {
        text = await readFile(path.join(directory, name), 'utf8').catch(() => '');
        return text;
      },
      { timeout: 10_000 },
    )
    .not.toBe('');
  return Number(text);
}

describe('runCommand', () => {
  test('gives the exit code and both outputs', async () => {
    const outcome = await run(script("console.log('one'); console.error('two'); process.exitCode = 3"));
    expect(outcome).toMatchObject({ kind: 'exited', code: 3, signal: null });
    expect(outcome.kind === 'exited' && outcome.output.split('\n').toSorted()).toEqual(['', 'one', 'two']);
  });

  test('takes arguments as they are, since no shell reads them', async () => {
    const outcome = await run([process.execPath, '-e', 'console.log(process.argv[1])', '$HOME; echo pwned `id`']);
    expect(outcome).toMatchObject({ kind: 'exited', code: 0, output: '$HOME; echo pwned `id`\n' });
  });

  test('passes the given environment and nothing beside it', async () => {
    const outcome = await run(script('console.log(JSON.stringify(Object.keys(process.env)))'), {
      environment: { ONLY: 'this' },
    });
    expect(outcome).toMatchObject({ output: '["ONLY"]\n' });
  });

  test('keeps the end of a long output, cut between characters', async () => {
    const outcome = await run(script("process.stdout.write('€'.repeat(100000) + 'end')"), { outputBytesMax: 11 });
    expect(outcome).toMatchObject({ kind: 'exited', output: '€€end' });
  });

  test('says what is wrong with a program that cannot be started', async () => {
    expect(await run(['no-such-program-of-sluice'])).toEqual({
      kind: 'cannot-start',
      reason: expect.stringContaining("no program 'no-such-program-of-sluice'"),
    });
  });

  test('ends a command that takes too long', async () => {
    const outcome = await run(script('setInterval(() => {}, 1000)'), { timeoutMs: 300 });
    expect(outcome).toMatchObject({ kind: 'timed-out' });
  });

  test('ends a command when it is told to, with a child of it that ignores SIGTERM', async () => {
    const controller = new AbortController();
    const running = run(script(`${spawnsStubbornChild} console.log('working'); setInterval(() => {}, 1000)`), {
      signal: controller.signal,
    });
    const child = await pidIn('child');
    controller.abort();
    expect(await running).toEqual({ kind: 'aborted', output: 'working\n' });
    expect(await liveProcess(child)).toBeNull();
  });

  test('does not start one that was given up before', async () => {
    expect(
      await run(script("require('node:fs').writeFileSync('began', '1')"), { signal: AbortSignal.abort() }),
    ).toMatchObject({ kind: 'aborted' });
    await expect(readFile(path.join(directory, 'began'))).rejects.toThrow('ENOENT');
  });

  test('ends one that is given up while it is being started', async () => {
    const controller = new AbortController();
    const running = run(script('setInterval(() => {}, 1000)'), { signal: controller.signal });
    controller.abort();
    expect(await running).toMatchObject({ kind: 'aborted' });
  });

  test('does not wait for a process that the command leaves behind with its output open', async () => {
    const outcome = await run(
      script(`${spawnsStubbornChild} child.unref(); console.log('started'); setTimeout(() => process.exit(0), 300)`),
    );
    expect(outcome).toMatchObject({ kind: 'exited', code: 0, output: 'started\n' });
    const child = await pidIn('child');
    expect(await liveProcess(child)).not.toBeNull();
    process.kill(child, 'SIGKILL');
  });
});

test('output that grows is told while the command runs, and what was told is not told again', async () => {
  const told: string[] = [];
  // Each line waits until the one before it was told.
  const source = `
    const { existsSync } = require('node:fs');
    const when = (name, act) => existsSync(name) ? act() : setTimeout(when, 20, name, act);
    console.log('one');
    when('heard-1', () => { console.log('two'); when('heard-2', () => process.exit(0)); });
  `;
  const outcome = await run(script(source), {
    tellOutput: (output) => {
      told.push(output);
      writeFileSync(path.join(directory, `heard-${told.length}`), '');
    },
  });
  expect(outcome).toMatchObject({ kind: 'exited', code: 0, output: 'one\ntwo\n' });
  expect(told).toEqual(['one\n', 'one\ntwo\n']);
});
