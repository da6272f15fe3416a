/** The servers that share a store, as a fleet needs to know them. */
import type { Command, NodeState } from '@sluice/core';
import type { StoredReplica } from '../store/shared-store.ts';

/** A server of several, as it last told of itself. */
export type FleetServer = StoredReplica;

type RecordDisconnect = Extract<Command, { kind: 'RecordDisconnect' }>;

export interface Servers {
  /** Of this server; another one after others had given it up. */
  readonly id: string;
  /** Whether a server is there, as far as is known here. */
  readonly isThere: (serverId: string) => boolean;
  /**
   * Whether a duty is this server's. For a moment after the servers have changed it may be nobody's; that it is nobody else's is
   * only likely, so what is done by it must be harmless when it is done twice.
   */
  readonly isOurs: (duty: string) => boolean;
  /** Whether this server could lately read what others have committed. */
  readonly isSure: () => boolean;
  /** Whether others are there that stay. */
  readonly hasOthers: boolean;
  /** Calls when servers came or went, this one's id included. @returns What ends it. */
  readonly subscribe: (changed: () => void) => () => void;
}

/** One server that shares its store with nobody. */
export function oneServer(id: string): Servers {
  return {
    id,
    isThere: (serverId) => serverId === id,
    isOurs: () => true,
    isSure: () => true,
    hasOthers: false,
    subscribe: () => () => undefined,
  };
}

/** Whether the agent of a node has its session at another server, as far as is recorded. */
export function isElsewhere({ session }: NodeState, { id }: Pick<Servers, 'id'>): boolean {
  return session.kind === 'connected' && session.serverId !== id;
}

/** What ends the session of a node whose server is gone; `null`: it has none there. */
export function endOfLostSession(
  { session }: NodeState,
  { isThere }: Pick<Servers, 'isThere'>,
): RecordDisconnect | null {
  if (session.kind !== 'connected' || isThere(session.serverId ?? '')) return null;
  const why = 'the server that it was connected to is gone';
  return { kind: 'RecordDisconnect', sessionId: session.sessionId, goodbye: false, why };
}
