/** Looks again and again at a workload that something else runs, and tells what became of it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { sentence } from '../error-sentence.ts';
import type { WorkloadHealth } from './driver.ts';
import type { Launched, LaunchedEvents } from './launcher.ts';
import { isAnotherStart } from './workload-record.ts';

/** What a look at the workload says of it. */
export type RunState =
  /** It runs, or whoever runs it is about to start it again. */
  | { readonly kind: 'up'; readonly launched: Launched; readonly health: WorkloadHealth | null }
  /** It does not run, and nobody starts it again by himself. `how` is the end of a sentence. */
  | { readonly kind: 'down'; readonly how: string }
  /** It could not be looked at; a whole sentence. */
  | { readonly kind: 'unclear'; readonly problem: string };

/** Looks in a row that find it down until it counts as ended: somebody else's restart has it down for a moment. */
const LOOKS_UNTIL_ENDED = 2;
/** Milliseconds until the second of them, and between looks at one that is coming up. */
const LOOK_AGAIN_MS = 500;

export interface WatchedWorkload {
  /** What it is called in a sentence: `container`, `unit`. */
  readonly what: string;
  readonly everyMs: number;
  readonly look: (signal: AbortSignal) => Promise<RunState>;
  /** The end of its output, told with its end. */
  readonly lastOutput: () => Promise<string>;
}

/** Watches one start of it at a time. */
export class StateWatch {
  readonly #watched: WatchedWorkload;
  #ending = new AbortController();

  constructor(watched: WatchedWorkload) {
    this.#watched = watched;
  }

  /** Goes on from a state that was found; a start without a token is known by the next one that is found. */
  begin(state: Extract<RunState, { kind: 'up' }>, events: LaunchedEvents): Launched {
    this.end();
    this.#watch(state.launched.startToken, events, this.#ending.signal).catch((error: unknown) => {
      events.unclear(`The ${this.#watched.what} is not looked at any more: ${sentence(error)}`);
    });
    if (state.health !== null) events.health(state.health);
    return state.launched;
  }

  /** Nothing is told any more. */
  end(): void {
    this.#ending.abort();
    this.#ending = new AbortController();
  }

  async #watch(noted: string | null, events: LaunchedEvents, signal: AbortSignal): Promise<void> {
    const { everyMs, look, lastOutput } = this.#watched;
    let startToken = noted;
    let looksDown = 0;
    let wasUnclear = true;
    for (;;) {
      const state = await look(signal);
      if (signal.aborted) return;
      looksDown = state.kind === 'down' ? looksDown + 1 : 0;
      if (state.kind === 'up') {
        if (wasUnclear) events.unclear(null);
        const found = state.launched.startToken;
        if (isAnotherStart(startToken, found)) events.restarted(state.launched);
        startToken = found ?? startToken;
        if (state.health !== null) events.health(state.health);
      } else if (state.kind === 'unclear') events.unclear(state.problem);
      else if (looksDown >= LOOKS_UNTIL_ENDED) {
        const said = await lastOutput();
        if (!signal.aborted) events.ended(`${state.how}${said}`);
        return;
      }
      wasUnclear = state.kind === 'unclear';
      const isSettled = state.kind === 'up' && state.health?.healthy !== null;
      try {
        await sleep(isSettled ? everyMs : Math.min(LOOK_AGAIN_MS, everyMs), undefined, { signal, ref: false });
      } catch {
        return;
      }
    }
  }
}
