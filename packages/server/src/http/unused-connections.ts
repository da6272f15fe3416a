/**
 * Ends connections on which nothing was ever asked, when the server stops. Node.js counts them as busy and would wait for
 * them: clients open such ones ahead of their next request, and keep them for a minute.
 */
import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/** @returns What ends them. */
export function watchUnusedConnections(server: Server): () => void {
  // By the other side's address: what is asked over TLS comes from another socket than the one that was accepted.
  const unused = new Map<string, Socket>();
  const keyOf = ({ remoteAddress, remotePort }: Socket) => `${remoteAddress} ${remotePort}`;
  let isEnding = false;
  server.on('connection', (socket: Socket) => {
    // What was waiting to be accepted comes even now.
    if (isEnding) socket.destroy();
    const key = keyOf(socket);
    unused.set(key, socket);
    socket.once('close', () => unused.delete(key));
  });
  server.on('request', ({ socket }) => unused.delete(keyOf(socket)));
  server.on('upgrade', ({ socket }) => unused.delete(keyOf(socket)));
  return () => {
    isEnding = true;
    for (const socket of unused.values()) socket.destroy();
  };
}
