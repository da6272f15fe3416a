/** Shows operations under way: bars that move on a terminal, a line for each change when piped. */
import type { Operation } from '@sluice/contract';
import { MultiBar, type SingleBar } from 'cli-progress';
import { displayWidth, shorten } from '../output/display-width.ts';
import { printable } from '../output/printable.ts';
import { printNote } from '../output/print.ts';
import type { OutputStream, Terminal } from '../terminal.ts';
import { hasEnded, outcomeInWords, progressParts } from './operation-in-words.ts';

export interface ProgressDisplay {
  show(operations: readonly Operation[]): void;
  /** Something beside the operations, such as a server that cannot be reached. */
  note(text: string): void;
  /** Whole lines of an answer that comes bit by bit, on stdout. */
  print(text: string): void;
  stop(): void;
}

/** Cells of a bar: enough to see a tenth, and it leaves room for words at 80 columns. */
const BAR_WIDTH = 10;
/** Columns of the longest node id before a bar. */
const ID_WIDTH_MAX = 24;
const COLUMNS_DEFAULT = 80;

/** Progress is written on stderr, so that stdout holds nothing but the answer. */
export function createProgressDisplay(terminal: Terminal, idOf: (operation: Operation) => string): ProgressDisplay {
  return terminal.stderr.isTTY === true
    ? barsDisplay(terminal.stderr, terminal.stdout, idOf)
    : linesDisplay(terminal, idOf);
}

function barsDisplay(
  stream: OutputStream,
  stdout: OutputStream,
  idOf: (operation: Operation) => string,
): ProgressDisplay {
  const bars = new Map<string, SingleBar>();
  let idWidth = 0;
  let isMoving = true;
  const multiBar = new MultiBar({
    stream,
    hideCursor: true,
    // What came of it is the answer, and stdout gives that.
    clearOnComplete: true,
    gracefulExit: false,
    // Enough for the eye.
    fps: 4,
    forceRedraw: true,
    format: (_options, state, payload: unknown) => {
      const { id, parts } = readPayload(payload);
      const done = Math.round(Math.min(1, Math.max(0, state.progress)) * BAR_WIDTH);
      const head = `${id}${' '.repeat(Math.max(0, idWidth - displayWidth(id)))}  ${'█'.repeat(done)}${'░'.repeat(BAR_WIDTH - done)}  `;
      return head + joinToFit(parts, (stream.columns ?? COLUMNS_DEFAULT) - displayWidth(head) - 1);
    },
  });
  return {
    show(operations) {
      idWidth = Math.max(...operations.map((one) => displayWidth(shorten(printable(idOf(one)), ID_WIDTH_MAX))));
      for (const operation of operations) {
        const parts = hasEnded(operation) ? [outcomeInWords(operation)] : progressParts(operation, Date.now());
        const payload = {
          id: shorten(printable(idOf(operation)), ID_WIDTH_MAX),
          parts: parts.map((part) => printable(part)),
        };
        const { total, done } = barOf(operation);
        const bar = bars.get(operation.id);
        if (bar === undefined) bars.set(operation.id, multiBar.create(total, done, payload));
        else {
          bar.setTotal(total);
          bar.update(done, payload);
        }
      }
    },
    note: (text) => multiBar.log(`${printable(text)}\n`),
    // On the same terminal as the bars it must go above them; into a pipe or a file it goes by itself.
    print: (text) => {
      if (stdout.isTTY === true && isMoving) multiBar.log(text);
      else stdout.write(text);
    },
    stop: () => {
      isMoving = false;
      multiBar.stop();
    },
  };
}

function barOf(operation: Operation): { readonly total: number; readonly done: number } {
  if (operation.status === 'succeeded') return { total: 1, done: 1 };
  const { sessionsAtStart, sessionsRemaining } = operation.progress ?? {
    sessionsAtStart: null,
    sessionsRemaining: null,
  };
  if (sessionsAtStart === null || sessionsRemaining === null || sessionsAtStart === 0) return { total: 1, done: 0 };
  return { total: sessionsAtStart, done: Math.max(0, sessionsAtStart - sessionsRemaining) };
}

function readPayload(payload: unknown): { readonly id: string; readonly parts: readonly string[] } {
  if (typeof payload !== 'object' || payload === null || !('id' in payload) || !('parts' in payload))
    return { id: '', parts: [] };
  const parts = Array.isArray(payload.parts) ? payload.parts.filter((part) => typeof part === 'string') : [];
  return { id: String(payload.id), parts };
}

/** As many parts as fit whole; the first is shortened when even it does not. */
function joinToFit(parts: readonly string[], width: number): string {
  for (let count = parts.length; count > 1; count -= 1) {
    const text = parts.slice(0, count).join(' · ');
    if (displayWidth(text) <= width) return text;
  }
  return shorten(parts[0] ?? '', Math.max(8, width));
}

function linesDisplay(terminal: Terminal, idOf: (operation: Operation) => string): ProgressDisplay {
  const shown = new Map<string, string>();
  return {
    show(operations) {
      for (const operation of operations) {
        // Ended ones are the answer, which stdout gives. The clocks run all the time and are no change in themselves.
        if (hasEnded(operation)) continue;
        const { progress, phase, status } = operation;
        const essence = JSON.stringify([
          status,
          phase,
          progress?.sessionsRemaining,
          progress?.problem,
          operation.deadlineAt,
        ]);
        if (shown.get(operation.id) === essence) continue;
        shown.set(operation.id, essence);
        printNote(terminal, `${idOf(operation)}: ${progressParts(operation, Date.now()).join(' · ')}`);
      }
    },
    note: (text) => printNote(terminal, text),
    print: (text) => void terminal.stdout.write(text),
    stop: () => undefined,
  };
}
