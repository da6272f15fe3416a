/** When time alone changes something of a node: deadlines, expiries, deliveries that come too late. Recorded by one of the servers. */
import type { Actor } from '@sluice/contract';
import { type Clock, type Command, type NodeState, underWay } from '@sluice/core';
import type { Servers } from './servers.ts';
import { StallWatch } from './stall-watch.ts';
import { WakeQueue } from './wake-queue.ts';
import { SERVER } from './server-actor.ts';

/** Milliseconds until what is due is tried again when it could not be recorded. */
const RETRY_MS = 1000;
/** Milliseconds by which a wake-up is late when this process stood still, and was not just busy. */
const STALL_MS = 1000;
/** Milliseconds after which what is another server's to record is recorded here, should that one not have done it. */
const BACK_UP_MS = 2000;

export interface DueTimesOptions {
  readonly clock: Clock;
  readonly servers: Servers;
  readonly stateOf: (nodeId: string) => NodeState | null;
  /** Resolves when it is recorded, or cannot be. */
  readonly record: (nodeId: string, command: Command, actor: Actor) => Promise<unknown>;
}

export class DueTimes {
  readonly #options: DueTimesOptions;
  readonly #queue: WakeQueue;
  readonly #stalls: StallWatch;
  /** Since when agents could be heard without a break. */
  #hearsSince: number;

  constructor(options: DueTimesOptions) {
    const { clock } = options;
    this.#options = options;
    this.#hearsSince = clock.now();
    this.#stalls = new StallWatch({ clock, stallMs: STALL_MS, stalled: () => this.hearAnew() });
    this.#queue = new WakeQueue(clock, (nodeId) => void this.#pass(nodeId));
  }

  /** What agents have said until now may not have been heard, here or at another server. */
  hearAnew(): void {
    this.#hearsSince = this.#options.clock.now();
  }

  /** A node has changed, or who records what is due of it. @param state `null`: it has left. */
  set(nodeId: string, state: NodeState | null): void {
    const wakeAt = state === null ? null : underWay(state).wakeAt;
    this.#queue.set(nodeId, wakeAt === null || state === null ? null : wakeAt + (this.#isOurs(state) ? 0 : BACK_UP_MS));
  }

  stop(): void {
    this.#queue.stop();
    this.#stalls.stop();
  }

  /** A node's times pass where its agent is: what that said before is known there first. */
  #isOurs({ id, session }: NodeState): boolean {
    const { servers } = this.#options;
    return session.kind === 'connected' && session.serverId !== undefined
      ? session.serverId === servers.id
      : servers.isOurs(`node:${id}`);
  }

  async #pass(nodeId: string): Promise<void> {
    const { clock, stateOf, record } = this.#options;
    // What agents said while this process stood still is unread yet.
    this.#stalls.look();
    const revision = stateOf(nodeId)?.revision;
    await record(nodeId, { kind: 'PassTime', heardSince: this.#hearsSince }, SERVER);
    const state = stateOf(nodeId);
    if (state === null) return;
    // What was recorded has set its own next instant; where nothing was, it is looked at again a little later.
    const { wakeAt } = underWay(state);
    if (state.revision === revision && wakeAt !== null)
      this.#queue.set(nodeId, Math.max(wakeAt, clock.now() + RETRY_MS));
  }
}
