/** The end of an output: the last bytes of it, cut between characters. */

/** Keeps the last `bytesMax` bytes of what is added; older ones are forgotten as it goes. */
export class OutputTail {
  readonly #bytesMax: number;
  #chunks: Buffer[] = [];
  #bytes = 0;
  #hasGrown = false;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  add(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    this.#hasGrown = true;
    // Joined only when twice too much has come, so that adding stays cheap however small the chunks are.
    if (this.#bytes > 2 * this.#bytesMax) this.#shorten();
  }

  text(): string {
    this.#shorten();
    return textOfTail(Buffer.concat(this.#chunks), this.#bytesMax);
  }

  /** The text, when anything was added since the last time; else `null`. */
  textIfGrown(): string | null {
    if (!this.#hasGrown) return null;
    this.#hasGrown = false;
    return this.text();
  }

  #shorten(): void {
    // One byte more than asked for tells whether something was cut.
    const tail = Buffer.concat(this.#chunks).subarray(-(this.#bytesMax + 1));
    this.#chunks = [Buffer.from(tail)];
    this.#bytes = tail.length;
  }
}

/** The last `bytesMax` bytes as text. Where they begin within a character, they begin after it. */
export function textOfTail(bytes: Buffer, bytesMax: number): string {
  if (bytesMax <= 0) return '';
  if (bytes.length <= bytesMax) return bytes.toString('utf8');
  let from = bytes.length - bytesMax;
  // A UTF-8 character has at most three bytes after its first; those are 10xxxxxx.
  for (let skipped = 0; skipped < 3 && isContinuation(bytes[from]); skipped += 1) from += 1;
  return bytes.toString('utf8', from);
}

/** The end of a text whose JSON is at most this many bytes: a control character takes six there, and a message has a limit. */
export function jsonTail(text: string, jsonBytesMax: number): string {
  let tail = text;
  for (;;) {
    const excess = Buffer.byteLength(JSON.stringify(tail)) - jsonBytesMax;
    if (excess <= 0) return tail;
    tail = tail.slice(Math.ceil(excess / 6)).replace(/^[\udc00-\udfff]/u, '');
  }
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0b1100_0000) === 0b1000_0000;
}
