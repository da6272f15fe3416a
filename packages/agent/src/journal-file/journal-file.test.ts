/** The journal on a real disk: what was promised is there, what was torn is dropped, what is damaged is refused. */
import { execFileSync } from 'node:child_process';
import { appendFile, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type JournalFile, openJournal } from './journal-file.ts';

let directory: string;
let file: string;
let opened: JournalFile[] = [];

beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'sluice-journal-'));
  file = path.join(directory, 'journal.jsonl');
});

afterEach(async () => {
  for (const journal of opened) await journal.close();
  opened = [];
  await rm(directory, { recursive: true, force: true });
});

async function open() {
  const result = await openJournal(directory);
  opened.push(result.journal);
  return result;
}

/** Closes it and reads it as the next start does. */
async function reopen(journal: JournalFile) {
  await journal.close();
  return open();
}

describe('appending', () => {
  test('a new journal is empty, and what is appended is there at the next start, in order', async () => {
    const { journal, entries, warnings } = await open();
    expect([entries, warnings]).toEqual([[], []]);
    await journal.append([{ kind: 'one' }, { kind: 'two', text: 'line\nbreak and €' }]);
    await journal.append([{ kind: 'three' }]);
    const again = await reopen(journal);
    expect(again.entries).toEqual([{ kind: 'one' }, { kind: 'two', text: 'line\nbreak and €' }, { kind: 'three' }]);
    expect(again.warnings).toEqual([]);
  });

  test('appends that arrive together share writes and keep their order', async () => {
    const { journal } = await open();
    await Promise.all(Array.from({ length: 200 }, (_, number) => journal.append([{ number }])));
    expect((await readFile(file, 'utf8')).split('\n').length).toBeLessThan(10);
    const { entries } = await reopen(journal);
    expect(entries).toEqual(Array.from({ length: 200 }, (_, number) => ({ number })));
  });

  test('nothing can be appended after it was closed, and closing waits for what was', async () => {
    const { journal } = await open();
    const last = journal.append([{ kind: 'last' }]);
    await journal.close();
    await last;
    await expect(journal.append([{ kind: 'too late' }])).rejects.toThrow('closed');
    expect((await open()).entries).toEqual([{ kind: 'last' }]);
  });
});

describe('what a crash leaves', () => {
  test.each([1, 5, 40])('an append that lost its last %i bytes is dropped wholly, and said', async (bytes) => {
    const { journal } = await open();
    await journal.append([{ kind: 'kept' }]);
    await journal.append([{ kind: 'torn' }, { kind: 'torn too' }]);
    const { length } = await readFile(file);
    await journal.close();
    await truncate(file, length - bytes);
    const again = await open();
    expect(again.entries).toEqual([{ kind: 'kept' }]);
    expect(again.warnings).toEqual([expect.stringContaining('cut off by a crash')]);
    await again.journal.append([{ kind: 'next' }]);
    const third = await reopen(again.journal);
    expect([third.entries, third.warnings]).toEqual([[{ kind: 'kept' }, { kind: 'next' }], []]);
  });

  test('a last line of the right length with the wrong bytes is dropped', async () => {
    const { journal } = await open();
    await journal.append([{ kind: 'kept' }]);
    await journal.close();
    await appendFile(file, `${'\0'.repeat(30)}\n`);
    const { entries, warnings } = await open();
    expect([entries, warnings.length]).toEqual([[{ kind: 'kept' }], 1]);
  });

  test('damage before the last line is no crash: it is refused, with what to do', async () => {
    const { journal } = await open();
    await journal.append([{ kind: 'one' }]);
    await journal.append([{ kind: 'two' }]);
    await journal.close();
    await writeFile(file, (await readFile(file, 'utf8')).replace('one', 'eno'));
    await expect(openJournal(directory)).rejects.toThrow(/damaged in line 1.*Move it away/u);
  });
});

describe('a full disk', () => {
  // A limit on the size of files makes a write fail in the middle, as a full disk does.
  const limitFiles = (bytes: number | 'unlimited') =>
    execFileSync('/usr/bin/prlimit', ['--pid', String(process.pid), `--fsize=${bytes}:`]);

  test.runIf(process.platform === 'linux')(
    'an append that does not fit is refused, leaves nothing, and later ones work',
    async () => {
      const { journal } = await open();
      await journal.append([{ kind: 'before' }]);
      limitFiles(2000);
      try {
        await expect(journal.append([{ kind: 'too large', filler: 'x'.repeat(5000) }])).rejects.toThrow(
          `appending to the journal ${file}`,
        );
        expect((await readFile(file, 'utf8')).split('\n')).toHaveLength(2);
        await journal.append([{ kind: 'small' }]);
        await expect(journal.compact([{ filler: 'x'.repeat(5000) }])).rejects.toThrow('compacting the journal');
        await journal.append([{ kind: 'after' }]);
      } finally {
        limitFiles('unlimited');
      }
      const { entries, warnings } = await reopen(journal);
      expect([entries, warnings]).toEqual([[{ kind: 'before' }, { kind: 'small' }, { kind: 'after' }], []]);
    },
  );
});

describe('compaction', () => {
  test('replaces what was there, and keeps what is appended meanwhile behind it', async () => {
    const { journal } = await open();
    await journal.append(Array.from({ length: 100 }, (_, number) => ({ number })));
    const { bytes } = journal;
    const before = journal.append([{ kind: 'before' }]);
    const compaction = journal.compact([{ kind: 'all of it' }]);
    const after = journal.append([{ kind: 'after' }]);
    await Promise.all([before, compaction, after]);
    expect(journal.bytes).toBeLessThan(bytes);
    await journal.append([{ kind: 'later' }]);
    const { entries } = await reopen(journal);
    expect(entries).toEqual([{ kind: 'all of it' }, { kind: 'after' }, { kind: 'later' }]);
  });

  test('to nothing is possible, and a half one of an earlier crash is forgotten', async () => {
    const { journal } = await open();
    await journal.append([{ kind: 'one' }]);
    await writeFile(`${file}.new`, 'half a compac');
    await journal.compact([]);
    await writeFile(`${file}.new`, 'half a compac');
    const { entries, warnings } = await reopen(journal);
    expect([entries, warnings]).toEqual([[], []]);
    await expect(readFile(`${file}.new`)).rejects.toThrow('ENOENT');
  });
});
