/** Whom the audit tells of: everybody who came with a token, and every change of who may speak for a node. */
import type { Actor, FleetEvent } from '@sluice/contract';

/** Told whoever caused them: they change who gets in. */
const ALWAYS_TOLD: ReadonlySet<FleetEvent['kind']> = new Set([
  'AgentEnrolled',
  'AgentKeyRotated',
  'AgentKeySuperseded',
  'AgentCredentialsRevoked',
]);

/** @returns `null`: the audit does not tell of this event. */
export function auditedActor({ kind }: FleetEvent, { name, tokenId }: Actor): string | null {
  return tokenId !== undefined || ALWAYS_TOLD.has(kind) ? name : null;
}
