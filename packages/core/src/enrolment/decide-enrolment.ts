/** Who may speak for a node: its agent's key, enrolled once with a join token; or a certificate in its name. */
import type { FleetEvent } from '@sluice/contract';
import type { Credentials, JoinGrant } from '../command.ts';
import type { AgentAccess, AgentKey } from '../node/node.ts';
import { refuse, type Result } from '../result.ts';

interface Asked {
  readonly nodeId: string;
  readonly nodeType: string;
  readonly access: AgentAccess;
  readonly credentials: Credentials;
  /** The join token that the agent came with, if it still opens anything. */
  readonly joinGrant: JoinGrant | null;
}

/** What is to be recorded of who the agent is, before its session begins; or why it may not speak for this node. */
export function decideEnrolment({
  nodeId,
  nodeType,
  access,
  credentials,
  joinGrant,
}: Asked): Result<readonly FleetEvent[]> {
  switch (credentials.kind) {
    case 'unasked':
      return { ok: true, value: [] };
    case 'none':
      return no(`the agent of ${nodeId} proved nothing: it must sign the challenge with its key`);
    case 'certificate':
      return decideCertificate(nodeId, access, credentials);
    case 'key':
      return decideKey({ nodeId, nodeType, access, joinGrant }, credentials.publicKey);
  }
}

function decideCertificate(
  nodeId: string,
  access: AgentAccess,
  { names, issuedAt }: Extract<Credentials, { kind: 'certificate' }>,
): Result<readonly FleetEvent[]> {
  if (!names.includes(nodeId))
    return no(`the certificate speaks for ${names.slice(0, 5).join(', ') || 'nobody'}, not for ${nodeId}`);
  if (access.certificatesRefusedBefore !== null && issuedAt <= access.certificatesRefusedBefore)
    return no(`the credentials of ${nodeId} were revoked; a certificate that was issued later is needed`);
  return { ok: true, value: [] };
}

function decideKey(
  { nodeId, nodeType, access, joinGrant }: Omit<Asked, 'credentials'>,
  publicKey: string,
): Result<readonly FleetEvent[]> {
  const known = access.keys.find((key) => key.publicKey === publicKey);
  if (known !== undefined && known.revokedAt !== null)
    return no(
      `the key of ${nodeId} was revoked; to let it in again, remove agent-credential.json from its stateDir and give it a join token`,
    );
  if (known !== undefined) {
    const older = liveKeys(access).filter(({ since }) => since < known.since);
    return {
      ok: true,
      value: older.map((key) => ({ kind: 'AgentKeySuperseded' as const, publicKey: key.publicKey })),
    };
  }
  // Whoever has a join token may bring a node of their own, not take over one that is there.
  if (liveKeys(access).length > 0)
    return no(
      `${nodeId} has another key already; revoke that first (sluice nodes revoke ${nodeId}), or give this agent its stateDir back`,
    );
  if (access.certificates === 'in-use')
    return no(
      `the agent of ${nodeId} comes by a certificate; to let it come by a key, revoke that first (sluice nodes revoke ${nodeId})`,
    );
  if (joinGrant === null)
    return no(`${nodeId} is not known by this key, and its join token is missing, used up or not valid`);
  if (joinGrant.nodeType !== null && joinGrant.nodeType !== nodeType)
    return no(`the join token is for nodes of type ${joinGrant.nodeType}, and ${nodeId} is of type ${nodeType}`);
  return { ok: true, value: [{ kind: 'AgentEnrolled', publicKey, joinTokenId: joinGrant.tokenId }] };
}

/** Whether what a session was opened with would still open one. */
export function mayStillSpeak(access: AgentAccess, credentials: Credentials): boolean {
  switch (credentials.kind) {
    case 'unasked':
      return true;
    case 'none':
      return false;
    case 'key':
      return liveKeys(access).some(({ publicKey }) => publicKey === credentials.publicKey);
    case 'certificate':
      return access.certificatesRefusedBefore === null || credentials.issuedAt > access.certificatesRefusedBefore;
  }
}

/** Those that open sessions. */
export function liveKeys({ keys }: AgentAccess): readonly AgentKey[] {
  return keys.filter(({ revokedAt }) => revokedAt === null);
}

function no(detail: string): Result<never> {
  return refuse({ code: 'agent-refused', detail });
}
