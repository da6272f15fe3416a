/** When agents were told to drain, and when an event stream said that their nodes are drained, back, or restarted. Instants are those of `monotonicMs`. */
import type { ApiCaller } from './api-caller.ts';
import { EventStream, readEvent } from './event-stream.ts';
import { nodeIdOf } from './hello.ts';
import { monotonicMs } from './monotonic.ts';
import type { ServerWithFleet } from './with-fleet.ts';

const KINDS = ['NodeDrained', 'NodeActivated', 'WorkloadChanged'];

export class DrainWatch {
  readonly #waiting = new Map<string, (at: number) => void>();
  #stream: EventStream | null = null;

  static async begin({ server, fleet }: ServerWithFleet): Promise<DrainWatch> {
    const watch = new DrainWatch();
    fleet.onTold(({ index, availability, at }) => watch.#happened(`${availability} told ${nodeIdOf(index)}`, at));
    watch.#stream = await EventStream.open(server.url, KINDS, (text) => {
      const { kind, nodeId } = readEvent(text);
      watch.#happened(`${kind} seen ${nodeId}`, monotonicMs());
    });
    return watch;
  }

  /** When the node's agent is told next that it is to be `drain` or `active`. */
  told(nodeId: string, availability: 'drain' | 'active'): Promise<number> {
    return this.#next(`${availability} told ${nodeId}`);
  }

  /** When the stream tells it of the node next. */
  seen(nodeId: string, kind: 'NodeDrained' | 'NodeActivated' | 'WorkloadChanged'): Promise<number> {
    return this.#next(`${kind} seen ${nodeId}`);
  }

  /** Puts nodes back, and waits until they are. */
  async undrain(caller: ApiCaller, ids: readonly string[]): Promise<void> {
    const back = ids.map((id) => this.seen(id, 'NodeActivated'));
    await Promise.all(ids.map((id) => caller.expect(200, `/api/v1/nodes/${id}/undrain`, { method: 'POST', body: {} })));
    await Promise.all(back);
  }

  end(): void {
    this.#stream?.close();
  }

  #next(what: string): Promise<number> {
    return new Promise((resolve) => {
      this.#waiting.set(what, resolve);
    });
  }

  #happened(what: string, at: number): void {
    const resolve = this.#waiting.get(what);
    this.#waiting.delete(what);
    resolve?.(at);
  }
}
