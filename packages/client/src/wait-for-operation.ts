/** Waits until an operation has ended, through broken connections and restarts of the server. */
import type { Operation } from '@sluice/contract';
import { connectionProblem, type Answer, type ClientProblem } from './answer.ts';
import { backoffMs } from './backoff.ts';
import type { EventsItem, EventsRequest } from './follow-events.ts';
import { pause } from './pause.ts';

/** Milliseconds that the first wait after a look that failed takes at most. */
const FIRST_RETRY_MS = 500;

export interface WaitRequest {
  readonly id: string;
  /** Milliseconds that it may take; absent: as long as it does. */
  readonly timeoutMs?: number;
  /** Ends the waiting; the operation goes on. */
  readonly signal?: AbortSignal;
}

/** What it asks the server with. */
export interface WaitingClient {
  readonly getOperation: (request: { readonly id: string; readonly signal: AbortSignal }) => Promise<Answer<Operation>>;
  readonly events: (request: EventsRequest) => AsyncIterable<EventsItem>;
}

/**
 * The operation as it ended, whether it succeeded or not: `value.status` tells. A problem when it cannot be read, or when
 * the waiting was over before it ended: `no-answer-in-time` or `aborted`.
 */
export async function waitForOperation(
  client: WaitingClient,
  { id, timeoutMs, signal }: WaitRequest,
): Promise<Answer<Operation>> {
  const deadline = timeoutMs === undefined ? null : AbortSignal.timeout(timeoutMs);
  const stop = AbortSignal.any([deadline, signal ?? null].filter((one) => one !== null));

  /** The operation as it is; asked again while the server is away. */
  const look = async (): Promise<Answer<Operation>> => {
    for (let failures = 0; ; failures += 1) {
      const answer = await client.getOperation({ id, signal: stop });
      if (answer.ok || stop.aborted || !mayPass(answer.problem)) return answer;
      await pause(backoffMs(failures, FIRST_RETRY_MS, Math.random()), [stop]);
    }
  };
  const tooLate = () => (deadline?.aborted === true ? notInTime(id, timeoutMs) : null);

  const first = await look();
  if (!first.ok || first.value.endedAt !== null) return tooLate() ?? first;
  for await (const item of client.events({ node: first.value.nodeId, signal: stop })) {
    if (item.kind === 'refused') return { ok: false, problem: item.problem };
    if (item.kind === 'interrupted' || (item.kind === 'event' && item.event['operationId'] !== id)) continue;
    const answer = await look();
    if (!answer.ok || answer.value.endedAt !== null) return tooLate() ?? answer;
  }
  return tooLate() ?? connectionProblem('aborted', 'The waiting was ended.', `Operation ${id} goes on.`);
}

/** Whether the server may answer otherwise soon: it starts, stops, or is out of reach. */
function mayPass({ code, status }: ClientProblem): boolean {
  return code !== 'aborted' && (status === null ? code !== 'unaddressable-id' : status >= 500 || status === 429);
}

function notInTime(id: string, timeoutMs: number | undefined): Answer<Operation> {
  return connectionProblem(
    'no-answer-in-time',
    `Operation ${id} has not ended within ${timeoutMs} ms.`,
    'It goes on: wait longer, or cancel it.',
  );
}
