/** Runs a command that the configuration names: an argument array, never a shell, in a process group of its own, for a limited time. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { OutputTail } from './output-tail.ts';
import { endGroup } from './process-group.ts';
import { quote } from './quote.ts';

/** Bytes of output that are kept when nothing else is asked for: as much as an operation keeps. */
const OUTPUT_BYTES_DEFAULT = 16_384;
/** Milliseconds between SIGTERM and SIGKILL for a command that takes too long. */
const STOP_GRACE_MS = 2000;
/** Milliseconds between two tellings of an output that grows. */
const TELL_EVERY_MS = 1000;
/** Milliseconds to read on after the command has exited, where a process that it left behind keeps its output open. */
const OUTPUT_AFTER_EXIT_MS = 200;

/** The program and its arguments. */
export type CommandLine = readonly [string, ...string[]];

export interface CommandRun {
  readonly command: CommandLine;
  /** The whole environment: nothing is inherited beside it. */
  readonly environment: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** As whom it runs; absent: as the agent. Only root can be somebody else. */
  readonly uid?: number;
  readonly gid?: number;
  readonly timeoutMs: number;
  /** Ends the command and all that it started. */
  readonly signal?: AbortSignal;
  /** How much of the end of stdout and stderr, as they came, is kept. */
  readonly outputBytesMax?: number;
  /** Told the output so far while it grows, and not oftener than `TELL_EVERY_MS`. */
  readonly tellOutput?: (output: string) => void;
  /** A file descriptor that takes the output instead; `output` is empty then. For commands that leave a process behind. */
  readonly outputDescriptor?: number;
}

export type CommandOutcome =
  /** `code` is `null` when a signal ended it. */
  | {
      readonly kind: 'exited';
      readonly code: number | null;
      readonly signal: NodeJS.Signals | null;
      readonly output: string;
      readonly durationMs: number;
    }
  | { readonly kind: 'timed-out'; readonly output: string }
  | { readonly kind: 'aborted'; readonly output: string }
  | { readonly kind: 'cannot-start'; readonly reason: string };

/** Never throws for what the command does: that is what the outcome says. */
export async function runCommand(run: CommandRun): Promise<CommandOutcome> {
  if (run.signal?.aborted === true) return { kind: 'aborted', output: '' };
  const startedAt = performance.now();
  const tail = new OutputTail(run.outputBytesMax ?? OUTPUT_BYTES_DEFAULT);
  const started = await start(run, tail);
  if (started.kind === 'cannot-start') return started;
  const { child, pid, exited, closed } = started;

  const settled = new AbortController();
  const { tellOutput } = run;
  const telling = tellOutput === undefined ? null : setInterval(() => tellIfGrown(tail, tellOutput), TELL_EVERY_MS);
  const outOfTime = sleep(run.timeoutMs, 'timed-out' as const, { signal: settled.signal });
  const abandoned = run.signal === undefined ? [] : [abortOf(run.signal, settled.signal)];
  // These two reject when they are no longer waited for.
  for (const waiting of [outOfTime, ...abandoned]) waiting.catch(() => null);
  const first = await Promise.race([exited, outOfTime, ...abandoned]);
  settled.abort();
  clearInterval(telling ?? undefined);

  if (first === 'timed-out' || first === 'aborted') {
    await endGroup(pid, STOP_GRACE_MS);
    await Promise.race([closed, sleep(OUTPUT_AFTER_EXIT_MS)]);
    letGo(child);
    return { kind: first, output: tail.text() };
  }
  await Promise.race([closed, sleep(OUTPUT_AFTER_EXIT_MS)]);
  letGo(child);
  return { kind: 'exited', ...first, output: tail.text(), durationMs: Math.round(performance.now() - startedAt) };
}

/** It may have come while the program was being started; then there is no event any more. */
async function abortOf(signal: AbortSignal, settled: AbortSignal): Promise<'aborted'> {
  if (!signal.aborted) await once(signal, 'abort', { signal: settled });
  return 'aborted';
}

/** What came of a command, as the end of a sentence; `null` when it exited with 0. */
export function whatWentWrong(outcome: CommandOutcome, timeoutMs: number): string | null {
  switch (outcome.kind) {
    case 'cannot-start':
      return `cannot be started: ${outcome.reason}`;
    case 'timed-out':
      return `did not end within ${timeoutMs} ms and was stopped${lastWords(outcome.output)}`;
    case 'aborted':
      return `was stopped before it ended${lastWords(outcome.output)}`;
    case 'exited':
      if (outcome.code === 0) return null;
      return `${outcome.signal === null ? `exited with code ${outcome.code}` : `was ended by ${outcome.signal}`}${lastWords(outcome.output)}`;
  }
}

/** Characters of a command's output that fit into a sentence about it. */
const LAST_WORDS_LENGTH_MAX = 1000;

/** The end of an output as an addition to a sentence; empty when there was none. */
export function lastWords(output: string): string {
  const words = output.trim();
  if (words === '') return '';
  return `; its last output: ${words.length > LAST_WORDS_LENGTH_MAX ? `…${words.slice(-LAST_WORDS_LENGTH_MAX)}` : words}`;
}

function tellIfGrown(tail: OutputTail, tellOutput: (output: string) => void): void {
  const text = tail.textIfGrown();
  if (text !== null) tellOutput(text);
}

type Exit = { readonly code: number | null; readonly signal: NodeJS.Signals | null };

type Started =
  | {
      readonly kind: 'started';
      readonly child: ChildProcess;
      readonly pid: number;
      readonly exited: Promise<Exit>;
      readonly closed: Promise<void>;
    }
  | { readonly kind: 'cannot-start'; readonly reason: string };

async function start(run: CommandRun, tail: OutputTail): Promise<Started> {
  const [program, ...args] = run.command;
  let child: ChildProcess;
  try {
    const output = run.outputDescriptor ?? 'pipe';
    child = spawn(program, args, {
      cwd: run.cwd,
      env: { ...run.environment },
      ...(run.uid === undefined ? {} : { uid: run.uid }),
      ...(run.gid === undefined ? {} : { gid: run.gid }),
      detached: true,
      stdio: ['ignore', output, output],
    });
  } catch (error) {
    return { kind: 'cannot-start', reason: whyNotStarted(program, run.cwd, error) };
  }
  const exited = new Promise<Exit>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  const closed = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
  });
  child.stdout?.on('data', (chunk: Buffer) => tail.add(chunk));
  child.stderr?.on('data', (chunk: Buffer) => tail.add(chunk));
  try {
    await once(child, 'spawn');
  } catch (error) {
    return { kind: 'cannot-start', reason: whyNotStarted(program, run.cwd, error) };
  }
  // An error after the start can only be a signal that could not be sent, and signals are sent by group.
  child.on('error', () => null);
  if (child.pid === undefined) throw new Error(`${program} was started without a process id`);
  return { kind: 'started', child, pid: child.pid, exited, closed };
}

/** Why a program could not be started, and what to do about it. */
export function whyNotStarted(program: string, cwd: string, error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  switch (code) {
    case 'ENOENT':
      return `there is no program '${quote(program)}' on the PATH, or no directory ${quote(cwd)}`;
    case 'EACCES':
      return `'${quote(program)}' is not executable for the agent's user (or the directory ${quote(cwd)} is closed to it)`;
    case 'E2BIG':
      return `the arguments or the environment of '${quote(program)}' are too large`;
    default:
      return `'${quote(program)}': ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** Nothing of the command keeps the agent alive or its pipes open. */
function letGo(child: ChildProcess): void {
  child.stdout?.destroy();
  child.stderr?.destroy();
  child.unref();
}
