/** Who is connected, who is believed, and who is told when a node changes. Knows no kind of socket. */
import { type Actor, AGENT_CLOSE, type Hello, type MassSilence } from '@sluice/contract';
import { type Clock, type MassSilenceState, mayStillSpeak, NO_SILENCE, stepMassSilence } from '@sluice/core';
import type { Logger } from 'pino';
import type { Fleet } from '../fleet/fleet.ts';
import { timestamp } from '../fleet/timestamp.ts';
import { AgentSession } from './agent-session.ts';
import { hasFallenSilent } from './fallen-silent.ts';
import { HeartbeatSlots } from './heartbeat-slots.ts';
import { Leases } from './leases.ts';
import type { Peer } from './peer.ts';
import type { SessionSocket } from './session-socket.ts';
import { type SessionTimes, sessionTimesFor } from './session-times.ts';

/** Milliseconds from the connection to the hello. */
const HELLO_WITHIN_MS = 10_000;
/** Milliseconds that an older agent gets to answer when a second one says its node's id. */
const ANSWER_WITHIN_MS = 2000;

/** Milliseconds by which a timer is late at least when this server stood still, and was not just busy. */
const STALL_MS_MIN = 1000;
/** Milliseconds within which what happens to many nodes is looked at once. */
const TOGETHER_MS = 50;
/** Milliseconds between two looks at whether the brake on mass silence may end. */
const BRAKE_EVERY_MS = 1000;

const SERVER: Actor = { name: 'server', address: null };

export interface SessionRegistryOptions {
  readonly fleet: Fleet;
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
  readonly #unsubscribe: () => void;
  readonly #offline = new Set<string>();
  /** What the brake on mass silence has not been told yet. */
  readonly #fell = new Set<string>();
  readonly #back = new Set<string>();
  #silence: MassSilenceState = NO_SILENCE;
  #judging: { readonly at: number; readonly cancel: () => void } | null = null;
  #isStopping = false;

