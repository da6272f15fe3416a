/** The public door of the contract: every schema, type and limit that crosses a wire. */
export * from './agent/agent-messages.ts';
export * from './agent/proof.ts';
export * from './agent/protocol-version.ts';
export * from './agent/server-messages.ts';
export * from './agent/unknown-kind.ts';
export * from './availability.ts';
export * from './budget-arithmetic.ts';
export { AccessEvent, Role } from './events/access-events.ts';
export * from './events/event-kinds.ts';
export * from './events/fleet-event.ts';
export { OperationRecord, OperationTask } from './events/operation-events.ts';
export { RolloutEvent } from './events/rollout-events.ts';
export * from './fleet-lock-error.ts';
export * from './http/audit.ts';
export * from './http/budgets.ts';
export * from './http/commands.ts';
export * from './http/drain.ts';
export * from './http/events.ts';
export * from './http/fleetlock.ts';
export * from './http/health.ts';
export * from './http/history.ts';
export { IDEMPOTENCY_KEY_LENGTH_MAX } from './http/idempotency.ts';
export * from './http/metadata.ts';
export { METRICS_PATH_LABEL, METRICS_PORT_LABEL } from './http/monitoring.ts';
export * from './http/node.ts';
export * from './http/nodes.ts';
export * from './http/operation.ts';
export type { CountOrPercent } from './http/count-or-percent.ts';
export * from './http/reboot.ts';
export * from './http/restart.ts';
export {
  LAG_HEADER,
  MIN_REVISION_HEADER,
  MIN_REVISION_WITHIN_MS,
  REVISION_HEADER,
  revisionIn,
} from './http/revision.ts';
export * from './http/rollout.ts';
export * from './http/rollout-plan.ts';
export * from './http/rollout-spec.ts';
export * from './http/rollout-window.ts';
export * from './http/rollouts.ts';
export * from './http/route.ts';
export * from './http/routes.ts';
export * from './http/credentials.ts';
export * from './http/server.ts';
export * from './http/slots.ts';
export * from './http/tokens.ts';
export * from './http/webhooks.ts';
export * from './ids.ts';
export * from './json.ts';
export * from './openapi.ts';
export * from './operation.ts';
export * from './problem-document.ts';
export * from './problems.ts';
export { SLUICE_VERSION } from './version.ts';
export * from './workload.ts';
export * from './workload-socket.ts';
