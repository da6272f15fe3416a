/** A decision in the making: each recorded event is applied at once, so that the next rule sees the state after it. */
import type { FleetEvent } from '@sluice/contract';
import { evolve } from './evolve.ts';
import type { NodeState } from './node/node.ts';

export interface Draft {
  /** The state after everything recorded so far. */
  node(): NodeState;
  record(event: FleetEvent): void;
  events(): readonly FleetEvent[];
}

export function openDraft(start: NodeState, now: number): Draft {
  let node = start;
  const events: FleetEvent[] = [];
  return {
    node: () => node,
    record: (event) => {
      const next = evolve(node, event, start.id, now);
      if (next === null) throw new Error(`event ${event.kind} ended node ${start.id} in the middle of a decision`);
      node = next;
      events.push(event);
    },
    events: () => events,
  };
}
