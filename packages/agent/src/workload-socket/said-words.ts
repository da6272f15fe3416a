/** What the processes of a workload have said that stands until something ends it: locks, the wish to leave, the commands that they offer. */
import type { DeclaredCommand, WorkloadLeaving, WorkloadLock, WorkloadMessage } from '@sluice/contract';
import type { Clock } from '@sluice/core';
import type { KeptWords } from './kept-words.ts';
import { OfferedCommands, type Told } from './offered-commands.ts';
import { WishToLeave } from './wish-to-leave.ts';
import { WorkloadLocks } from './workload-locks.ts';
import type { WorkloadPeer } from './workload-peer.ts';

/** Milliseconds that a process gets to come back: libraries try every two seconds at least, and one that is started anew needs a while. */
const RETURN_WITHIN_MS = 10_000;

export interface WorkloadWords {
  readonly locks: readonly WorkloadLock[];
  /** `null`: it does not wish to leave. */
  readonly leaving: WorkloadLeaving | null;
  readonly commands: readonly DeclaredCommand[];
}

export interface WordsOwner {
  /** The start of the workload that runs. */
  readonly incarnation: () => number;
  /** Told after every change, when it would outlive the agent; at times without one. */
  readonly said: (words: WorkloadWords) => void;
}

export interface WordsParts {
  readonly clock: Clock;
  /** What the server is told whatever the workload says. */
  readonly told: Told;
  readonly kept: KeptWords;
}

type Word = Extract<WorkloadMessage, { kind: 'lock' | 'unlock' | 'leave' | 'stay' | 'command' }>;

export class SaidWords {
  readonly #clock: Clock;
  readonly #kept: KeptWords;
  readonly #locks = new WorkloadLocks();
  readonly #leaving = new WishToLeave();
  readonly #commands: OfferedCommands;
  #owner: WordsOwner = { incarnation: () => 0, said: () => undefined };
  #cancelNextEnd: () => void = () => undefined;
  #isStopped = false;
  /** Who waits for the next change. */
  readonly #onceChanged: (() => void)[] = [];

  constructor({ clock, told, kept }: WordsParts) {
    this.#clock = clock;
    this.#commands = new OfferedCommands(told);
    this.#kept = kept;
  }

  /** @returns What an earlier agent knew, which stands until the processes have come back. */
  begin(owner: WordsOwner): WorkloadWords {
    this.#owner = owner;
    const until = this.#clock.now() + RETURN_WITHIN_MS;
    const { incarnation, locks, leaving, commands } = this.#kept.found;
    this.#commands.remember(commands, until);
    if (incarnation === owner.incarnation()) {
      this.#locks.remember(locks, until);
      this.#leaving.remember(leaving, incarnation);
    }
    this.#changed();
    return this.#words();
  }

  /** @returns Why it was not taken; `null`: it was. */
  hear(peer: WorkloadPeer, word: Word): string | null {
    const problem = this.#take(peer, word);
    this.#changed();
    return problem;
  }

  /** The process is gone. */
  forget(peer: WorkloadPeer): void {
    // The agent leaves, and the workload does not: the next agent is to find what it has said.
    if (this.#isStopped) return;
    this.#locks.forget(peer);
    this.#leaving.forget(peer, this.#owner.incarnation());
    this.#commands.forget(peer, this.#clock.now() + RETURN_WITHIN_MS);
    this.#changed();
  }

  /** The workload may have been started anew. */
  workloadChanged(): void {
    const before = this.#leaving.current;
    this.#leaving.startedAnew(this.#owner.incarnation());
    if (this.#leaving.current !== before) this.#changed();
  }

  /** Who runs a command, when a process that may be about to come back has had its time to; `null`: nobody, or nobody waits any more. */
  async handlerOf(name: string, signal: AbortSignal): Promise<ReturnType<OfferedCommands['handlerOf']>> {
    const isAwaited = () => this.#commands.current(this.#clock.now()).some((command) => command.name === name);
    while (this.#commands.handlerOf(name) === null && isAwaited() && !signal.aborted && !this.#isStopped) {
      await new Promise<void>((resolve) => {
        this.#onceChanged.push(resolve);
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
    }
    return this.#commands.handlerOf(name);
  }

  /** Tells and keeps no more. @returns When what was being kept is on the disk. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancelNextEnd();
    for (const changed of this.#onceChanged.splice(0)) changed();
    await this.#kept.settled();
  }

  #take(peer: WorkloadPeer, word: Word): string | null {
    const now = this.#clock.now();
    switch (word.kind) {
      case 'lock':
        return this.#locks.put(peer, word.id, { reason: word.reason, ttlMs: word.ttlMs, now });
      case 'unlock':
        this.#locks.remove(peer, word.id);
        return null;
      case 'leave': {
        const { id, reason = null } = word;
        this.#leaving.say(peer, { id, reason, since: now }, this.#owner.incarnation());
        return null;
      }
      case 'stay':
        this.#leaving.takeBack();
        return null;
      case 'command':
        return this.#commands.offer(peer, word, now);
    }
  }

  #words(): WorkloadWords {
    const now = this.#clock.now();
    const leaving = this.#leaving.current;
    return {
      locks: this.#locks.current(now).map(({ reason, since, expiresAt }) => ({ reason, since, expiresAt })),
      leaving: leaving === null ? null : { reason: leaving.reason, since: leaving.since },
      commands: this.#commands.current(now),
    };
  }

  /** Keeps what stands now, tells the owner then, and looks again when something of it runs out. */
  #changed(): void {
    const now = this.#clock.now();
    for (const changed of this.#onceChanged.splice(0)) changed();
    this.#cancelNextEnd();
    const ends = [this.#locks.nextEnd(now), this.#commands.nextEnd(now)].filter((end) => end !== null);
    if (ends.length > 0) this.#cancelNextEnd = this.#clock.wakeAt(Math.min(...ends), () => this.#changed());
    const kept = this.#kept.keep({
      incarnation: this.#owner.incarnation(),
      locks: this.#locks.current(now),
      leaving: this.#leaving.current,
      commands: [...this.#commands.current(now)],
    });
    void kept.then(() => {
      if (!this.#isStopped) this.#owner.said(this.#words());
    });
  }
}
