/** Giving a slot back: the holds that it placed are released, then the place is free. */
import { type Actor, fleetLockHold } from '@sluice/contract';
import type { Result } from '@sluice/core';
import type { FleetSlot } from '../fleet/budget-book.ts';
import type { Fleet } from '../fleet/fleet.ts';
import { type NodesOfSlot, nodesOfSlot, type SlotName } from './nodes-of-slot.ts';
import { noteOfSlotReleased, type WhyReleased } from './note-slot.ts';

export interface Released {
  /** As it was; `null`: nobody held it. */
  readonly slot: FleetSlot | null;
  /** The nodes that it had drained. */
  readonly nodeIds: readonly string[];
}

/**
 * What is not held is released already. What was done when it fails is not done again when it is asked again.
 * @param fleet Its memory shows what was committed before this was asked for: what it does not show to be held is not.
 */
export async function releaseSlot(
  fleet: Fleet,
  name: SlotName,
  why: WhyReleased,
  actor: Actor,
): Promise<Result<Released>> {
  const { group, id } = name;
  const nodeIds = heldNodes(fleet, name);
  const reason = why === 'given-back' ? `${id} gave its slot back.` : `The slot of ${id} was freed.`;
  // The place is free last: until then nobody else is interrupted.
  const undrained = await Promise.all(
    nodeIds.map((nodeId) => fleet.execute(nodeId, { kind: 'ReleaseHold', hold: fleetLockHold(group), reason }, actor)),
  );
  for (const result of undrained)
    // A node that has left the fleet meanwhile is held by nothing.
    if (!result.ok && result.problem.code !== 'node-not-found') return result;
  let slot: FleetSlot | null = null;
  if (fleet.budgets.slot(group, id) !== undefined) {
    const freed = await fleet.access(
      (_tokens, now, _webhooks, budgets) => {
        slot = budgets.slot(group, id) ?? null;
        if (slot === null) return { ok: true, value: { tokens: [], notes: [] } };
        return {
          ok: true,
          value: {
            tokens: [],
            slots: [{ groupName: group, holderId: id, slot: null }],
            notes: [noteOfSlotReleased(name, nodeIds, why, actor, now)],
          },
        };
      },
      { by: actor },
    );
    if (!freed.ok) return freed;
  }
  return { ok: true, value: { slot, nodeIds } };
}

/** The nodes that the slot holds: of the machine as it is known now, or as it was when the slot was taken. */
export function heldNodes(
  fleet: Fleet,
  { group, id }: SlotName,
  nodesOf: NodesOfSlot = (each) => nodesOfSlot(fleet, each),
): readonly string[] {
  const hold = fleetLockHold(group);
  const others = fleet.budgets.slotsOf(group).filter(({ holderId }) => holderId !== id);
  const then = fleet.budgets.slot(group, id)?.nodeId ?? null;
  const nodes = [...nodesOf(id), ...(then === null ? [] : [fleet.node(then)?.state])];
  const held = nodes.flatMap((node) => (node?.holds.some(({ name }) => name === hold) === true ? [node.id] : []));
  // Who asks under the node's id and who asks under its label are two; the hold is of both.
  return [...new Set(held)].filter((nodeId) => !others.some((other) => other.nodeId === nodeId));
}
