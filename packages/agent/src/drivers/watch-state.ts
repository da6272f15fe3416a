/** Looks again and again at a workload that something else runs, and tells what became of it. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkloadHealth } from './driver.ts';
import type { Launched, LaunchedEvents } from './launcher.ts';

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

export interface StateWatchOptions {
  /** The start that is watched; `null`: the one that is found. */
  readonly startToken: string | null;
  readonly everyMs: number;
  readonly look: () => Promise<RunState>;
  /** The end of its output, told with its end. */
  readonly lastOutput: () => Promise<string>;
  readonly events: LaunchedEvents;
  /** Ends the watch; nothing is told after it. */
  readonly signal: AbortSignal;
}

/** Resolves when it has ended, or the watch has. */
export async function watchState(options: StateWatchOptions): Promise<void> {
  const { everyMs, look, lastOutput, events, signal } = options;
  let { startToken } = options;
  let looksDown = 0;
  let wasUnclear = true;
  for (;;) {
    const state = await look();
    if (signal.aborted) return;
    looksDown = state.kind === 'down' ? looksDown + 1 : 0;
    if (state.kind === 'up') {
      if (wasUnclear) events.unclear(null);
      const found = state.launched.startToken;
      if (found !== null && startToken !== null && found !== startToken) events.restarted(state.launched);
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
