/** Every event of the fleet, and who caused it. Committed events are the history, the audit log and the feed at once. */
import Type from 'typebox';
import { Nullable } from '../nullable.ts';
import * as availability from './availability-events.ts';
import * as budget from './budget-events.ts';
import * as metadata from './metadata-events.ts';
import * as node from './node-events.ts';
import * as operation from './operation-events.ts';

export const FleetEvent = Type.Union([
  node.NodeRegistered,
  node.NodeDescribed,
  node.AgentEnrolled,
  node.AgentKeyRotationRequested,
  node.AgentKeyRotated,
  node.AgentKeySuperseded,
  node.AgentCredentialsRevoked,
  node.AgentConnected,
  node.AgentDisconnected,
  node.LeaseExpired,
  node.WorkloadChanged,
  node.NodeForgotten,
  availability.HoldPlaced,
  availability.HoldReleased,
  availability.HoldExpiryDeferred,
  availability.HoldTimesShifted,
  availability.AvailabilityWished,
  availability.AvailabilityRecovered,
  availability.DrainProgressed,
  availability.DrainDeadlineReached,
  availability.NodeDrained,
  availability.NodeNoLongerEmpty,
  availability.NodeActivated,
  availability.ActivationHindered,
  operation.OperationRequested,
  operation.OperationDeadlineMoved,
  operation.OperationDeliverable,
  operation.OperationStarted,
  operation.OperationProgressed,
  operation.OperationCancelRequested,
  operation.OperationConfirmationNeeded,
  operation.OperationConfirmed,
  operation.OperationTimesShifted,
  operation.OperationEnded,
  metadata.MetadataReplaced,
  budget.BudgetOverridden,
]);
export type FleetEvent = Type.Static<typeof FleetEvent>;

/** Who caused a change: a token's name, `agent`, or `server` (a timer); from which address; and with which token, where there was one. */
export const Actor = Type.Object({
  name: Type.String(),
  address: Nullable(Type.String()),
  tokenId: Type.Optional(Type.String()),
});
export type Actor = Type.Static<typeof Actor>;
