/** Takes a slot: asks until there is a place, and says what it waits for. */
import type { Client, ClientProblem } from '@sluice/client';
import { printNote } from '../output/print.ts';
import { pause, type Terminal } from '../terminal.ts';
import { passesByItself, waitBeforeNextMs } from './ask-again.ts';
import { slotBody, type SlotRequest } from './slot-request.ts';

/** Milliseconds that one answer may take: the next look is as good. */
const ANSWER_WITHIN_MS = 15_000;

/**
 * What came of it. `mayBeHeld`: the server has given the slot to this machine although it may not be used yet, or nobody knows
 * whether it has.
 */
export type Taken =
  | { readonly kind: 'held'; readonly hasWaited: boolean }
  | { readonly kind: 'refused'; readonly problem: ClientProblem; readonly mayBeHeld: boolean }
  | { readonly kind: 'too-late'; readonly problem: ClientProblem; readonly mayBeHeld: boolean }
  | { readonly kind: 'interrupted'; readonly mayBeHeld: boolean };

/** @param untilMs When to give up, by `performance.now()`; it is asked once in any case. */
export async function takeSlot(terminal: Terminal, client: Client, slot: SlotRequest, untilMs: number): Promise<Taken> {
  const { interrupt } = terminal;
  let said: string | null = null;
  let mayBeHeld = false;
  for (let refusals = 0; ; refusals += 1) {
    if (interrupt.aborted) return { kind: 'interrupted', mayBeHeld };
    const answer = await client.fleetLockPreReboot({
      body: slotBody(slot),
      signal: interrupt,
      timeoutMs: ANSWER_WITHIN_MS,
    });
    if (answer.ok)
      return interrupt.aborted ? { kind: 'interrupted', mayBeHeld: true } : { kind: 'held', hasWaited: said !== null };
    const { problem } = answer;
    // No later refusal undoes it: that a budget has no place for the node, say, is told of a slot that stays held, too.
    mayBeHeld ||= leavesItOpen(problem);
    if (interrupt.aborted) return { kind: 'interrupted', mayBeHeld };
    if (!passesByItself(problem)) return { kind: 'refused', problem, mayBeHeld };
    const leftMs = untilMs - performance.now();
    if (leftMs <= 0) return { kind: 'too-late', problem, mayBeHeld };
    if (said !== problem.detail) printNote(terminal, `Waiting: ${problem.detail}`);
    said = problem.detail;
    await pause(Math.min(leftMs, waitBeforeNextMs(refusals, Math.random())), interrupt);
  }
}

/** An answer that never came may have been that it is held. */
function leavesItOpen({ code, status }: ClientProblem): boolean {
  return code === 'slot-draining' || code === 'outcome-unknown' || (status === null && code !== 'unreachable');
}
