/**
 * Connections between agents and the server, as a network makes them: slow, cut with messages on the way, half open for as long
 * as it likes, silent in one direction. On one connection nothing overtakes; across two everything may.
 */
import type { AgentSocketEvents, Connect } from '../../packages/agent/src/session/agent-socket.ts';
import type { AgentSession } from '../../packages/server/src/sessions/agent-session.ts';
import type { SessionRegistry } from '../../packages/server/src/sessions/session-registry.ts';
import type { SessionSocket } from '../../packages/server/src/sessions/session-socket.ts';
import type { Profile } from './profile.ts';
import type { Random } from './random.ts';
import type { Life, VirtualClock } from './virtual-clock.ts';

/** The server as the network reaches it. */
export interface ServerEnd {
  readonly life: Life;
  readonly registry: SessionRegistry;
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
  readonly serverEnd: () => ServerEnd | null;
  /** A word of the node's agent has reached a session of the server that stands for the node. */
  readonly heard: (nodeId: string) => void;
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
    return (_serverUrl, events) => {
      const { serverEnd, random, profile, isTroubled, clock } = this.#options;
      const server = serverEnd();
      const { toServerUntil = 0, toAgentUntil = 0 } = this.#partitions.get(nodeId) ?? {};
      const isCutOff = Math.max(toServerUntil, toAgentUntil) > clock.now();
      if (server === null || isCutOff || (isTroubled() && random.chance(profile.refused))) {
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
      close: (_code, reason) => {
        this.#options.note(`${nodeId}: the server closes the session: ${reason}`);
        this.#closeAtServer(wire, true);
      },
      terminate: () => this.#closeAtServer(wire, false),
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
          server.registry.heard(session);
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
        clock.now() >= wire.server.life.frozenUntil,
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
        if (session.isWelcomed && clock.now() >= blockedUntil && clock.now() < server.life.frozenUntil) heard(nodeId);
        return Math.max(blockedUntil, server.life.frozenUntil);
      },
      arrive: () => {
        if (!wire.isWhole && this.#options.random.chance(0.5)) return;
        if (session.isWelcomed) heard(nodeId);
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

  #closeAtServer(wire: Wire, isTold: boolean): void {
    const { random } = this.#options;
    this.#endAtServer(wire, 0);
    this.#closeAtAgent(wire, isTold && wire.isWhole ? this.#delayMs() : random.between(0, NOTICE_MS_MAX));
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

  #closeAtAgent(wire: Wire, ms: number): void {
    const { clock, guard } = this.#options;
    clock.after(ms, () => {
      if (!wire.isOpenAtAgent) return;
      wire.isOpenAtAgent = false;
      this.#forget(wire);
      if (wire.agent.life.isAlive) guard(() => wire.agent.events.closed(1006, 'the connection was lost'));
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
