/** One agent of a fleet that a benchmark plays: it says hello, beats, drains and restarts at once when it is told to, and comes back when it lost its session. */
import {
  AGENT_CLOSE,
  AGENT_SESSION_PATH,
  AGENT_SUBPROTOCOL,
  type AgentMessage,
  type AvailabilityReport,
  type AvailabilitySet,
  type Hello,
  ServerMessage,
  type Welcome,
} from '@sluice/contract';
import { Compile } from 'typebox/compile';
import type { Beating } from './heartbeat-wheel.ts';
import { helloOf, newPlayedKey, nodeIdOf, proofOf, WORKLOAD } from './hello.ts';
import { monotonicMs } from './monotonic.ts';
import { PlayedRestarts } from './played-restart.ts';
import { clientFrame, RawWebSocket } from './raw-web-socket.ts';

const serverMessage = Compile(ServerMessage);

/** As agents have it: the time for connection and welcome together, the backoff with full jitter, and the longest wait that a server may ask for. */
const WELCOME_WITHIN_MS = 15_000;
const BACKOFF_FIRST_MS = 1000;
const BACKOFF_LONGEST_MS = 8000;
const TOLD_SPREAD_MS = 1000;
const RETRY_AFTER_MS_MAX = 300_000;
/** Heartbeats between two that ask for a sign of life, by a ping in the place of an empty one: a lease. */
const BEATS_A_LEASE = 3;
/** Agents of one address: the server takes 1,000. */
const AGENTS_PER_ADDRESS = 900;

const EMPTY_HEARTBEAT = clientFrame('text', JSON.stringify({ kind: 'heartbeat' }));
const PING = clientFrame('ping', '');

/** What the fleet is told of its agents. */
export interface AgentFollower {
  readonly server: () => { readonly port: number; readonly joinToken: string; readonly isBusy: boolean };
  readonly welcomed: (agent: PlayedAgent, welcome: Welcome, helloMs: number) => void;
  readonly told: (agent: PlayedAgent, availability: string) => void;
  readonly beaten: () => void;
  /** @param wasWelcomed Whether a session ended; else a try to open one. @param why An HTTP status or a close code. */
  readonly lost: (agent: PlayedAgent, wasWelcomed: boolean, why: number) => void;
}

export class PlayedAgent implements Beating {
  readonly index: number;
  readonly #id: string;
  readonly #follower: AgentFollower;
  readonly #key = newPlayedKey();
  readonly #restarts = new PlayedRestarts();
  #socket: RawWebSocket | null = null;
  #givingUp: NodeJS.Timeout | null = null;
  #isWelcomed = false;
  #failures = 0;
  #beats = 0;
  #startedAt = 0;
  /** When the server said to come back as it refused the session; `null`: it did not say. */
  #retryAfterMs: number | null = null;
  /** The wish as a journal would have it. */
  #availability: Hello['availability'] = { generation: 0, availability: 'active', holds: [] };

  constructor(index: number, follower: AgentFollower) {
    this.index = index;
    this.#id = nodeIdOf(index);
    this.#follower = follower;
  }

  get isWelcomed(): boolean {
    return this.#isWelcomed;
  }

  connect(): void {
    const { port, joinToken } = this.#follower.server();
    this.#retryAfterMs = null;
    this.#startedAt = monotonicMs();
    let refusedWith: number | null = null;
    // A connection that the server's queue had no place for looks open from here, and nothing ever comes.
    this.#givingUp = setTimeout(() => socket.terminate(), WELCOME_WITHIN_MS);
    const socket = new RawWebSocket(
      {
        port,
        path: AGENT_SESSION_PATH,
        protocol: AGENT_SUBPROTOCOL,
        authorization: `Bearer ${joinToken}`,
        localAddress: `127.0.0.${2 + Math.floor(this.index / AGENTS_PER_ADDRESS)}`,
      },
      {
        received: (text) => this.#received(text),
        refused: (status, retryAfterMs) => {
          refusedWith = status;
          this.#retryAfterMs = retryAfterMs === null ? null : Math.min(retryAfterMs, RETRY_AFTER_MS_MAX);
        },
        closed: (code, reason) => {
          const isTold = code === AGENT_CLOSE.tryLater || code === AGENT_CLOSE.stopping;
          const laterMs = isTold ? Number.parseInt(/\d+/u.exec(reason)?.[0] ?? '0', 10) : 0;
          this.#ended(refusedWith ?? code, laterMs);
        },
      },
    );
    this.#socket = socket;
  }

