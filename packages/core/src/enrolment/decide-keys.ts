/** Changing who speaks for a node that is enrolled: a new key for its agent, or none that it had. */
import type { Command } from '../command.ts';
import { decided, type Decision } from '../decision.ts';
import type { NodeState } from '../node/node.ts';
import { refuse, type Result } from '../result.ts';
import { liveKeys } from './decide-enrolment.ts';

/** The agent is told as soon as it is connected. Asking twice is asking once. */
export function decideRotation(node: NodeState): Result<Decision> {
  if (liveKeys(node.agentAccess).length === 0)
    return refuse({ code: 'no-agent-key', detail: `No key is enrolled for ${node.id}, so there is none to rotate.` });
  return decided(node.agentAccess.isRotationWanted ? [] : [{ kind: 'AgentKeyRotationRequested' }]);
}

/**
 * The agent offers a key that it has proved to own, asked or not. Offering the same again changes nothing; another one takes
 * the place of an offer that the agent has lost, for the agent speaks by the key of its session until it has come by the new one.
 */
export function decideKeyOffer(
  node: NodeState,
  { publicKey, provedKey }: Extract<Command, { kind: 'OfferKey' }>,
): Result<Decision> {
  const live = liveKeys(node.agentAccess);
  const isKnown = node.agentAccess.keys.some((key) => key.publicKey === publicKey);
  if (live.some((key) => key.publicKey === publicKey)) return decided([]);
  if (isKnown || !live.some((key) => key.publicKey === provedKey))
    return refuse({ code: 'agent-refused', detail: `the offered key of ${node.id} was not taken` });
  const lost = live.filter((key) => key.publicKey !== provedKey);
  return decided([
    ...lost.map((key) => ({ kind: 'AgentKeySuperseded' as const, publicKey: key.publicKey })),
    { kind: 'AgentKeyRotated', publicKey },
  ]);
}

/** Recorded also where nothing is enrolled: certificates that were issued so far open nothing any more. */
export function decideRevocation(
  node: NodeState,
  { reason }: Extract<Command, { kind: 'RevokeAgentCredentials' }>,
): Result<Decision> {
  const publicKeys = liveKeys(node.agentAccess).map(({ publicKey }) => publicKey);
  return decided([{ kind: 'AgentCredentialsRevoked', publicKeys, reason }]);
}
