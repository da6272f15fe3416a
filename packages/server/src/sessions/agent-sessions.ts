/** All agents' sessions: who is connected, who is believed, and who is told when a node changes. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import {
  AGENT_CLOSE,
  AGENT_MESSAGE_BYTES_MAX,
  AGENT_SESSION_PATH,
  AGENT_SUBPROTOCOL,
  type Hello,
  type ProblemCode,
  problemDocument,
  problems,
} from '@sluice/contract';
import type { Logger } from 'pino';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Authentication } from '../authentication/authentication.ts';
import type { Clock } from '../fleet/clock.ts';
import type { Fleet } from '../fleet/fleet.ts';
import { WakeQueue } from '../fleet/wake-queue.ts';
import { AgentSession, type SessionTimes } from './agent-session.ts';

/** Milliseconds from the connection to the hello. */
const HELLO_WITHIN_MS = 10_000;
/** Milliseconds that an older agent gets to answer when a second one says its node's id. */
const PONG_WITHIN_MS = 2000;
/** Milliseconds over which agents are told to come back when the server stops. */
const COME_BACK_WITHIN_MS = 2000;

export interface AgentSessionsOptions {
  readonly fleet: Fleet;
  readonly authentication: Authentication;
  readonly clock: Clock;
  readonly times: SessionTimes;
  readonly logger: Logger;
}

