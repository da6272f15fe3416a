/** The public door of the typed HTTP client: what the CLI, the dashboard and tests use to speak to a Sluice server. */
export { type Answer, type ClientProblem, type ConnectionProblemCode, readProblem } from './answer.ts';
export { createClient, type Client } from './client.ts';
export type { ClientOptions } from './client-options.ts';
export type { ClientEvent, EventsItem, EventsRequest } from './follow-events.ts';
export type { RequestOf, ResponseOf } from './route-types.ts';
export { ProblemError } from './problem-error.ts';
export type { RolloutWaitRequest } from './wait-for-rollout.ts';
export type { WaitRequest } from './wait-until.ts';
export type { WatchRequest } from './watch-events.ts';
export type { Node, NodeStatus, Operation, OperationStatus, ServerStatus } from '@sluice/contract';
