/** Which nodes are the machine that holds a slot. */
import { FLEET_LOCK_ID_LABEL } from '@sluice/contract';
import type { NodeState } from '@sluice/core';
import type { Fleet } from '../fleet/fleet.ts';

/** A slot by its name. */
export interface SlotName {
  readonly group: string;
  readonly id: string;
}

/** The node of that id, and those that say by their label that their machine asks under it. */
export type NodesOfSlot = (id: string) => readonly NodeState[];

/** For one question: it may be asked while all other decisions wait, so nothing is kept for further ones. */
export function nodesOfSlot(fleet: Pick<Fleet, 'nodes' | 'node'>, id: string): readonly NodeState[] {
  const others = fleet
    .nodes()
    .filter(({ state }) => state.identity.labels[FLEET_LOCK_ID_LABEL] === id && state.id !== id);
  return [fleet.node(id), ...others].flatMap((node) => (node === undefined ? [] : [node.state]));
}

/** Looks through the fleet once, for as many questions as there are. */
export function nodesOfSlots(fleet: Pick<Fleet, 'nodes' | 'node'>): NodesOfSlot {
  const labelled = new Map<string, NodeState[]>();
  for (const { state } of fleet.nodes()) {
    const label = state.identity.labels[FLEET_LOCK_ID_LABEL];
    if (label === undefined || label === state.id) continue;
    const others = labelled.get(label);
    if (others === undefined) labelled.set(label, [state]);
    else others.push(state);
  }
  return (id) => {
    const named = fleet.node(id)?.state;
    return [...(named === undefined ? [] : [named]), ...(labelled.get(id) ?? [])];
  };
}
