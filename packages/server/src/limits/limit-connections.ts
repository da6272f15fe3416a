/** How many connections one address, and all together, may have: the rest is closed at once, before it costs anything. */
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Logger } from 'pino';
import type { LimitSettings } from './limit-settings.ts';
import { addressKey } from './rate-limiter.ts';

/** Milliseconds between two log lines about the same. */
const SAID_EVERY_MS = 60_000;

export function limitConnections(
  server: Server,
  { connections, connectionsPerAddress }: Pick<LimitSettings, 'connections' | 'connectionsPerAddress'>,
  logger: Logger,
): void {
  // Below what the process may open: one address must not use up what the store and the others need.
  server.maxConnections = connections;
  const open = new Map<string, number>();
  let saidAt = -Infinity;
  server.on('connection', (socket: Socket) => {
    const key = addressKey(socket.remoteAddress ?? '');
    const count = (open.get(key) ?? 0) + 1;
    if (count > connectionsPerAddress) {
      socket.destroy();
      if (performance.now() - saidAt < SAID_EVERY_MS) return;
      saidAt = performance.now();
      logger.warn(
        { event: 'too-many-connections', address: key, connectionsPerAddress },
        'an address has as many connections as it may; more are closed at once (limits.connectionsPerAddress)',
      );
      return;
    }
    open.set(key, count);
    socket.once('close', () => {
      const left = (open.get(key) ?? 1) - 1;
      if (left === 0) open.delete(key);
      else open.set(key, left);
    });
  });
}
