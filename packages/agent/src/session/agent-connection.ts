/** The agent's session with the server: dials out, says hello, keeps the heartbeat, and comes back whenever it is lost. */
import {
  AGENT_CLOSE,
  type AgentMessage,
  type CredentialMessage,
  type NodeMessage,
  ServerMessage,
  unknownKindOf,
  type Welcome,
} from '@sluice/contract';
import type { Clock } from '@sluice/core';
import type { Logger } from 'pino';
import { Compile } from 'typebox/compile';
import type { AgentSocket, Connect } from './agent-socket.ts';
import { parseJson } from '../parse-json.ts';
import type { ServerUrls } from '../server-urls.ts';
import { beatInRhythm } from './heartbeat-rhythm.ts';
import { afterEnd, beginCourse, isAtHome, type ServerCourse, type SessionEnd, withSession } from './server-course.ts';
import { endByClose, endByStatus } from './session-end.ts';

/** Milliseconds for the connection and the welcome together; a server that takes longer is as good as none. */
const WELCOME_WITHIN_MS = 15_000;
/** Milliseconds that a server gets to close a session that said goodbye. */
const GOODBYE_WITHIN_MS = 1000;
/**
 * Milliseconds at least, and three times as many at most, after which an agent that is not with its own server looks whether that one is back:
 * when servers were restarted one after the other, their agents are spread again soon, and do not all come at once.
 */
const HOME_AFTER_MS = 300_000;

const serverMessage = Compile(ServerMessage);

export interface ConnectionEvents {
  /** The hello of this moment, with a proof for the server's challenge. */
  readonly hello: (nonce: string) => AgentMessage;
  /** A valid message; the first of a session is `welcome`. */
  readonly received: (message: NodeMessage) => void;
  readonly credential: (message: CredentialMessage) => void;
  /** The server does not let this agent in. @returns Whether another try has something new to say. */
  readonly refused: () => boolean;
  readonly closed: () => void;
  /** Time for a heartbeat: to be answered by what has changed since the last one, else by `sayAlive`. */
  readonly heartbeat: () => void;
}

export interface ConnectionOptions {
  /** In the order in which this node's agent tries them: see `serversInOrder`. */
  readonly servers: ServerUrls;
  readonly connect: Connect;
  readonly clock: Clock;
  /** At least 0, less than 1: the jitter of coming back. */
  readonly random: () => number;
  /** Milliseconds at least until it looks whether its own server is back; absent: some minutes. */
  readonly homeAfterMs?: number;
  readonly events: ConnectionEvents;
  readonly logger: Logger;
}

