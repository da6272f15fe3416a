/** A gRPC connection to etcd over HTTP/2, so that etcd is measured by the protocol that its own clients speak and not by its JSON gateway. */
import { type ClientHttp2Session, type ClientHttp2Stream, connect } from 'node:http2';
import { bytesField, type Fields, numberField, readFields } from './protobuf.ts';

/** Bytes before each message: whether it is packed, and its length. */
const HEAD_BYTES = 5;
/** Bytes that etcd may send before it waits for this side: a list of a whole fleet. */
const WINDOW_BYTES = 64 * 1_048_576;

/** A call that goes on in both directions. */
export interface EtcdStream {
  send(message: Buffer): void;
  close(): void;
}

export class EtcdConnection {
  readonly #session: ClientHttp2Session;

  constructor(url: string, isLarge = false) {
    this.#session = connect(url, isLarge ? { settings: { initialWindowSize: WINDOW_BYTES } } : {});
    // What waits for an answer is told by its stream.
    this.#session.on('error', () => undefined);
    if (isLarge) this.#session.once('connect', () => this.#session.setLocalWindowSize(WINDOW_BYTES));
  }

  /** Makes a lease. @returns Its id. */
  async grant(seconds: number): Promise<bigint> {
    const id = (await this.#call('Lease/LeaseGrant', numberField(1, BigInt(seconds)))).get(2);
    if (typeof id !== 'bigint') throw new Error('etcd gave no lease');
    return id;
  }

  /** @param lease 0: none. */
  async put(key: string, value: string, lease = 0n): Promise<void> {
    const fields = [bytesField(1, key), bytesField(2, value)];
    await this.#call('KV/Put', Buffer.concat(lease === 0n ? fields : [...fields, numberField(3, lease)]));
  }

  /** Puts all of them in one transaction; etcd takes 128. */
  async putTogether(keys: readonly string[], value: string): Promise<void> {
    // Compare nothing; success: RequestOp.request_put.
    const puts = keys.map((key) =>
      bytesField(2, bytesField(2, Buffer.concat([bytesField(1, key), bytesField(2, value)]))),
    );
    await this.#call('KV/Txn', Buffer.concat(puts));
  }

  /** All keys with a prefix. @returns How many there are. */
  async list(prefix: string): Promise<number> {
    const count = (
      await this.#call('KV/Range', Buffer.concat([bytesField(1, prefix), bytesField(2, after(prefix))]))
    ).get(4);
    return Number(count ?? 0);
  }

  /** A stream of keep-alives: each message is `keepAliveOf` a lease. */
  keepAlive(answered: () => void): EtcdStream {
    return this.#stream('Lease/LeaseKeepAlive', answered);
  }

  /** Tells when a key with this prefix changes; resolves when etcd watches. */
  watch(prefix: string, changed: () => void): Promise<EtcdStream> {
    return new Promise((resolve) => {
      const stream = this.#stream('Watch/Watch', (fields) => {
        if (fields.has(3)) resolve(stream);
        else changed();
      });
      stream.send(bytesField(1, Buffer.concat([bytesField(1, prefix), bytesField(2, after(prefix))])));
    });
  }

  close(): void {
    this.#session.destroy();
  }

  #stream(method: string, received: (fields: Fields) => void): EtcdStream {
    const stream = this.#open(method);
    const messages = new Messages(received);
    stream.on('data', (chunk: Buffer) => messages.take(chunk));
    stream.on('error', () => undefined);
    return { send: (message) => void stream.write(framed(message)), close: () => stream.close() };
  }

  #call(method: string, message: Buffer): Promise<Fields> {
    return new Promise((resolve, reject) => {
      const stream = this.#open(method);
      let answer: Fields | null = null;
      const messages = new Messages((fields) => {
        answer = fields;
      });
      stream.on('data', (chunk: Buffer) => messages.take(chunk));
      stream.on('error', reject);
      stream.on('close', () => {
        if (answer === null) reject(new Error(`etcd gave no answer to ${method}`));
        else resolve(answer);
      });
      stream.end(framed(message));
    });
  }

  #open(method: string): ClientHttp2Stream {
    return this.#session.request({
      ':method': 'POST',
      ':path': `/etcdserverpb.${method}`,
      'content-type': 'application/grpc',
      te: 'trailers',
    });
  }
}

export function keepAliveOf(lease: bigint): Buffer {
  return numberField(1, lease);
}

/** The messages of a stream, out of the pieces in which they come. */
class Messages {
  readonly #received: (fields: Fields) => void;
  #chunks: Buffer[] = [];
  #bytes = 0;

  constructor(received: (fields: Fields) => void) {
    this.#received = received;
  }

  take(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    const wanted = this.#wanted();
    if (this.#bytes < wanted) return;
    let all = Buffer.concat(this.#chunks);
    while (all.length >= HEAD_BYTES && all.length >= HEAD_BYTES + all.readUInt32BE(1)) {
      const end = HEAD_BYTES + all.readUInt32BE(1);
      this.#received(readFields(all.subarray(HEAD_BYTES, end)));
      all = all.subarray(end);
    }
    this.#chunks = [all];
    this.#bytes = all.length;
  }

  /** Bytes until the first message is whole. */
  #wanted(): number {
    let [first] = this.#chunks;
    if (first !== undefined && first.length < HEAD_BYTES && this.#bytes >= HEAD_BYTES) {
      first = Buffer.concat(this.#chunks);
      this.#chunks = [first];
    }
    return first === undefined || first.length < HEAD_BYTES ? HEAD_BYTES : HEAD_BYTES + first.readUInt32BE(1);
  }
}

function framed(message: Buffer): Buffer {
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

/** The first key after all that have the prefix. */
function after(prefix: string): Buffer {
  const bytes = Buffer.from(prefix);
  bytes[bytes.length - 1] = (bytes[bytes.length - 1] ?? 0) + 1;
  return bytes;
}
