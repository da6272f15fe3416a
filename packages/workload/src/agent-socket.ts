/** The connection to the agent: lines of JSON over its Unix socket, made anew whenever it breaks. Never keeps the process alive. */
import { connect, type Socket } from 'node:net';

/** Milliseconds until a broken connection is tried again; doubled up to the maximum. */
const RETRY_MS = 100;
const RETRY_MS_MAX = 2000;
/** Characters of a line that the agent sends at most. */
const LINE_LENGTH_MAX = 256 * 1024;

export interface AgentSocketEvents {
  /** Connected: what must be said first. */
  readonly opened: () => void;
  readonly received: (message: unknown) => void;
}

export class AgentSocket {
  readonly #path: string;
  readonly #events: AgentSocketEvents;
  #socket: Socket | null = null;
  #timer: NodeJS.Timeout | null = null;
  #retryMs = RETRY_MS;
  #isClosed = false;

  constructor(path: string, events: AgentSocketEvents) {
    this.#path = path;
    this.#events = events;
    this.#connect();
  }

  /** What is said while there is no connection is lost; `opened` says everything again. */
  send(message: object): void {
    if (this.#socket?.writable === true) this.#socket.write(`${JSON.stringify(message)}\n`);
  }

  close(): void {
    this.#isClosed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#socket?.end();
  }

  #connect(): void {
    const socket = connect(this.#path);
    let text = '';
    socket.unref();
    socket.setEncoding('utf8');
    socket.on('connect', () => {
      if (this.#isClosed) {
        socket.end();
        return;
      }
      this.#socket = socket;
      this.#events.opened();
    });
    socket.on('data', (chunk: string) => {
      text += chunk;
      const lines = text.split('\n');
      text = lines.pop() ?? '';
      for (const line of lines) this.#receive(line);
      if (text.length > LINE_LENGTH_MAX) socket.destroy();
    });
    // What is wrong does not matter: it is tried again.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.#socket = null;
      if (this.#isClosed) return;
      this.#timer = setTimeout(() => this.#connect(), this.#retryMs);
      this.#timer.unref();
      this.#retryMs = Math.min(this.#retryMs * 2, RETRY_MS_MAX);
    });
  }

  #receive(line: string): void {
    let message: unknown;
    try {
      message = JSON.parse(line);
    } catch {
      // Half a line of an agent that was killed: the next connection tells everything again.
      return;
    }
    this.#retryMs = RETRY_MS;
    this.#events.received(message);
  }
}
