/** The routes that take a node out of rotation and put it back. */
import Type from 'typebox';
import { HOLD_NAME_LENGTH_MAX, OnDeadline } from '../availability.ts';
import { NodeParams } from './nodes.ts';
import { Operation } from './operation.ts';
import { Reason } from './reason.ts';
import { defineRoute } from './route.ts';

/** Seconds of the longest deadline: 7 days. */
export const TIMEOUT_SECONDS_MAX = 604_800;
/** Seconds of the longest expiry of a hold: a year. */
export const EXPIRES_IN_SECONDS_MAX = 31_536_000;

const HoldName = Type.String({
  minLength: 1,
  maxLength: HOLD_NAME_LENGTH_MAX,
  pattern: '^[A-Za-z0-9][A-Za-z0-9._:/-]*$',
});

export const DrainBody = Type.Object({
  timeout: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: TIMEOUT_SECONDS_MAX,
      description:
        "Seconds until the deadline. 0 or absent: the server's default, which is no deadline unless configured.",
    }),
  ),
  reason: Reason,
  force: Type.Optional(
    Type.Boolean({
      description: 'Also where a budget has no place left; then with a `reason`, which the history keeps.',
    }),
  ),
  onDeadline: Type.Optional(OnDeadline),
  hold: Type.Optional(HoldName),
  expiresIn: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: EXPIRES_IN_SECONDS_MAX,
      description: 'Seconds until the hold releases itself, if the node is healthy then.',
    }),
  ),
});
export type DrainBody = Type.Static<typeof DrainBody>;

export const drainNode = defineRoute({
  name: 'drainNode',
  method: 'POST',
  path: '/api/v1/nodes/:id/drain',
  tag: 'nodes',
  summary: '排空节点 Drain a node',
  description:
    'Takes the node out of rotation, lets its sessions end, and at the deadline ends what remains (`onDeadline: force`), gives up (`cancel`) or goes on waiting (`hold`). ' +
    'Draining again under the same hold moves the deadline of the running operation. Of a node that is available now it takes a place in every budget that is for the node.',
  access: 'operator',
  scope: 'node',
  params: NodeParams,
  body: DrainBody,
  response: Operation,
  problems: ['invalid-request', 'node-not-found', 'budget-exceeded'],
});

export const UndrainBody = Type.Object({
  hold: Type.Optional(
    Type.Union([HoldName, Type.Literal('*')], {
      description: 'The hold to release; absent: `operator`. `*` releases all and needs the role admin.',
    }),
  ),
  reason: Reason,
});
export type UndrainBody = Type.Static<typeof UndrainBody>;

export const undrainNode = defineRoute({
  name: 'undrainNode',
  method: 'POST',
  path: '/api/v1/nodes/:id/undrain',
  tag: 'nodes',
  summary: '取消排空节点 Undrain a node',
  description:
    'Releases the hold, cancels its running drain, and puts the node back into rotation when no other hold remains; the answer names those that do.',
  access: 'operator',
  scope: 'node',
  params: NodeParams,
  body: UndrainBody,
  response: Operation,
  problems: ['invalid-request', 'node-not-found', 'forbidden'],
});
