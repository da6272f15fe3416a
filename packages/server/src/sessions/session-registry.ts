/** Who is connected, who is believed, and who is told when a node changes. Knows no kind of socket. */
import { AGENT_CLOSE, type Hello, type MassSilence } from '@sluice/contract';
import { type Clock, lastSessionOf, type NodeState } from '@sluice/core';
import type { Logger } from 'pino';
import { isElsewhere } from '../fleet/servers.ts';
import { Admission, type AdmissionOptions } from './admission.ts';
import { AgentSession } from './agent-session.ts';
import { endOf } from './end-of-session.ts';
import { hasFallenSilent } from './fallen-silent.ts';
import { HeartbeatSlots } from './heartbeat-slots.ts';
import { Leases } from './leases.ts';
import { MassSilenceWatch } from './mass-silence-watch.ts';
import type { Peer } from './peer.ts';
import type { SessionSocket } from './session-socket.ts';
import { type SessionTimes, sessionTimesFor } from './session-times.ts';
import { SERVER } from '../fleet/server-actor.ts';

/** Milliseconds from the connection to the hello. */
const HELLO_WITHIN_MS = 10_000;
/** Milliseconds that an older agent gets to answer when a second one says its node's id. */
const ANSWER_WITHIN_MS = 2000;

/** Milliseconds by which a timer is late at least when this server stood still, and was not just busy. */
const STALL_MS_MIN = 1000;

/**
 * Leases that a node is believed for whose session another server had: that one, if it is there, records first that it is over. One that
 * is gone without a word its agents notice within two leases, and then come here.
 */
const UNHEARD_LEASES = 2.5;

export interface SessionRegistryOptions extends AdmissionOptions {
  /** One that never steps: silence is counted by time that passed. */
  readonly clock: Clock;
  /** As configured, for a fleet of usual size. */
  readonly times: SessionTimes;
  readonly newSessionId: () => string;
  /** A text that nobody can guess and that never comes again. */
  readonly newNonce: () => string;
  /** Milliseconds after which an agent is asked for a new key. */
  readonly keyMaxAgeMs: number;
  /** An agent was not let in. */
  readonly refused: (nodeId: string, address: string, detail: string) => void;
  /** The brake on mass silence was pulled or let go. */
  readonly massSilenceChanged?: () => void;
  /** Resolves when one more hello may be dealt with; to `false` when too many wait already, or its agent has gone by then. */
  readonly helloTurn: (isGone: () => boolean) => Promise<boolean>;
  readonly logger: Logger;
}

export class SessionRegistry {
  readonly #options: SessionRegistryOptions;
  readonly #byNode = new Map<string, AgentSession>();
  /** Who waits for a word of a session, to know whether it is still alive. */
  readonly #listening = new Map<AgentSession, (isAnswering: boolean) => void>();
  /** Sessions that have not said hello, and what ends the waiting for it. */
  readonly #unheard = new Map<AgentSession, () => void>();
  readonly #leases: Leases;
  readonly #slots = new HeartbeatSlots();
  readonly #admission: Admission;
  readonly #unsubscribe: () => void;
  readonly #silence: MassSilenceWatch;
  #isStopping = false;
  #isHandingOver = false;

