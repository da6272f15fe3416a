/** A file that is replaced: the new content whole, or the old one untouched, and nothing left lying about. */
import { mkdir, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeFileDurably } from './write-file-durably.ts';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'sluice-file-'));
});

afterEach(async () => {
  await rm(directory, { recursive: true, force: true });
});

test('makes and replaces a file that only its owner reads', async () => {
  const file = path.join(directory, 'file');
  await writeFileDurably(file, 'a long first content');
  await writeFileDurably(file, 'second');
  expect(await readFile(file, 'utf8')).toBe('second');
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await readdir(directory)).toEqual(['file']);
});

test('of writers at the same time, one wins wholly', async () => {
  const file = path.join(directory, 'file');
  const contents = Array.from({ length: 20 }, (_, writer) => String(writer).repeat(10_000));
  await Promise.all(contents.map((content) => writeFileDurably(file, content)));
  expect(contents).toContain(await readFile(file, 'utf8'));
  expect(await readdir(directory)).toEqual(['file']);
});

test('one that cannot be written is an error with its name, and leaves nothing', async () => {
  const file = path.join(directory, 'file');
  await mkdir(file);
  await expect(writeFileDurably(file, 'content')).rejects.toThrow(`writing ${file}`);
  expect(await readdir(directory)).toEqual(['file']);
});
