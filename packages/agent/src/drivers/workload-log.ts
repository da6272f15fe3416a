/** `workload.log` in the state directory: what the workload prints, kept small. A file and no pipe, so that the workload outlives the agent. */
import {
  closeSync,
  copyFileSync,
  existsSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { textOfTail } from '../output-tail.ts';

/** How much of the output is kept; absent: the usual. */
export interface LogSize {
  /** Of one file. */
  readonly bytesMax?: number;
  /** `workload.log` and the older ones behind it, `workload.log.1` being the youngest. At least 1. */
  readonly filesMax?: number;
}

/** Bytes of `workload.log`, and of each file behind it: enough to see a crash and what led to it. Logs for keeping belong elsewhere. */
const WORKLOAD_LOG_BYTES_MAX = 1024 * 1024;
/** `workload.log` and one older file. */
const WORKLOAD_LOG_FILES_MAX = 2;
/** Milliseconds between two looks at the size; a workload that prints a lot exceeds it in between, and is cut back. */
const LOOK_EVERY_MS = 1000;

export class WorkloadLog {
  readonly #file: string;
  readonly #descriptor: number;
  readonly #bytesMax: number;
  readonly #filesMax: number;
  readonly #timer: NodeJS.Timeout;
  #problem: string | null = null;

  /** Goes on with the file of an earlier agent, whose workload may still write to it. */
  constructor(stateDirectory: string, options: LogSize & { readonly lookEveryMs?: number } = {}) {
    this.#file = path.join(stateDirectory, 'workload.log');
    this.#bytesMax = options.bytesMax ?? WORKLOAD_LOG_BYTES_MAX;
    this.#filesMax = options.filesMax ?? WORKLOAD_LOG_FILES_MAX;
    // Appending, so that every writer goes on at the start after the file is cut. Readable for the tail.
    this.#descriptor = openSync(this.#file, 'a+', 0o600);
    this.#timer = setInterval(() => this.#cut(), options.lookEveryMs ?? LOOK_EVERY_MS);
    this.#timer.unref();
    // Nobody has kept it small while there was no agent.
    this.#cut();
  }

  /** To be handed to the workload as stdout and stderr. */
  get descriptor(): number {
    return this.#descriptor;
  }

  /** Why the file cannot be kept small, in plain words; `null`: it can. */
  get problem(): string | null {
    return this.#problem;
  }

  /** How many bytes have been printed up to now, as a mark for `textSince`. */
  size(): number {
    return fstatSync(this.#descriptor).size;
  }

  /** The end of what was printed since the file had `mark` bytes. A file that was cut meanwhile counts from its start. */
  textSince(mark: number, bytesMax: number): string {
    const size = this.size();
    return textOfTail(readTail(this.#descriptor, size, size < mark ? size : size - mark), bytesMax);
  }

  /** The end of all that was printed. */
  tail(bytesMax: number): string {
    // One byte more than asked for tells whether something was cut.
    const current = readFileTail(this.#file, bytesMax + 1);
    return textOfTail(
      Buffer.concat([readFileTail(`${this.#file}.1`, bytesMax + 1 - current.length), current]),
      bytesMax,
    );
  }

  close(): void {
    clearInterval(this.#timer);
    closeSync(this.#descriptor);
  }

  /** Keeps the end of a file that has grown too large, and empties it. What is printed in between is lost: a few lines at most. */
  #cut(): void {
    try {
      const size = this.size();
      if (size > this.#bytesMax) {
        if (this.#filesMax > 1) this.#keepOlder(size);
        ftruncateSync(this.#descriptor, 0);
      }
      this.#problem = null;
    } catch (error) {
      this.#problem = `${this.#file} cannot be kept small: ${error instanceof Error ? error.message : String(error)}`;
    }
  }

  /** Moves the older files one further, the oldest out, and puts the end of the present one in front. */
  #keepOlder(size: number): void {
    const older = `${this.#file}.1`;
    if (size > 2 * this.#bytesMax)
      writeFileSync(`${older}.new`, readTail(this.#descriptor, size, this.#bytesMax), { mode: 0o600 });
    else copyFileSync(this.#file, `${older}.new`);
    for (let number = this.#filesMax - 2; number >= 1; number -= 1) {
      const file = `${this.#file}.${number}`;
      if (existsSync(file)) renameSync(file, `${this.#file}.${number + 1}`);
    }
    renameSync(`${older}.new`, older);
  }
}

/** Opened by name, so that it can be read after the log was closed. Empty when there is no such file. */
function readFileTail(file: string, bytesMax: number): Buffer {
  if (bytesMax <= 0 || !existsSync(file)) return Buffer.alloc(0);
  const descriptor = openSync(file, 'r');
  try {
    return readTail(descriptor, fstatSync(descriptor).size, bytesMax);
  } finally {
    closeSync(descriptor);
  }
}

function readTail(descriptor: number, size: number, bytesMax: number): Buffer {
  const buffer = Buffer.alloc(Math.max(0, Math.min(size, bytesMax)));
  const bytesRead = buffer.length === 0 ? 0 : readSync(descriptor, buffer, 0, buffer.length, size - buffer.length);
  return buffer.subarray(0, bytesRead);
}
