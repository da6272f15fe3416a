/**
 * The pong to an agent's ping, written as one piece: it is what a server of many agents writes most, and the way of ws, a frame of two
 * pieces through its sender, takes several times as long.
 */
import type { Duplex } from 'node:stream';
import { UNSENT_BYTES_MAX } from './session-socket.ts';

/** A last fragment, of the kind pong (RFC 6455, 5.5.3). */
const PONG = 0x8a;
const EMPTY_PONG = Buffer.from([PONG, 0]);

/**
 * To an agent that does not read what it is sent nothing is said: it is not there.
 * @param stream Of a WebSocket whose frames are written whole: no other frame can be half-way.
 * @param bytes Of the ping, at most 125.
 */
export function answerPing(stream: Duplex, bytes: Buffer): void {
  if (stream.writableLength > UNSENT_BYTES_MAX) return;
  stream.write(bytes.length === 0 ? EMPTY_PONG : Buffer.concat([Buffer.from([PONG, bytes.length]), bytes]));
}
