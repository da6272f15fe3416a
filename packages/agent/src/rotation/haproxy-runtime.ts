/**
 * Tells HAProxy over its runtime socket, and looks again and again whether it still holds: HAProxy forgets at a restart,
 * and somebody else may set the same server.
 */
import type { RotationState } from '@sluice/core';
import type { Logger } from 'pino';
import {
  type HaproxyAddress,
  type HaproxyServer,
  type HaproxyState,
  readServerState,
  setServerState,
} from './haproxy-socket.ts';

export interface HaproxyRuntimeSettings {
  readonly address: HaproxyAddress;
  readonly server: HaproxyServer;
}

type Word = RotationState['word'];

/** Told of each try whose outcome is another than before; `null`: HAProxy has it so. */
export type RotationTold = (word: Word, problem: string | null) => void;

/** Milliseconds between two looks; so long may a restarted HAProxy send requests to a drained node. */
const LOOK_EVERY_MS = 1000;
/** Milliseconds between two tries while HAProxy cannot be told. */
const RETRY_MS = 500;
/** Milliseconds after which the log says again that HAProxy cannot be told. */
const SAY_AGAIN_MS = 60_000;

/** A server in maintenance gets nothing new, as one that is down; HAProxy takes `down` only where it checks health itself. */
const STATES = { ready: 'ready', drain: 'drain', maint: 'maint', down: 'maint' } as const satisfies Record<
  Word,
  HaproxyState
>;

export class HaproxyRuntime {
  readonly #settings: HaproxyRuntimeSettings;
  readonly #logger: Logger;
  readonly #told: RotationTold;
  #word: Word | null = null;
  /** What was said of the last try; `null`: nothing yet. */
  #last: { readonly word: Word; readonly problem: string | null } | null = null;
  #saidAt = 0;
  #isClosed = false;
  #goOn: () => void = () => undefined;
  readonly #running: Promise<void>;

  constructor(settings: HaproxyRuntimeSettings, logger: Logger, told: RotationTold) {
    this.#settings = settings;
    this.#logger = logger;
    this.#told = told;
    this.#running = this.#run();
  }

  /** Told at once; until the first call HAProxy is left as it is. */
  set(word: Word): void {
    this.#word = word;
    this.#goOn();
  }

  /** Leaves HAProxy as it is: the workload may well live on without its agent. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#goOn();
    await this.#running;
  }

  async #run(): Promise<void> {
    // A turn of its own: nothing is told before whoever made this has it.
    await Promise.resolve();
    while (!this.#isClosed) {
      const word = this.#word;
      const problem = word === null ? null : await this.#tell(word);
      // A new word does not wait.
      if (this.#isClosed || this.#word !== word) continue;
      await this.#pause(problem === null ? LOOK_EVERY_MS : RETRY_MS);
    }
  }

  /** @returns Why HAProxy could not be told; `null`: it has the state, and was asked again to be sure. */
  async #tell(word: Word): Promise<string | null> {
    const { address, server } = this.#settings;
    const state = STATES[word];
    let problem: string | null = null;
    try {
      const before = await readServerState(address, server);
      if (before !== state) {
        if (this.#last?.word === word && this.#last.problem === null) this.#sayForgotten(before, state);
        await setServerState(address, server, state);
        const after = await readServerState(address, server);
        if (after !== state) problem = `HAProxy was told '${state}' and still says '${after}'.`;
      }
    } catch (error) {
      problem = error instanceof Error ? error.message : String(error);
    }
    this.#note(word, problem);
    return problem;
  }

  #note(word: Word, problem: string | null): void {
    const isNews = this.#last?.word !== word || this.#last.problem !== problem;
    const now = performance.now();
    const fields = { server: `${this.#settings.server.backend}/${this.#settings.server.name}`, state: STATES[word] };
    if (problem !== null && (isNews || now - this.#saidAt >= SAY_AGAIN_MS)) {
      this.#saidAt = now;
      this.#logger.error(
        { event: 'haproxy-untold', ...fields, problem },
        'HAProxy cannot be told; a node that leaves rotation waits until it can',
      );
    } else if (problem === null && isNews)
      this.#logger.info({ event: 'haproxy-told', ...fields }, 'HAProxy has the state that is wanted');
    this.#last = { word, problem };
    if (isNews) this.#told(word, problem);
  }

  #sayForgotten(before: HaproxyState, state: HaproxyState): void {
    this.#logger.warn(
      { event: 'haproxy-differed', found: before, state },
      'HAProxy had another state than it was told (was it restarted, or set by somebody else?); it is told again',
    );
  }

  #pause(durationMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, durationMs);
      this.#goOn = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
