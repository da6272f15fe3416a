/** Follows a rollout until it has ended, through server restarts, timeouts and Ctrl-C. */
import type { Client } from '@sluice/client';
import type { Rollout } from '@sluice/contract';
import { isEnded } from '@sluice/core';
import { exitCodes, exitCodeOf, type ExitCode } from '../exit-codes.ts';
import { printError, printNote, printProblem } from '../output/print.ts';
import type { Terminal } from '../terminal.ts';
import { followFleet } from '../waiting/fleet-changes.ts';
import { readRollout } from './read-rollout.ts';
import { createRolloutDisplay } from './rollout-display.ts';
import type { RolloutView } from './rollout-view.ts';

/** Milliseconds between two drawings, where the clocks run on; and the least between two looks. */
const TICK_MS = 500;
/** Milliseconds between two looks without an event: what it waits for may change without one. */
const LOOK_INTERVAL_MS = 5000;
/** Milliseconds that a server may be away (a restart, an upgrade) before waiting for it ends. */
const UNREACHABLE_MS_MAX = 60_000;

export interface FollowOptions {
  /** `null`: as long as it takes. */
  readonly timeoutSeconds: number | null;
  /** Ends when it has paused for something that went wrong: nobody may be there who looks after it. */
  readonly endsWhenStopped: boolean;
}

export interface FollowEnd {
  /** As it stood last; `null`: it was never seen. */
  readonly rollout: Rollout | null;
  readonly exitCode: ExitCode;
}

/** Progress and trouble go to stderr; what came of it is the caller's to print. */
export async function followRollout(
  terminal: Terminal,
  client: Client,
  id: string,
  options: FollowOptions,
): Promise<FollowEnd> {
  const display = createRolloutDisplay(terminal);
  const changes = followFleet(client, null, terminal.interrupt);
  const giveUpAt = options.timeoutSeconds === null ? Infinity : Date.now() + options.timeoutSeconds * 1000;
  let view: RolloutView | null = null;
  let lastAnswerAt = Date.now();
  let lookedAt = 0;
  let shownAt = 0;
  let isDue = true;
  let isReachable = true;
  try {
    for (;;) {
      const sinceLook = Date.now() - lookedAt;
      if ((isDue && sinceLook >= TICK_MS) || sinceLook >= LOOK_INTERVAL_MS) {
        isDue = false;
        lookedAt = Date.now();
        const answer = await readRollout(client, id, view);
        if (answer.ok) {
          if (!isReachable) display.note('The server is back.');
          isReachable = true;
          lastAnswerAt = Date.now();
          view = answer.value;
        } else if (!terminal.interrupt.aborted) {
          const code = exitCodeOf(answer.problem);
          const mayPass = view !== null && (code === exitCodes.unreachable || code === exitCodes.timedOut);
          if (!mayPass || Date.now() - lastAnswerAt > UNREACHABLE_MS_MAX)
            return { rollout: view?.rollout ?? null, exitCode: printProblem(terminal, answer.problem) };
          if (isReachable) display.note(`${answer.problem.detail} Still trying; the rollout goes on when it is back.`);
          isReachable = false;
          isDue = true;
        }
      }
      if (view !== null && (lookedAt > shownAt || Date.now() - shownAt >= TICK_MS)) {
        display.show(view);
        shownAt = Date.now();
      }
      const exitCode = view === null ? null : endOf(terminal, view.rollout, options, giveUpAt);
      if (exitCode !== null) return { rollout: view?.rollout ?? null, exitCode };
      if (terminal.interrupt.aborted) return { rollout: null, exitCode: exitCodes.interrupted };
      const change = await changes.next(TICK_MS);
      isDue ||= change.isEverything || change.isOther || change.nodeIds.size > 0;
    }
  } finally {
    changes.stop();
  }
}

/** Says why the following ends, where it does; `null`: it goes on. */
function endOf(terminal: Terminal, rollout: Rollout, options: FollowOptions, giveUpAt: number): ExitCode | null {
  if (isEnded(rollout)) return rollout.status === 'succeeded' ? exitCodes.done : exitCodes.failed;
  if (options.endsWhenStopped && hasStopped(rollout)) {
    // Why is told already, with all that can be done.
    printError(
      terminal,
      `The rollout ${rollout.id} has paused; the waiting ends here.`,
      `Go on: sluice rollouts ${rollout.pause?.because === 'failures' ? 'retry' : 'resume'} ${rollout.id}`,
    );
    return exitCodes.failed;
  }
  if (terminal.interrupt.aborted) {
    printNote(terminal, `The rollout ${rollout.id} goes on; only the watching has ended.`);
    printNote(terminal, `→ Watch it again: sluice rollouts watch ${rollout.id}`);
    printNote(terminal, `→ Pause it: sluice rollouts pause ${rollout.id}`);
    return exitCodes.interrupted;
  }
  if (Date.now() <= giveUpAt) return null;
  printError(
    terminal,
    `Not finished after ${options.timeoutSeconds ?? 0} s: ${rollout.id} is ${rollout.status}. It goes on without this command.`,
    `Follow it with \`sluice rollouts watch ${rollout.id}\`, or wait longer with --wait-timeout.`,
  );
  return exitCodes.timedOut;
}

/** Whether it has paused for something that went wrong. Somebody who pauses it, and a canary, mean that it is looked after. */
function hasStopped({ status, pause }: Rollout): boolean {
  return status === 'paused' && pause !== null && pause.because !== 'operator' && pause.because !== 'canary';
}
