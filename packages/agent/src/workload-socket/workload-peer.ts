/** One process of the workload at the agent's socket: its lines, checked, and what it has said so far. */
import type { Socket } from 'node:net';
import {
  type ToWorkloadMessage,
  WORKLOAD_LINE_BYTES_MAX,
  WORKLOAD_SOCKET_VERSION,
  WorkloadMessage,
} from '@sluice/contract';
import { Compile } from 'typebox/compile';
import { parseJson } from '../parse-json.ts';

/** Milliseconds until the first line. */
const JOIN_WITHIN_MS = 5000;
/** Messages in a second: the library gathers what changes, and sends at most fifty. */
const MESSAGES_PER_SECOND_MAX = 1000;
/** Bytes that a process may leave unread. */
const UNREAD_BYTES_MAX = 4 * WORKLOAD_LINE_BYTES_MAX;

const isMessage = Compile(WorkloadMessage);

export type SaidSessions = Omit<Extract<WorkloadMessage, { kind: 'sessions' }>, 'kind'>;

/** What is not only noted. */
export type SaidMessage = Exclude<WorkloadMessage, { kind: 'join' | 'sessions' }>;

export interface PeerEvents {
  readonly joined: (peer: WorkloadPeer) => void;
  readonly said: (peer: WorkloadPeer, message: SaidMessage) => void;
  readonly gone: (peer: WorkloadPeer) => void;
}

export class WorkloadPeer {
  /** `null`: it has not counted yet. */
  sessions: SaidSessions | null = null;
  readonly #socket: Socket;
  readonly #events: PeerEvents;
  #hasJoined = false;
  #text = '';
  #second = { at: 0, messages: 0 };

  constructor(socket: Socket, events: PeerEvents) {
    this.#socket = socket;
    this.#events = events;
    socket.setEncoding('utf8');
    socket.setTimeout(JOIN_WITHIN_MS, () => {
      if (!this.#hasJoined) this.#refuse('join was not said in time.');
    });
    socket.on('data', (text: string) => this.#read(text));
    // Its end follows, and is all that matters.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      if (this.#hasJoined) events.gone(this);
    });
  }

  send(message: ToWorkloadMessage): void {
    this.sendLine(JSON.stringify(message));
  }

  /** @param line The JSON text of a message. */
  sendLine(line: string): void {
    if (this.#socket.writableLength > UNREAD_BYTES_MAX) this.#socket.destroy();
    else if (this.#socket.writable) this.#socket.write(`${line}\n`);
  }

  close(): void {
    this.#socket.destroy();
  }

  #read(text: string): void {
    this.#text += text;
    const lines = this.#text.split('\n');
    this.#text = lines.pop() ?? '';
    for (const line of lines) if (!this.#socket.destroyed) this.#take(line);
    if (this.#text.length > WORKLOAD_LINE_BYTES_MAX)
      this.#refuse(`A line has at most ${WORKLOAD_LINE_BYTES_MAX} bytes.`);
  }

  #take(line: string): void {
    const now = performance.now();
    if (now - this.#second.at >= 1000) this.#second = { at: now, messages: 0 };
    this.#second.messages += 1;
    if (this.#second.messages > MESSAGES_PER_SECOND_MAX) {
      this.#refuse(`More than ${MESSAGES_PER_SECOND_MAX} messages in a second.`);
      return;
    }
    const message = parseJson(line);
    if (!isMessage.Check(message)) {
      this.#refuse(`This is no message of the workload's protocol (docs/workload.md): ${line.slice(0, 200)}`);
      return;
    }
    if (message.kind === 'join') {
      if (message.version !== WORKLOAD_SOCKET_VERSION)
        this.send({
          kind: 'refused',
          problem: `This agent speaks version ${WORKLOAD_SOCKET_VERSION}; it goes on with that.`,
        });
      if (this.#hasJoined) return;
      this.#hasJoined = true;
      this.#events.joined(this);
    } else if (!this.#hasJoined) this.#refuse('The first message must be join.');
    else if (message.kind === 'sessions') this.sessions = message;
    else this.#events.said(this, message);
  }

  #refuse(problem: string): void {
    this.send({ kind: 'refused', problem });
    this.#socket.destroySoon();
  }
}
