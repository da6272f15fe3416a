/** Who may speak for a node, after a recorded event. */
import type { FleetEvent } from '@sluice/contract';
import type { AgentAccess, AgentKey } from '../node/node.ts';

/** Keys that are revoked and still known: what was revoked must not be enrolled again as new. */
const REVOKED_KEYS_KEPT_MAX = 16;

export type AccessEventOfNode = Extract<
  FleetEvent,
  {
    kind:
      | 'AgentConnected'
      | 'AgentEnrolled'
      | 'AgentKeyRotationRequested'
      | 'AgentKeyRotated'
      | 'AgentKeySuperseded'
      | 'AgentCredentialsRevoked';
  }
>;

export function evolveAccess(access: AgentAccess, event: AccessEventOfNode, at: number): AgentAccess {
  switch (event.kind) {
    case 'AgentConnected':
      return event.credential?.kind === 'certificate' && access.certificates !== 'in-use'
        ? { ...access, certificates: 'in-use' }
        : access;
    case 'AgentEnrolled':
      return { ...access, keys: withKey(access.keys, event.publicKey, at) };
    case 'AgentKeyRotationRequested':
      return { ...access, isRotationWanted: true };
    case 'AgentKeyRotated':
      return { ...access, isRotationWanted: false, keys: withKey(access.keys, event.publicKey, at) };
    case 'AgentKeySuperseded':
      return { ...access, keys: revoked(access.keys, [event.publicKey], at) };
    case 'AgentCredentialsRevoked':
      return {
        keys: revoked(access.keys, event.publicKeys, at),
        isRotationWanted: false,
        certificates: access.certificates === 'unused' ? 'unused' : 'revoked',
        certificatesRefusedBefore: at,
      };
  }
}

/** Of two keys the one that came later is the newer, also when the clock stood still between them. */
function withKey(keys: readonly AgentKey[], publicKey: string, at: number): readonly AgentKey[] {
  const since = Math.max(at, (keys.at(-1)?.since ?? 0) + 1);
  return [...keys, { publicKey, since, revokedAt: null }];
}

function revoked(keys: readonly AgentKey[], publicKeys: readonly string[], at: number): readonly AgentKey[] {
  const changed = keys.map((key) =>
    key.revokedAt === null && publicKeys.includes(key.publicKey) ? { ...key, revokedAt: at } : key,
  );
  const gone = changed.filter(({ revokedAt }) => revokedAt !== null).slice(0, -REVOKED_KEYS_KEPT_MAX);
  return changed.filter((key) => !gone.includes(key));
}
