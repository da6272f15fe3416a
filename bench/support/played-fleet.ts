/** The agents of a benchmark: a process of its own, so that their work is not the benchmark's, and what it tells. */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Compile } from 'typebox/compile';
import { endOf, endWithUs, mustGoOn } from './children.ts';
import { type FleetComplete, type FleetCounts, FromFleet, type ToFleet } from './fleet-messages.ts';
import { JOIN_TOKEN } from './tokens.ts';

const fleetProcess = fileURLToPath(new URL('fleet-process.js', import.meta.url));
const fromFleet = Compile(FromFleet);
/** Agents on their way in at once where the storm is not what is measured. */
const AT_ONCE = 100;

export interface Told {
  readonly index: number;
  readonly availability: string;
  /** By `monotonicMs`. */
  readonly at: number;
}

export class PlayedFleet {
  readonly #child: ChildProcess;
  readonly #waiting = new Set<(message: FromFleet) => boolean>();
  #toldTo: (told: Told) => void = () => undefined;

  readonly #firstIndex: number;

  /** @param firstIndex The number of its first agent: fleets that share a database have numbers of their own. */
  constructor(firstIndex = 0) {
    this.#firstIndex = firstIndex;
    this.#child = endWithUs(fork(fleetProcess, [], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }));
    this.#child.on('message', (message) => this.#take(message));
    mustGoOn(this.#child, 'The process of the agents');
  }

  get processId(): number {
    return this.#child.pid ?? 0;
  }

  /**
   * Plays so many agents more, and waits until all are in.
   * @param way `storm`: all of them come within a second, as after a power cut.
   */
  connect(url: string, count: number, way: 'storm' | 'paced' = 'paced', isBusy = false): Promise<FleetComplete> {
    const complete = this.#complete();
    const atOnce = way === 'storm' ? 0 : AT_ONCE;
    const firstIndex = this.#firstIndex;
    this.#say({ kind: 'connect', url, joinToken: JOIN_TOKEN, count, firstIndex, atOnce, isBusy });
    return complete;
  }

  /** To be called before the server goes. @returns When all agents are back. */
  expectLoss(): Promise<FleetComplete> {
    const complete = this.#complete();
    this.#say({ kind: 'expect-loss' });
    return complete;
  }

  /** What happened since it was asked last. */
  counts(): Promise<FleetCounts> {
    const counts = this.#next((message) => (message.kind === 'counts' ? message : null));
    this.#say({ kind: 'count' });
    return counts;
  }

  /** From here on `to` hears of every agent that is told an availability. */
  onTold(to: (told: Told) => void): void {
    this.#toldTo = to;
  }

  async stop(): Promise<void> {
    await endOf(this.#child, 'SIGKILL');
  }

  #complete(): Promise<FleetComplete> {
    return this.#next((message) => (message.kind === 'complete' ? message : null));
  }

  #next<Message>(pick: (message: FromFleet) => Message | null): Promise<Message> {
    return new Promise((resolve) => {
      this.#waiting.add((message) => {
        const picked = pick(message);
        if (picked !== null) resolve(picked);
        return picked !== null;
      });
    });
  }

  #take(message: unknown): void {
    if (!fromFleet.Check(message)) throw new Error('the fleet said what the benchmark does not know');
    if (message.kind === 'told') for (const told of message.agents) this.#toldTo(told);
    for (const waiting of this.#waiting) if (waiting(message)) this.#waiting.delete(waiting);
  }

  #say(message: ToFleet): void {
    this.#child.send(message);
  }
}
