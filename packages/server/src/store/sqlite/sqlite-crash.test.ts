/** What is left in a data directory when the process that had it is killed, and that two processes never share one. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Store, StoredOperation } from '../store.ts';
import { openSqliteStore } from './sqlite-store.ts';
import { startStoreProcess } from './store-process.ts';
import type { StoreProcess } from './store-process.ts';

/** Milliseconds for a test that starts processes, on a busy machine. */
const TEST_MS_MAX = 90_000;

let directory: string;
let running: StoreProcess | null = null;
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'sluice-store-'));
});
afterEach(async () => {
  await running?.kill();
  running = null;
  await rm(directory, { recursive: true });
});

test(
  'a second process is refused with what to do, and let in as soon as the first is killed',
  { timeout: TEST_MS_MAX },
  async () => {
    running = startStoreProcess('hold', directory);
    await running.hasSaid(1);
    await expect(openSqliteStore(directory)).rejects.toThrow(
      `The data directory ${directory} is in use by another sluice server. Stop that one, or give this one a directory of its own with --data.`,
    );
    // A refused attempt must not have ended the first one's lock.
    await expect(openSqliteStore(directory)).rejects.toThrow('is in use by another sluice server');
    await running.kill();
    const store = await openSqliteStore(directory);
    expect(await store.load()).toEqual({ nodes: [], lastSequence: 0 });
    await store.close();
  },
);

test('an attempt in the same process does not let another process in', { timeout: TEST_MS_MAX }, async () => {
  const store = await openSqliteStore(directory);
  // The system drops a process's locks on a file when the process closes that file anywhere; an attempt must not do that.
  await expect(openSqliteStore(directory)).rejects.toThrow('is in use by another sluice server');
  running = startStoreProcess('hold', directory);
  await expect(running.hasSaid(1)).rejects.toThrow('is in use by another sluice server');
  await store.close();
});

test(
  'what a killed process had acknowledged is there, and nothing is there by half',
  { timeout: TEST_MS_MAX },
  async () => {
    let acknowledgedBefore = 0;
    // The second round begins with what the first left behind.
    for (const commitCount of [3, 150]) {
      running = startStoreProcess('commit', directory);
      await running.hasSaid(1 + commitCount);
      const acknowledged = Number((await running.kill()).at(-1));
      expect(acknowledged).toBeGreaterThanOrEqual(acknowledgedBefore + commitCount);

      const store = await openSqliteStore(directory);
      const { nodes, lastSequence } = await store.load();
      const revision = nodes[0]?.revision ?? 0;
      // The commit under way when the signal came may have been finished without being acknowledged.
      expect([acknowledged, acknowledged + 1]).toContain(revision);
      expect(
        nodes.map((node) => `${node.nodeId} ${node.revision} ${String(node.state['revision'])}`).toSorted(),
      ).toEqual(['x', 'y', 'z'].map((nodeId) => `${nodeId} ${revision} ${revision}`));
      expect(lastSequence).toBe(3 * revision);
      expect(await allSequences(store)).toEqual(Array.from({ length: 3 * revision }, (_, index) => index + 1));
      expect(await operationCount(store)).toBe(3 * revision);
      await store.close();
      acknowledgedBefore = acknowledged;
    }
  },
);

async function allSequences(store: Store): Promise<readonly number[]> {
  const sequences: number[] = [];
  for (;;) {
    const page = await store.events({ after: sequences.at(-1) ?? 0, limit: 1000 });
    if (page.length === 0) return sequences;
    sequences.push(...page.map((event) => event.sequence));
  }
}

async function operationCount(store: Store): Promise<number> {
  let count = 0;
  let cursor: StoredOperation | undefined;
  for (;;) {
    const page = await store.operations({ cursor, limit: 1000 });
    cursor = page.at(-1);
    if (cursor === undefined) return count;
    count += page.length;
  }
}
