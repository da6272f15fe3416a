/** The routes of slots: who has taken a place in a budget by FleetLock or `sluice with-slot`, and giving one back for somebody. */
import Type from 'typebox';
import { NodeId } from '../ids.ts';
import { defineRoute } from './route.ts';
import { Timestamp } from './timestamp.ts';

/** Slots of one server: each is a machine that is about to be interrupted. */
export const SLOTS_MAX = 10_000;
/** Characters of the id of a slot: as of a node, which it may be. */
export const SLOT_ID_LENGTH_MAX = 255;
export const SLOT_GROUP_LENGTH_MAX = 255;

export const Slot = Type.Object(
  {
    group: Type.String({ description: 'The budget in which it takes a place.' }),
    id: Type.String({ description: 'Who holds it, as they named themselves.' }),
    nodeIds: Type.Array(NodeId, {
      description:
        'The nodes of that machine, out of rotation as long as it is held. Empty: the id belongs to no node.',
    }),
    takenAt: Timestamp,
    takenBy: Type.String({ description: 'Name of the token that it was taken with.' }),
  },
  { $id: 'Slot', description: 'A place in a budget that somebody holds.' },
);
export type Slot = Type.Static<typeof Slot>;

export const listSlots = defineRoute({
  name: 'listSlots',
  method: 'GET',
  path: '/api/v1/slots',
  tag: 'budgets',
  summary: 'List slots',
  description: 'Places in budgets that FleetLock clients and `sluice with-slot` hold, the longest held first.',
  access: 'viewer',
  scope: 'filtered',
  query: Type.Object({ group: Type.Optional(Type.String({ description: 'Only those of this budget.' })) }),
  response: Type.Object({ items: Type.Array(Slot) }),
  problems: [],
});

export const releaseSlot = defineRoute({
  name: 'releaseSlot',
  method: 'DELETE',
  path: '/api/v1/slots/:group/:id',
  tag: 'budgets',
  summary: 'Free a slot',
  description:
    'Gives the place back for somebody who does not. Its nodes go back into rotation if nothing else holds them. Answers with the slot as it was.',
  access: 'machine',
  scope: 'slot',
  params: Type.Object({
    group: Type.String({ description: 'Name of the budget.' }),
    id: Type.String({ description: 'Who holds it.' }),
  }),
  response: Slot,
  problems: ['slot-not-found'],
});
