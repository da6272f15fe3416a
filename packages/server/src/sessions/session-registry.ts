/** Who is connected, who is believed, and who is told when a node changes. Knows no kind of socket. */
import { AGENT_CLOSE, type Hello } from '@sluice/contract';
import type { Clock } from '@sluice/core';
import type { Logger } from 'pino';
import type { Fleet } from '../fleet/fleet.ts';
import { WakeQueue } from '../fleet/wake-queue.ts';
import { AgentSession, type SessionTimes } from './agent-session.ts';
import type { SessionSocket } from './session-socket.ts';

/** Milliseconds from the connection to the hello. */
const HELLO_WITHIN_MS = 10_000;
/** Milliseconds that an older agent gets to answer when a second one says its node's id. */
const ANSWER_WITHIN_MS = 2000;

export interface SessionRegistryOptions {
  readonly fleet: Fleet;
  readonly clock: Clock;
  readonly times: SessionTimes;
  readonly newSessionId: () => string;
  readonly logger: Logger;
}

export class SessionRegistry {
  readonly #options: SessionRegistryOptions;
  readonly #byNode = new Map<string, AgentSession>();
  /** Epoch milliseconds; a node's lease counts from here. */
  readonly #heardAt = new Map<string, number>();
  /** Who waits for a word of a session, to know whether it is still alive. */
  readonly #listening = new Map<AgentSession, (isAnswering: boolean) => void>();
  /** Sessions that have not said hello, and what ends the waiting for it. */
  readonly #unheard = new Map<AgentSession, () => void>();
  readonly #leases: WakeQueue;
  readonly #startedAt: number;
  readonly #unsubscribe: () => void;
  #isStopping = false;

  constructor(options: SessionRegistryOptions) {
    const { fleet, clock, times } = options;
    this.#options = options;
    this.#startedAt = clock.now();
    this.#leases = new WakeQueue(clock, (nodeId) => void this.#checkLease(nodeId));
    this.#unsubscribe = fleet.subscribe((nodeId) => this.#byNode.get(nodeId)?.tellWhatIsUnderWay());
    for (const { state } of fleet.nodes()) {
      if (state.offlineSince === null) this.#leases.set(state.id, this.#startedAt + times.leaseMs);
    }
  }

  /** A socket was opened; what it says goes to the session, and its end to `ended`. */
  open(socket: SessionSocket, remoteIp: string): AgentSession {
    const { fleet, times, logger, clock, newSessionId } = this.#options;
    const session = new AgentSession({
      id: newSessionId(),
      socket,
      remoteIp,
      fleet,
      times,
      logger,
      registry: {
        admit: (one, hello) => this.#admit(one, hello),
        heard: (one) => this.heard(one),
      },
    });
    const cancel = clock.wakeAt(clock.now() + HELLO_WITHIN_MS, () => {
      this.#unheard.delete(session);
      session.close(AGENT_CLOSE.badMessage, 'no hello in time');
    });
    this.#unheard.set(session, cancel);
    return session;
  }

  /** Anything was heard of the session's agent. */
  heard(session: AgentSession): void {
    this.#listening.get(session)?.(true);
    const { nodeId } = session;
    if (nodeId === null || this.#byNode.get(nodeId) !== session) return;
    // The queue is not touched: a lease that comes up looks when the node was heard last.
    this.#heardAt.set(nodeId, this.#options.clock.now());
    this.#options.fleet.heard(nodeId);
  }

  /** The session's socket is gone. */
  async ended(session: AgentSession, why: string): Promise<void> {
    this.#stopWaiting(session);
    this.#listening.get(session)?.(false);
    const { nodeId } = session;
    if (nodeId === null || this.#byNode.get(nodeId) !== session) return;
    this.#byNode.delete(nodeId);
    if (this.#isStopping) return;
    this.#armLease(nodeId);
    await session.ended(why);
  }

  /** From here on nothing is recorded any more: the next start finds who was connected. */
  stop(): void {
    this.#isStopping = true;
    this.#leases.stop();
    this.#unsubscribe();
    for (const cancel of this.#unheard.values()) cancel();
    this.#unheard.clear();
  }

  /**
   * Two agents with one node id are told apart by their instance ids: a returning one replaces itself, a second one must
   * wait until the first is gone.
   */
  async #admit(session: AgentSession, hello: Hello): Promise<'admitted' | 'refused'> {
    const { id } = hello.node;
    this.#stopWaiting(session);
    for (let older = this.#byNode.get(id); older !== undefined && older !== session; older = this.#byNode.get(id)) {
      if (older.instanceId === hello.instanceId) {
        older.close(AGENT_CLOSE.superseded, 'superseded by a newer session of the same agent');
        break;
      }
      if (await this.#answers(older)) {
        this.#options.logger.warn(
          { event: 'node-id-in-use', nodeId: id, instanceId: older.instanceId },
          'this agent answers, so it keeps its node id',
        );
        return 'refused';
      }
      older.socket.terminate();
      // While it was waited for, another may have come.
      if (this.#byNode.get(id) === older) break;
    }
    this.#byNode.set(id, session);
    this.#heardAt.set(id, this.#options.clock.now());
    this.#armLease(id);
    return 'admitted';
  }

  #stopWaiting(session: AgentSession): void {
    this.#unheard.get(session)?.();
    this.#unheard.delete(session);
  }

  #answers(session: AgentSession): Promise<boolean> {
    const { clock } = this.#options;
    return new Promise((resolve) => {
      const before = this.#listening.get(session);
      const settle = (isAnswering: boolean) => {
        cancel();
        this.#listening.delete(session);
        before?.(isAnswering);
        resolve(isAnswering);
      };
      const cancel = clock.wakeAt(clock.now() + ANSWER_WITHIN_MS, () => settle(false));
      this.#listening.set(session, settle);
      if (session.socket.isOpen()) session.socket.ping();
      else settle(false);
    });
  }

  #armLease(nodeId: string): void {
    this.#leases.set(nodeId, this.#leaseEnd(nodeId));
  }

  /** Counted from the last word, but never from before this server's start: its own absence is not the agent's. */
  #leaseEnd(nodeId: string): number {
    return (this.#heardAt.get(nodeId) ?? this.#startedAt) + this.#options.times.leaseMs;
  }

  async #checkLease(nodeId: string): Promise<void> {
    const { clock, fleet, times } = this.#options;
    if (clock.now() < this.#leaseEnd(nodeId)) {
      this.#armLease(nodeId);
      return;
    }
    const session = this.#byNode.get(nodeId);
    if (session !== undefined) {
      session.socket.terminate();
      this.#byNode.delete(nodeId);
      await session.ended(`nothing was heard of its agent for ${Math.round(times.leaseMs / 1000)} s`);
    }
    const lastHeardAt = this.#heardAt.get(nodeId) ?? fleet.node(nodeId)?.lastSeenAt ?? null;
    await fleet.record(nodeId, { kind: 'ExpireLease', lastHeardAt }, { name: 'server', address: null });
    if (!this.#byNode.has(nodeId)) this.#heardAt.delete(nodeId);
  }
}
