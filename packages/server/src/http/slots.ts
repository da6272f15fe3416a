/** Slots: who holds places in budgets, and freeing one for somebody who does not give it back. */
import type { routes, Slot } from '@sluice/contract';
import { actorOf, type Principal, sees } from '../authentication/principal.ts';
import type { FleetSlot } from '../fleet/budget-book.ts';
import type { Fleet } from '../fleet/fleet.ts';
import { timestamp } from '../fleet/timestamp.ts';
import { type NodesOfSlot, nodesOfSlot, nodesOfSlots, type SlotName } from '../slots/nodes-of-slot.ts';
import { heldNodes, releaseSlot as release } from '../slots/release-slot.ts';
import { type Handler, value } from './route-context.ts';

export const listSlots: Handler<typeof routes.listSlots> = ({ query, principal }, { fleet }) => {
  const nodesOf = nodesOfSlots(fleet);
  const slots = fleet.budgets
    .all()
    .filter(({ name }) => query.group === undefined || query.group === '' || name === query.group)
    .flatMap(({ name }) => fleet.budgets.slotsOf(name))
    .filter(({ holderId }) => seesSlot(principal, fleet, holderId, nodesOf))
    .toSorted((one, other) => one.takenAt - other.takenAt);
  return value({
    items: slots.map((slot) => slotView(slot, heldNodes(fleet, nameOf(slot), nodesOf))),
  });
};

export const releaseSlot: Handler<typeof routes.releaseSlot> = async (request, { fleet, catchUp }) => {
  const { params, principal, remoteAddress } = request;
  const noSuchSlot = {
    ok: false,
    problem: {
      code: 'slot-not-found',
      detail: `Nobody holds a slot in '${params.group.slice(0, 100)}' as '${params.id.slice(0, 300)}'.`,
    },
  } as const;
  await catchUp?.();
  if (fleet.budgets.slot(params.group, params.id) === undefined || !seesSlot(principal, fleet, params.id))
    return noSuchSlot;
  const released = await release(fleet, params, 'freed', actorOf(principal, remoteAddress));
  if (!released.ok) return released;
  const { slot, nodeIds } = released.value;
  return slot === null ? noSuchSlot : value(slotView(slot, nodeIds));
};

/** Whether the slot, or the wish for it, is one of the machines that exist for them: all of its nodes do. */
export function seesSlot(
  principal: Principal,
  fleet: Fleet,
  id: string,
  nodesOf: NodesOfSlot = (each) => nodesOfSlot(fleet, each),
): boolean {
  if (principal.scope === null) return true;
  const nodes = nodesOf(id);
  return nodes.length > 0 && nodes.every((node) => sees(principal, fleet.node(node.id)));
}

function nameOf({ groupName, holderId }: FleetSlot): SlotName {
  return { group: groupName, id: holderId };
}

export function slotView({ groupName, holderId, takenAt, takenBy }: FleetSlot, nodeIds: readonly string[]): Slot {
  return { group: groupName, id: holderId, nodeIds: [...nodeIds], takenAt: timestamp(takenAt), takenBy };
}
