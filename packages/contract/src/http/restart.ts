/** The route that restarts a node's workload. */
import Type from 'typebox';
import { OnDeadline } from '../availability.ts';
import { TIMEOUT_SECONDS_MAX } from './drain.ts';
import { DrainFirstTimeout, ForceInterruption } from './interruption.ts';
import { NodeParams } from './nodes.ts';
import { Operation } from './operation.ts';
import { Reason } from './reason.ts';
import { defineRoute } from './route.ts';

export const RestartBody = Type.Object({
  reason: Reason,
  graceSeconds: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 3600,
      description: 'Seconds between SIGTERM and SIGKILL; absent: as configured on the node.',
    }),
  ),
  timeout: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: TIMEOUT_SECONDS_MAX,
      description:
        "Seconds that the restart may take once the agent has begun. 0 or absent: derived from the node's configured grace and health times.",
    }),
  ),
  drainFirst: Type.Optional(Type.Boolean({ description: 'Drain before, put back into rotation after.' })),
  drainTimeout: Type.Optional(DrainFirstTimeout),
  onDeadline: Type.Optional(OnDeadline),
  force: Type.Optional(ForceInterruption),
});
export type RestartBody = Type.Static<typeof RestartBody>;

export const restartNode = defineRoute({
  name: 'restartNode',
  method: 'POST',
  path: '/api/v1/nodes/:id/restart',
  tag: 'nodes',
  summary: '重启节点 Restart a node',
  description:
    'Stops the workload gracefully, starts it and waits for its health; only then the operation has succeeded. Not delivered within 10 minutes: expired, never performed. ' +
    'A second restart while one is queued or running returns that one. Of a node that is available now it takes a place in every budget that is for the node.',
  access: 'operator',
  scope: 'node',
  params: NodeParams,
  body: RestartBody,
  response: Operation,
  problems: ['invalid-request', 'node-not-found', 'workload-locked', 'budget-exceeded'],
});
