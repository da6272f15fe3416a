/** Agents' WebSockets: admitted or refused before the upgrade, and each given a session. */
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import {
  AGENT_CLOSE,
  AGENT_MESSAGE_BYTES_MAX,
  AGENT_SESSION_PATH,
  AGENT_SUBPROTOCOL,
  type MassSilence,
} from '@sluice/contract';
import { type WebSocket, WebSocketServer } from 'ws';
import { Pause } from '../fleet/pause.ts';
import { type Authentication, secretIn } from '../authentication/authentication.ts';
import { answerPing } from './answer-ping.ts';
import { answerOnSocket } from '../http/answer-on-socket.ts';
import { hostIsLoopback, originIsForeign } from '../http/csrf.ts';
import { whyAmbiguous } from '../http/refuse-ambiguous.ts';
import { clientCertificateOf } from '../tls/client-certificate.ts';
import type { Peer } from './peer.ts';
import type { LimitSettings } from '../limits/limit-settings.ts';
import { slowDown } from './slow-down.ts';
import { HelloQueue } from './hello-queue.ts';
import { PutOffs } from './put-offs.ts';
import { SessionLimits } from './session-limits.ts';
import { EMPTY_HEARTBEAT, takeHeartbeats } from './take-heartbeats.ts';
import { sessionSocket, textOf } from './web-socket.ts';
import { SessionRegistry, type SessionRegistryOptions } from './session-registry.ts';

/** Milliseconds over which agents are told to come back when the server stops. */
const COME_BACK_WITHIN_MS = 2000;

/** Milliseconds over which agents are handed over to other servers, and between two handfuls of them. */
const HAND_OVER_MS = 5000;
const HAND_OVER_STEP_MS = 100;
const GO_ELSEWHERE = 'retry after 0 ms: the server is stopping';

/** By the code that the session was closed with. */
const WHY_ENDED: Readonly<Record<number, string>> = {
  [AGENT_CLOSE.badMessage]: 'its agent sent something that is not understood',
  [AGENT_CLOSE.moving]: 'its agent went to another server',
  [AGENT_CLOSE.notAuthorised]: 'the credentials of its agent were revoked (see sluice nodes credentials)',
};

export interface AgentSessionsOptions extends Omit<SessionRegistryOptions, 'helloTurn'> {
  readonly authentication: Authentication;
  readonly limits: LimitSettings;
}

