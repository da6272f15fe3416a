/** Taking a slot: a place in a budget, kept until it is given back, and the machine's nodes drained before it may be used. */
import { type Actor, fleetLockHold, type Problem, SLOTS_MAX } from '@sluice/contract';
import { isDrained, type NodeState, type Result } from '@sluice/core';
import type { FleetSlot } from '../fleet/budget-book.ts';
import type { Fleet } from '../fleet/fleet.ts';
import { nodesOfSlot, type SlotName } from './nodes-of-slot.ts';
import { noteOfSlotTaken } from './note-slot.ts';
import { releaseSlot } from './release-slot.ts';
import { whyNoPlace } from './why-no-place.ts';

/** Whoever holds it has it again. Refused with `slot-draining` while somebody is left on a node of the machine; the slot is held then. */
export async function takeSlot(fleet: Fleet, name: SlotName, actor: Actor): Promise<Result<FleetSlot>> {
  const kept = await keepSlot(fleet, name, actor);
  if (!kept.ok) return kept;
  const { slot, isNew } = kept.value;
  const refusal = await drainNodes(fleet, name, actor);
  if (refusal === null) return { ok: true, value: slot };
  // Another has taken the place in a budget of the node, in between: who has to wait holds nothing meanwhile.
  if (refusal.code === 'budget-exceeded' && isNew) await releaseSlot(fleet, name, 'given-back', actor);
  return { ok: false, problem: refusal };
}

interface Kept {
  readonly slot: FleetSlot;
  readonly isNew: boolean;
}

async function keepSlot(fleet: Fleet, name: SlotName, actor: Actor): Promise<Result<Kept>> {
  const { group, id } = name;
  let kept: Kept | null = null;
  const result = await fleet.access(
    (_tokens, now, _webhooks, budgets) => {
      // Not before its turn: until then this server may not know a node that has joined at another one.
      const nodes = nodesOfSlot(fleet, id);
      const nodeIds = nodes.map((node) => node.id);
      const held = budgets.slot(group, id);
      // One that the group's budget is for, if there is any: then its place is the slot's.
      const nodeId = nodeIds.find((each) => budgets.isFor(group, each)) ?? nodeIds[0] ?? null;
      if (held !== undefined) {
        kept = { slot: { ...held, nodeId: nodeId ?? held.nodeId }, isNew: false };
        // A node that joined since is counted as that node.
        const slots = kept.slot.nodeId === held.nodeId ? [] : [{ groupName: group, holderId: id, slot: kept.slot }];
        return { ok: true, value: { tokens: [], slots, notes: [] } };
      }
      const problem = whyNoPlace(name, nodes, budgets) ?? whyTooMany(fleet);
      if (problem !== null) return { ok: false, problem };
      const slot = { groupName: group, holderId: id, takenAt: now, takenBy: actor.name, nodeId };
      kept = { slot, isNew: true };
      return {
        ok: true,
        value: {
          tokens: [],
          slots: [{ groupName: group, holderId: id, slot }],
          notes: [noteOfSlotTaken(name, nodeIds, actor, now)],
        },
      };
    },
    { by: actor },
  );
  if (!result.ok) return result;
  if (kept === null) throw new Error(`taking the slot of ${id} in ${group}: nothing was decided`);
  return { ok: true, value: kept };
}

function whyTooMany({ budgets }: Fleet): Problem | null {
  const count = budgets.all().reduce((sum, budget) => sum + budgets.slotsOf(budget.name).length, 0);
  if (count < SLOTS_MAX) return null;
  return { code: 'too-many-slots', detail: `${SLOTS_MAX} slots are held, which is as many as this server keeps.` };
}

/**
 * Of the nodes as they are once the slot is kept: also those that joined together with that.
 * @returns Why the machine may not be interrupted yet; `null`: nobody is left on any of its nodes.
 */
async function drainNodes(fleet: Fleet, { group, id }: SlotName, actor: Actor): Promise<Problem | null> {
  const hold = fleetLockHold(group);
  const nodes = nodesOfSlot(fleet, id);
  const drains = nodes
    .filter((node) => !isDrainedUnder(node, hold) && !isDrainingUnder(node, hold))
    .map((node) =>
      fleet.execute(
        node.id,
        {
          kind: 'DrainNode',
          hold,
          timeoutMs: null,
          onDeadline: 'force',
          expiresInMs: null,
          reason: `${id} has a slot in '${group}' and is about to be interrupted.`,
          force: false,
        },
        actor,
      ),
    );
  for (const drained of await Promise.all(drains)) if (!drained.ok) return drained.problem;
  const left = nodes.flatMap(({ id: nodeId }) => {
    const node = fleet.node(nodeId)?.state;
    return node === undefined || isDrainedUnder(node, hold) ? [] : [node];
  });
  if (left.length === 0) return null;
  const detail = `The slot in '${group}' is held; first ${left.map(drainInWords).join('; ')}.`;
  return { code: 'slot-draining', detail };
}

function isDrainedUnder(node: NodeState, hold: string): boolean {
  return isDrained(node) && node.holds.some(({ name }) => name === hold);
}

function isDrainingUnder(node: NodeState, hold: string): boolean {
  return node.operations.some(
    ({ task, status }) => task.kind === 'drain' && task.hold === hold && status === 'running',
  );
}

/** Such as `web-3 drains: 12 sessions are left`. */
function drainInWords({ id, drain, session }: NodeState): string {
  if (session.kind !== 'connected') return `${id} has to drain, and its agent is not connected`;
  const sessions = drain?.sessionsRemaining ?? null;
  const left = sessions === null ? '' : `: ${sessions} ${sessions === 1 ? 'session is' : 'sessions are'} left`;
  return `${id} has to drain${left}${drain?.problem == null ? '' : ` (${drain.problem})`}`;
}
