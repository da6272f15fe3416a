/** A network in front of PostgreSQL, or of a server, that can be cut, slow or deaf at the worst moment. */
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { WithoutNotifications } from './without-notifications.ts';

/**
 * What becomes of the next COMMIT, and with it of all connections:
 * `lose-it`: it never arrives; `lose-answer`: it arrives, and its answer is lost;
 * `half-open`: it arrives, its answer is lost, and PostgreSQL believes that the connection is still there.
 */
export type Fault = 'lose-it' | 'lose-answer' | 'half-open';

/** The COMMIT of our transactions as a message of PostgreSQL's protocol ends. */
const COMMIT = Buffer.from('commit\0');

interface Pair {
  readonly client: Socket;
  readonly upstream: Socket;
}

export class ProxyUnderTest {
  readonly #server: Server;
  #target: number;
  readonly #pairs = new Set<Pair>();
  #fault: Fault | null = null;
  #isOpen = true;
  #isHeld = false;
  #delayMs = 0;
  #losesNotifications = false;

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

  /** Nothing arrives any more, and nobody hears why: as when the other machine has vanished. Until `mend`. */
  hold(): void {
    this.#isHeld = true;
    for (const { client, upstream } of this.#pairs) {
      client.pause();
      upstream.pause();
    }
  }

  /** Everything is under way for so long, in each direction. */
  slow(delayMs: number): void {
    this.#delayMs = delayMs;
  }

  /** What PostgreSQL notifies of does not arrive, on connections that are made from now on. */
  loseNotifications(): void {
    this.#losesNotifications = true;
  }

  /** From now on it leads elsewhere; connections to where it led before are cut. */
  leadTo(target: number): void {
    this.cut();
    this.#target = target;
    this.mend();
  }

  mend(): void {
    this.#isOpen = true;
    this.#isHeld = false;
    this.#delayMs = 0;
    for (const { client, upstream } of this.#pairs) {
      client.resume();
      upstream.resume();
    }
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
    const pair: Pair = { client, upstream };
    this.#pairs.add(pair);
    const [there, back] = [this.#line(upstream), this.#line(client)];
    const deaf = this.#losesNotifications ? new WithoutNotifications() : null;
    let isHalfOpen = false;
    for (const socket of [client, upstream]) {
      socket.setNoDelay(true);
      // Ends by an error are ends, too.
      socket.on('error', () => undefined);
    }
    client.on('data', (chunk: Buffer) => {
      if (this.#fault === null || !chunk.includes(COMMIT)) {
        there(chunk);
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
    upstream.on('data', (chunk: Buffer) => back(deaf === null ? chunk : deaf.heard(chunk)));
    if (this.#isHeld) this.hold();
    client.on('close', () => {
      if (!isHalfOpen) upstream.destroy();
    });
    upstream.on('close', () => {
      client.destroy();
      this.#pairs.delete(pair);
    });
  }

  /** One direction of a connection: what is slow on it holds up what comes after. */
  #line(to: Socket): (chunk: Buffer) => void {
    let waiting = 0;
    let carried = Promise.resolve();
    return (chunk) => {
      if (waiting === 0 && this.#delayMs === 0) {
        to.write(chunk);
        return;
      }
      const arrivesAt = performance.now() + this.#delayMs;
      waiting += 1;
      carried = carried.then(async () => {
        await pause(Math.max(0, arrivesAt - performance.now()));
        waiting -= 1;
        if (!to.destroyed) to.write(chunk);
      });
    };
  }
}
