/** Shows an answer again whenever it changes, until Ctrl-C: by the server's events, and by looking where they do not tell. */
import type { Answer, Client } from '@sluice/client';
import { exitCodeOf, exitCodes, type ExitCode } from '../exit-codes.ts';
import { printNote, printProblem } from '../output/print.ts';
import { createRedraw } from '../output/redraw.ts';
import type { Terminal } from '../terminal.ts';
import { followFleet } from './fleet-changes.ts';

/** Milliseconds between two drawings on a terminal, where the clocks run on even when nothing else changes. */
const TICK_MS = 1000;
/** Milliseconds between two looks without an event: what nodes measure (load, sessions) is no event. */
const LOOK_INTERVAL_MS = 5000;

type Answered<T> = Extract<Answer<T>, { readonly ok: true }>;

export async function watchAnswer<T>(
  terminal: Terminal,
  client: Client,
  /** What only those of one node can change; `null`: events of all. */
  nodeId: string | null,
  look: (previous: Answered<T> | null) => Promise<Answer<T>>,
  render: (answer: Answered<T>) => string,
): Promise<ExitCode> {
  const redraw = createRedraw(terminal.stdout);
  const note = (text: string) => {
    printNote(terminal, text);
    if (terminal.stdout.isTTY === true) redraw.forget();
  };
  const changes = followFleet(client, nodeId, terminal.interrupt);
  let shown: Answered<T> | null = null;
  let isReachable = true;
  let lookedAt = 0;
  let isDue = true;
  try {
    while (!terminal.interrupt.aborted) {
      if (isDue || Date.now() - lookedAt >= LOOK_INTERVAL_MS) {
        lookedAt = Date.now();
        const answer = await look(shown);
        if (answer.ok) {
          if (!isReachable) note('The server is back.');
          isReachable = true;
          // Piped, only changes are worth a snapshot.
          if (!answer.isUnchanged && terminal.stdout.isTTY !== true) redraw.draw(render(answer));
          shown = answer;
        } else {
          const code = exitCodeOf(answer.problem);
          if (code === exitCodes.interrupted) break;
          const mayPass = code === exitCodes.unreachable || code === exitCodes.timedOut;
          if (shown === null || !mayPass) return printProblem(terminal, answer.problem);
          if (isReachable) note(`${answer.problem.detail} Still trying; Ctrl-C ends it.`);
          isReachable = false;
        }
      }
      if (terminal.stdout.isTTY === true && shown !== null) redraw.draw(render(shown));
      const { isEverything, nodeIds } = await changes.next(TICK_MS);
      isDue = isEverything || nodeIds.size > 0;
    }
    return exitCodes.done;
  } finally {
    changes.stop();
  }
}
