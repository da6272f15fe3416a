/** The workload's log stays small while others write to it. */
import { appendFile, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { writeSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WorkloadLog } from './workload-log.ts';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'sluice-log-'));
});

afterEach(async () => {
  await rm(directory, { recursive: true, force: true });
});

test('the end of a log that grows too large is kept aside, and writers go on from the start', async () => {
  const log = new WorkloadLog(directory, { bytesMax: 1000, lookEveryMs: 10 });
  const file = path.join(directory, 'workload.log');
  try {
    writeSync(log.descriptor, `${'a'.repeat(5000)}\nlast of the first\n`);
    await expect.poll(async () => (await stat(file)).size).toBe(0);
    expect((await stat(`${file}.1`)).size).toBe(1000);
    writeSync(log.descriptor, 'first of the second\n');
    expect(await readFile(file, 'utf8')).toBe('first of the second\n');
    expect(log.tail(1000)).toMatch(/a\nlast of the first\nfirst of the second\n$/u);
    expect(log.problem).toBeNull();
  } finally {
    log.close();
  }
});

test('as many older files are kept as are asked for, and what grew while nobody looked is cut at once', async () => {
  const file = path.join(directory, 'workload.log');
  for (const letter of ['a', 'b', 'c', 'd']) {
    await appendFile(file, letter.repeat(1500));
    new WorkloadLog(directory, { bytesMax: 1000, filesMax: 3, lookEveryMs: 60_000 }).close();
  }
  expect((await readdir(directory)).toSorted()).toEqual(['workload.log', 'workload.log.1', 'workload.log.2']);
  expect(await readFile(`${file}.1`, 'utf8')).toMatch(/^d+$/u);
  expect(await readFile(`${file}.2`, 'utf8')).toMatch(/^c+$/u);
  expect((await stat(file)).size).toBe(0);
});

test('the tail is cut between characters, and can be read after the log was closed', async () => {
  const log = new WorkloadLog(directory);
  const mark = log.size();
  await appendFile(path.join(directory, 'workload.log'), 'päpäpä');
  expect(log.textSince(mark, 5)).toBe('äpä');
  log.close();
  expect(log.tail(4)).toBe('pä');
});
