/** The agent's WebSocket to the server: dials out, says hello, keeps the heartbeat, and comes back whenever it is lost. */
import {
  AGENT_CLOSE,
  AGENT_SESSION_PATH,
  AGENT_SUBPROTOCOL,
  type AgentMessage,
  SERVER_MESSAGE_BYTES_MAX,
  ServerMessage,
} from '@sluice/contract';
import type { Logger } from 'pino';
import { Compile } from 'typebox/compile';
import { type RawData, WebSocket } from 'ws';
import { backoffMs } from './backoff.ts';

/** Milliseconds for the connection and the welcome together; a server that takes longer is as good as none. */
const WELCOME_WITHIN_MS = 15_000;
/** Milliseconds between tries that only a person can make succeed (a wrong token, a node id in use). */
const SLOW_RETRY_MS = 30_000;

const serverMessage = Compile(ServerMessage);

export interface ConnectionEvents {
  /** The hello of this moment. */
  readonly hello: () => AgentMessage;
  /** A valid message; the first of a session is `welcome`. */
  readonly received: (message: ServerMessage) => void;
  readonly closed: () => void;
  /** Time for a heartbeat: what has changed since the last one. */
  readonly heartbeat: () => void;
}

/** Reconnects by itself until it is stopped. */
export class AgentConnection {
  readonly #url: string;
  readonly #token: string | null;
  readonly #events: ConnectionEvents;
  readonly #logger: Logger;
  #socket: WebSocket | null = null;
  #isWelcomed = false;
  #failures = 0;
  #retryTimer: NodeJS.Timeout | null = null;
  #heartbeatTimer: NodeJS.Timeout | null = null;
  #isStopped = false;

  /** @param serverUrl `http:` or `https:`; the session is its WebSocket twin. */
  constructor(serverUrl: string, token: string | null, events: ConnectionEvents, logger: Logger) {
    const url = new URL(AGENT_SESSION_PATH, serverUrl);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    this.#url = url.href;
    this.#token = token;
    this.#events = events;
    this.#logger = logger;
  }

  start(): void {
    const socket = new WebSocket(this.#url, AGENT_SUBPROTOCOL, {
      headers: this.#token === null ? {} : { authorization: `Bearer ${this.#token}` },
      handshakeTimeout: WELCOME_WITHIN_MS,
      perMessageDeflate: false,
      maxPayload: SERVER_MESSAGE_BYTES_MAX,
    });
    this.#socket = socket;
    this.#isWelcomed = false;
    let retryAfterMs: number | null = null;
    const welcomeTimer = setTimeout(() => socket.terminate(), WELCOME_WITHIN_MS);
    socket.on('open', () => socket.send(JSON.stringify(this.#events.hello())));
    socket.on('message', (bytes, isBinary) => {
      if (this.#receive(socket, textOf(bytes), isBinary)) clearTimeout(welcomeTimer);
    });
    socket.on('unexpected-response', (request, response) => {
      retryAfterMs = this.#waitAfterRefusal(response.statusCode ?? 0, response.headers['retry-after']);
      request.destroy();
      socket.terminate();
    });
    socket.on('error', (error) => {
      this.#logger.debug({ event: 'session-error', err: error }, 'the session failed');
    });
    socket.on('close', (code, reason) => {
      clearTimeout(welcomeTimer);
      this.#ended(code, reason.toString(), retryAfterMs);
    });
  }

  /** Sends on the open session. Without one nothing is sent: the next session begins with everything that matters. */
  send(message: AgentMessage): void {
    if (this.#isWelcomed) this.#socket?.send(JSON.stringify(message));
  }

  /** Says goodbye and stays away. */
  async stop(why: 'stopping' | 'restarting'): Promise<void> {
    this.#isStopped = true;
    if (this.#retryTimer !== null) clearTimeout(this.#retryTimer);
    const socket = this.#socket;
    if (socket === null || socket.readyState === WebSocket.CLOSED) return;
    this.send({ kind: 'goodbye', why });
    await new Promise<void>((resolve) => {
      // A server that does not answer must not keep the agent from stopping.
      const giveUp = setTimeout(() => socket.terminate(), 1000);
      socket.once('close', () => {
        clearTimeout(giveUp);
        resolve();
      });
      if (socket.readyState === WebSocket.CONNECTING) socket.terminate();
      else socket.close(1000, 'goodbye');
    });
  }

  /** @returns Whether the message was taken. */
  #receive(socket: WebSocket, text: string, isBinary: boolean): boolean {
    const message = isBinary ? null : parse(text);
    if (message === null || (message.kind === 'welcome') === this.#isWelcomed) {
      socket.close(AGENT_CLOSE.badMessage, 'a message that this agent does not understand');
      return false;
    }
    if (message.kind === 'welcome') {
      this.#isWelcomed = true;
      this.#failures = 0;
      this.#heartbeatTimer = setInterval(() => this.#events.heartbeat(), message.heartbeatIntervalMs);
      this.#logger.info({ event: 'session-opened', sessionId: message.sessionId }, 'connected to the server');
    }
    this.#events.received(message);
    return true;
  }

  #waitAfterRefusal(status: number, retryAfter: string | undefined): number | null {
    if (status === 401 || status === 403) {
      this.#logger.error(
        { event: 'session-refused', status },
        'the server refuses this agent’s token; check joinToken in agent.yaml',
      );
      return SLOW_RETRY_MS;
    }
    this.#logger.warn({ event: 'session-refused', status }, 'the server does not take the session now');
    const seconds = Number(retryAfter ?? Number.NaN);
    return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : null;
  }

  #ended(code: number, reason: string, retryAfterMs: number | null): void {
    if (this.#heartbeatTimer !== null) clearInterval(this.#heartbeatTimer);
    const wasWelcomed = this.#isWelcomed;
    this.#isWelcomed = false;
    this.#socket = null;
    if (wasWelcomed) this.#events.closed();
    if (this.#isStopped) return;
    const waitMs = (retryAfterMs ?? this.#waitAfterClose(code, reason)) + backoffMs(this.#failures, Math.random());
    this.#failures += 1;
    this.#logger.info({ event: 'session-closed', code, reason, waitMs }, 'not connected; trying again');
    this.#retryTimer = setTimeout(() => this.start(), waitMs);
  }

  /** Milliseconds to wait beside the backoff, by the protocol's close codes. */
  #waitAfterClose(code: number, reason: string): number {
    switch (code) {
      case AGENT_CLOSE.nodeIdInUse:
      case AGENT_CLOSE.notAuthorised:
      case AGENT_CLOSE.versionNotSpoken:
      case AGENT_CLOSE.superseded:
        this.#logger.error(
          { event: 'session-refused', code, reason },
          'the server refuses this agent; a person must look',
        );
        return SLOW_RETRY_MS;
      case AGENT_CLOSE.tryLater:
        return Math.min(Math.max(Number.parseInt(/\d+/u.exec(reason)?.[0] ?? '0', 10), 0), SLOW_RETRY_MS);
      default:
        return 0;
    }
  }
}

function parse(text: string): ServerMessage | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  return serverMessage.Check(value) ? value : null;
}

/** ws gives one buffer for each message, unless it is told otherwise. */
function textOf(bytes: RawData): string {
  return Buffer.isBuffer(bytes) ? bytes.toString('utf8') : '';
}
