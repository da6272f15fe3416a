/** FleetLock: machines that ask whether they may reboot, and say that they are back. */
import { FLEET_LOCK_HEADER, type Problem, type routes } from '@sluice/contract';
import { actorOf } from '../authentication/principal.ts';
import { asSeenBy } from './budgets.ts';
import { heldNodes, releaseSlot } from '../slots/release-slot.ts';
import { takeSlot } from '../slots/take-slot.ts';
import { noSuchNode } from './nodes.ts';
import { type Handler, type HttpParts, type RouteRequest, value } from './route-context.ts';
import { seesSlot, slotView } from './slots.ts';

export const fleetLockPreReboot: Handler<typeof routes.fleetLockPreReboot> = async (request, parts) => {
  const refusal = await whyNot(request, parts);
  if (refusal !== null) return { ok: false, problem: refusal };
  const { body, principal, remoteAddress } = request;
  const taken = await takeSlot(parts.fleet, body.client_params, actorOf(principal, remoteAddress));
  if (!taken.ok) return { ok: false, problem: asSeenBy(principal, taken.problem, parts.fleet) };
  return value({ slot: slotView(taken.value, heldNodes(parts.fleet, body.client_params)) });
};

export const fleetLockSteadyState: Handler<typeof routes.fleetLockSteadyState> = async (request, parts) => {
  const refusal = await whyNot(request, parts);
  if (refusal !== null) return { ok: false, problem: refusal };
  const { body, principal, remoteAddress } = request;
  const actor = actorOf(principal, remoteAddress);
  const released = await releaseSlot(parts.fleet, body.client_params, 'given-back', actor);
  if (!released.ok) return released;
  const { slot, nodeIds } = released.value;
  return value({ released: slot !== null || nodeIds.length > 0 });
};

async function whyNot(
  { headers, body, principal }: RouteRequest<typeof routes.fleetLockPreReboot>,
  { fleet, catchUp }: HttpParts,
): Promise<Problem | null> {
  if (headers[FLEET_LOCK_HEADER] !== 'true') {
    const detail = `The header ${FLEET_LOCK_HEADER} must be 'true'; nothing was done.`;
    return { code: 'fleet-lock-header-missing', detail };
  }
  // Another server may have given the slot a moment ago, and who is told that it is released never asks again.
  await catchUp?.();
  // A token for some nodes takes and gives back what belongs to these.
  return seesSlot(principal, fleet, body.client_params.id) ? null : noSuchNode(body.client_params.id).problem;
}