export class AgentSessions {
  readonly #options: AgentSessionsOptions;
  readonly #registry: SessionRegistry;
  readonly #server = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: AGENT_MESSAGE_BYTES_MAX,
    autoPong: false,
    handleProtocols: (offered) => (offered.has(AGENT_SUBPROTOCOL) ? AGENT_SUBPROTOCOL : false),
  });
  readonly #limits: SessionLimits;
  /** Those who are to be let in. */
  readonly #queue: HelloQueue;
  /** Those whose hello has come: many come at once from agents that were let in one by one and answered late. */
  readonly #hellos: HelloQueue;
  readonly #sockets = new Set<WebSocket>();
  readonly #putOffs = new PutOffs();
  #isStopping = false;
  /** Agents are sent to other servers. */
  #isClosed = false;

  constructor(options: AgentSessionsOptions) {
    this.#options = options;
    this.#limits = new SessionLimits(options.limits);
    this.#queue = new HelloQueue(options.limits.hellosPerSecond, options.clock);
    this.#hellos = new HelloQueue(options.limits.hellosPerSecond, options.clock);
    this.#registry = new SessionRegistry({ ...options, helloTurn: (isGone) => this.#hellos.turn(isGone) });
    // Else ws would answer what is wrong with a handshake in a page of its own.
    this.#server.on('wsClientError', (error, socket) =>
      answerOnSocket(socket, { code: 'invalid-request', detail: `This is no WebSocket handshake: ${error.message}.` }),
    );
  }

  /** See `SessionRegistry.massSilence`. */
  massSilence(): MassSilence | null {
    return this.#registry.massSilence();
  }

  /** Takes the upgrades of an HTTP server. */
  attach(server: Server): void {
    server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) =>
      this.#upgrade(request, socket, head),
    );
  }

  /** Agents that are connected. */
  get size(): number {
    return this.#sockets.size;
  }

  /**
   * Tells the agents, some at a time, to go to another server, and waits until all have gone. That a session ends by it is not recorded:
   * the one that the agent opens elsewhere takes its place.
   */
  async handOver(): Promise<void> {
    const { clock } = this.#options;
    this.#isStopping = true;
    this.#queue.stop();
    this.#registry.beginHandOver();
    const handfulSize = Math.ceil((this.#sockets.size * HAND_OVER_STEP_MS) / HAND_OVER_MS);
    const pause = new Pause(clock);
    const left = [...this.#sockets];
    while (left.length > 0) {
      for (const socket of left.splice(0, handfulSize)) socket.close(AGENT_CLOSE.stopping, GO_ELSEWHERE);
      await pause.for(HAND_OVER_STEP_MS);
    }
  }

  /** This server cannot record anything, and others can: agents are sent to them, until `open` is called. */
  sendAway(): void {
    this.#isClosed = true;
    for (const socket of this.#sockets) {
      const handOver = setTimeout(() => socket.close(AGENT_CLOSE.stopping, GO_ELSEWHERE), Math.random() * HAND_OVER_MS);
      socket.once('close', () => clearTimeout(handOver));
    }
  }

  /** Agents may come again. */
  open(): void {
    this.#isClosed = false;
  }

  /** Others have recorded that all sessions here are over: every agent is to connect again. */
  endAll(): void {
    for (const socket of this.#sockets) {
      const inMs = Math.round(Math.random() * COME_BACK_WITHIN_MS);
      socket.close(AGENT_CLOSE.tryLater, `retry after ${inMs} ms: this server was away for too long`);
    }
  }

  /** Tells every agent to come back soon, and waits until all have gone. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#registry.stop();
    this.#queue.stop();
    const { clock } = this.#options;
    const gone = [...this.#sockets].map(
      (socket) =>
        new Promise<void>((resolve) => {
          if (socket.readyState === socket.CLOSED) resolve();
          else socket.once('close', () => resolve());
        }),
    );
    for (const socket of this.#sockets)
      socket.close(AGENT_CLOSE.stopping, 'retry after 500 ms: the server is stopping');
    const cancel = clock.wakeAt(clock.now() + COME_BACK_WITHIN_MS, () => {
      for (const socket of this.#sockets) socket.terminate();
    });
    await Promise.all(gone);
    cancel();
    this.#server.close();
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // A peer that vanishes in the middle of an upgrade is no error of ours.
    socket.on('error', () => socket.destroy());
    const path = (request.url ?? '').split('?', 1)[0] ?? '';
    const ambiguous = whyAmbiguous(request);
    if (ambiguous !== null) {
      answerOnSocket(socket, ambiguous);
    } else if (path !== AGENT_SESSION_PATH) {
      const detail = `There is no WebSocket at ${path.slice(0, 200)}; agents connect to ${AGENT_SESSION_PATH}.`;
      answerOnSocket(socket, { code: 'route-not-found', detail });
    } else if (this.#isStopping || this.#isClosed) {
      answerStopping(socket);
    } else if (this.#options.authentication.isOpen && isForeign(request)) {
      const detail = 'A page of another site, or under another name, made this request.';
      answerOnSocket(socket, { code: 'foreign-request', detail });
    } else if (!offersSubprotocol(request)) {
      const detail = `The agent must offer the subprotocol ${AGENT_SUBPROTOCOL}.`;
      answerOnSocket(socket, { code: 'invalid-request', detail });
    } else {
      const putOff = this.#limits.whyNot(request.socket.remoteAddress ?? '', performance.now());
      if (putOff !== null) this.#putOffs.tell(socket, putOff);
      else if (!this.#queue.enter(() => this.#letIn(request, socket, head)))
        this.#putOffs.tell(socket, this.#limits.tooMany());
    }
  }

  /** Its turn has come. @returns `false`: it has gone. */
  #letIn(request: IncomingMessage, socket: Duplex, head: Buffer): boolean {
    if (socket.destroyed) return false;
    const { authentication } = this.#options;
    const full = this.#limits.whyFull(request.socket.remoteAddress ?? '');
    if (this.#isStopping) answerStopping(socket);
    else if (full !== null) this.#putOffs.tell(socket, full);
    else if (authentication.knows(secretIn(request.headers.authorization))) this.#welcome(request, socket, head);
    else void this.#welcomeWhenKnown(request, socket, head);
    return true;
  }

  /** Another server may have made its join token a moment ago. */
  async #welcomeWhenKnown(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    try {
      await this.#options.authentication.lookFor(secretIn(request.headers.authorization));
    } catch (error) {
      this.#options.logger.debug(
        { event: 'token-unknown', err: error },
        'whether there is such a join token nobody can say',
      );
    }
    if (this.#isStopping) answerStopping(socket);
    else if (!socket.destroyed) this.#welcome(request, socket, head);
  }

  #welcome(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // The answer and the challenge leave as one: each write of thousands of agents counts.
    socket.cork();
    this.#server.handleUpgrade(request, socket, head, (webSocket) =>
      this.#open(webSocket, socket, this.#peerOf(request)),
    );
    socket.uncork();
  }

  /** A token that is not valid does not end it here: an agent that is enrolled needs none. */
  #peerOf(request: IncomingMessage): Peer {
    const { authentication } = this.#options;
    const remoteIp = (request.socket.remoteAddress ?? '').replace(/^::ffff:/u, '');
    if (authentication.isOpen) return { remoteIp, identity: { kind: 'unasked' } };
    const joinTokenId = authentication.joinTokenOf(request.headers.authorization)?.id ?? null;
    return { remoteIp, identity: { kind: 'asked', joinTokenId, certificate: clientCertificateOf(request.socket) } };
  }

  /** @param stream What the WebSocket speaks on. */
  #open(socket: WebSocket, stream: Duplex, peer: Peer): void {
    const { logger } = this.#options;
    const session = this.#registry.open(sessionSocket(socket), peer);
    this.#sockets.add(socket);
    session.challenge();
    this.#limits.opened(peer.remoteIp);
    const slow = slowDown(socket, this.#options.limits);
    socket.on('message', (bytes: Buffer, isBinary) => {
      slow(bytes.length);
      session.receive(textOf(bytes), isBinary);
    });
    takeHeartbeats(stream, () => {
      slow(EMPTY_HEARTBEAT.length);
      session.receive(EMPTY_HEARTBEAT, false);
    });
    socket.on('ping', (bytes: Buffer) => {
      slow(bytes.length);
      if (socket.readyState === socket.OPEN) answerPing(stream, bytes);
      session.pinged();
    });
    socket.on('pong', () => this.#registry.heard(session));
    // A message that is too large or not a frame: ws closes the socket itself, with the code that says so.
    socket.on('error', (error) =>
      logger.debug({ event: 'session-error', sessionId: session.id, err: error }, 'a session failed'),
    );
    socket.on('close', (code) => {
      this.#sockets.delete(socket);
      this.#limits.closed(peer.remoteIp);
      const why = WHY_ENDED[code] ?? 'the connection to its agent was lost';
      this.#registry
        .ended(session, why)
        .catch((error: unknown) =>
          logger.error({ event: 'disconnect-unrecorded', err: error }, 'the end of a session could not be handled'),
        );
    });
  }
}

function answerStopping(socket: Duplex): void {
  const detail = 'The server is stopping; connect again in a moment.';
  answerOnSocket(socket, { code: 'stopping', detail }, { 'retry-after': '1' });
}

/** On a server without authentication any page in a browser on this machine could play an agent. */
function isForeign(request: IncomingMessage): boolean {
  return originIsForeign(request) || !hostIsLoopback(request.headers.host);
}

function offersSubprotocol(request: IncomingMessage): boolean {
  const offered = request.headers['sec-websocket-protocol'] ?? '';
  return offered.split(',').some((protocol) => protocol.trim() === AGENT_SUBPROTOCOL);
}
