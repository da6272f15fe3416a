/** A node as one would keep it in etcd: a key with a lease, kept alive by a stream on a connection of its own. */
import { EtcdConnection, type EtcdStream, keepAliveOf } from './etcd-connection.ts';
import type { Beating } from './heartbeat-wheel.ts';

/** Seconds after which a silent node's key is gone, as Sluice's lease. */
const LEASE_SECONDS = 30;

export class EtcdNode implements Beating {
  readonly #connection: EtcdConnection;
  readonly #stream: EtcdStream;
  readonly #keepAlive: Buffer;
  /** Keep-alives that etcd has answered. */
  answered = 0;

  private constructor(connection: EtcdConnection, lease: bigint) {
    this.#connection = connection;
    this.#keepAlive = keepAliveOf(lease);
    this.#stream = connection.keepAlive(() => {
      this.answered += 1;
    });
  }

  /** Connects and registers. */
  static async register(url: string, key: string, value: string): Promise<EtcdNode> {
    const connection = new EtcdConnection(url);
    const lease = await connection.grant(LEASE_SECONDS);
    await connection.put(key, value, lease);
    return new EtcdNode(connection, lease);
  }

  beat(): void {
    this.#stream.send(this.#keepAlive);
  }

  leave(): void {
    this.#stream.close();
    this.#connection.close();
  }
}
