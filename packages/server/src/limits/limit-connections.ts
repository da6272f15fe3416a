/** How many connections one address, and all together, may have, and how fast they may come: the rest is closed before it costs anything. */
import type { RequestListener, Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Logger } from 'pino';
import type { LimitSettings } from './limit-settings.ts';
import { addressKey, RateLimiter } from './rate-limiter.ts';

/** Requests of one connection that wait for their answers at once. Browsers, balancers and libraries send the next when they have the last. */
const PIPELINED_MAX = 32;
/** Milliseconds for which an address gets no connection that sent far more than that at once: one packet holds a thousand requests. */
const SHUT_OUT_MS = 5000;
/** Addresses that are shut out at once at most. */
const SHUT_OUT_MAX = 10_000;
/** Milliseconds between two log lines about the same. */
const SAID_EVERY_MS = 60_000;

export class ConnectionLimits {
  readonly #settings: LimitSettings;
  readonly #logger: Logger;
  readonly #open = new Map<string, number>();
  readonly #coming: RateLimiter;
  readonly #shutOutUntil = new Map<string, number>();
  readonly #outstanding = new WeakMap<Socket, number>();
  #saidAt = -Infinity;

  constructor(settings: LimitSettings, logger: Logger) {
    this.#settings = settings;
    this.#logger = logger;
    this.#coming = new RateLimiter({ perSecond: settings.connectionsPerSecond, burst: settings.connectionsPerAddress });
  }

  /** Watches who connects. */
  attach(server: Server): void {
    // Below what the process may open: one address must not use up what the store and the others need.
    server.maxConnections = this.#settings.connections;
    server.on('connection', (socket: Socket) => this.#take(socket));
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

  #take(socket: Socket): void {
    const key = addressKey(socket.remoteAddress ?? '');
    const count = (this.#open.get(key) ?? 0) + 1;
    const now = performance.now();
    const isShutOut = (this.#shutOutUntil.get(key) ?? 0) > now;
    if (isShutOut || count > this.#settings.connectionsPerAddress || this.#coming.take(key, 1, now) > 0) {
      socket.destroy();
      this.#say(key);
      return;
    }
    this.#open.set(key, count);
    socket.once('close', () => {
      const left = (this.#open.get(key) ?? 1) - 1;
      if (left === 0) this.#open.delete(key);
      else this.#open.set(key, left);
    });
  }

  #shutOut(key: string): void {
    this.#shutOutUntil.delete(key);
    this.#shutOutUntil.set(key, performance.now() + SHUT_OUT_MS);
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
