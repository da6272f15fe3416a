/** Follows operations until each has ended, through server restarts, timeouts and Ctrl-C. */
import type { Client } from '@sluice/client';
import type { Operation } from '@sluice/contract';
import { exitCodes, exitCodeOf, firstFailure, type ExitCode } from '../exit-codes.ts';
import { printError, printNote, printProblem } from '../output/print.ts';
import type { Terminal } from '../terminal.ts';
import { followFleet, type FleetChanges } from './fleet-changes.ts';
import { createLiveOutput } from './live-output.ts';
import { hasEnded } from './operation-in-words.ts';
import { createProgressDisplay, type ProgressDisplay } from './progress-display.ts';

/** Milliseconds between two drawings, where the clocks run on; and between two looks while there is no event stream. */
const TICK_MS = 500;
/** Milliseconds between two looks at the output of a command that runs: its agent tells it no oftener. */
const OUTPUT_INTERVAL_MS = 1000;
/** Milliseconds that a server may be away (a restart, an upgrade) before waiting for it ends. */
const UNREACHABLE_MS_MAX = 60_000;

export interface WaitOptions {
  /** `null`: as long as it takes. */
  readonly timeoutSeconds: number | null;
  /** How to stop what goes on after Ctrl-C, for the person who pressed it. */
  readonly howToCancel: (operation: Operation) => string | null;
  /** Prints on stdout what a declared command writes, as it comes; of one operation only. */
  readonly showsOutput?: boolean;
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
  const [first] = started;
  const nodeId = first !== undefined && started.every((one) => one.nodeId === first.nodeId) ? first.nodeId : null;
  const changes = followFleet(client, nodeId, terminal.interrupt);
  try {
    return await follow(terminal, client, { started, display, changes }, options);
  } finally {
    changes.stop();
    display.stop();
  }
}

interface Following {
  readonly started: readonly Operation[];
  readonly display: ProgressDisplay;
  readonly changes: FleetChanges;
}

async function follow(
  terminal: Terminal,
  client: Client,
  { started, display, changes }: Following,
  options: WaitOptions,
): Promise<WaitEnd> {
  const giveUpAt = options.timeoutSeconds === null ? Infinity : Date.now() + options.timeoutSeconds * 1000;
  const output = options.showsOutput === true ? createLiveOutput((text) => display.print(text)) : null;
  let operations = started;
  let lastAnswerAt = Date.now();
  let outputAt = 0;
  let isUnreachable = false;
  display.show(operations);

  while (!operations.every(hasEnded)) {
    const change = await changes.next(TICK_MS);
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
    const due = operations.filter(
      (one) => !hasEnded(one) && (change.isEverything || isUnreachable || change.nodeIds.has(one.nodeId)),
    );
    const answers = await Promise.all(due.map(({ id }) => client.getOperation({ id })));
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
    const running = operations.find(({ status }) => status === 'running');
    if (output !== null && running !== undefined && Date.now() - outputAt >= OUTPUT_INTERVAL_MS) {
      outputAt = Date.now();
      const answer = await client.operationOutput({ id: running.id });
      // What cannot be read now is read a second later, or is told by the end.
      if (answer.ok) output.show(answer.value);
    }
  }
  display.stop();
  for (const operation of operations) output?.finish(operation.output ?? '');
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
