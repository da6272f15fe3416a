/** Changing who speaks for a node that is enrolled: a new key for its agent, or none that it had. */
import type { Command } from '../command.ts';
import { decided, type Decision } from '../decision.ts';
import type { NodeState } from '../node/node.ts';
import { refuse, type Result } from '../result.ts';
import { liveKeys } from './decide-enrolment.ts';

/** Keys of one agent that open sessions at once at most: one in use, one that was offered. */
const LIVE_KEYS_MAX = 2;

/** The agent is told as soon as it is connected. Asking twice is asking once. */
export function decideRotation(node: NodeState): Result<Decision> {
  if (liveKeys(node.agentAccess).length === 0)
    return refuse({ code: 'no-agent-key', detail: `No key is enrolled for ${node.id}, so there is none to rotate.` });
  return decided(node.agentAccess.isRotationWanted ? [] : [{ kind: 'AgentKeyRotationRequested' }]);
}

/** The agent offers a key that it has proved to own, asked or not. Offering the same again changes nothing. */
export function decideKeyOffer(node: NodeState, publicKey: string): Result<Decision> {
  const known = node.agentAccess.keys.find((key) => key.publicKey === publicKey);
  if (known !== undefined && known.revokedAt === null) return decided([]);
  const live = liveKeys(node.agentAccess).length;
  if (known !== undefined || live === 0 || live >= LIVE_KEYS_MAX)
    return refuse({ code: 'agent-refused', detail: `the offered key of ${node.id} was not taken` });
  return decided([{ kind: 'AgentKeyRotated', publicKey }]);
}

/** Recorded also where nothing is enrolled: certificates that were issued so far open nothing any more. */
export function decideRevocation(
  node: NodeState,
  { reason }: Extract<Command, { kind: 'RevokeAgentCredentials' }>,
): Result<Decision> {
  const publicKeys = liveKeys(node.agentAccess).map(({ publicKey }) => publicKey);
  return decided([{ kind: 'AgentCredentialsRevoked', publicKeys, reason }]);
}
