/** Follows operations until each has ended, through server restarts, timeouts and Ctrl-C. */
import type { Client } from '@sluice/client';
import type { Operation } from '@sluice/contract';
import { exitCodes, exitCodeOf, firstFailure, type ExitCode } from '../exit-codes.ts';
import { printError, printNote, printProblem } from '../output/print.ts';
import { pause, type Terminal } from '../terminal.ts';
import { hasEnded } from './operation-in-words.ts';
import { createProgressDisplay } from './progress-display.ts';

/** Milliseconds between two looks: soon enough for the eye, little enough for the server. */
const LOOK_INTERVAL_MS = 500;
/** Milliseconds that a server may be away (a restart, an upgrade) before waiting for it ends. */
const UNREACHABLE_MS_MAX = 60_000;

export interface WaitOptions {
  /** `null`: as long as it takes. */
  readonly timeoutSeconds: number | null;
  /** How to stop what goes on after Ctrl-C, for the person who pressed it. */
  readonly howToCancel: (operation: Operation) => string | null;
}

export interface WaitEnd {
  /** As they stood last. */
  readonly operations: readonly Operation[];
  /** `done` when all succeeded; `failed` when one did not; or why the waiting ended before they did. */
  readonly exitCode: ExitCode;
}

/** Waits for all of `started`; progress and trouble go to stderr, what came of them is the caller's to print. */
export async function waitForOperations(
  terminal: Terminal,
  client: Client,
  started: readonly Operation[],
  options: WaitOptions,
): Promise<WaitEnd> {
  const display = createProgressDisplay(terminal, ({ nodeId }) => nodeId);
  const giveUpAt = options.timeoutSeconds === null ? Infinity : Date.now() + options.timeoutSeconds * 1000;
  let operations = started;
  let lastAnswerAt = Date.now();
  let isUnreachable = false;
  display.show(operations);

  while (!operations.every(hasEnded)) {
    await pause(LOOK_INTERVAL_MS, terminal.interrupt);
    if (terminal.interrupt.aborted) {
      display.stop();
      sayWhatGoesOn(terminal, operations, options);
      return { operations, exitCode: exitCodes.interrupted };
    }
    if (Date.now() > giveUpAt) {
      display.stop();
      const waiting = operations.filter((one) => !hasEnded(one)).map((one) => one.nodeId);
      printError(
        terminal,
        `Not finished after ${options.timeoutSeconds} s: ${waiting.join(', ')}. It goes on without this command.`,
        'Follow it with `sluice operations watch ID`, or wait longer with --wait-timeout.',
      );
      return { operations, exitCode: exitCodes.timedOut };
    }
    const answers = await Promise.all(
      operations.filter((one) => !hasEnded(one)).map(({ id }) => client.getOperation({ id })),
    );
    const problem = answers.find((answer) => !answer.ok);
    if (problem?.ok === false) {
      if (terminal.interrupt.aborted) continue;
      const code = exitCodeOf(problem.problem);
      const mayPass = code === exitCodes.unreachable || code === exitCodes.timedOut;
      if (!mayPass || Date.now() - lastAnswerAt > UNREACHABLE_MS_MAX) {
        display.stop();
        return { operations, exitCode: printProblem(terminal, problem.problem) };
      }
      if (!isUnreachable) display.note(`${problem.problem.detail} Still trying; what was asked for goes on.`);
      isUnreachable = true;
      continue;
    }
    isUnreachable = false;
    lastAnswerAt = Date.now();
    const news = new Map(answers.flatMap((answer) => (answer.ok ? [[answer.value.id, answer.value]] : [])));
    operations = operations.map((one) => news.get(one.id) ?? one);
    display.show(operations);
  }
  display.stop();
  return {
    operations,
    exitCode: firstFailure(operations.map((one) => (one.status === 'succeeded' ? exitCodes.done : exitCodes.failed))),
  };
}

function sayWhatGoesOn(terminal: Terminal, operations: readonly Operation[], options: WaitOptions): void {
  for (const operation of operations.filter((one) => !hasEnded(one))) {
    const howToCancel = options.howToCancel(operation);
    printNote(terminal, `The ${operation.command} of ${operation.nodeId} goes on.`);
    printNote(terminal, `→ Follow it: sluice operations watch ${operation.id}`);
    if (howToCancel !== null) printNote(terminal, `→ Cancel it: ${howToCancel}`);
  }
}