/** Reconnects by itself until it is stopped. */
export class AgentConnection {
  readonly #options: ConnectionOptions;
  #course: ServerCourse;
  #socket: AgentSocket | null = null;
  /** To its own server, while the session is with another one: it is gone over to when that server has said something. */
  #wayHome: AgentSocket | null = null;
  #isWelcomed = false;
  /** The server's challenge in this session; `null`: it has not come. */
  #nonce: string | null = null;
  /** A server that is gone without a word takes heartbeats for minutes: what shows that it is there is only what it says. */
  #hasHeard = true;
  /** Whether this heartbeat is to ask the server for a sign of life. */
  #mustAsk = false;
  #cancelRetry: (() => void) | null = null;
  #cancelHeartbeat: (() => void) | null = null;
  #cancelWayHome: (() => void) | null = null;
  #stopped: (() => void) | null = null;
  #isStopped = false;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#course = beginCourse(options.servers);
  }

  start(): void {
    this.#isWelcomed = false;
    this.#nonce = null;
    this.#socket = this.#connectTo(this.#course.at);
  }

  /** The challenge of the session that is open; `null`: there is none. */
  get nonce(): string | null {
    return this.#isWelcomed ? this.#nonce : null;
  }

  /** The address of the server that the session is with; `null`: there is none. */
  get server(): string | null {
    return this.#isWelcomed ? this.#course.at : null;
  }

  /** Sends on the open session. Without one nothing is sent: the next session begins with everything that matters. */
  send(message: AgentMessage): void {
    if (this.#isWelcomed) this.#socket?.send(JSON.stringify(message));
  }

  /** A heartbeat that tells nothing else. One that asks for a sign of life is a ping: the server hears it as well, and one message does both. */
  sayAlive(): void {
    if (this.#mustAsk) this.#ask();
    else this.send({ kind: 'heartbeat' });
  }

  /** Says goodbye and stays away. */
  async stop(why: 'stopping' | 'restarting'): Promise<void> {
    this.#isStopped = true;
    this.#cancelRetry?.();
    this.#stayHere();
    const socket = this.#socket;
    if (socket === null) return;
    this.send({ kind: 'goodbye', why });
    await new Promise<void>((resolve) => {
      // A server that does not answer must not keep the agent from stopping.
      const cancelGivingUp = this.#after(GOODBYE_WITHIN_MS, () => socket.terminate());
      this.#stopped = () => {
        cancelGivingUp();
        resolve();
      };
      socket.close(1000, 'goodbye');
    });
  }

  #connectTo(server: string): AgentSocket {
    let refused: SessionEnd | null = null;
    const cancelWelcome = this.#after(WELCOME_WITHIN_MS, () => socket.terminate());
    const socket: AgentSocket = this.#options.connect(server, {
      received: (text, isBinary) => {
        if (this.#wayHome === socket) this.#goHome(socket);
        if (this.#socket !== socket) return;
        this.#hasHeard = true;
        if (this.#receive(socket, text, isBinary)) cancelWelcome();
      },
      ponged: () => {
        if (this.#socket === socket) this.#hasHeard = true;
      },
      refused: (status, retryAfter) => {
        refused = endByStatus({ server, status, retryAfter }, this.#options.logger);
      },
      closed: (code, reason) => {
        cancelWelcome();
        if (this.#socket === socket) this.#ended(code, reason, refused);
        if (this.#wayHome !== socket) return;
        this.#wayHome = null;
        this.#lookHomeLater();
      },
    });
    return socket;
  }

  #lookHomeLater(): void {
    const { homeAfterMs = HOME_AFTER_MS, random, servers } = this.#options;
    if (isAtHome(this.#course)) return;
    this.#cancelWayHome = this.#after(Math.round(homeAfterMs * (1 + 2 * random())), () => {
      this.#wayHome = this.#connectTo(servers[0]);
    });
  }

  /** Its own server is back, and has a challenge for it: the session with the other one is over. */
  #goHome(socket: AgentSocket): void {
    const { servers, events, logger } = this.#options;
    const left = this.#socket;
    logger.info({ event: 'session-moved', from: this.#course.at, server: servers[0] }, 'back to its own server');
    this.#wayHome = null;
    this.#cancelHeartbeat?.();
    this.#socket = socket;
    this.#isWelcomed = false;
    this.#nonce = null;
    this.#course = beginCourse(servers);
    left?.close(AGENT_CLOSE.moving, 'the agent goes to its own server');
    events.closed();
  }

  #stayHere(): void {
    this.#cancelWayHome?.();
    const socket = this.#wayHome;
    this.#wayHome = null;
    socket?.terminate();
  }

  #after(ms: number, run: () => void): () => void {
    const { clock } = this.#options;
    return clock.wakeAt(clock.now() + ms, run);
  }

  /** @returns Whether the message was one of a welcomed session. */
  #receive(socket: AgentSocket, text: string, isBinary: boolean): boolean {
    const value = isBinary ? null : parseJson(text);
    // Only a newer server knows what that is; it waits for no answer to it.
    if (unknownKindOf('server', value) !== null) return false;
    const message = serverMessage.Check(value) ? value : null;
    if (message?.kind === 'challenge' && this.#nonce === null) {
      this.#nonce = message.nonce;
      socket.send(JSON.stringify(this.#options.events.hello(message.nonce)));
      return false;
    }
    if (message === null || message.kind === 'challenge' || (message.kind === 'welcome') === this.#isWelcomed) {
      socket.close(AGENT_CLOSE.badMessage, 'a message that this agent does not understand');
      return false;
    }
    if (message.kind === 'welcome') {
      this.#isWelcomed = true;
      this.#course = withSession(this.#course);
      this.#hasHeard = true;
      this.#beat(socket, message);
      this.#lookHomeLater();
      this.#options.logger.info(
        { event: 'session-opened', server: this.#course.at, sessionId: message.sessionId },
        'connected to the server',
      );
    }
    const { events } = this.#options;
    if (message.kind === 'key.rotate' || message.kind === 'key.accepted') events.credential(message);
    else events.received(message);
    return true;
  }

  /** Once a lease a heartbeat asks for a sign of life: a server that has said nothing for a whole lease since is gone. */
  #beat(socket: AgentSocket, welcome: Welcome): void {
    const { clock, events, logger } = this.#options;
    const { heartbeatIntervalMs, leaseMs } = welcome;
    let untilAsked = 0;
    this.#cancelHeartbeat = beatInRhythm(clock, welcome, () => {
      this.#mustAsk = untilAsked === 0;
      untilAsked = (untilAsked === 0 ? Math.ceil(leaseMs / heartbeatIntervalMs) : untilAsked) - 1;
      if (this.#mustAsk && !this.#hasHeard) {
        logger.warn({ event: 'server-silent', leaseMs }, 'the server is not heard; connecting anew');
        socket.terminate();
        return;
      }
      events.heartbeat();
      if (this.#mustAsk) this.#ask();
    });
  }

  #ask(): void {
    this.#mustAsk = false;
    this.#hasHeard = false;
    this.#socket?.ping();
  }

  /** @param refused How a try ended that never became a WebSocket. */
  #ended(code: number, reason: string, refused: SessionEnd | null): void {
    this.#cancelHeartbeat?.();
    this.#stayHere();
    const wasWelcomed = this.#isWelcomed;
    this.#isWelcomed = false;
    this.#socket = null;
    if (wasWelcomed) this.#options.events.closed();
    this.#stopped?.();
    if (this.#isStopped) return;
    const { at: server } = this.#course;
    const end =
      refused ?? endByClose({ server, code, reason }, this.#options.logger, () => this.#options.events.refused());
    const { course, waitMs } = afterEnd(this.#course, end, this.#options.random());
    this.#course = course;
    this.#options.logger.info(
      { event: 'session-closed', server, code, reason, next: course.at, waitMs },
      'not connected; trying again',
    );
    this.#cancelRetry = this.#after(waitMs, () => this.start());
  }
}