export class AgentSessions {
  readonly #options: AgentSessionsOptions;
  readonly #server = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: AGENT_MESSAGE_BYTES_MAX,
    handleProtocols: (offered) => (offered.has(AGENT_SUBPROTOCOL) ? AGENT_SUBPROTOCOL : false),
  });
  readonly #all = new Set<AgentSession>();
  readonly #byNode = new Map<string, AgentSession>();
  /** Epoch milliseconds; a node's lease counts from here. */
  readonly #heardAt = new Map<string, number>();
  readonly #leases: WakeQueue;
  readonly #startedAt: number;
  #isStopping = false;

  constructor(options: AgentSessionsOptions) {
    this.#options = options;
    this.#startedAt = options.clock.now();
    this.#leases = new WakeQueue(options.clock, (nodeId) => void this.#checkLease(nodeId));
    options.fleet.subscribe((nodeId) => this.#byNode.get(nodeId)?.tellWhatIsUnderWay());
    for (const { state } of options.fleet.nodes()) {
      if (state.offlineSince === null) this.#leases.set(state.id, this.#startedAt + options.times.leaseMs);
    }
  }

  /** Takes the upgrades of an HTTP server. */
  attach(server: Server): void {
    server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) =>
      this.#upgrade(request, socket, head),
    );
  }

  /** Tells every agent to come back soon, and waits until all have gone. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#leases.stop();
    const gone = [...this.#all].map(
      (session) =>
        new Promise<void>((resolve) => {
          if (session.socket.readyState === session.socket.CLOSED) resolve();
          else session.socket.once('close', () => resolve());
        }),
    );
    for (const session of this.#all) session.close(AGENT_CLOSE.tryLater, 'retry after 500 ms: the server is stopping');
    const cancel = this.#options.clock.wakeAt(this.#options.clock.now() + COME_BACK_WITHIN_MS, () => {
      for (const session of this.#all) session.socket.terminate();
    });
    await Promise.all(gone);
    cancel();
    this.#server.close();
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // A peer that vanishes in the middle of an upgrade is no error of ours.
    socket.on('error', () => socket.destroy());
    const path = new URL(request.url ?? '/', 'http://server').pathname;
    if (path !== AGENT_SESSION_PATH) {
      refuse(
        socket,
        'route-not-found',
        `There is no WebSocket at ${path.slice(0, 200)}; agents connect to ${AGENT_SESSION_PATH}.`,
      );
    } else if (this.#isStopping) {
      refuse(socket, 'stopping', 'The server is stopping; connect again in a moment.', 'Retry-After: 1\r\n');
    } else if (!this.#options.authentication.mayJoin(request.headers.authorization)) {
      refuse(socket, 'unauthenticated', 'The join token is missing or not valid; see joinToken in agent.yaml.');
    } else if (!offersSubprotocol(request)) {
      refuse(socket, 'invalid-request', `The agent must offer the subprotocol ${AGENT_SUBPROTOCOL}.`);
    } else {
      this.#server.handleUpgrade(request, socket, head, (webSocket) =>
        this.#open(webSocket, request.socket.remoteAddress ?? ''),
      );
    }
  }

  #open(socket: WebSocket, remoteIp: string): void {
    const { fleet, times, logger, clock } = this.#options;
    const session = new AgentSession({
      id: randomUUID(),
      socket,
      remoteIp: remoteIp.replace(/^::ffff:/u, ''),
      fleet,
      times,
      logger,
      registry: { admit: (one, hello) => this.#admit(one, hello), heard: (one) => this.#heard(one) },
    });
    this.#all.add(session);
    const cancelHello = clock.wakeAt(clock.now() + HELLO_WITHIN_MS, () => {
      if (session.nodeId === null) session.close(AGENT_CLOSE.badMessage, 'no hello in time');
    });
    socket.on('pong', () => this.#heard(session));
    // A message that is too large or not a frame: ws closes the socket itself, with the code that says so.
    socket.on('error', (error) =>
      logger.debug({ event: 'session-error', sessionId: session.id, err: error }, 'a session failed'),
    );
    socket.on('close', (code) => {
      cancelHello();
      this.#ended(session, code).catch((error: unknown) =>
        logger.error({ event: 'disconnect-unrecorded', err: error }, 'the end of a session could not be handled'),
      );
    });
  }

  async #ended(session: AgentSession, code: number): Promise<void> {
    this.#all.delete(session);
    const { nodeId } = session;
    if (nodeId === null || this.#byNode.get(nodeId) !== session) return;
    this.#byNode.delete(nodeId);
    if (this.#isStopping) return;
    this.#armLease(nodeId);
    await session.ended(
      code === AGENT_CLOSE.badMessage
        ? 'its agent sent something that is not understood'
        : 'the connection to its agent was lost',
    );
  }

  /** Two agents with one node id are told apart by their instance ids: a returning one replaces itself, a second one must wait until the first is gone. */
  async #admit(session: AgentSession, hello: Hello): Promise<'admitted' | 'refused'> {
    const older = this.#byNode.get(hello.node.id);
    if (older !== undefined && older !== session) {
      const isSameAgent = older.instanceId === hello.instanceId;
      if (!isSameAgent && (await this.#answers(older))) {
        this.#options.logger.warn(
          { event: 'node-id-in-use', nodeId: hello.node.id, instanceId: older.instanceId },
          'this agent answers, so it keeps its node id',
        );
        return 'refused';
      }
      if (isSameAgent) older.close(AGENT_CLOSE.superseded, 'superseded by a newer session of the same agent');
      else older.socket.terminate();
    }
    this.#byNode.set(hello.node.id, session);
    this.#heardAt.set(hello.node.id, this.#options.clock.now());
    this.#armLease(hello.node.id);
    return 'admitted';
  }

  #answers(session: AgentSession): Promise<boolean> {
    const { clock } = this.#options;
    return new Promise((resolve) => {
      const { socket } = session;
      const done = (isAnswering: boolean) => {
        cancel();
        socket.off('pong', onPong);
        socket.off('close', onClose);
        resolve(isAnswering);
      };
      const onPong = () => done(true);
      const onClose = () => done(false);
      const cancel = clock.wakeAt(clock.now() + PONG_WITHIN_MS, () => done(false));
      socket.once('pong', onPong);
      socket.once('close', onClose);
      if (socket.readyState === socket.OPEN) socket.ping();
      else done(false);
    });
  }

  #heard(session: AgentSession): void {
    const { nodeId } = session;
    if (nodeId === null || this.#byNode.get(nodeId) !== session) return;
    // The queue is not touched: a lease that comes up looks when the node was heard last.
    this.#heardAt.set(nodeId, this.#options.clock.now());
    this.#options.fleet.heard(nodeId);
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
    const session = this.#byNode.get(nodeId);
    if (clock.now() < this.#leaseEnd(nodeId)) {
      this.#armLease(nodeId);
      return;
    }
    if (session !== undefined) {
      session.socket.terminate();
      this.#byNode.delete(nodeId);
      await session.ended(`nothing was heard of its agent for ${Math.round(times.leaseMs / 1000)} s`);
    }
    const lastHeardAt = this.#heardAt.get(nodeId) ?? fleet.node(nodeId)?.lastSeenAt ?? null;
    const result = await fleet.execute(nodeId, { kind: 'ExpireLease', lastHeardAt }, { name: 'server', address: null });
    if (!result.ok && result.problem.code === 'store-unavailable') this.#leases.set(nodeId, clock.now() + 1000);
    else this.#heardAt.delete(nodeId);
  }
}

function offersSubprotocol(request: IncomingMessage): boolean {
  const offered = request.headers['sec-websocket-protocol'] ?? '';
  return offered.split(',').some((protocol) => protocol.trim() === AGENT_SUBPROTOCOL);
}

/** Answers an upgrade as plain HTTP would: with a problem. */
function refuse(socket: Duplex, code: ProblemCode, detail: string, headers = ''): void {
  const body = JSON.stringify(problemDocument({ code, detail }, randomUUID()));
  const { status } = problems[code];
  socket.end(
    `HTTP/1.1 ${status} Refused\r\nContent-Type: application/problem+json; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(body)}\r\n` +
      `${headers}Connection: close\r\n\r\n${body}`,
  );
}
