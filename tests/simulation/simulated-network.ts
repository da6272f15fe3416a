/**
 * Connections between agents and the server, as a network makes them: slow, cut with messages on the way, half open for as long
 * as it likes, silent in one direction. On one connection nothing overtakes; across two everything may.
 */
import { AGENT_CLOSE } from '@sluice/contract';
import type { AgentSocketEvents, Connect } from '../../packages/agent/src/session/agent-socket.ts';
import type { AgentSession } from '../../packages/server/src/sessions/agent-session.ts';
import type { SessionRegistry } from '../../packages/server/src/sessions/session-registry.ts';
import type { SessionSocket } from '../../packages/server/src/sessions/session-socket.ts';
import type { Profile } from './profile.ts';
import type { Random } from './random.ts';
import type { Life, VirtualClock } from './virtual-clock.ts';

/** A server as the network reaches it. */
export interface ServerEnd {
  readonly life: Life;
  readonly registry: SessionRegistry;
  /** Until then no agent can reach it (virtual milliseconds). */
  closedUntil: number;
  /** It sends its agents away. */
  isClosed: boolean;
}

interface Wire {
  readonly nodeId: string;
  readonly server: ServerEnd;
  readonly session: AgentSession;
  readonly agent: { readonly life: Life; readonly events: AgentSocketEvents };
  isOpenAtAgent: boolean;
  isOpenAtServer: boolean;
  /** Whether the network still carries anything new. */
  isWhole: boolean;
  readonly toServer: Way;
  readonly toAgent: Way;
}

/** What the other side of a connection is told at its end. */
interface Close {
  readonly code: number;
  readonly reason: string;
}

const LOST: Close = { code: 1006, reason: 'the connection was lost' };

/** One direction of a connection. */
interface Way {
  /** When everything that was sent so far has passed, if nothing is in its way. */
  clearAt: number;
  last: { isDone: boolean; next: (() => void) | null } | null;
}

interface Sending {
  readonly isGone: () => boolean;
  /** When it may pass. */
  readonly blockedUntil: () => number;
  readonly arrive: () => void;
}

interface Partition {
  readonly toServerUntil: number;
  readonly toAgentUntil: number;
}

export interface SimulatedNetworkOptions {
  readonly clock: VirtualClock;
  readonly random: Random;
  readonly profile: Profile;
  readonly isTroubled: () => boolean;
  /** By its address. */
  readonly serverEnd: (url: string) => ServerEnd | null;
  /** A word of the node's agent has reached a session of a server. */
  readonly heard: (nodeId: string, session: AgentSession, server: ServerEnd) => void;
  /** Whether what a server hears counts. */
  readonly serves: (server: ServerEnd) => boolean;
  /** A moment at which the server may die: before a message leaves it, or after. */
  readonly serverCrashPoint: (life: Life) => void;
  readonly guard: (run: () => void) => void;
  /** Is told what nobody else can see. */
  readonly note: (line: string) => void;
}

/** Milliseconds until what cannot pass is looked at again: a partition may be healed before its time. */
const LOOK_AGAIN_MS = 500;
/** Milliseconds that one side takes to notice that the other is gone, when nothing tells it sooner. */
const NOTICE_MS_MAX = 40_000;

export class SimulatedNetwork {
  readonly #options: SimulatedNetworkOptions;
  readonly #wires = new Set<Wire>();
  readonly #partitions = new Map<string, Partition>();

  constructor(options: SimulatedNetworkOptions) {
    this.#options = options;
  }

  /** How an agent's process reaches the server. */
  connect(nodeId: string, agentLife: Life): Connect {
    return (serverUrl, events) => {
      const { serverEnd, random, profile, isTroubled, clock } = this.#options;
      const server = serverEnd(serverUrl);
      const { toServerUntil = 0, toAgentUntil = 0 } = this.#partitions.get(nodeId) ?? {};
      const isCutOff = Math.max(toServerUntil, toAgentUntil, server?.closedUntil ?? 0) > clock.now();
      if (server === null || server.isClosed || isCutOff || (isTroubled() && random.chance(profile.refused))) {
        clock.after(random.between(1, 2000), () => agentLife.isAlive && events.closed(1006, 'refused'));
        const nothing = () => undefined;
        return { send: nothing, close: nothing, ping: nothing, terminate: nothing };
      }
      return this.#open(nodeId, server, { life: agentLife, events });
    };
  }

