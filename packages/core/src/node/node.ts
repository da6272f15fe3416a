/** The state of one node: what is recorded of it, and the few derived values that everything else asks for. */
import type {
  Availability,
  Blocker,
  DeclaredCommand,
  DrainEvidence,
  DrainPhase,
  Hold,
  NodeIdentity,
  OperationRecord,
  RebootOffer,
  Resources,
  WorkloadReport,
} from '@sluice/contract';

/** The agent's session, as recorded; which socket it is, only the server's memory knows. */
export type AgentSessionState =
  | {
      readonly kind: 'connected';
      /** With the server an epoch: what is said in any other session does not count any more. */
      readonly sessionId: string;
      readonly since: number;
      /** The server that has it; absent in what older versions stored. */
      readonly serverId?: string;
    }
  | {
      readonly kind: 'disconnected';
      /** The session that has ended; absent: there was none, or an older version stored it. */
      readonly sessionId?: string;
      readonly since: number;
      readonly why: string;
      /** The newest wish that the agent can know of: it was told none since. */
      readonly generationThen: number;
      /** Names of the holds that somebody placed, renewed or released since. */
      readonly holdsChangedSince: readonly string[];
    };

/** A key that speaks for the node. */
export interface AgentKey {
  readonly publicKey: string;
  readonly since: number;
  /** Epoch milliseconds; `null`: it opens sessions. */
  readonly revokedAt: number | null;
}

/** Who may speak for the node. */
export interface AgentAccess {
  /** Oldest first: those that open sessions, and the last few that do not any more. */
  readonly keys: readonly AgentKey[];
  /** The agent is to get a new key, and has not got it yet. */
  readonly isRotationWanted: boolean;
  /** Whether its agent ever came by a certificate, and whether that was revoked since. */
  readonly certificates: 'unused' | 'in-use' | 'revoked';
  /** Certificates that were issued before this instant open nothing; `null`: none was ever revoked. */
  readonly certificatesRefusedBefore: number | null;
}

/** How far the node has come out of rotation; exists if and only if the node has a hold. */
export interface Drain {
  readonly startedAt: number;
  readonly phase: DrainPhase;
  /** `null`: not counted, or not yet. */
  readonly sessionsAtStart: number | null;
  readonly sessionsRemaining: number | null;
  readonly blockers: readonly Blocker[];
  /** Why it does not get on, in plain words. */
  readonly problem: string | null;
  /** The proof that it is empty or was forced; `null` before, and again when sessions came back. */
  readonly drained: { readonly at: number; readonly evidence: DrainEvidence } | null;
  /** Once drained, a deadline that passed does not end sessions that came back later. */
  readonly wasDrained: boolean;
}

/** Instants are epoch milliseconds (UTC). */
export interface NodeState {
  readonly id: string;
  readonly createdAt: number;
  readonly updatedAt: number;
  /** Grows by one with every event. */
  readonly revision: number;
  readonly identity: NodeIdentity;
  readonly ip: string;
  readonly agentVersion: string;
  readonly instanceId: string;
  readonly agentAccess: AgentAccess;
  readonly resources: Resources;
  readonly commands: readonly DeclaredCommand[];
  /** `null`, or absent in what older versions stored: its machine may not be rebooted. */
  readonly reboot?: RebootOffer | null;
  readonly session: AgentSessionState;
  /** Since when it is offline; `null` while it is believed. */
  readonly offlineSince: number | null;
  readonly workload: WorkloadReport;
  readonly holds: readonly Hold[];
  /** The availability last wished; after every decision it is the one that follows from the holds. */
  readonly wished: Availability;
  /** Grows with every change of what is wanted of the node. */
  readonly generation: number;
  /** The generation at which availability last turned: reports of older wishes mark nothing. */
  readonly turnedAtGeneration: number;
  readonly drain: Drain | null;
  /** With no hold: whether the agent confirmed that it is back in rotation, and what hinders it. */
  readonly activation: { readonly confirmed: boolean; readonly problem: string | null };
  /** JSON text, exactly as operators gave it; revision 0: nobody ever did. */
  readonly metadata: { readonly json: string; readonly revision: number; readonly changedAt: number | null };
  /** All that have not ended, and of those that have the last of each command and what the agent may still be at, oldest first; the store has all. */
  readonly operations: readonly OperationRecord[];
}

/** Ended operations that a node's state keeps at most, for `why` and for agents that are still at them. */
export const ENDED_OPERATIONS_KEPT_MAX = 8;

export function availabilityOf(node: NodeState): Availability {
  return node.holds.length === 0 ? 'active' : 'drain';
}

/** Whether availability is `drain` and it has not been proved that nobody is left. */
export function isDraining(node: NodeState): boolean {
  return node.drain !== null && node.drain.drained === null;
}

export function isDrained(node: NodeState): boolean {
  return node.drain !== null && node.drain.drained !== null;
}

/**
 * When the deadline ends what remains: the earliest of the holds that say `force`.
 * `null` when none does, or when the node has been drained since: sessions that came back are nobody's deadline.
 */
export function forceAt(node: NodeState): number | null {
  if (node.drain === null || node.drain.wasDrained) return null;
  let earliest: number | null = null;
  for (const hold of node.holds) {
    if (hold.deadlineAt === null || hold.onDeadline !== 'force') continue;
    if (earliest === null || hold.deadlineAt < earliest) earliest = hold.deadlineAt;
  }
  return earliest;
}

export function operationOf(node: NodeState, operationId: string): OperationRecord | undefined {
  return node.operations.find((operation) => operation.id === operationId);
}
