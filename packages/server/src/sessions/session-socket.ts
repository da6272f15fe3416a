/** The socket of a session as a port: the sessions know no kind of socket. */

/** The session's socket, as far as a session needs one. */
export interface SessionSocket {
  readonly isOpen: () => boolean;
  /** What was sent and has not left this machine. */
  readonly unsentBytes: () => number;
  readonly send: (text: string) => void;
  readonly close: (code: number, reason: string) => void;
  /** Asks for a sign of life. */
  readonly ping: () => void;
  /** Ends it without a word. */
  readonly terminate: () => void;
}

/** Unsent bytes at which a session is given up: an agent that does not read must not cost the server's memory. */
export const UNSENT_BYTES_MAX = 4 * 1_048_576;
/** Bytes of a close frame's reason, by RFC 6455. */
const CLOSE_REASON_BYTES_MAX = 123;

/** @returns False: the other side does not read. To a socket that is not open nothing is sent. */
export function sendBounded(socket: SessionSocket, text: string): boolean {
  if (!socket.isOpen()) return true;
  if (socket.unsentBytes() > UNSENT_BYTES_MAX) return false;
  socket.send(text);
  return true;
}

/** As much of a reason as a close frame takes. */
export function closeReason(reason: string): string {
  let text = reason;
  while (Buffer.byteLength(text) > CLOSE_REASON_BYTES_MAX) text = text.slice(0, -1);
  return text;
}
