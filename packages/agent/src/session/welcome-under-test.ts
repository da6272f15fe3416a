/** What a server says that lets an agent in: there is nothing to do, and the node is in rotation. */
import type { Welcome } from '@sluice/contract';

export function welcomeUnderTest({
  heartbeatIntervalMs,
  leaseMs,
}: Pick<Welcome, 'heartbeatIntervalMs' | 'leaseMs'>): Welcome {
  return {
    kind: 'welcome',
    protocolVersion: 1,
    sessionId: 'session',
    heartbeatIntervalMs,
    leaseMs,
    availability: {
      kind: 'availability.set',
      generation: 0,
      availability: 'active',
      sinceGeneration: 0,
      forceInMs: null,
      holds: [],
    },
    metadata: { kind: 'metadata.changed', json: 'null', revision: 0 },
    operations: [],
  };
}
