/** A store whose disk survives its process: a commit takes time, and a crash may come before it is durable, or after. */
import { isSameValue } from '@sluice/core';
import type {
  CommitOutcome,
  NodeChange,
  Store,
  StoredNode,
  StoredOperation,
} from '../../packages/server/src/store/store.ts';
import type { Random } from './random.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** What is on the disk, and what must be true of every step of it. */
export class SimulatedDisk {
  readonly nodes = new Map<string, StoredNode>();
  readonly operations = new Map<string, StoredOperation>();
  sequence = 0;
  readonly #written: (change: NodeChange) => void;

  constructor(written: (change: NodeChange) => void) {
    this.#written = written;
  }

  write(changes: readonly NodeChange[]): void {
    for (const change of changes) {
      const revision = this.nodes.get(change.nodeId)?.revision ?? null;
      if (revision !== change.expectedRevision)
        throw new Error(`${change.nodeId} is at revision ${revision}, not ${change.expectedRevision}`);
      this.sequence += change.events.length;
      for (const operation of change.operations) {
        const before = this.operations.get(operation.id);
        if (before?.endedAt != null && !isSameValue(before, operation))
          throw new Error(`${operation.id} ended as ${before.status} and became ${operation.status}`);
        this.operations.set(operation.id, operation);
      }
      // As text, as a disk would have it: nothing of it is shared with the memory that wrote it.
      if (change.state !== null)
        this.nodes.set(change.nodeId, {
          nodeId: change.nodeId,
          revision: change.revision,
          lastSeenAt: null,
          state: JSON.parse(JSON.stringify(change.state)),
        });
      this.#written(change);
    }
  }
}

export interface SimulatedStoreOptions {
  readonly disk: SimulatedDisk;
  readonly clock: VirtualClock;
  readonly random: Random;
  readonly isAlive: () => boolean;
  /** A moment at which the process may die: before a commit is durable, or after. */
  readonly crashPoint: () => void;
}

export function simulatedStore({ disk, clock, random, isAlive, crashPoint }: SimulatedStoreOptions): Store {
  const never = new Promise<never>(() => undefined);
  return {
    load: () => Promise.resolve({ nodes: [...disk.nodes.values()], lastSequence: disk.sequence }),
    commit: (changes) =>
      new Promise<CommitOutcome>((resolve) => {
        clock.after(random.between(0, 5), () => {
          crashPoint();
          if (!isAlive()) return;
          if (random.chance(0.01)) {
            resolve({ ok: false, code: 'store-unavailable', reason: 'The simulated disk is full.' });
            return;
          }
          disk.write(changes);
          crashPoint();
          if (isAlive()) resolve({ ok: true, sequences: changes.map(({ events }) => events.map(() => disk.sequence)) });
        });
      }),
    events: () => Promise.resolve([]),
    answeredRequests: () => Promise.resolve([]),
    prune: () => Promise.resolve({ events: 0, operations: 0, answered: 0 }),
    operation: (id) => Promise.resolve(disk.operations.get(id) ?? null),
    operations: () => Promise.resolve([...disk.operations.values()]),
    recordLastSeen: () => Promise.resolve(),
    tokens: () => Promise.resolve([]),
    putToken: () => never,
    close: () => Promise.resolve(),
  };
}
