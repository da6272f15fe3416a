/** The server's clock was set: what was to come in a minute still comes in a minute. */
import { decided, type Decision } from '../decision.ts';
import type { FleetEvent } from '@sluice/contract';
import type { NodeState } from '../node/node.ts';
import { isActive } from '../operation/operation.ts';
import type { Result } from '../result.ts';

/** Moves every instant that something of the node waits for. What has happened keeps the time at which it was recorded. */
export function decideShiftTimes(node: NodeState, byMs: number): Result<Decision> {
  const events: FleetEvent[] = [];
  for (const { name, deadlineAt, expiresAt } of node.holds) {
    if (deadlineAt !== null || expiresAt !== null) events.push({ kind: 'HoldTimesShifted', name, byMs });
  }
  for (const operation of node.operations) {
    if (isActive(operation) && (operation.deliverBy !== null || operation.deadlineAt !== null))
      events.push({ kind: 'OperationTimesShifted', operationId: operation.id, byMs });
  }
  return decided(events);
}
