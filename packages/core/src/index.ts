/** The public door of the core: decide, evolve, what is under way, and the derived values that others show. */
export { type AgentIdentity, agentWakeAt, helloOf, startAgentState, UNKNOWN_LOAD } from './agent/agent-start.ts';
export type { AgentSettings, AgentState, RotationState, SessionsReading } from './agent/agent-state.ts';
export type { AgentEffect, AgentInput } from './agent/agent-io.ts';
export { agentStep } from './agent/agent-step.ts';
export { entriesOf, type JournalEntry } from './agent/journal.ts';
export { arithmeticInWords, noPlaceLeft, PLACES_NAMED_MAX, takesPlace, withNamesOf } from './budget/check-budgets.ts';
export { placesOf } from './budget/places.ts';
export { type FullBudget, type PlaceTaken, type Standing, standingInWords, standingOf } from './budget/standing.ts';
export { isUnavailable, whyUnavailable } from './budget/unavailable.ts';
export { bytesInWords } from './bytes-in-words.ts';
export type { Clock } from './clock.ts';
export type { Command, Context, Credentials, JoinGrant } from './command.ts';
export { decide } from './decide.ts';
export type { Decision } from './decision.ts';
export { isOfWorkload } from './drain/follow-leaving.ts';
export { estimatedMsLeft } from './drain/progress.ts';
export { decideEnrolment, liveKeys, mayStillSpeak } from './enrolment/decide-enrolment.ts';
export { durationInWords } from './duration-in-words.ts';
export { evolve, operationWrittenBy } from './evolve.ts';
export { type Check, fault, fine, type Finding, warning } from './finding.ts';
export { violationsOf, violationsOfStep } from './invariants.ts';
export { isSameValue } from './is-same-value.ts';
export { afterServerStart, lastSessionOf } from './liveness/end-session.ts';
export { type MassSilenceState, NO_SILENCE, stepMassSilence } from './liveness/mass-silence.ts';
export { type JsonText, prettyJsonText, readJsonText, writeJsonText } from './metadata/json-text.ts';
export { NO_ACCESS } from './node/new-node.ts';
export { hasRole, type Interruptible, nodeCan, ROLES } from './node/can.ts';
export { availabilityOf, forceAt, isDrained, isDraining, type NodeState, operationOf } from './node/node.ts';
export { statusOf } from './node/status.ts';
export { whyIsNode } from './node/why.ts';
export { endedInWords } from './operation/decide-cancel.ts';
export { answerToUpdate } from './operation/decide-update.ts';
export { actOnNode, drainHoldOf, isTerminal, runningReboot } from './operation/operation.ts';
export { rendezvousOrder } from './rendezvous-order.ts';
export type { Result } from './result.ts';
export { decideRollout } from './rollout/decide-rollout.ts';
export { evolveRollout } from './rollout/evolve-rollout.ts';
export { isStillWanted } from './rollout/node-command.ts';
export { normaliseSpec, type SpecDefaults } from './rollout/normalise-spec.ts';
export { planRollout } from './rollout/plan-rollout.ts';
export { batchesOf, expectedEndAt, type RolloutBatch, unavailabilityOf } from './rollout/progress.ts';
export { type RolloutLook, rolloutViolations, rolloutViolationsOfStep } from './rollout/rollout-invariants.ts';
export { stepRollout } from './rollout/step-rollout.ts';
export type { DurationHistory, PlannedBudget, PlannedRollout, PlanView } from './rollout/plan-view.ts';
export {
  changedNodes,
  countsOf,
  holdOf,
  isEnded,
  isInFlight,
  type NormalSpec,
  type RolloutCounts,
  type RolloutHeader,
  type RolloutNodeState,
  rolloutOf,
  type RolloutState,
  type RolloutStepName,
} from './rollout/rollout.ts';
export type { RolloutContext, RolloutDecision, RolloutRequest } from './rollout/rollout-request.ts';
export type { BudgetPlaces, GateResult, RolloutNodeCommand, RolloutStep, RolloutView } from './rollout/rollout-view.ts';
export { matches, parseSelector, type Selector } from './selector/selector.ts';
export { type Effect, underWay } from './under-way.ts';
export { visibleJson } from './visible-json.ts';
