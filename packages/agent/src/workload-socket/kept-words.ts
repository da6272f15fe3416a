/** What the workload has said that must outlive its agent: locks, the wish to leave, the commands that it offers. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { DECLARED_COMMANDS_MAX, DeclaredCommand, WorkloadLeaving, WorkloadLock } from '@sluice/contract';
import type { Logger } from 'pino';
import Type from 'typebox';
import { Compile } from 'typebox/compile';
import { parseJson } from '../parse-json.ts';
import { writeFileDurably } from '../write-file-durably.ts';

const Id = Type.Object({ id: Type.String() });
const Words = Type.Object({
  /** The start of the workload in which they were said. */
  incarnation: Type.Integer({ minimum: 0 }),
  locks: Type.Array(Type.Intersect([WorkloadLock, Id]), { maxItems: 16 }),
  leaving: Type.Union([Type.Intersect([WorkloadLeaving, Id]), Type.Null()]),
  commands: Type.Array(DeclaredCommand, { maxItems: DECLARED_COMMANDS_MAX }),
});
export type Words = Type.Static<typeof Words>;

const words = Compile(Words);
const NO_WORDS: Words = { incarnation: 0, locks: [], leaving: null, commands: [] };

/** A file that is written one version after the other; of those that wait only the newest. */
export class KeptWords {
  /** What an earlier agent knew. */
  readonly found: Words;
  readonly #file: string;
  readonly #logger: Logger;
  #newest: string;
  #written: string;
  #turn: Promise<void> = Promise.resolve();
  #waiting: Promise<void> | null = null;

  private constructor(file: string, found: Words, logger: Logger) {
    this.#file = file;
    this.#logger = logger;
    this.found = found;
    this.#newest = JSON.stringify(found);
    this.#written = this.#newest;
  }

  static async open(directory: string, logger: Logger): Promise<KeptWords> {
    const file = path.join(directory, 'workload-words.json');
    const found = parseJson(await readFile(file, 'utf8').catch(() => ''));
    // A file that cannot be read tells nothing: the processes say everything again when they come back.
    return new KeptWords(file, words.Check(found) ? found : NO_WORDS, logger);
  }

  /** @returns When these, or newer ones, are on the disk; where they cannot be, that is logged. */
  keep(newest: Words): Promise<void> {
    this.#newest = JSON.stringify(newest);
    this.#waiting ??= this.#turn = this.#turn.then(() => {
      this.#waiting = null;
      return this.#write();
    });
    return this.#waiting;
  }

  /** @returns When nothing waits to be written. */
  settled(): Promise<void> {
    return this.#turn;
  }

  async #write(): Promise<void> {
    const text = this.#newest;
    if (text === this.#written) return;
    try {
      await writeFileDurably(this.#file, `${text}\n`);
      this.#written = text;
    } catch (error) {
      this.#logger.error(
        { event: 'words-unwritable', err: error },
        'what the workload said cannot be kept; a restart of the agent forgets it until the workload has come back',
      );
    }
  }
}
