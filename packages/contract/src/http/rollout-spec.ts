/** What a rollout is asked for with: which nodes, what is done to them, in which order, and how careful. */
import Type from 'typebox';
import { OnDeadline } from '../availability.ts';
import { NodeId } from '../ids.ts';
import { Json } from '../json.ts';
import { countOrPercent } from './count-or-percent.ts';
import { TIMEOUT_SECONDS_MAX } from './drain.ts';
import { Reason } from './reason.ts';
import { RolloutWindow } from './rollout-window.ts';

/** Nodes of one rollout. */
export const ROLLOUT_NODES_MAX = 50_000;
/** Nodes that may be named one by one; a selector has no such bound. */
export const ROLLOUT_NODE_IDS_MAX = 10_000;

const Seconds = (minimum: number, maximum: number, description: string) =>
  Type.Integer({ minimum, maximum, description });

/** What is done to each node. */
export const RolloutCommand = Type.Union([
  Type.Object({
    kind: Type.Literal('restart'),
    graceSeconds: Type.Optional(
      Seconds(0, 3600, 'Seconds between SIGTERM and SIGKILL; absent: as configured on the node.'),
    ),
  }),
  Type.Object({ kind: Type.Literal('reboot') }),
  /** The node stays drained, under the hold of the rollout or the one named. */
  Type.Object({ kind: Type.Literal('drain') }),
  /** Releases the hold; absent: `operator`. */
  Type.Object({ kind: Type.Literal('undrain'), hold: Type.Optional(Type.String({ minLength: 1, maxLength: 128 })) }),
  /** A command that the node's agent declares. */
  Type.Object({
    kind: Type.Literal('run'),
    name: Type.String({ minLength: 1, maxLength: 64 }),
    params: Type.Optional(Type.Record(Type.String(), Json)),
  }),
]);
export type RolloutCommand = Type.Static<typeof RolloutCommand>;

/** In which order the nodes have their turn; those that are equal follow by id. */
export const RolloutOrder = Type.Union([
  Type.Object({ by: Type.Literal('zone') }, { description: 'By region, zone, then id: one zone after the other.' }),
  Type.Object({ by: Type.Literal('id') }),
  Type.Object({ by: Type.Literal('label'), label: Type.String({ minLength: 1, maxLength: 63 }) }),
  Type.Object(
    { by: Type.Literal('least-loaded') },
    { description: 'The fewest sessions first, as they are at the start.' },
  ),
  Type.Object(
    { by: Type.Literal('random'), seed: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })) },
    { description: 'Shuffled by what is asked for, so that plan and start agree; another `seed` shuffles otherwise.' },
  ),
]);
export type RolloutOrder = Type.Static<typeof RolloutOrder>;

/** An address that must keep answering well while a rollout goes on. */
export const MetricGate = Type.Object({
  url: Type.String({
    minLength: 1,
    maxLength: 2000,
    description: 'Asked with GET; a status from 200 to 299 is good. Redirects are not followed.',
  }),
  intervalSeconds: Type.Optional(Seconds(1, 3600, 'Default 10.')),
  failuresMax: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 100,
      description: 'So many bad answers in a row pause the rollout; default 3.',
    }),
  ),
});
export type MetricGate = Type.Static<typeof MetricGate>;

/** What is asked for. Which nodes: exactly one of `selector`, `nodeIds` and `all`. */
export const RolloutSpec = Type.Object(
  {
    name: Type.Optional(Type.String({ minLength: 1, maxLength: 100, description: 'What it is for.' })),
    reason: Reason,
    selector: Type.Optional(
      Type.String({ minLength: 1, maxLength: 1000, description: 'The nodes that it matches at the start.' }),
    ),
    nodeIds: Type.Optional(Type.Array(NodeId, { minItems: 1, maxItems: ROLLOUT_NODE_IDS_MAX })),
    all: Type.Optional(Type.Literal(true, { description: 'Every node of the fleet: it must be said.' })),
    command: RolloutCommand,
    order: Type.Optional(RolloutOrder),
    maxUnavailable: Type.Optional(
      countOrPercent(
        1,
        'How many of its nodes may be out at once, for whatever reason; default 1. Budgets hold beside it.',
      ),
    ),
    drainFirst: Type.Optional(
      Type.Boolean({ description: 'Drain each node before; default true for restart and reboot, else false.' }),
    ),
    drainTimeoutSeconds: Type.Optional(
      Seconds(1, TIMEOUT_SECONDS_MAX, "Deadline of each drain; default: the server's, else 3600."),
    ),
    onDeadline: Type.Optional(OnDeadline),
    undrainAfter: Type.Optional(
      Type.Boolean({ description: 'Put each node back into rotation once its command has succeeded; default true.' }),
    ),
    healthySeconds: Type.Optional(
      Seconds(0, 86_400, 'A node is done once it has been healthy for so long without a break; default 10.'),
    ),
    healthyWithinSeconds: Type.Optional(
      Seconds(
        1,
        86_400,
        'A node that is not done so long after its command ended has failed; default: `healthySeconds` and 600 more.',
      ),
    ),
    maxFailures: Type.Optional(countOrPercent(1, 'It stops when so many nodes have failed; default 1.')),
    onFailures: Type.Optional(
      Type.Union([Type.Literal('pause'), Type.Literal('abort')], {
        description: 'What stopping means: wait for somebody (default), or end. Either way nothing new begins.',
      }),
    ),
    canary: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: ROLLOUT_NODES_MAX,
        description: 'After so many nodes it waits for an approval.',
      }),
    ),
    window: Type.Optional(RolloutWindow),
    offline: Type.Optional(
      Type.Union([Type.Literal('skip'), Type.Literal('wait')], {
        description:
          'Nodes that are offline at their turn: skipped and reported (default), or waited for while others go on.',
      }),
    ),
    includeNew: Type.Optional(
      Type.Boolean({
        description: 'Also take nodes that join meanwhile and match; default false: they are only reported.',
      }),
    ),
    metricGate: Type.Optional(MetricGate),
    stallSeconds: Type.Optional(
      Seconds(1, 604_800, 'It pauses when nothing is under way and nothing could begin for so long; default 3600.'),
    ),
  },
  { $id: 'RolloutSpec' },
);
export type RolloutSpec = Type.Static<typeof RolloutSpec>;
