/**
 * How long each node is believed without a word. Silence is the agent's only when this server could have heard: its own
 * absence, before its start or while it stood still, is nobody's.
 */
import type { Clock } from '@sluice/core';
import type { Logger } from 'pino';
import { StallWatch } from '../fleet/stall-watch.ts';
import { WakeQueue } from '../fleet/wake-queue.ts';

/**
 * Leases are looked at so many times in the course of one, all that are due by then together: to wake for each node by itself costs as
 * much as what its agents say. A node is called offline by so much of its lease too late.
 */
const LOOKS_A_LEASE = 100;

/** Of what was not heard yet. */
const NEVER = Number.NEGATIVE_INFINITY;

export interface LeasesOptions {
  /** One that never steps: leases are counted by time that passed, not by what the wall says. */
  readonly clock: Clock;
  /** Milliseconds by which a timer must be late to show that this process stood still. */
  readonly stallMs: number;
  readonly logger: Logger;
  /**
   * Whether this server knows what the others have recorded: if not, a node may have found another one long ago. Every node gets a
   * full lease when it does again.
   */
  readonly isSure: () => boolean;
  /** Nothing was heard of the node for its whole lease. @param lastHeardAt Of the same clock; `null`: never since the start. */
  readonly expired: (nodeId: string, lastHeardAt: number | null) => void;
}

/** What is believed of one node: kept by its session too, so that hearing of it looks nothing up. */
export interface Lease {
  /** `NEVER`: not since this server started. Set in place, which is all that a heartbeat does: always a number, so that none is made for it. */
  heardAt: number;
  /** From when it counts, heard or not: until then the node was another server's to hear, or had no session. */
  begunAt: number;
  readonly leaseMs: number;
  /** The session by which, or after whose end, the node is believed; `null`: it never had one. */
  readonly sessionId: string | null;
}

export class Leases {
  readonly #options: LeasesOptions;
  readonly #leases = new Map<string, Lease>();
  readonly #queue: WakeQueue;
  /** Nothing counts from before this instant. */
  #from: number;
  readonly #stalls: StallWatch;

  constructor(options: LeasesOptions) {
    this.#options = options;
    this.#from = options.clock.now();
    this.#queue = new WakeQueue(options.clock, (nodeId) => this.#check(nodeId));
    const { clock, stallMs } = options;
    this.#stalls = new StallWatch({ clock, stallMs, stalled: (lateMs) => this.#stalled(lateMs) });
  }

  /** The node gets a full lease from now on. @param isHeard Whether it has just been heard. */
  begin(nodeId: string, leaseMs: number, sessionId: string | null, isHeard: boolean): Lease {
    const begunAt = this.#options.clock.now();
    const lease = { heardAt: isHeard ? begunAt : NEVER, begunAt, leaseMs, sessionId };
    this.#leases.set(nodeId, lease);
    this.#arm(nodeId);
    return lease;
  }

  /** Nothing can be heard of its agent for now, so that it counts from here on. */
  extend(lease: Lease): void {
    lease.begunAt = this.#options.clock.now();
  }

  get(nodeId: string): Lease | undefined {
    return this.#leases.get(nodeId);
  }

  /** The queue is not touched: a lease that comes up looks when the node was heard last. */
  heard(lease: Lease): void {
    lease.heardAt = this.#options.clock.now();
  }

  /** The node is believed for what is left of its lease; afterwards it has expired. */
  watch(nodeId: string): void {
    if (this.#leases.has(nodeId)) this.#arm(nodeId);
  }

  forget(nodeId: string): void {
    this.#leases.delete(nodeId);
    this.#queue.set(nodeId, null);
  }

  stop(): void {
    this.#stalls.stop();
    this.#queue.stop();
  }

  #arm(nodeId: string): void {
    const lease = this.#leases.get(nodeId);
    this.#queue.set(nodeId, lease === undefined ? null : lookAt(this.#endOf(lease), lease.leaseMs));
  }

  #endOf({ heardAt, begunAt, leaseMs }: Lease): number {
    return Math.max(heardAt, begunAt, this.#from) + leaseMs;
  }

  #check(nodeId: string): void {
    const lease = this.#leases.get(nodeId);
    if (lease === undefined) return;
    this.#stalls.look();
    if (!this.#options.isSure()) this.#from = this.#options.clock.now();
    if (this.#options.clock.now() < this.#endOf(lease)) {
      this.#arm(nodeId);
      return;
    }
    this.#options.expired(nodeId, lease.heardAt === NEVER ? null : lease.heardAt);
  }

  #stalled(lateMs: number): void {
    this.#from = this.#options.clock.now();
    this.#options.logger.warn(
      { event: 'server-stalled', lateMs },
      'this server stood still; every node gets a full lease before it is called offline',
    );
  }
}

/** The first look that is not before the instant. */
function lookAt(at: number, leaseMs: number): number {
  const betweenMs = Math.max(1, Math.floor(leaseMs / LOOKS_A_LEASE));
  return Math.ceil(at / betweenMs) * betweenMs;
}
