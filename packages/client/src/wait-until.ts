/** Waits until something has come to an end, through broken connections and restarts of the server: looks at it whenever an event may concern it. */
import { connectionProblem, type Answer, type ClientProblem } from './answer.ts';
import { backoffMs } from './backoff.ts';
import type { EventsItem } from './follow-events.ts';
import { pause } from './pause.ts';

/** Milliseconds that the first wait after a look that failed takes at most. */
const FIRST_RETRY_MS = 500;

export interface WaitRequest {
  readonly id: string;
  /** Milliseconds that it may take; absent: as long as it does. */
  readonly timeoutMs?: number;
  /** Ends the waiting; what is waited for goes on. */
  readonly signal?: AbortSignal;
}

export interface Waiting<T> {
  /** Such as `Operation op_1`. */
  readonly name: string;
  /** Asks the server how it is. */
  readonly look: (signal: AbortSignal) => Promise<Answer<T>>;
  readonly isOver: (value: T) => boolean;
  /** Follows the events that may concern it. */
  readonly events: (value: T, signal: AbortSignal) => AsyncIterable<EventsItem>;
  readonly concerns: (event: Extract<EventsItem, { kind: 'event' }>['event']) => boolean;
}

/** As it is once it is over. A problem when it cannot be read, or when the waiting was over before: `no-answer-in-time` or `aborted`. */
export async function waitUntil<T>(
  { name, look: ask, isOver, events, concerns }: Waiting<T>,
  { timeoutMs, signal }: Omit<WaitRequest, 'id'>,
): Promise<Answer<T>> {
  const deadline = timeoutMs === undefined ? null : AbortSignal.timeout(timeoutMs);
  const stop = AbortSignal.any([deadline, signal ?? null].filter((one) => one !== null));

  /** As it is; asked again while the server is away. */
  const look = async (): Promise<Answer<T>> => {
    for (let failures = 0; ; failures += 1) {
      const answer = await ask(stop);
      if (answer.ok || stop.aborted || !mayPass(answer.problem)) return answer;
      await pause(backoffMs(failures, FIRST_RETRY_MS, Math.random()), [stop]);
    }
  };
  const tooLate = () => (deadline?.aborted === true ? notInTime(name, timeoutMs) : null);

  const first = await look();
  if (!first.ok || isOver(first.value)) return tooLate() ?? first;
  for await (const item of events(first.value, stop)) {
    if (item.kind === 'refused') return { ok: false, problem: item.problem };
    if (item.kind === 'interrupted' || (item.kind === 'event' && !concerns(item.event))) continue;
    const answer = await look();
    if (!answer.ok || isOver(answer.value)) return tooLate() ?? answer;
  }
  return tooLate() ?? connectionProblem('aborted', 'The waiting was ended.', `${name} goes on.`);
}

/** Whether the server may answer otherwise soon: it starts, stops, or is out of reach. */
function mayPass({ code, status }: ClientProblem): boolean {
  return code !== 'aborted' && (status === null ? code !== 'unaddressable-id' : status >= 500 || status === 429);
}

function notInTime(name: string, timeoutMs: number | undefined) {
  return connectionProblem(
    'no-answer-in-time',
    `${name} has not ended within ${timeoutMs} ms.`,
    'It goes on: wait longer, or cancel it.',
  );
}
