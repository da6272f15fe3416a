/** What the history tells of slots: who took which, and who gave it back. */
import type { AccessEvent, Actor } from '@sluice/contract';
import { note } from '../fleet/token.ts';
import type { Note } from '../store/store.ts';
import type { SlotName } from './nodes-of-slot.ts';

export function noteOfSlotTaken(slot: SlotName, nodeIds: readonly string[], actor: Actor, at: number): Note {
  return noteOf({ kind: 'SlotTaken', slot: { ...slot, nodeIds: [...nodeIds] } }, nodeIds, actor, at);
}

/** Why a slot is free: its holder gave it back, or somebody did in its place. */
export type WhyReleased = Extract<AccessEvent, { kind: 'SlotReleased' }>['why'];

export function noteOfSlotReleased(
  slot: SlotName,
  nodeIds: readonly string[],
  why: WhyReleased,
  actor: Actor,
  at: number,
): Note {
  return noteOf({ kind: 'SlotReleased', slot: { ...slot, nodeIds: [...nodeIds] }, why }, nodeIds, actor, at);
}

/** In the history of the node where it is of one. */
function noteOf(event: AccessEvent, nodeIds: readonly string[], actor: Actor, at: number): Note {
  return note(event, actor, at, nodeIds[0] ?? '');
}