  constructor(options: SessionRegistryOptions) {
    const { fleet, clock, times, logger } = options;
    this.#options = options;
    this.#leases = new Leases({
      clock,
      logger,
      stallMs: Math.max(times.heartbeatIntervalMs / 2, STALL_MS_MIN),
      expired: (nodeId, lastHeardAt) => void this.#expire(nodeId, lastHeardAt),
    });
    this.#unsubscribe = fleet.subscribe((nodeId) => this.#changed(nodeId));
    for (const { state } of fleet.nodes())
      if (state.offlineSince === null) this.#leases.begin(state.id, this.#times().leaseMs, false);
      else this.#offline.add(state.id);
  }

  /** Many nodes fell silent together; `null`: no more than usual. */
  massSilence(): MassSilence | null {
    const { fleet, clock } = this.#options;
    const { since, silent } = this.#silence;
    if (since === null) return null;
    const ofNodes = fleet.size;
    return {
      since: timestamp(fleet.now() - (clock.now() - since)),
      silentNodes: silent.size,
      ofNodes,
      detail:
        `${silent.size} of ${ofNodes} nodes fell silent together. Look for a cause on this side first: the network, a certificate, the server's own machine. ` +
        'What waits for these nodes is not done when they return before somebody confirms it (sluice operations confirm). Nodes that will not return: sluice nodes forget.',
    };
  }

  /** A socket was opened; what it says goes to the session, and its end to `ended`. */
  open(socket: SessionSocket, peer: Peer): AgentSession {
    const { fleet, logger, clock, newSessionId, newNonce, keyMaxAgeMs } = this.#options;
    const session = new AgentSession({
      id: newSessionId(),
      socket,
      peer,
      nonce: newNonce(),
      keyMaxAgeMs,
      fleet,
      times: () => this.#times(),
      logger,
      registry: {
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
    const { lease, nodeId } = session;
    if (lease === null || nodeId === null) return;
    this.#leases.heard(lease);
    this.#options.fleet.heard(nodeId);
  }

  /** The session's socket is gone. */
  async ended(session: AgentSession, why: string): Promise<void> {
    this.#stopWaiting(session);
    this.#listening.get(session)?.(false);
    const { nodeId } = session;
    if (nodeId === null || this.#byNode.get(nodeId) !== session) return;
    this.#byNode.delete(nodeId);
    session.lease = null;
    if (this.#isStopping) return;
    this.#leases.watch(nodeId);
    await session.ended(why);
  }

  /** From here on nothing is recorded any more: the next start finds who was connected. */
  stop(): void {
    this.#isStopping = true;
    this.#leases.stop();
    this.#judging?.cancel();
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
    this.#byNode.set(id, session);
    session.lease = this.#leases.begin(id, this.#times().leaseMs, true);
    return 'admitted';
  }

  /** Its end is recorded before the hello of the one that replaces it, which may never be taken. */
  #replaced(nodeId: string, older: AgentSession): void {
    older.lease = null;
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
    if (session !== undefined && state !== undefined && !mayStillSpeak(state.agentAccess, session.credentials))
      session.close(AGENT_CLOSE.notAuthorised, 'the credentials of this agent were revoked');
    else session?.tellWhatIsUnderWay();
    if (state === undefined) this.#leases.forget(nodeId);
    if (state?.offlineSince != null) {
      this.#offline.add(nodeId);
    } else if (this.#offline.delete(nodeId)) {
      this.#back.add(nodeId);
      this.#judgeSoon(TOGETHER_MS);
    }
  }

  #refused({ remoteIp }: AgentSession, nodeId: string, detail: string): void {
    this.#options.logger.warn({ event: 'agent-refused', nodeId, remoteIp, detail }, 'an agent was not let in');
    this.#options.refused(nodeId, remoteIp, detail);
  }

  async #expire(nodeId: string, lastHeardAt: number | null): Promise<void> {
    const { clock, fleet } = this.#options;
    const session = this.#byNode.get(nodeId);
    if (session !== undefined) {
      session.abandon();
      this.#byNode.delete(nodeId);
      session.lease = null;
      await session.ended(`nothing was heard of its agent for ${Math.round(session.times.leaseMs / 1000)} s`);
    }
    const heardAt = lastHeardAt === null ? null : fleet.now() - (clock.now() - lastHeardAt);
    const command = { kind: 'ExpireLease', lastHeardAt: heardAt ?? fleet.node(nodeId)?.lastSeenAt ?? null } as const;
    const wasOffline = fleet.node(nodeId)?.state.offlineSince != null;
    const result = await fleet.record(nodeId, command, SERVER);
    if (!this.#byNode.has(nodeId)) this.#leases.forget(nodeId);
    if (!result.ok || !hasFallenSilent(result.value.node, wasOffline)) return;
    this.#fell.add(nodeId);
    this.#judgeSoon(TOGETHER_MS);
  }

  /** At the latest after so long; what is to come sooner stays, or nodes that fall one after the other would put it off for ever. */
  #judgeSoon(ms: number): void {
    const { clock } = this.#options;
    const at = clock.now() + ms;
    if (this.#judging !== null && this.#judging.at <= at) return;
    this.#judging?.cancel();
    const cancel = clock.wakeAt(at, () => {
      this.#judging = null;
      this.#judge();
    });
    this.#judging = { at, cancel };
  }

  #judge(): void {
    const { clock, fleet, logger, massSilenceChanged } = this.#options;
    const before = this.#silence;
    const event = { fell: [...this.#fell].filter((nodeId) => this.#offline.has(nodeId)), back: [...this.#back] };
    this.#fell.clear();
    this.#back.clear();
    const { state, confirm } = stepMassSilence(before, event, {
      now: clock.now(),
      leaseMs: this.#times().leaseMs,
      believedNodes: fleet.size - this.#offline.size,
    });
    this.#silence = state;
    if (before.since === null && state.since !== null)
      logger.warn({ event: 'mass-silence', silentNodes: state.silent.size }, this.massSilence()?.detail ?? '');
    if (before.since !== null && state.since === null)
      logger.warn({ event: 'mass-silence-over' }, 'no more nodes are silent than usual');
    if ((before.since === null) !== (state.since === null)) massSilenceChanged?.();
    const because = `${state.silent.size} nodes fell silent together`;
    for (const nodeId of confirm) void fleet.record(nodeId, { kind: 'RequireConfirmation', because }, SERVER);
    if (state.since !== null) this.#judgeSoon(BRAKE_EVERY_MS);
  }
}
