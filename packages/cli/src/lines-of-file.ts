/** A file line by line, whatever its length; only line feeds end lines, as in JSON lines. */
import { createReadStream } from 'node:fs';

/** Characters of one line: several times what the largest event comes to. */
const LINE_LENGTH_MAX = 4 * 1_048_576;

/** Rejects as the file system does; with the signal's reason when it is aborted. */
export async function* linesOfFile(file: string, signal: AbortSignal): AsyncGenerator<string> {
  let rest = '';
  const stream = createReadStream(file, { encoding: 'utf8', highWaterMark: 1_048_576, signal });
  for await (const chunk of stream) {
    const lines = (rest + String(chunk)).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
    // What is so long is no line of ours; whoever reads it says so.
    if (rest.length > LINE_LENGTH_MAX) break;
  }
  if (rest !== '') yield rest;
}
