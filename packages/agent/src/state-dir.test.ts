/** The state directory: closed, used by one, and the same node after every start. */
import { spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { liveProcess } from './process-table.ts';
import { openStateDirectory } from './state-dir.ts';

let parent: string;
let directory: string;

beforeEach(async () => {
  parent = await mkdtemp(path.join(os.tmpdir(), 'sluice-state-'));
  directory = path.join(parent, 'of', 'agent');
});

afterEach(async () => {
  await rm(parent, { recursive: true, force: true });
});

async function lockBy(pid: number, startToken: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  await writeFile(path.join(directory, 'agent.lock'), JSON.stringify({ pid, startToken }));
}

describe('openStateDirectory', () => {
  test('makes it, closed to others, with an id that stays', async () => {
    const first = await openStateDirectory(directory);
    expect((await stat(directory)).mode & 0o777).toBe(0o700);
    expect(first.instanceId).toMatch(/^[0-9a-f-]{36}$/u);
    await first.release();
    const second = await openStateDirectory(directory);
    expect(second.instanceId).toBe(first.instanceId);
    await second.release();
    expect((await readdir(directory)).toSorted()).toEqual(['instance-id']);
  });

  test('closes one that was made open', async () => {
    await mkdir(directory, { recursive: true });
    await chmod(directory, 0o755);
    await (await openStateDirectory(directory)).release();
    expect((await stat(directory)).mode & 0o777).toBe(0o700);
  });

  test('leaves one alone that is open and used by others', async () => {
    await mkdir(directory, { recursive: true });
    await chmod(directory, 0o755);
    await writeFile(path.join(directory, 'a-file-of-others'), '');
    await expect(openStateDirectory(directory)).rejects.toThrow(/holds files that are not the agent's.*chmod 700/u);
    expect((await stat(directory)).mode & 0o777).toBe(0o755);
    expect(await readdir(directory)).toEqual(['a-file-of-others']);
    await chmod(directory, 0o700);
    await (await openStateDirectory(directory)).release();
  });

  test('refuses a second agent, and says who has it', async () => {
    const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    try {
      const living = await liveProcess(other.pid ?? 0);
      await lockBy(other.pid ?? 0, living?.startToken ?? '');
      await expect(openStateDirectory(directory)).rejects.toThrow(
        `${directory} is used by another agent (process ${other.pid})`,
      );
    } finally {
      other.kill('SIGKILL');
    }
  });

  test('refuses the same agent a second time', async () => {
    const first = await openStateDirectory(directory);
    await expect(openStateDirectory(directory)).rejects.toThrow('is used by another agent');
    await first.release();
    await (await openStateDirectory(directory)).release();
  });

  test.each([
    ['of an agent that was killed', JSON.stringify({ pid: 2_147_483_000, startToken: 'x:1' })],
    ['whose pid another process has got', JSON.stringify({ pid: process.pid, startToken: 'another-boot:1' })],
    ['that a crash of the machine left empty', ''],
  ])('takes over the lock %s', async (_, lock) => {
    await mkdir(directory, { recursive: true });
    await writeFile(path.join(directory, 'agent.lock'), lock);
    const taken = await openStateDirectory(directory);
    expect(await readFile(path.join(directory, 'agent.lock'), 'utf8')).toContain(`"pid":${process.pid},`);
    await taken.release();
  });

  test('of many that take over a stale lock at once, one gets it', async () => {
    await lockBy(2_147_483_000, 'x:1');
    const tries = await Promise.allSettled(Array.from({ length: 10 }, () => openStateDirectory(directory)));
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  test('says what to do when it cannot be made', async () => {
    await writeFile(path.join(parent, 'of'), 'a file');
    await expect(openStateDirectory(directory)).rejects.toThrow(/stateDir: .* cannot be made.*Name a directory/u);
  });
});
