/** Gives a slot back: tries for a while where the server is away, then says how to do it by hand. */
import type { Client } from '@sluice/client';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import { printError, printNote } from '../output/print.ts';
import { pause, type Terminal } from '../terminal.ts';
import { passesByItself, waitBeforeNextMs } from './ask-again.ts';
import { howToRelease, slotBody, type SlotRequest } from './slot-request.ts';

/** Milliseconds for which it is tried: a restart of the server takes less, and who waits for the end of this is not kept for ever. */
const TRIED_FOR_MS = 120_000;

/**
 * @param stop Ends the trying early.
 * @returns Done, also where nothing was held; or the exit code of what stood in the way.
 */
export async function giveBack(
  terminal: Terminal,
  client: Client,
  slot: SlotRequest,
  stop: AbortSignal,
): Promise<ExitCode> {
  const startedAt = performance.now();
  for (let failures = 0; ; failures += 1) {
    const answer = await client.fleetLockSteadyState({ body: slotBody(slot), signal: stop });
    if (answer.ok) return exitCodes.done;
    const { problem } = answer;
    const isOver = stop.aborted || performance.now() - startedAt >= TRIED_FOR_MS;
    if (isOver || !passesByItself(problem)) {
      const detail = problem.code === 'aborted' ? 'It was interrupted.' : problem.detail;
      printError(
        terminal,
        `The slot of ${slot.id} in '${slot.group}' may not be given back: ${detail}`,
        `As long as it is held nobody else gets that place. Free it by hand: ${howToRelease(slot)}`,
      );
      return problem.code === 'aborted' ? exitCodes.interrupted : exitCodes.unreachable;
    }
    if (failures === 0) printNote(terminal, `Giving the slot back, again and again: ${problem.detail}`);
    await pause(waitBeforeNextMs(failures, Math.random()), stop);
  }
}
