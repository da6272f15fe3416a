/**
 * Ends connections on which nothing was ever asked, when the server stops. Node.js counts them as busy and would wait for
 * them: clients open such ones ahead of their next request, and keep them for a minute.
 */
import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/** @returns What ends them. */
export function watchUnusedConnections(server: Server): () => void {
  const unused = new Set<Socket>();
  let isEnding = false;
  server.on('connection', (socket: Socket) => {
    // What was waiting to be accepted comes even now.
    if (isEnding) socket.destroy();
    unused.add(socket);
    socket.once('close', () => unused.delete(socket));
  });
  server.on('request', ({ socket }) => unused.delete(socket));
  server.on('upgrade', ({ socket }) => unused.delete(socket));
  return () => {
    isEnding = true;
    for (const socket of unused) socket.destroy();
  };
}
