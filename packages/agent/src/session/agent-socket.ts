/** The agent's socket as a port: the connection knows no kind of socket. */

export interface AgentSocket {
  send(text: string): void;
  close(code: number, reason: string): void;
  /** Asks the server for a sign of life. */
  ping(): void;
  /** Ends it without a word. */
  terminate(): void;
}

/** What becomes of a socket. `closed` comes once, last. */
export interface AgentSocketEvents {
  readonly received: (text: string, isBinary: boolean) => void;
  readonly ponged: () => void;
  /** The server answered the upgrade with an HTTP status instead. */
  readonly refused: (status: number, retryAfter: string | undefined) => void;
  readonly closed: (code: number, reason: string) => void;
}

/** Begins a connection to one of the servers. @param serverUrl `http:` or `https:`. */
export type Connect = (serverUrl: string, events: AgentSocketEvents) => AgentSocket;
