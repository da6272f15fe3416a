/** Whom the audit tells of: everybody who came with a token, and every change of who may speak for a node. */
import type { Actor, FleetEvent } from '@sluice/contract';
import { isOfWorkload } from '@sluice/core';

/** Told whoever caused them: they change who gets in. */
const ALWAYS_TOLD: ReadonlySet<FleetEvent['kind']> = new Set([
  'AgentEnrolled',
  'AgentKeyRotated',
  'AgentKeySuperseded',
  'AgentCredentialsRevoked',
]);

/** @returns `null`: the audit does not tell of this event. */
export function auditedActor(event: FleetEvent, { name, tokenId }: Actor): string | null {
  return tokenId !== undefined || ALWAYS_TOLD.has(event.kind) || isWishOfWorkload(event) ? name : null;
}

/** A workload that takes its node out of rotation, or lets it back, does what people do with a token. */
function isWishOfWorkload(event: FleetEvent): boolean {
  if (event.kind === 'HoldPlaced') return isOfWorkload(event.hold);
  return event.kind === 'HoldReleased' && event.why === 'workload-stays';
}