  beat(): void {
    if (!this.#isWelcomed) return;
    const { isBusy } = this.#follower.server();
    const asks = this.#beats % BEATS_A_LEASE === 0;
    this.#beats += 1;
    if (isBusy) this.#socket?.send(this.#busyHeartbeat());
    else if (!asks) this.#socket?.send(EMPTY_HEARTBEAT);
    if (asks) this.#socket?.send(PING);
    this.#follower.beaten();
  }

  #busyHeartbeat(): Buffer {
    const load = {
      sessions: this.#sessions(),
      cpuPercent: this.#beats % 100,
      memoryBytes: 2_147_483_648,
      problem: null,
    };
    return clientFrame('text', JSON.stringify({ kind: 'heartbeat', load }));
  }

  #sessions(): number {
    return this.#availability.availability === 'drain' ? 0 : 12;
  }

  #received(text: string): void {
    const message: unknown = JSON.parse(text);
    if (!serverMessage.Check(message)) throw new Error(`the server said what is not in the contract: ${text}`);
    // Nothing else is asked of a fleet in a benchmark, and nothing else needs an answer.
    if (message.kind === 'challenge') this.#hello(message.nonce);
    else if (message.kind === 'availability.set') this.#take(message);
    else if (message.kind === 'operation.start') this.#say(this.#restarts.start(message));
    else if (message.kind === 'operation.ack') this.#say(this.#restarts.acknowledged(message, WORKLOAD));
    else if (message.kind === 'welcome') {
      this.#isWelcomed = true;
      this.#stopWaiting();
      this.#failures = 0;
      this.#follower.welcomed(this, message, monotonicMs() - this.#startedAt);
      this.#take(message.availability);
    }
  }

  #say(messages: readonly AgentMessage[]): void {
    for (const message of messages) this.#socket?.send(clientFrame('text', JSON.stringify(message)));
  }

  #hello(nonce: string): void {
    const hello = helloOf(this.#id, proofOf(this.#key, nonce, this.#id), this.index);
    const said: Hello = {
      ...hello,
      workload: { ...WORKLOAD, incarnation: this.#restarts.incarnation },
      availability: this.#availability,
      load: { ...hello.load, sessions: this.#sessions() },
    };
    this.#say([said]);
  }

  /** Nobody is on this node: it has done at once what it is told. */
  #take({ generation, availability, holds }: AvailabilitySet): void {
    if (generation <= this.#availability.generation) return;
    this.#availability = { generation, availability, holds };
    this.#follower.told(this, availability);
    const now = Date.now();
    const report: AvailabilityReport = {
      kind: 'availability.report',
      generation,
      availability,
      reached: true,
      phase: availability === 'drain' ? 'drained' : null,
      sessionsAtStart: availability === 'drain' ? 0 : null,
      sessionsRemaining: availability === 'drain' ? 0 : null,
      blockers: [],
      problem: null,
      evidence: availability === 'drain' ? { kind: 'counted', zeroSeenAt: [now, now] } : null,
    };
    this.#say([report]);
  }

  #stopWaiting(): void {
    if (this.#givingUp !== null) clearTimeout(this.#givingUp);
    this.#givingUp = null;
  }

  #ended(why: number, laterMs: number): void {
    this.#stopWaiting();
    const wasWelcomed = this.#isWelcomed;
    this.#isWelcomed = false;
    this.#socket = null;
    const ceilingMs = Math.min(BACKOFF_LONGEST_MS, BACKOFF_FIRST_MS * 2 ** Math.min(this.#failures, 30));
    this.#failures += 1;
    const waitMs =
      this.#retryAfterMs === null
        ? laterMs + Math.random() * ceilingMs
        : this.#retryAfterMs + Math.random() * TOLD_SPREAD_MS;
    setTimeout(() => this.connect(), waitMs);
    this.#follower.lost(this, wasWelcomed, why);
  }
}
