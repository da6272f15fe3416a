/** The agent's journal on the disk: what is appended is durable when `append` resolves, and appended wholly or not at all. */
import { type FileHandle, open, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { syncDirectory } from '../write-file-durably.ts';
import { entriesOfLine, journalLine } from './journal-line.ts';

/** Bytes of a journal that is still read. Compacted at each start it has some 100 KiB; one this large is no journal any more. */
const JOURNAL_BYTES_MAX = 64 * 1024 * 1024;

export interface OpenedJournal {
  readonly journal: JournalFile;
  /** Everything that was appended since the last compaction, in order. */
  readonly entries: readonly unknown[];
  /** What a person should know, such as an append that a crash cut off; to be logged. */
  readonly warnings: readonly string[];
}

interface Append {
  readonly entries: readonly object[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * @param directory Exists; the journal is its file `journal.jsonl`.
 * @throws Error for the one who started the agent, when the journal is damaged other than by a crash.
 */
export async function openJournal(directory: string): Promise<OpenedJournal> {
  const file = path.join(directory, 'journal.jsonl');
  // Left behind by a crash during a compaction, which then has not happened.
  await rm(`${file}.new`, { force: true });
  const handle = await open(file, 'a+', 0o600);
  try {
    const { size } = await handle.stat();
    if (size > JOURNAL_BYTES_MAX)
      throw new Error(`${file} has ${size} bytes, more than a journal can have. ${WHAT_TO_DO}`);
    const { entries, goodBytes, warnings } = readLines(await readFile(file, 'utf8'), file);
    if (goodBytes < size) {
      await handle.truncate(goodBytes);
      await handle.sync();
    }
    await syncDirectory(directory);
    return { journal: new JournalFile(file, handle, goodBytes), entries, warnings };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** What one who finds the journal damaged can do, and what it costs. */
const WHAT_TO_DO =
  'Move it away and start the agent again: the server tells it anew what is wanted of the node, but an act that it is asked for once more may be performed once more.';

/** Only the last append can be torn by a crash: every earlier one was on the disk before the next began. */
function readLines(
  text: string,
  file: string,
): { readonly entries: readonly unknown[]; readonly goodBytes: number; readonly warnings: readonly string[] } {
  const entries: unknown[] = [];
  let goodBytes = 0;
  const lines = text.split('\n');
  // Behind the last newline there is nothing, or the begin of a line.
  const unfinished = lines.pop() ?? '';
  for (const [index, line] of lines.entries()) {
    const appended = entriesOfLine(line);
    if (appended === null) {
      const isLast = index === lines.length - 1 && unfinished === '';
      if (isLast) return { entries, goodBytes, warnings: [tornWarning(file)] };
      throw new Error(
        `${file} is damaged in line ${index + 1}, and not by a crash of the agent: the disk may be failing, or somebody edited it. ${WHAT_TO_DO}`,
      );
    }
    entries.push(...appended);
    goodBytes += Buffer.byteLength(line) + 1;
  }
  return { entries, goodBytes, warnings: unfinished === '' ? [] : [tornWarning(file)] };
}

function tornWarning(file: string): string {
  return `The last entry of ${file} was cut off by a crash and is dropped. Nothing had been done because of it.`;
}

export class JournalFile {
  readonly #file: string;
  #handle: FileHandle;
  /** Up to here everything is on the disk and whole. */
  #goodBytes: number;
  /** Whether there may be something behind `#goodBytes` that must go before anything is written. */
  #hasRest = false;
  /** Whether a crash could bring back the file that a compaction replaced, without what is appended to the new one. */
  #isNameUnsynced = false;
  /** Appends that share the next write; `null`: none has arrived since the last write or compaction began. */
  #batch: Append[] | null = null;
  #turn: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(file: string, handle: FileHandle, goodBytes: number) {
    this.#file = file;
    this.#handle = handle;
    this.#goodBytes = goodBytes;
  }

  /** Grows with every append, and tells when a compaction is worth it. */
  get bytes(): number {
    return this.#goodBytes;
  }

  /**
   * Resolves when the entries are on the disk. Appends that arrive together share one write, which is there wholly or not at all.
   * @throws Error when they cannot be written (a full disk); then nothing of them is there.
   */
  append(entries: readonly object[]): Promise<void> {
    if (this.#isClosed) return Promise.reject(new Error(`appending to ${this.#file} after it was closed`));
    if (entries.length === 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const append = { entries, resolve, reject };
      if (this.#batch !== null) {
        this.#batch.push(append);
        return;
      }
      const batch = [append];
      this.#batch = batch;
      this.#inTurn(() => this.#write(batch));
    });
  }

  /** Replaces everything that was appended by `entries`, which must mean the same. A crash leaves the one or the other. */
  compact(entries: readonly object[]): Promise<void> {
    if (this.#isClosed) return Promise.reject(new Error(`compacting ${this.#file} after it was closed`));
    // What is appended from here on is not among `entries`, so it must be written after them.
    this.#batch = null;
    return new Promise((resolve, reject) => {
      this.#inTurn(() => this.#replace(entries).then(resolve, reject));
    });
  }

  /** Resolves when what was appended is done. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#turn;
    await this.#handle.close();
  }

  async #write(batch: readonly Append[]): Promise<void> {
    if (this.#batch === batch) this.#batch = null;
    try {
      const line = Buffer.from(journalLine(batch.flatMap(({ entries }) => entries)));
      if (this.#isNameUnsynced) await this.#syncName();
      if (this.#hasRest) await this.#dropRest();
      this.#hasRest = true;
      await this.#handle.appendFile(line);
      await this.#handle.datasync();
      this.#hasRest = false;
      this.#goodBytes += line.length;
    } catch (error) {
      const failure = new Error(`appending to the journal ${this.#file}`, { cause: await this.#tidied(error) });
      for (const { reject } of batch) reject(failure);
      return;
    }
    for (const { resolve } of batch) resolve();
  }

  /** Half an append must not stay: a later one would stand behind it and be lost with it. */
  async #tidied(error: unknown): Promise<unknown> {
    try {
      await this.#dropRest();
      return error;
    } catch (tidyingError) {
      // It is tried again before the next append; until then nothing is written.
      return new AggregateError([error, tidyingError], 'writing failed, and so did cutting off what was written');
    }
  }

  async #dropRest(): Promise<void> {
    await this.#handle.truncate(this.#goodBytes);
    await this.#handle.sync();
    this.#hasRest = false;
  }

  async #syncName(): Promise<void> {
    await syncDirectory(path.dirname(this.#file));
    this.#isNameUnsynced = false;
  }

  async #replace(entries: readonly object[]): Promise<void> {
    const temporary = `${this.#file}.new`;
    const line = Buffer.from(entries.length === 0 ? '' : journalLine(entries));
    let handle: FileHandle | null = null;
    try {
      await rm(temporary, { force: true });
      handle = await open(temporary, 'ax+', 0o600);
      await handle.appendFile(line);
      await handle.sync();
      await rename(temporary, this.#file);
    } catch (error) {
      await handle?.close();
      await rm(temporary, { force: true });
      throw new Error(`compacting the journal ${this.#file}`, { cause: error });
    }
    // From here on the new file is the journal, also when its directory cannot be synced.
    const old = this.#handle;
    this.#handle = handle;
    this.#goodBytes = line.length;
    this.#hasRest = false;
    this.#isNameUnsynced = true;
    try {
      await old.close();
      await this.#syncName();
    } catch (error) {
      throw new Error(`compacting the journal ${this.#file}`, { cause: error });
    }
  }

  #inTurn(act: () => Promise<void>): void {
    this.#turn = this.#turn.then(act);
  }
}
