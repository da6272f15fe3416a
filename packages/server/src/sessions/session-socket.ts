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
