/** Dashboards that follow a server's events, played by a process of its own. */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Compile } from 'typebox/compile';
import { endOf, endWithUs, mustGoOn } from './children.ts';
import { FromWatchers, type Seen, type ToWatchers } from './watcher-messages.ts';

const watchersProcess = fileURLToPath(new URL('watchers-process.js', import.meta.url));
const fromWatchers = Compile(FromWatchers);

export class Watchers {
  readonly #child: ChildProcess;

  private constructor() {
    this.#child = endWithUs(fork(watchersProcess, [], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }));
    mustGoOn(this.#child, 'The process of the dashboards');
  }

  /** Resolves when all of them follow. */
  static async open(url: string, streams: number): Promise<Watchers> {
    const watchers = new Watchers();
    const watching = watchers.#answer((message) => (message.kind === 'watching' ? message : null));
    watchers.#say({ kind: 'watch', url, streams });
    await watching;
    return watchers;
  }

  /** Resolves when each of them has seen so many events of a kind; tells of all that they saw since it was asked. */
  seen(eventKind: string, events: number): Promise<Seen> {
    const seen = this.#answer((message) => (message.kind === 'seen' ? message : null));
    this.#say({ kind: 'await', eventKind, events });
    return seen;
  }

  async stop(): Promise<void> {
    await endOf(this.#child, 'SIGKILL');
  }

  #say(message: ToWatchers): void {
    this.#child.send(message);
  }

  #answer<Message>(pick: (message: FromWatchers) => Message | null): Promise<Message> {
    return new Promise((resolve) => {
      const take = (message: unknown) => {
        const picked = fromWatchers.Check(message) ? pick(message) : null;
        if (picked === null) return;
        this.#child.off('message', take);
        resolve(picked);
      };
      this.#child.on('message', take);
    });
  }
}