  constructor(options: SessionRegistryOptions) {
    const { fleet, clock, times, logger } = options;
    this.#options = options;
    this.#admission = new Admission(options);
    this.#leases = new Leases({
      clock,
      logger,
      stallMs: Math.max(times.heartbeatIntervalMs / 2, STALL_MS_MIN),
      isSure: () => options.servers.isSure(),
      expired: (nodeId, lastHeardAt) => void this.#expire(nodeId, lastHeardAt),
    });
    this.#unsubscribe = fleet.subscribe((nodeId) => this.#changed(nodeId));
    this.#silence = new MassSilenceWatch({
      fleet,
      clock,
      leaseMs: () => this.#times().leaseMs,
      changed: () => options.massSilenceChanged?.(),
      logger,
    });
    for (const { state } of fleet.nodes()) this.#leaseOfAbsent(state);
  }

  /** Many nodes fell silent together; `null`: no more than usual. */
  massSilence(): MassSilence | null {
    return this.#silence.now();
  }

  /** A socket was opened; what it says goes to the session, and its end to `ended`. */
  open(socket: SessionSocket, peer: Peer): AgentSession {
    const { fleet, servers, logger, clock, newSessionId, newNonce, keyMaxAgeMs, helloTurn } = this.#options;
    const session = new AgentSession({
      id: newSessionId(),
      socket,
      peer,
      nonce: newNonce(),
      serverId: () => servers.id,
      keyMaxAgeMs,
      fleet,
      admission: this.#admission,
      times: () => this.#times(),
      logger,
      registry: {
        saidHello: (one) => this.#stopWaiting(one),
        helloTurn,
        admit: (one, hello) => this.#admit(one, hello),
        nextHeartbeatInMs: () => this.#slots.nextInMs(this.#times().heartbeatIntervalMs, clock.now()),
        heard: (one) => this.heard(one),
        refused: (one, nodeId, detail) => this.#refused(one, nodeId, detail),
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
    if (this.#listening.size > 0) this.#listening.get(session)?.(true);
    if (session.lease !== null) this.#leases.heard(session.lease);
  }

  /** The session's socket is gone. */
  async ended(session: AgentSession, why: string): Promise<void> {
    this.#stopWaiting(session);
    this.#listening.get(session)?.(false);
    const { nodeId } = session;
    if (nodeId === null || this.#byNode.get(nodeId) !== session) return;
    this.#byNode.delete(nodeId);
    this.#believeNoMore(nodeId, session);
    if (this.#isStopping || this.#isHandingOver) return;
    this.#leases.watch(nodeId);
    await session.ended(why);
  }

  /** From here on the end of a session is not recorded: its agent opens another one elsewhere. */
  beginHandOver(): void {
    this.#isHandingOver = true;
  }

  /** From here on nothing is recorded any more: the next start finds who was connected. */
  stop(): void {
    this.#isStopping = true;
    this.#leases.stop();
    this.#silence.stop();
    this.#unsubscribe();
    for (const cancel of this.#unheard.values()) cancel();
    this.#unheard.clear();
  }

  /**
   * Two agents with one node id are told apart by their instance ids: a returning one replaces itself, a second one must
   * wait until the first is gone.
   */
  async #admit(session: AgentSession, hello: Hello): Promise<'admitted' | 'refused' | 'gone'> {
    const { id } = hello.node;
    for (let older = this.#byNode.get(id); older !== undefined && older !== session; older = this.#byNode.get(id)) {
      if (older.instanceId === hello.instanceId) {
        older.close(AGENT_CLOSE.superseded, 'superseded by a newer session of the same agent');
        this.#replaced(id, older);
        break;
      }
      if (await this.#answers(older)) {
        this.#options.logger.warn(
          { event: 'node-id-in-use', nodeId: id, instanceId: older.instanceId },
          'this agent answers, so it keeps its node id',
        );
        return 'refused';
      }
      older.abandon();
      this.#replaced(id, older);
      // While it was waited for, another may have come.
      if (this.#byNode.get(id) === older) break;
    }
    // Nobody would be told of the end of one that has ended.
    if (!session.socket.isOpen()) return 'gone';
    this.#byNode.set(id, session);
    const lease = this.#leases.begin(id, this.#times().leaseMs, session.id, true);
    session.lease = lease;
    this.#options.fleet.measures.connected(id, () => this.#timeOf(lease.heardAt));
    return 'admitted';
  }

  /** What is known of its successor, if it has one already, stays. */
  #believeNoMore(nodeId: string, session: AgentSession): void {
    if (session.lease === null) return;
    session.lease = null;
    this.#options.fleet.measures.disconnected(nodeId);
  }

  /** Of an instant of the clock that never steps, by the fleet's. */
  #timeOf(at: number): number {
    const { clock, fleet } = this.#options;
    return fleet.now() - (clock.now() - at);
  }

  /** Its end is recorded before the hello of the one that replaces it, which may never be taken. */
  #replaced(nodeId: string, older: AgentSession): void {
    this.#believeNoMore(nodeId, older);
    const why = 'its agent connected anew';
    void this.#options.fleet.record(
      nodeId,
      { kind: 'RecordDisconnect', sessionId: older.id, goodbye: false, why },
      SERVER,
    );
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

  #times(): SessionTimes {
    const { fleet, times } = this.#options;
    return sessionTimesFor(fleet.size, times);
  }

  #changed(nodeId: string): void {
    const session = this.#byNode.get(nodeId);
    const state = this.#options.fleet.node(nodeId)?.state;
    if (session === undefined && state !== undefined) this.#leaseOfAbsent(state);
    const end = session === undefined || state === undefined ? null : endOf(session, state);
    if (end !== null) session?.close(...end);
    else session?.tellWhatIsUnderWay();
    if (state === undefined) this.#leases.forget(nodeId);
    this.#silence.look(nodeId, state);
  }

  /**
   * Whether a node that has no session here is still believed. Where it has one at another server, that one counts; where it has none,
   * every server counts, those that have not heard the agent themselves a little longer: the first records it. Each session of the agent,
   * wherever it was, counts anew.
   */
  #leaseOfAbsent(state: NodeState): void {
    const { servers } = this.#options;
    const { id, session, offlineSince } = state;
    const lastSession = lastSessionOf(state);
    if (isElsewhere(state, servers) || offlineSince !== null) this.#leases.forget(id);
    else if (session.kind !== 'connected' && this.#leases.get(id)?.sessionId !== lastSession) {
      // Alone there is no other server that its agent could have gone to first.
      const leases = servers.hasOthers ? UNHEARD_LEASES : 1;
      this.#leases.begin(id, this.#times().leaseMs * leases, lastSession, false);
    }
  }

  #refused({ remoteIp }: AgentSession, nodeId: string, detail: string): void {
    this.#options.logger.warn({ event: 'agent-refused', nodeId, remoteIp, detail }, 'an agent was not let in');
    this.#options.refused(nodeId, remoteIp, detail);
  }

  async #expire(nodeId: string, lastHeardAt: number | null): Promise<void> {
    const { fleet } = this.#options;
    const session = this.#byNode.get(nodeId);
    if (session?.isWelcomed === false && session.lease !== null && session.socket.isOpen()) {
      // It waits for its hello to be recorded, and may say nothing until then.
      this.#leases.extend(session.lease);
      this.#leases.watch(nodeId);
      return;
    }
    if (session !== undefined) {
      session.abandon();
      this.#byNode.delete(nodeId);
      this.#believeNoMore(nodeId, session);
      await session.ended(`nothing was heard of its agent for ${Math.round(session.times.leaseMs / 1000)} s`);
    }
    const heardAt = lastHeardAt === null ? null : this.#timeOf(lastHeardAt);
    const known = fleet.node(nodeId);
    const afterSession = known === undefined ? null : lastSessionOf(known.state);
    const wasOffline = known?.state.offlineSince != null;
    const command = { kind: 'ExpireLease', afterSession, lastHeardAt: heardAt ?? known?.lastSeenAt ?? null } as const;
    // Whatever is heard of the node from here on counts anew.
    if (!this.#byNode.has(nodeId)) this.#leases.forget(nodeId);
    const result = await fleet.record(nodeId, command, SERVER);
    if (result.ok && hasFallenSilent(result.value.node, wasOffline)) this.#silence.hasFallen(nodeId);
  }
}
