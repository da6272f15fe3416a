/** A WebSocket of the library as sessions know it. */
import type { RawData, WebSocket } from 'ws';
import type { SessionSocket } from './session-socket.ts';

export function sessionSocket(socket: WebSocket): SessionSocket {
  return {
    isOpen: () => socket.readyState === socket.OPEN,
    unsentBytes: () => socket.bufferedAmount,
    send: (text) => socket.send(text),
    close: (code, reason) => socket.close(code, reason),
    ping: () => socket.ping(),
    terminate: () => socket.terminate(),
  };
}

/** ws gives one buffer for each message, unless it is told otherwise. */
export function textOf(bytes: RawData): string {
  return Buffer.isBuffer(bytes) ? bytes.toString('utf8') : '';
}
