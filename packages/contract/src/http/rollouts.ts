/** The routes of rollouts: plan, start, look, steer. */
import Type from 'typebox';
import { Nullable } from '../nullable.ts';
import type { ProblemCode } from '../problems.ts';
import { Reason } from './reason.ts';
import { Rollout, RolloutNode } from './rollout.ts';
import { RolloutPlan } from './rollout-plan.ts';
import { RolloutSpec } from './rollout-spec.ts';
import { defineRoute } from './route.ts';

/** Rollouts that have not ended; each looks after its nodes all the time. */
export const ROLLOUTS_UNENDED_MAX = 20;
/** Rollouts, and nodes of one, that one answer lists at most. */
export const ROLLOUTS_LIMIT_MAX = 100;
export const ROLLOUT_NODES_LIMIT_MAX = 1000;

const RolloutParams = Type.Object({ id: Type.String({ description: 'Id of the rollout.' }) });
const ReasonBody = Type.Object({ reason: Reason });

export const planRollout = defineRoute({
  name: 'planRollout',
  method: 'POST',
  path: '/api/v1/rollouts/plan',
  tag: 'rollouts',
  summary: 'Plan a rollout',
  description:
    'What it would do now: its batches, the sessions on them, the budgets that bind, how long it would take. Nothing is changed.',
  access: 'viewer',
  scope: 'filtered',
  body: RolloutSpec,
  response: RolloutPlan,
  problems: ['invalid-request', 'invalid-selector', 'invalid-parameters', 'rollout-selects-nothing'],
});

export const startRollout = defineRoute({
  name: 'startRollout',
  method: 'POST',
  path: '/api/v1/rollouts',
  tag: 'rollouts',
  summary: 'Start a rollout',
  description:
    'Its nodes are those that the selector matches now. With `planHash` only if the plan is still the one that was shown. An `Idempotency-Key` makes a repetition of the request answer with the same rollout.',
  access: 'operator',
  scope: 'filtered',
  body: Type.Object({ ...RolloutSpec.properties, planHash: Type.Optional(Type.String({ maxLength: 100 })) }),
  response: Rollout,
  problems: [
    'invalid-request',
    'forbidden',
    'invalid-selector',
    'invalid-parameters',
    'rollout-selects-nothing',
    'rollout-plan-changed',
    'too-many-rollouts',
  ],
});

export const listRollouts = defineRoute({
  name: 'listRollouts',
  method: 'GET',
  path: '/api/v1/rollouts',
  tag: 'rollouts',
  summary: 'List rollouts, newest first',
  description: '`nextCursor` of an answer, given as `cursor`, continues where that answer ended.',
  access: 'viewer',
  scope: 'filtered',
  query: Type.Object({
    status: Type.Optional(Type.String({ description: 'Only these statuses, separated by commas.' })),
    limit: Type.Optional(
      Type.String({ description: `At most this many, 1 to ${ROLLOUTS_LIMIT_MAX}, which is the default.` }),
    ),
    cursor: Type.Optional(Type.String()),
  }),
  response: Type.Object({ items: Type.Array(Rollout), nextCursor: Nullable(Type.String()) }),
  problems: ['invalid-request'],
});

export const getRollout = defineRoute({
  name: 'getRollout',
  method: 'GET',
  path: '/api/v1/rollouts/:id',
  tag: 'rollouts',
  summary: 'Get a rollout',
  description: 'How far it is, batch by batch, and what it waits for.',
  access: 'viewer',
  scope: 'filtered',
  params: RolloutParams,
  response: Rollout,
  problems: ['rollout-not-found'],
});

export const listRolloutNodes = defineRoute({
  name: 'listRolloutNodes',
  method: 'GET',
  path: '/api/v1/rollouts/:id/nodes',
  tag: 'rollouts',
  summary: 'List the nodes of a rollout',
  description: 'In their order.',
  access: 'viewer',
  scope: 'filtered',
  params: RolloutParams,
  query: Type.Object({
    status: Type.Optional(Type.String({ description: 'Only these statuses, separated by commas.' })),
    after: Type.Optional(
      Type.String({ description: 'Only those after this position: `nextAfter` of the page before.' }),
    ),
    limit: Type.Optional(Type.String({ description: `1 to ${ROLLOUT_NODES_LIMIT_MAX}, which is the default.` })),
  }),
  response: Type.Object({
    items: Type.Array(RolloutNode),
    nextAfter: Nullable(Type.Integer({ description: 'Null on the last page.' })),
  }),
  problems: ['invalid-request', 'rollout-not-found'],
});

const steer = <const Name extends string, const Path extends string>(
  name: Name,
  path: Path,
  summary: string,
  description: string,
  others: readonly ProblemCode[] = [],
) =>
  defineRoute({
    name,
    method: 'POST',
    path,
    tag: 'rollouts',
    summary,
    description,
    access: 'operator',
    scope: 'filtered',
    params: RolloutParams,
    body: ReasonBody,
    response: Rollout,
    problems: ['invalid-request', 'rollout-not-found', 'rollout-not-possible', ...others],
  });

export const pauseRollout = steer(
  'pauseRollout',
  '/api/v1/rollouts/:id/pause',
  'Pause a rollout',
  'Nothing new begins; what is in flight finishes. Pausing a paused one changes nothing.',
);
export const resumeRollout = steer(
  'resumeRollout',
  '/api/v1/rollouts/:id/resume',
  'Resume a rollout',
  'Whatever it was paused for. After failures it goes on until as many more have failed.',
);
export const approveRollout = steer(
  'approveRollout',
  '/api/v1/rollouts/:id/approve',
  'Approve a canary',
  'The first nodes went well: the others follow. Refused for a rollout that does not wait for an approval.',
);
export const cancelRollout = steer(
  'cancelRollout',
  '/api/v1/rollouts/:id/cancel',
  'Cancel a rollout',
  'Nothing new begins. Nodes that are still draining for it are put back into rotation; what has begun to restart finishes.',
);
export const retryRollout = steer(
  'retryRollout',
  '/api/v1/rollouts/:id/retry',
  'Retry the failed nodes of a rollout',
  'They have their turn once more; a rollout that had failed runs again. Refused for one that was cancelled: after that nothing of it begins.',
  ['too-many-rollouts'],
);
