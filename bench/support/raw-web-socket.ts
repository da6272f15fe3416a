/**
 * A WebSocket client that costs next to nothing, so that a fleet of thousands leaves the machine to the server that is measured:
 * no compression, no fragments, frames masked with zero (RFC 6455 asks for a mask, not for a good one), the same bytes for all.
 */
import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';

const OPCODE = { text: 1, close: 8, ping: 9, pong: 10 } as const;
/** No status was in the close frame, or the connection broke without one (RFC 6455, 7.4.1). */
const CLOSED_WITHOUT_STATUS = 1006;

export interface RawWebSocketEvents {
  readonly received: (text: string) => void;
  /** The server answered the upgrade with an HTTP status instead; 0: with nothing. `closed` follows. */
  readonly refused: (status: number, retryAfterMs: number | null) => void;
  /** Once, last. */
  readonly closed: (code: number, reason: string) => void;
}

export interface RawWebSocketAddress {
  readonly port: number;
  readonly path: string;
  readonly protocol: string;
  readonly authorization: string;
  /** From which address of this machine it comes. */
  readonly localAddress: string;
}

/** A frame that may be sent on every socket. */
export function clientFrame(opcode: keyof typeof OPCODE, payload: string): Buffer {
  const bytes = Buffer.from(payload);
  const isLong = bytes.length > 125;
  const head = Buffer.alloc(isLong ? 8 : 6);
  head[0] = 0x80 | OPCODE[opcode];
  head[1] = 0x80 | (isLong ? 126 : bytes.length);
  if (isLong) head.writeUInt16BE(bytes.length, 2);
  return Buffer.concat([head, bytes]);
}

export class RawWebSocket {
  readonly #events: RawWebSocketEvents;
  readonly #socket: Socket;
  #isOpen = false;
  #rest: Buffer | null = null;
  #closeCode = CLOSED_WITHOUT_STATUS;
  #closeReason = '';

  constructor({ port, path, protocol, authorization, localAddress }: RawWebSocketAddress, events: RawWebSocketEvents) {
    this.#events = events;
    this.#socket = connect({ host: '127.0.0.1', port, localAddress, noDelay: true });
    this.#socket.on('connect', () =>
      this.#socket.write(
        `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n` +
          `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\nSec-WebSocket-Protocol: ${protocol}\r\nAuthorization: ${authorization}\r\n\r\n`,
      ),
    );
    this.#socket.on('data', (bytes) => this.#take(bytes));
    // What ends the connection is told by `closed`.
    this.#socket.on('error', () => undefined);
    this.#socket.on('close', () => {
      if (!this.#isOpen) this.#events.refused(0, null);
      this.#events.closed(this.#closeCode, this.#closeReason);
    });
  }

  send(frame: Buffer): void {
    this.#socket.write(frame);
  }

  terminate(): void {
    this.#socket.destroy();
  }

  #take(bytes: Buffer): void {
    const all = this.#rest === null ? bytes : Buffer.concat([this.#rest, bytes]);
    const used = this.#isOpen ? this.#frames(all, 0) : this.#answer(all);
    this.#rest = used < all.length ? all.subarray(used) : null;
  }

  /** @returns How many bytes were understood. */
  #answer(bytes: Buffer): number {
    const end = bytes.indexOf('\r\n\r\n');
    if (end === -1) return 0;
    const head = bytes.toString('latin1', 0, end);
    const status = Number(head.slice('HTTP/1.1 '.length, 'HTTP/1.1 101'.length));
    if (status === 101) {
      this.#isOpen = true;
      return this.#frames(bytes, end + 4);
    }
    const seconds = /^retry-after: *(?<seconds>\d+)/imu.exec(head)?.groups?.['seconds'];
    // It is told once.
    this.#isOpen = true;
    this.#events.refused(status, seconds === undefined ? null : Number(seconds) * 1000);
    this.#socket.destroy();
    return bytes.length;
  }

  /** @returns Up to which byte whole frames were taken. */
  #frames(bytes: Buffer, from: number): number {
    let at = from;
    while (bytes.length - at >= 2) {
      const shortLength = (bytes[at + 1] ?? 0) & 0x7f;
      const headLength = shortLength === 126 ? 4 : shortLength === 127 ? 10 : 2;
      if (bytes.length - at < headLength) return at;
      const length =
        shortLength === 126
          ? bytes.readUInt16BE(at + 2)
          : shortLength === 127
            ? Number(bytes.readBigUInt64BE(at + 2))
            : shortLength;
      const begin = at + headLength;
      if (bytes.length < begin + length) return at;
      this.#frame((bytes[at] ?? 0) & 0x0f, bytes.subarray(begin, begin + length));
      at = begin + length;
    }
    return at;
  }

  #frame(opcode: number, payload: Buffer): void {
    if (opcode === OPCODE.text) {
      this.#events.received(payload.toString());
    } else if (opcode === OPCODE.ping) {
      this.send(clientFrame('pong', payload.toString()));
    } else if (opcode === OPCODE.close) {
      this.#closeCode = payload.length < 2 ? CLOSED_WITHOUT_STATUS : payload.readUInt16BE(0);
      this.#closeReason = payload.toString('utf8', 2);
      this.#socket.end(clientFrame('close', ''));
    }
  }
}
