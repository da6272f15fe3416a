/**
 * An empty heartbeat that comes as one frame by itself is told before ws reads it: it is what a server of many agents hears most, and
 * the way of ws, through a stream of its own and an event, takes a quarter of all that a heartbeat costs. Whatever else comes, and
 * whatever cannot be told apart for sure, goes its way through ws.
 */
import type { Duplex } from 'node:stream';
import type { AgentMessage } from '@sluice/contract';

/** As agents write it. */
export const EMPTY_HEARTBEAT = JSON.stringify({ kind: 'heartbeat' } satisfies AgentMessage);

/** 20 bytes: a whole number of masks. */
const TEXT = Buffer.from(EMPTY_HEARTBEAT);
/** First byte of a frame (RFC 6455, 5.2): whether it is the last of its message, and its kind. */
const LAST = 0x80;
const TEXT_KIND = 0x1;
/** Second byte: whether the payload is masked, as a client's must be, and its length, or where that stands. */
const MASKED = 0x80;
const LENGTH = 0x7f;
const LENGTH_FOLLOWS = 126;
/** The two bytes, and the mask. */
const HEADER_BYTES = 6;
const HEARTBEAT_BYTES = HEADER_BYTES + TEXT.length;

/** Where a frame begins is not known any more. */
const LOST = Number.POSITIVE_INFINITY;

/**
 * @param stream Of a WebSocket without extensions that was just opened, of which ws has read nothing yet.
 * @param heard Is called for each heartbeat that ws does not see, in order with what it does see.
 */
export function takeHeartbeats(stream: Duplex, heard: () => void): void {
  const push = stream.push.bind(stream);
  /** Bytes of the frame before that are still to come. Agents wait for the answer to their upgrade: what was said before it is not followed. */
  let bytesLeft = stream.readableLength === 0 ? 0 : LOST;
  stream.push = (chunk: Buffer | null) => {
    if (chunk === null) return push(null);
    if (bytesLeft === 0 && isHeartbeat(chunk) && isRead(stream)) {
      heard();
      return true;
    }
    bytesLeft = bytesLeftAfter(chunk, bytesLeft);
    return push(chunk);
  };
}

/** ws has read all that came before, and goes on: until the close frame, or what it cannot understand. */
function isRead(stream: Duplex): boolean {
  return stream.readableLength === 0 && !stream.isPaused() && stream.listenerCount('data') > 0;
}

function isHeartbeat(chunk: Buffer): boolean {
  if (chunk.length !== HEARTBEAT_BYTES || chunk[0] !== (LAST | TEXT_KIND) || chunk[1] !== (MASKED | TEXT.length))
    return false;
  const mask = chunk.readInt32LE(2);
  for (let at = 0; at < TEXT.length; at += 4)
    if ((chunk.readInt32LE(HEADER_BYTES + at) ^ mask) !== TEXT.readInt32LE(at)) return false;
  return true;
}

/** Follows the frames from one to the next. */
function bytesLeftAfter(chunk: Buffer, bytesLeft: number): number {
  let at = bytesLeft;
  while (at < chunk.length) at += bytesOfFrame(chunk, at);
  return at - chunk.length;
}

/** `LOST`: it is a fragment, its header is cut by the chunk, or its length is written in 64 bits; only the short way is lost by it. */
function bytesOfFrame(chunk: Buffer, at: number): number {
  if (at + 4 > chunk.length) return LOST;
  if ((chunk.readUInt8(at) & LAST) === 0) return LOST;
  const length = chunk.readUInt8(at + 1) & LENGTH;
  if (length < LENGTH_FOLLOWS) return HEADER_BYTES + length;
  return length === LENGTH_FOLLOWS ? HEADER_BYTES + 2 + chunk.readUInt16BE(at + 2) : LOST;
}
