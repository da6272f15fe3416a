/** Commands that run in the workload's processes now: what they print, what comes of them, and that they are stopped. */
import {
  COMMAND_VALUE_BYTES_MAX,
  type Json,
  OPERATION_OUTPUT_LENGTH_MAX,
  type WorkloadMessage,
} from '@sluice/contract';
import type { Clock } from '@sluice/core';
import { type AskedCommand, type CommandEnd, OUTPUT_JSON_BYTES_MAX } from '../declared-commands.ts';
import { jsonTail, OutputTail } from '../output-tail.ts';
import type { WorkloadPeer } from './workload-peer.ts';

/** Milliseconds between two tellings of an output that grows. */
const TELL_EVERY_MS = 1000;
/** Milliseconds that a handler gets to end after it was told to stop. It cannot be ended from outside. */
const STOP_WITHIN_MS = 2000;
/** Levels of what a handler returned: a message to the server has at most 64. */
const VALUE_DEPTH_MAX = 32;

type Result = Extract<WorkloadMessage, { kind: 'result' }>;

/** What its process says of it last. */
type Ended = { readonly kind: 'ended'; readonly result: Result } | { readonly kind: 'gone' };
/** Why it is not waited for any longer. */
type GivenUp = { readonly kind: 'timed-out' | 'aborted' };

interface Running {
  readonly peer: WorkloadPeer;
  readonly output: OutputTail;
  readonly ended: (how: Ended) => void;
}

export class WorkloadRuns {
  readonly #clock: Clock;
  readonly #running = new Map<string, Running>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Never throws for what the handler does. The caller has seen to it that an operation is run once. */
  async run(peer: WorkloadPeer, command: AskedCommand): Promise<CommandEnd> {
    const { operationId: id, name, params, timeoutMs, signal, tellOutput } = command;
    const output = new OutputTail(OPERATION_OUTPUT_LENGTH_MAX);
    const telling = setInterval(() => {
      const text = output.textIfGrown();
      if (text !== null) tellOutput(jsonTail(text, OUTPUT_JSON_BYTES_MAX));
    }, TELL_EVERY_MS);
    const end = new Promise<Ended>((resolve) => this.#running.set(id, { peer, output, ended: resolve }));
    peer.send({ kind: 'run', id, name, params, timeoutMs });
    const first = await this.#first(end, timeoutMs, signal);
    let last: Ended | GivenUp = first;
    if (first.kind === 'timed-out' || first.kind === 'aborted') {
      peer.send({ kind: 'cancel', id });
      last = await this.#first(end, STOP_WITHIN_MS, null);
    }
    clearInterval(telling);
    this.#running.delete(id);
    return { ...endOf(name, timeoutMs, first, last), output: jsonTail(output.text(), OUTPUT_JSON_BYTES_MAX) };
  }

  /** Whatever another process, or one that was given up, says of it is nobody's. */
  output(peer: WorkloadPeer, operationId: string, text: string): void {
    const running = this.#running.get(operationId);
    if (running?.peer === peer) running.output.add(Buffer.from(text));
  }

  ended(peer: WorkloadPeer, result: Result): void {
    const running = this.#running.get(result.id);
    if (running?.peer === peer) running.ended({ kind: 'ended', result });
  }

  gone(peer: WorkloadPeer): void {
    for (const running of this.#running.values()) if (running.peer === peer) running.ended({ kind: 'gone' });
  }

  /** Its end, or what comes before that. */
  async #first(end: Promise<Ended>, timeoutMs: number, signal: AbortSignal | null): Promise<Ended | GivenUp> {
    if (signal?.aborted === true) return { kind: 'aborted' };
    let forget = () => undefined;
    const givenUp = new Promise<GivenUp>((resolve) => {
      const cancel = this.#clock.wakeAt(this.#clock.now() + timeoutMs, () => resolve({ kind: 'timed-out' }));
      const abort = () => resolve({ kind: 'aborted' });
      signal?.addEventListener('abort', abort, { once: true });
      forget = () => {
        cancel();
        signal?.removeEventListener('abort', abort);
        return undefined;
      };
    });
    const first = await Promise.race([end, givenUp]);
    forget();
    return first;
  }
}

/**
 * @param first Why it was not waited for any longer.
 * @param last The same; or, of one that was told to stop, what came of that.
 */
function endOf(
  name: string,
  timeoutMs: number,
  first: Ended | GivenUp,
  last: Ended | GivenUp,
): Omit<CommandEnd, 'output'> {
  if (last.kind === 'gone')
    return failed('interrupted', `The workload's process ended while '${name}' ran. It is not repeated.`, true);
  if (last.kind !== 'ended') {
    const [code, why] =
      first.kind === 'aborted' ? ['not-stopped', 'was cancelled'] : ['timed-out', `did not end within ${timeoutMs} ms`];
    const message = `'${name}' ${why} and was told to stop, but has not said within ${STOP_WITHIN_MS} ms that it has. It may still run in the workload.`;
    return failed(code, message, true);
  }
  const { value, problem } = last.result;
  if (first.kind === 'timed-out')
    return failed('timed-out', `'${name}' did not end within ${timeoutMs} ms and was stopped.`, false);
  if (problem === null) return { status: 'succeeded', result: resultOf(value), error: null };
  if (first.kind !== 'aborted') return failed('command-failed', `'${name}' failed: ${problem}`, false);
  return { ...failed('cancelled', `'${name}' was stopped: ${problem}`, false), status: 'cancelled' };
}

function failed(code: string, message: string, isUnknown: boolean): Omit<CommandEnd, 'output'> {
  return {
    status: 'failed',
    result: null,
    error: { code, message, ...(isUnknown ? { outcome: 'unknown' as const } : {}) },
  };
}

function resultOf(value: Json | undefined): CommandEnd['result'] {
  if (value === undefined || value === null) return null;
  const bytes = Buffer.byteLength(JSON.stringify(value));
  if (bytes > COMMAND_VALUE_BYTES_MAX)
    return {
      note: `What it returned has ${bytes} bytes; at most ${COMMAND_VALUE_BYTES_MAX} are kept, so it was left out.`,
    };
  if (isDeeper(value, VALUE_DEPTH_MAX))
    return { note: `What it returned has more than ${VALUE_DEPTH_MAX} levels, so it was left out.` };
  return { value };
}

function isDeeper(value: Json, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((each: Json) => isDeeper(each, levels - 1));
}
