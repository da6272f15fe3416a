/** Shows a simulation while it runs: one line that moves on a terminal, a line now and then when piped, and a summary at the end. */
import type { RunningSimulation, SimulationCounts } from '@sluice/agent';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import { printLine } from '../output/print.ts';
import { pause, type Terminal } from '../terminal.ts';

/** Milliseconds between two lines: on a terminal, and where each stays. */
const SHOWN_EVERY_MS = 500;
const WRITTEN_EVERY_MS = 5000;
const TOLD_EVERY_MS = 1000;
/** Clears the line and returns to its beginning (ECMA-48). */
const ANEW = '\r\u001b[2K';

export interface SimulationRun {
  /** `null`: until it is interrupted. */
  readonly durationMs: number | null;
  readonly isJson: boolean;
}

export async function runSimulation(
  terminal: Terminal,
  simulation: RunningSimulation,
  { durationMs, isJson }: SimulationRun,
): Promise<ExitCode> {
  const { stdout, stderr, interrupt } = terminal;
  const isMoving = !isJson && stderr.isTTY === true;
  const everyMs = isJson ? TOLD_EVERY_MS : isMoving ? SHOWN_EVERY_MS : WRITTEN_EVERY_MS;
  const startedAt = performance.now();
  const passedMs = () => performance.now() - startedAt;
  const isOver = () => interrupt.aborted || (durationMs !== null && passedMs() >= durationMs);
  while (!isOver()) {
    await pause(Math.min(everyMs, (durationMs ?? Infinity) - passedMs()), interrupt);
    const counts = simulation.counts();
    if (isJson) stdout.write(`${JSON.stringify({ at: new Date().toISOString(), ...counts })}\n`);
    else if (isMoving) stderr.write(`${ANEW}${inWords(counts)}`);
    else printLine(terminal, inWords(counts));
  }
  if (isMoving) stderr.write(ANEW);
  const { connected, connections, connectionsLost, sessionsBegun, restarts, failures } = simulation.counts();
  await simulation.stop();
  if (!isJson) {
    printLine(terminal, `${connected} were connected at the end, and have said goodbye.`);
    printLine(
      terminal,
      `${connections} connections, ${connectionsLost} of them lost; ${sessionsBegun} sessions begun, ${restarts} restarts, ${failures} failures.`,
    );
  }
  return exitCodes.done;
}

function inWords({ nodes, connected, connecting, away, draining, drained, sessions }: SimulationCounts): string {
  const others = [
    connecting === 0 ? [] : `${connecting} connecting`,
    away === 0 ? [] : `${away} away`,
    draining === 0 ? [] : `${draining} draining`,
    drained === 0 ? [] : `${drained} drained`,
  ].flat();
  return [`${connected} of ${nodes} connected`, ...others, `${sessions} sessions`].join(' · ');
}
