/** Events of slots: a place in a budget was taken by somebody outside of the fleet's own commands, and given back. */
import Type from 'typebox';

const HeldSlot = Type.Object({
  group: Type.String(),
  id: Type.String(),
  /** The nodes that are drained for it. */
  nodeIds: Type.Array(Type.String()),
});

export const SlotTaken = Type.Object({ kind: Type.Literal('SlotTaken'), slot: HeldSlot });

export const SlotReleased = Type.Object({
  kind: Type.Literal('SlotReleased'),
  slot: HeldSlot,
  why: Type.Union([
    /** By its holder. */
    Type.Literal('given-back'),
    /** By somebody in its place. */
    Type.Literal('freed'),
  ]),
});
