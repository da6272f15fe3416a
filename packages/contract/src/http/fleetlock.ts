/**
 * FleetLock: the two routes by which machines ask whether they may reboot, as zincati and others speak them.
 * https://coreos.github.io/zincati/development/fleetlock/protocol/
 */
import Type from 'typebox';
import { defineRoute } from './route.ts';
import { Slot, SLOT_GROUP_LENGTH_MAX, SLOT_ID_LENGTH_MAX } from './slots.ts';

/** What says that a request was meant for a FleetLock server, and is no redirection gone astray. */
export const FLEET_LOCK_HEADER = 'fleet-lock-protocol';

/** The hold that a group's slot places on the node that it is for. */
export function fleetLockHold(group: string): string {
  return `fleetlock/${group}`;
}

/** The label by which a node says under which id its machine asks, where that is not its own; several nodes of one machine say the same. */
export const FLEET_LOCK_ID_LABEL = 'fleetlock-id';

/** Required, and checked by the handler: a request without it gets an answer of its own. */
const Headers = Type.Object({
  [FLEET_LOCK_HEADER]: Type.Literal('true', { description: 'Says that the request is meant for a FleetLock server.' }),
});

const Body = Type.Object({
  client_params: Type.Object({
    id: Type.String({
      minLength: 1,
      maxLength: SLOT_ID_LENGTH_MAX,
      // Well-formed and without control characters, as a node's.
      pattern: '^[^\\u0000-\\u001f\\u007f-\\u009f\\ud800-\\udfff]+$',
      description:
        'Who asks. If it is the id of a node, or the label `fleetlock-id` of some, these nodes are drained before the answer is 200.',
    }),
    group: Type.String({
      minLength: 1,
      maxLength: SLOT_GROUP_LENGTH_MAX,
      // The protocol has no `_`; names of budgets may have one.
      pattern: '^[a-zA-Z0-9._-]+$',
      description: 'Name of the budget in which a place is taken.',
    }),
  }),
});

export const fleetLockPreReboot = defineRoute({
  name: 'fleetLockPreReboot',
  method: 'POST',
  path: '/v1/pre-reboot',
  tag: 'budgets',
  summary: 'FleetLock: take a slot',
  description:
    'Whoever holds it already is answered with it again. Nodes of that machine are drained first: until nobody is left on them the answer is `slot-draining`.',
  access: 'machine',
  scope: 'slot',
  dialect: 'fleetlock',
  headers: Headers,
  body: Body,
  response: Type.Object({ slot: Slot }),
  problems: [
    'invalid-request',
    'fleet-lock-header-missing',
    'budget-not-found',
    'budget-exceeded',
    'slot-draining',
    'too-many-slots',
    'node-not-found',
  ],
});

export const fleetLockSteadyState = defineRoute({
  name: 'fleetLockSteadyState',
  method: 'POST',
  path: '/v1/steady-state',
  tag: 'budgets',
  summary: 'FleetLock: give a slot back',
  description: 'Its nodes go back into rotation if nothing else holds them. What is not held is given back already.',
  access: 'machine',
  scope: 'slot',
  dialect: 'fleetlock',
  headers: Headers,
  body: Body,
  response: Type.Object({ released: Type.Boolean({ description: 'False: nothing was held.' }) }),
  problems: ['invalid-request', 'fleet-lock-header-missing', 'node-not-found'],
});
