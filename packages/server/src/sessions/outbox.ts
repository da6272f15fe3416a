/** What a session has been told already: each effect of `underWay` is sent once per session, in its order. */
import type { ServerMessage } from '@sluice/contract';
import { type Effect, type NodeState, underWay } from '@sluice/core';

export class Outbox {
  #sent = new Set<string>();

  /** Messages for what should be under way and was not sent in this session yet. */
  take(node: NodeState, now: number): readonly ServerMessage[] {
    const { forAgent } = underWay(node);
    const fresh = forAgent.filter(({ key }) => !this.#sent.has(key));
    // Only what is still under way need be remembered: the rest does not come up again.
    this.#sent = new Set(forAgent.map(({ key }) => key));
    return fresh.map((effect) => messageOf(effect, now));
  }
}

function messageOf(effect: Effect, now: number): ServerMessage {
  switch (effect.kind) {
    case 'SetAvailability':
      return {
        kind: 'availability.set',
        generation: effect.generation,
        availability: effect.availability,
        sinceGeneration: effect.sinceGeneration,
        forceInMs: effect.forceAt === null ? null : Math.max(0, effect.forceAt - now),
        holds: [...effect.holds],
      };
    case 'ShareMetadata':
      return { kind: 'metadata.changed', json: effect.json, revision: effect.revision };
    case 'RotateKey':
      return { kind: 'key.rotate' };
    case 'StartOperation': {
      const { id, command, status, task, executeWithinMs, traceparent } = effect.operation;
      return {
        kind: 'operation.start',
        operationId: id,
        command,
        params: task.kind === 'declared' ? task.params : {},
        wasAccepted: status === 'running',
        expectedIncarnation: task.kind === 'restart' ? task.expectedIncarnation : null,
        graceMs: task.kind === 'restart' ? task.graceMs : null,
        ...(task.kind === 'reboot' ? { expectedBootId: task.expectedBootId } : {}),
        deadlineInMs: executeWithinMs ?? 0,
        ...(traceparent === undefined ? {} : { traceparent }),
      };
    }
    case 'StopOperation':
      return { kind: 'operation.cancel', operationId: effect.operationId, reason: effect.reason };
  }
}
