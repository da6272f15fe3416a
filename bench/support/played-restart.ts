/** The restarts of one played agent: each is taken, permitted, done at once, and told, as the protocol wants it. */
import type { AgentMessage, OperationAck, OperationStart, OperationUpdate, WorkloadReport } from '@sluice/contract';

/** Of the updates of one restart: it is taken; it has ended. */
const ACCEPTED = 1;
const ENDED = 2;

export class PlayedRestarts {
  /** Grows with each. */
  #incarnation = 1;
  readonly #accepted = new Set<string>();

  get incarnation(): number {
    return this.#incarnation;
  }

  /** What the agent answers; nothing else is asked of a fleet in a benchmark. */
  start({ operationId }: OperationStart): readonly AgentMessage[] {
    this.#accepted.add(operationId);
    return [update(operationId, ACCEPTED, 'accepted', null)];
  }

  /** The acknowledgement of the first update is the permission. @param workload As it was in the hello. */
  acknowledged({ operationId, sequence }: OperationAck, workload: WorkloadReport): readonly AgentMessage[] {
    if (sequence !== ACCEPTED || !this.#accepted.delete(operationId)) return [];
    const oldIncarnation = this.#incarnation;
    this.#incarnation += 1;
    const newIncarnation = this.#incarnation;
    return [
      { kind: 'heartbeat', workload: { ...workload, incarnation: newIncarnation } },
      update(operationId, ENDED, 'succeeded', { oldIncarnation, newIncarnation }),
    ];
  }
}

function update(
  operationId: string,
  sequence: number,
  status: OperationUpdate['status'],
  result: OperationUpdate['result'],
): OperationUpdate {
  return { kind: 'operation.update', operationId, sequence, status, phase: null, result, error: null, output: null };
}
