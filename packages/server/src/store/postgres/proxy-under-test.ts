/** A network between a store and PostgreSQL that can be cut at the worst moment. */
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/**
 * What becomes of the next COMMIT, and with it of all connections:
 * `lose-it`: it never arrives; `lose-answer`: it arrives, and its answer is lost;
 * `half-open`: it arrives, its answer is lost, and PostgreSQL believes that the connection is still there.
 */
export type Fault = 'lose-it' | 'lose-answer' | 'half-open';

/** The COMMIT of our transactions as a message of PostgreSQL's protocol ends. */
const COMMIT = Buffer.from('commit\0');

export class ProxyUnderTest {
  readonly #server: Server;
  readonly #target: number;
  readonly #pairs = new Set<{ readonly client: Socket; readonly upstream: Socket }>();
  #fault: Fault | null = null;
  #isOpen = true;

  private constructor(target: number) {
    this.#target = target;
    this.#server = createServer((client) => this.#accept(client));
  }

  /** @param target The port of PostgreSQL on this machine. */
  static async start(target: number): Promise<ProxyUnderTest> {
    const proxy = new ProxyUnderTest(target);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  /** The next COMMIT meets this fault; after it the network stays down until `mend`. */
  breakAtCommit(fault: Fault): void {
    this.#fault = fault;
  }

  /** Cuts everything, until `mend`. */
  cut(): void {
    this.#isOpen = false;
    for (const { client, upstream } of this.#pairs) {
      client.destroy();
      upstream.destroy();
    }
  }

  mend(): void {
    this.#isOpen = true;
  }

  async stop(): Promise<void> {
    this.cut();
    const closed = once(this.#server, 'close');
    this.#server.close();
    await closed;
  }

  #accept(client: Socket): void {
    if (!this.#isOpen) {
      client.destroy();
      return;
    }
    const upstream = connect(this.#target, '127.0.0.1');
    const pair = { client, upstream };
    this.#pairs.add(pair);
    let isHalfOpen = false;
    for (const socket of [client, upstream]) {
      socket.setNoDelay(true);
      // Ends by an error are ends, too.
      socket.on('error', () => undefined);
    }
    client.on('data', (chunk: Buffer) => {
      if (this.#fault === null || !chunk.includes(COMMIT)) {
        upstream.write(chunk);
        return;
      }
      const fault = this.#fault;
      this.#fault = null;
      if (fault === 'lose-it') {
        this.cut();
        return;
      }
      isHalfOpen = fault === 'half-open';
      this.#isOpen = false;
      upstream.removeAllListeners('data');
      // What comes back is the answer to COMMIT: it has been done.
      upstream.once('data', () => {
        client.destroy();
        if (!isHalfOpen) upstream.destroy();
      });
      upstream.write(chunk);
    });
    upstream.on('data', (chunk: Buffer) => client.write(chunk));
    client.on('close', () => {
      if (!isHalfOpen) upstream.destroy();
    });
    upstream.on('close', () => {
      client.destroy();
      this.#pairs.delete(pair);
    });
  }
}
