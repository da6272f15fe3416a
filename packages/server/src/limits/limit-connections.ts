/** How many connections one address, and all together, may have, and how fast they may come: the rest is closed before it costs anything. */
import type { RequestListener, Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Logger } from 'pino';
import type { LimitSettings } from './limit-settings.ts';
import { addressKey, RateLimiter } from './rate-limiter.ts';

/** Requests of one connection that wait for their answers at once. Browsers, balancers and libraries send the next when they have the last. */
const PIPELINED_MAX = 32;
/** Addresses that are shut out at once at most. */
const SHUT_OUT_MAX = 10_000;
/** Milliseconds for which a connection that is one too many is held before it is closed: who opens them in a loop waits for it. */
const HELD_MS = 2000;
/** Connections that are held at most; more are closed at once. */
const HELD_MAX = 1000;
/** Milliseconds between two log lines about the same. */
const SAID_EVERY_MS = 60_000;

export class ConnectionLimits {
  readonly #settings: LimitSettings;
  readonly #logger: Logger;
  readonly #open = new Map<string, number>();
  readonly #coming: RateLimiter;
  readonly #shutOutUntil = new Map<string, number>();
  readonly #outstanding = new WeakMap<Socket, number>();
  /** How many are held. */
  #held = 0;
  #saidAt = -Infinity;

  constructor(settings: LimitSettings, logger: Logger) {
    this.#settings = settings;
    this.#logger = logger;
    this.#coming = new RateLimiter({ perSecond: settings.connectionsPerSecond, burst: settings.connectionsPerAddress });
  }

  /** Stands before everything else that a new connection meets: of one that is turned away nothing is ever read. */
  attach(server: Server): void {
    // Below what the process may open: one address must not use up what the store and the others need.
    server.maxConnections = this.#settings.connections;
    const welcome = server.listeners('connection');
    server.removeAllListeners('connection');
    // A paused socket would not do: the parser of HTTP reads past it.
    server.on('connection', (socket: Socket) => {
      if (this.#takes(socket)) for (const each of welcome) Reflect.apply(each, server, [socket]);
    });
  }

  /** The same listener, for connections that behave. */
  guard(listener: RequestListener): RequestListener {
    return (request, response) => {
      const { socket } = request;
      // What the same packet brought before the connection was closed.
      if (socket.destroyed) return;
      const outstanding = (this.#outstanding.get(socket) ?? 0) + 1;
      if (outstanding > PIPELINED_MAX) {
        this.#shutOut(addressKey(socket.remoteAddress ?? ''));
        socket.destroy();
        return;
      }
      this.#outstanding.set(socket, outstanding);
      response.once('close', () => this.#outstanding.set(socket, (this.#outstanding.get(socket) ?? 1) - 1));
      listener(request, response);
    };
  }

  #takes(socket: Socket): boolean {
    const key = addressKey(socket.remoteAddress ?? '');
    const count = (this.#open.get(key) ?? 0) + 1;
    const now = performance.now();
    const isShutOut = (this.#shutOutUntil.get(key) ?? 0) > now;
    if (isShutOut || count > this.#settings.connectionsPerAddress || this.#coming.take(key, 1, now) > 0) {
      this.#turnAway(socket);
      this.#say(key);
      return false;
    }
    this.#open.set(key, count);
    socket.once('close', () => {
      const left = (this.#open.get(key) ?? 1) - 1;
      if (left === 0) this.#open.delete(key);
      else this.#open.set(key, left);
    });
    return true;
  }

  /** Nothing that it asks is heard. */
  #turnAway(socket: Socket): void {
    socket.on('error', () => socket.destroy());
    if (this.#held >= HELD_MAX) {
      socket.destroy();
      return;
    }
    this.#held += 1;
    const end = setTimeout(() => socket.destroy(), HELD_MS).unref();
    socket.once('close', () => {
      clearTimeout(end);
      this.#held -= 1;
    });
  }

  /** One packet holds a thousand requests, which are all parsed, for some 30 ms, before any of them can be refused. */
  #shutOut(key: string): void {
    this.#shutOutUntil.delete(key);
    this.#shutOutUntil.set(key, performance.now() + this.#settings.shutOutSeconds * 1000);
    if (this.#shutOutUntil.size <= SHUT_OUT_MAX) return;
    const [oldest] = this.#shutOutUntil.keys();
    if (oldest !== undefined) this.#shutOutUntil.delete(oldest);
  }

  #say(address: string): void {
    if (performance.now() - this.#saidAt < SAID_EVERY_MS) return;
    this.#saidAt = performance.now();
    const { connectionsPerAddress, connectionsPerSecond } = this.#settings;
    this.#logger.warn(
      { event: 'too-many-connections', address, connectionsPerAddress, connectionsPerSecond },
      'an address has or makes more connections than it may; they are closed at once (limits.connectionsPerAddress, connectionsPerSecond)',
    );
  }
}