  #open(nodeId: string, server: ServerEnd, agent: Wire['agent']): ReturnType<Connect> {
    const { clock, random } = this.#options;
    const socket: SessionSocket = {
      isOpen: () => wire.isOpenAtServer,
      unsentBytes: () => 0,
      send: (text) => {
        this.#options.serverCrashPoint(server.life);
        if (!server.life.isAlive) return;
        this.#toAgent(wire, () => this.#received(wire, text));
        this.#options.serverCrashPoint(server.life);
      },
      close: (code, reason) => {
        this.#options.note(`${nodeId}: the server closes the session: ${reason}`);
        this.#closeAtServer(wire, { code, reason });
      },
      terminate: () => this.#closeAtServer(wire, null),
      ping: () => this.#toAgent(wire, () => this.#toServer(wire, () => server.registry.heard(wire.session))),
    };
    const session = server.registry.open(socket, { remoteIp: '10.0.0.1', identity: { kind: 'unasked' } });
    const wire: Wire = {
      nodeId,
      server,
      session,
      agent,
      isOpenAtAgent: true,
      isOpenAtServer: true,
      isWhole: true,
      toServer: { clearAt: 0, last: null },
      toAgent: { clearAt: 0, last: null },
    };
    this.#wires.add(wire);
    clock.after(this.#delayMs(), () => {
      if (wire.isOpenAtServer && server.life.isAlive) session.challenge();
    });
    return {
      send: (text) => this.#toServer(wire, () => session.receive(text, false)),
      ping: () =>
        this.#toServer(wire, () => {
          session.pinged();
          this.#toAgent(wire, agent.events.ponged);
        }),
      close: (_code, reason) => {
        this.#options.note(`${nodeId}: the agent closes the session: ${reason}`);
        this.#closeAtAgent(wire, 0);
        this.#endAtServer(wire, wire.isWhole ? this.#delayMs() : random.between(0, NOTICE_MS_MAX));
      },
      terminate: () => {
        this.#closeAtAgent(wire, 0);
        this.#endAtServer(wire, random.between(0, NOTICE_MS_MAX));
      },
    };
  }

  /** The agent's process is gone: it hears of nothing, and the server in its own time. */
  agentDied(life: Life): void {
    const { random } = this.#options;
    for (const wire of this.#wires) {
      if (wire.agent.life !== life) continue;
      wire.isOpenAtAgent = false;
      this.#endAtServer(wire, random.chance(0.7) ? random.between(0, 50) : random.between(0, NOTICE_MS_MAX));
    }
  }

  /** Whether everything that agent and server say to each other passes now. */
  isFlowing(nodeId: string): boolean {
    const { clock } = this.#options;
    const { toServerUntil = 0, toAgentUntil = 0 } = this.#partitions.get(nodeId) ?? {};
    if (Math.max(toServerUntil, toAgentUntil) > clock.now()) return false;
    return [...this.#wires].some(
      (wire) =>
        wire.nodeId === nodeId &&
        wire.isWhole &&
        wire.isOpenAtAgent &&
        wire.isOpenAtServer &&
        wire.session.isWelcomed &&
        this.#options.serves(wire.server),
    );
  }

  /** The server's process is gone: what it had sent may still arrive. */
  serverDied(life: Life): void {
    for (const wire of this.#wires) {
      if (wire.server.life !== life) continue;
      wire.isOpenAtServer = false;
      this.#closeAtAgent(wire, this.#options.random.between(0, 3000));
    }
  }

  /** A server sends its agents to others. */
  sendAway(server: ServerEnd): void {
    this.#closeAll(server, { code: AGENT_CLOSE.stopping, reason: 'retry after 0 ms: the server is stopping' });
  }

  /** Others have recorded that all of its sessions are over. */
  endAll(server: ServerEnd): void {
    this.#closeAll(server, {
      code: AGENT_CLOSE.tryLater,
      reason: 'retry after 500 ms: this server was away for too long',
    });
  }

  #closeAll(server: ServerEnd, close: Close): void {
    for (const wire of this.#wires) if (wire.server === server) this.#closeAtServer(wire, close);
  }

  /** Nothing passes between a server and its agents any more. */
  cutAll(server: ServerEnd): void {
    for (const wire of this.#wires) if (wire.server === server) this.#cut(wire);
  }

  /** Breaks and silences what the profile says; asked now and then. */
  trouble(nodeIds: readonly string[]): void {
    const { random, profile, clock } = this.#options;
    for (const wire of this.#wires) if (random.chance(profile.cut)) this.#cut(wire);
    for (const nodeId of nodeIds) {
      if (!random.chance(profile.partition)) continue;
      const until = clock.now() + random.between(1000, 60_000);
      const direction = random.pick('both', 'to-server', 'to-agent');
      this.#partitions.set(nodeId, {
        toServerUntil: direction === 'to-agent' ? 0 : until,
        toAgentUntil: direction === 'to-server' ? 0 : until,
      });
    }
  }

  heal(): void {
    this.#partitions.clear();
  }

  /** Nothing new passes; what is on the way is lost or comes late; each side notices in its own time. */
  #cut(wire: Wire): void {
    const { random } = this.#options;
    wire.isWhole = false;
    this.#closeAtAgent(wire, random.between(0, 3000));
    this.#endAtServer(wire, random.chance(0.5) ? random.between(0, 3000) : random.between(0, NOTICE_MS_MAX));
  }

  #toServer(wire: Wire, arrive: () => void): void {
    if (!wire.isOpenAtAgent || !wire.isWhole) return;
    const { clock, heard } = this.#options;
    const { server, session, nodeId } = wire;
    this.#send(wire.toServer, {
      isGone: () => !wire.isOpenAtServer || !server.life.isAlive,
      blockedUntil: () => {
        const blockedUntil = this.#partitions.get(nodeId)?.toServerUntil ?? 0;
        // What has arrived at a process that stands still could be heard.
        if (session.isWelcomed && clock.now() >= blockedUntil && clock.now() < server.life.frozenUntil)
          heard(nodeId, session, server);
        return Math.max(blockedUntil, server.life.frozenUntil);
      },
      arrive: () => {
        if (!wire.isWhole && this.#options.random.chance(0.5)) return;
        if (session.isWelcomed) heard(nodeId, session, server);
        arrive();
      },
    });
  }

  #toAgent(wire: Wire, arrive: () => void): void {
    if (!wire.isOpenAtServer || !wire.isWhole) return;
    this.#send(wire.toAgent, {
      isGone: () => !wire.isOpenAtAgent || !wire.agent.life.isAlive,
      blockedUntil: () => this.#partitions.get(wire.nodeId)?.toAgentUntil ?? 0,
      arrive,
    });
  }

  /** One direction of a connection: whatever happens, nothing overtakes. */
  #send(way: Way, { isGone, blockedUntil, arrive }: Sending): void {
    const { clock, guard } = this.#options;
    way.clearAt = Math.max(way.clearAt, clock.now() + this.#delayMs());
    const before = way.last;
    way.last = { isDone: false, next: null };
    const mine = way.last;
    const deliver = () => {
      if (!isGone()) {
        const until = blockedUntil();
        if (clock.now() < until) {
          // A process that wakes up looks at its timers before it reads what has arrived.
          clock.wakeAt(Math.min(until + 2, clock.now() + LOOK_AGAIN_MS), deliver);
          return;
        }
        guard(arrive);
      }
      mine.isDone = true;
      mine.next?.();
    };
    clock.wakeAt(way.clearAt, () => {
      if (before === null || before.isDone) deliver();
      else before.next = deliver;
    });
  }

  #received(wire: Wire, text: string): void {
    wire.agent.events.received(text, false);
  }

  /** @param close What the agent is told; `null`: nothing. */
  #closeAtServer(wire: Wire, close: Close | null): void {
    const { random } = this.#options;
    this.#endAtServer(wire, 0);
    if (close !== null && wire.isWhole) this.#closeAtAgent(wire, this.#delayMs(), close);
    else this.#closeAtAgent(wire, random.between(0, NOTICE_MS_MAX));
  }

  #endAtServer(wire: Wire, ms: number): void {
    const { clock, guard } = this.#options;
    clock.after(ms, () => {
      if (!wire.isOpenAtServer) return;
      wire.isOpenAtServer = false;
      this.#forget(wire);
      const { life, registry } = wire.server;
      if (life.isAlive) guard(() => void registry.ended(wire.session, 'the connection was lost'));
    });
  }

  #closeAtAgent(wire: Wire, ms: number, { code, reason }: Close = LOST): void {
    const { clock, guard } = this.#options;
    clock.after(ms, () => {
      if (!wire.isOpenAtAgent) return;
      wire.isOpenAtAgent = false;
      this.#forget(wire);
      if (wire.agent.life.isAlive) guard(() => wire.agent.events.closed(code, reason));
    });
  }

  #forget(wire: Wire): void {
    if (!wire.isOpenAtAgent && !wire.isOpenAtServer) this.#wires.delete(wire);
  }

  #delayMs(): number {
    const { random, profile, isTroubled } = this.#options;
    return isTroubled() && random.chance(profile.slow) ? random.between(50, profile.slowMsMax) : random.between(1, 30);
  }
}
