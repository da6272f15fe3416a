/** Archives as files: written line by line, and read line by line with what was hashed so far; never all in memory. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { LINE_BYTES_MAX } from './archive-format.ts';

/** Characters that are kept before they are written together. */
const WRITE_CHARACTERS = 262_144;

export interface ArchiveWriter {
  line(text: string): Promise<void>;
  /** SHA-256 of the lines so far, in hexadecimal. */
  sha256(): string;
}

/**
 * Makes a file that only its owner may read, and has `write` fill it.
 * @returns Its bytes.
 */
export async function writeLines(file: string, write: (writer: ArchiveWriter) => Promise<void>): Promise<number> {
  const handle = await open(file, 'wx', 0o600);
  try {
    const hash = createHash('sha256');
    let pending = '';
    const flush = async () => {
      await handle.writeFile(pending);
      pending = '';
    };
    await write({
      line: async (text) => {
        const line = `${text}\n`;
        hash.update(line);
        pending += line;
        if (pending.length >= WRITE_CHARACTERS) await flush();
      },
      sha256: () => hash.copy().digest('hex'),
    });
    await flush();
    return (await handle.stat()).size;
  } finally {
    await handle.close();
  }
}

export interface FileLine {
  readonly text: string;
  /** SHA-256 of the lines before this one, in hexadecimal; costs as much as a few lines, so it is asked for once. */
  readonly sha256Before: () => string;
}

/** A line that is too long is given as an empty one, and is the last; so is a line that has no end. */
export async function* linesOf(file: string): AsyncGenerator<FileLine> {
  const hash = createHash('sha256');
  let parts: Buffer[] = [];
  let partsBytes = 0;
  for await (const chunk of createReadStream(file, { highWaterMark: 1_048_576 })) {
    if (!Buffer.isBuffer(chunk)) throw new Error('reading an archive: the stream gave text');
    let from = 0;
    for (let to = chunk.indexOf(10); to !== -1; to = chunk.indexOf(10, from)) {
      const line = Buffer.concat([...parts, chunk.subarray(from, to + 1)]);
      parts = [];
      partsBytes = 0;
      from = to + 1;
      yield { text: line.toString('utf8', 0, line.length - 1), sha256Before: () => hash.copy().digest('hex') };
      hash.update(line);
    }
    parts.push(chunk.subarray(from));
    partsBytes += chunk.length - from;
    if (partsBytes > LINE_BYTES_MAX) break;
  }
  if (partsBytes > 0) yield { text: '', sha256Before: () => hash.copy().digest('hex') };
}
