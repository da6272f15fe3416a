/** A server on the roll that tells nothing of note. */
import type { StoredReplica } from '../store/shared-store.ts';

export function replicaUnderTest(id: string, beat: number, name = id): StoredReplica {
  return { id, beat, name, url: null, version: '0.1.0', startedAt: 0, sessions: 0, lagMs: 0, isLeaving: false };
}
