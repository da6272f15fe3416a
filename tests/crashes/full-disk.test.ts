/** An agent whose journal cannot be written, because its disk is full: it refuses, loses nothing, and goes on when there is room. */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FleetUnderTest } from '../end-to-end/fleet-under-test.ts';
import { waitFor } from '../wait-for.ts';

/** A limit on the size of files makes writes fail as a full disk does: after as much of them as still fits. */
const hasPrlimit = spawnSync('prlimit', ['--version']).status === 0;

let fleet: FleetUnderTest;
let marks: string;

beforeAll(async () => {
  fleet = await FleetUnderTest.start();
  marks = path.join(fleet.directory, 'marks');
  await writeFile(marks, '');
  await fleet.addNode('n1', {
    agent: {
      commands: {
        mark: { description: 'Leaves a mark', exec: ['sh', '-c', 'echo done >> "$0"', marks], timeout: '5s' },
      },
    },
  });
  await fleet.nodeThat('n1', 'active', ({ status }) => status === 'active');
}, 60_000);

afterAll(() => fleet.stop());

function journal(): string {
  return path.join(fleet.stateDir('n1'), 'journal.jsonl');
}

/** @param bytes That files of the agent may have from now on; `null`: as many as they like. */
function limitFiles(bytes: number | null): void {
  const limit = bytes === null ? 'unlimited' : String(bytes);
  execFileSync('prlimit', [`--fsize=${limit}:unlimited`, '--pid', String(fleet.agentPid('n1'))]);
}

describe.skipIf(!hasPrlimit)('a full disk under the agent’s journal', () => {
  test('an act is refused with a clear error, and is not performed', async () => {
    limitFiles((await stat(journal())).size + 30);
    const operation = await fleet.ended((await fleet.post('n1', 'commands/mark')).id);
    expect(operation).toMatchObject({
      status: 'failed',
      error: { code: 'journal-unwritable', message: expect.stringContaining('disk full') },
    });
    expect(await readFile(marks, 'utf8')).toBe('');
    expect((await fleet.node('n1'))?.status).toBe('active');
  });

  test(
    'a drain waits, and goes on by itself when there is room; so does everything after it',
    { timeout: 60_000 },
    async () => {
      const drain = await fleet.post('n1', 'drain');
      await waitFor('the agent to say why it waits', () =>
        /journal-unwritable.*MessageReceived/u.test(fleet.agentOutput('n1')),
      );
      expect((await fleet.node('n1'))?.status).toBe('draining');
      const pid = fleet.agentPid('n1');
      limitFiles(null);
      expect((await fleet.ended(drain.id)).status).toBe('succeeded');
      expect((await fleet.ended((await fleet.post('n1', 'commands/mark')).id)).status).toBe('succeeded');
      expect(await readFile(marks, 'utf8')).toBe('done\n');
      expect(fleet.agentPid('n1')).toBe(pid);
    },
  );

  test('what was half written when the disk was full is no harm to the next start', async () => {
    limitFiles((await stat(journal())).size + 30);
    await fleet.post('n1', 'undrain');
    await waitFor('the journal to have been tried', () => /MessageReceived/u.test(fleet.agentOutput('n1')));
    await fleet.stopAgent('n1', 'SIGKILL');
    fleet.startAgent('n1');
    const node = await fleet.nodeThat('n1', 'active', ({ status, connected }) => status === 'active' && connected);
    expect(node.holds).toEqual([]);
  });
});
