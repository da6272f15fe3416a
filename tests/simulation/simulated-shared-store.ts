/** How one server of several reaches the database that they share: over a line that can be slow, or cut, in a process that can die or stand still. */
import type {
  Follower,
  LiveValue,
  MissedCommits,
  Pen,
  Roll,
  SharedStore,
  StoredReplica,
} from '../../packages/server/src/store/shared-store.ts';
import {
  type AnsweredRequest,
  type Beside,
  type CommitOutcome,
  type NodeChange,
  type SettledOutcome,
  StoreUnavailableError,
} from '../../packages/server/src/store/store.ts';
import type { Place, Transaction } from './simulated-database.ts';
import type { SimulatedStoreOptions } from './simulated-store.ts';

/** Milliseconds for which the database lets a transaction stand still, and for which a server waits for the pen. */
const STANDING_MS_MAX = 3000;
const PEN_WITHIN_MS = 9000;
/** Milliseconds for which a commit waits to find out what became of it, before it says that nobody knows. */
const SETTLING_MS_MAX = 2000;

/** One moment of the database. */
interface Missed {
  /** `null`: nothing was. */
  readonly missed: MissedCommits | null;
  readonly head: Place;
  readonly readAt: number;
}

/** Between a server and the database. */
export interface DatabaseLine {
  /** Until then nothing passes (virtual milliseconds). */
  cutUntil: number;
}

export interface SimulatedSharedStoreOptions extends Omit<SimulatedStoreOptions, 'shared'> {
  readonly line: DatabaseLine;
  /** It has just got the pen: the worst of all moments to stand still in. */
  readonly hasPen: () => void;
}

export class SimulatedSharedStore implements SharedStore {
  readonly #options: SimulatedSharedStoreOptions;
  readonly #transactions = new Set<Transaction>();
  /** What waits for the one session that reads and writes commits. */
  readonly #queue: ((done: () => void) => void)[] = [];
  #isBusy = false;
  #follower: Follower | null = null;
  #place: Place | null = null;
  #upToDateAt: number;

  constructor(options: SimulatedSharedStoreOptions) {
    this.#options = options;
    this.#upToDateAt = options.clock.now();
  }

  async follow(follower: Follower): Promise<number> {
    this.#place = await this.#ask(() => this.#database.head);
    this.#follower = follower;
    this.#upToDateAt = this.#now;
    return this.#place.lastSequence;
  }

  takePen(keys: readonly string[]): Promise<Pen> {
    return new Promise((resolve, reject) => {
      this.#inTurn((done) => {
        const transaction: Transaction = { isOver: false };
        const fail = (error: Error) => {
          done();
          reject(error);
        };
        this.#send(() => {
          if (this.#isCut) {
            this.#later(() => fail(unreached()));
            return;
          }
          this.#transactions.add(transaction);
          const { clock } = this.#options;
          const cancel = clock.after(PEN_WITHIN_MS, () => {
            this.#end(transaction);
            this.#hear(() => fail(unreached()));
          });
          this.#database.ask(transaction, () => {
            cancel();
            this.#watch(transaction);
            this.#options.hasPen();
            this.#answer(() => {
              if (transaction.isOver || this.#isCut) {
                this.#leave(transaction);
                fail(unreached());
                return;
              }
              try {
                this.#bringUpToDate(this.#missed());
                resolve(this.#pen(transaction, keys, done));
              } catch (error) {
                this.#end(transaction);
                fail(asError(error));
              }
            });
          });
        });
      });
    });
  }

  catchUp(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#inTurn((done) => {
        const end = (then: () => void) => {
          done();
          then();
        };
        this.#send(() => {
          if (this.#isCut) {
            this.#later(() => end(() => reject(unreached())));
            return;
          }
          try {
            // One moment of the database, which may be over when it is heard of.
            const missed = this.#missed();
            this.#hear(() =>
              end(() => {
                this.#bringUpToDate(missed);
                resolve();
              }),
            );
          } catch (error) {
            this.#hear(() => end(() => reject(asError(error))));
          }
        });
      });
    });
  }

  lagMs(): number {
    return this.#now - this.#upToDateAt;
  }

  enter(replica: StoredReplica): Promise<void> {
    return this.#ask(() => {
      const { roll } = this.#database;
      for (const { id, name } of roll.values()) if (name === replica.name) roll.delete(id);
      roll.set(replica.id, replica);
    });
  }

  async beat(replica: StoredReplica): Promise<Roll> {
    const { isKnown, replicas, head } = await this.#ask(() => {
      const { roll } = this.#database;
      const known = roll.has(replica.id);
      if (known) roll.set(replica.id, replica);
      const all = [...roll.values()].toSorted((one, other) => (one.id < other.id ? -1 : 1));
      return { isKnown: known, replicas: all, head: this.#database.head };
    });
    const isUpToDate = head.id === this.#place?.id;
    if (isUpToDate) this.#upToDateAt = this.#now;
    else this.#hint();
    return { isKnown, replicas, isUpToDate };
  }

  strike(id: string, beat: number | null): Promise<boolean> {
    return this.#ask(() => {
      const { roll } = this.#database;
      if (beat !== null && roll.get(id)?.beat !== beat) return false;
      return roll.delete(id);
    });
  }

  subscribe(hint: () => void): () => void {
    this.#hint = hint;
    const { random, profile, isTroubled, clock, life } = this.#options;
    return this.#database.onCommit(() => {
      if (!life.isAlive || this.#isCut || (isTroubled() && random.chance(profile.hintsLost))) return;
      clock.after(this.#delayMs(), () => this.#hear(hint));
    });
  }

  tellLive(values: readonly LiveValue[]): Promise<void> {
    return this.#ask(() => {
      for (const value of values) this.#database.live.set(value.id, { at: this.#now, value });
    });
  }

  toldSince(instant: number): Promise<{ readonly instant: number; readonly values: readonly LiveValue[] }> {
    return this.#ask(() => ({
      instant: this.#now,
      values: [...this.#database.live.values()].filter(({ at }) => at >= instant).map(({ value }) => value),
    }));
  }

  pruneCommits(): Promise<void> {
    return Promise.resolve();
  }

  /** The process is gone: the database notices it at once. */
  died(): void {
    for (const transaction of this.#transactions) this.#database.end(transaction);
  }

  #hint: () => void = () => undefined;

  get #database() {
    return this.#options.disk.shared;
  }

  get #now(): number {
    return this.#options.clock.now();
  }

  get #isCut(): boolean {
    return this.#now < this.#options.line.cutUntil;
  }

  #pen(transaction: Transaction, keys: readonly string[], done: () => void): Pen {
    const { disk } = this.#options;
    return {
      answered: keys.flatMap((key) => disk.answered.get(key) ?? []),
      commit: (changes, answered, beside) => this.#commit(transaction, [changes, answered, beside], done),
      putDown: async () => {
        this.#end(transaction);
        done();
      },
    };
  }

  #commit(
    transaction: Transaction,
    [changes, answered, beside]: readonly [readonly NodeChange[], readonly AnsweredRequest[], Beside],
    done: () => void,
  ): Promise<CommitOutcome> {
    const { crashPoint, life, random, profile, isTroubled, guard, disk } = this.#options;
    return new Promise((resolve) => {
      const end = (outcome: CommitOutcome) => {
        done();
        resolve(outcome);
      };
      this.#send(() => {
        crashPoint();
        if (!life.isAlive) return;
        if (transaction.isOver || (isTroubled() && random.chance(profile.storeFails))) {
          this.#end(transaction);
          this.#hear(() => end({ ok: false, code: 'store-unavailable', reason: 'The transaction was ended.' }));
          return;
        }
        const isLost = this.#isCut || (isTroubled() && random.chance(profile.storeDoubts));
        const isWritten = !isLost || (!this.#isCut && random.chance(0.5));
        let made: { readonly place: Place; readonly outcome: SettledOutcome } | null = null;
        if (isWritten)
          guard(() => {
            const outcome = disk.write(changes, answered, beside);
            made = { place: this.#database.add(changes, beside), outcome };
          });
        if (isWritten) this.#end(transaction);
        else this.#leave(transaction);
        crashPoint();
        if (!life.isAlive) return;
        this.#answer(() => {
          if (isLost || this.#isCut) this.#findOut(made, end);
          else if (made !== null) end(this.#made(made));
        });
      });
    });
  }

  /** The connection was lost after the commit was sent: what became of it the database says when it can be reached again. */
  #findOut(
    made: { readonly place: Place; readonly outcome: SettledOutcome } | null,
    end: (outcome: CommitOutcome) => void,
  ): void {
    const { random } = this.#options;
    const ofProcess = this.#ofProcess;
    const settled = new Promise<SettledOutcome>((settle) => {
      const look = () => {
        ofProcess.wakeAt(this.#now + random.between(50, 1000), () => {
          if (this.#isCut) look();
          else if (made !== null && this.#database.knows(made.place)) settle(this.#made(made));
          else settle({ ok: false, code: 'store-unavailable', reason: 'It was not written after all.' });
        });
      };
      look();
    });
    let isTold = false;
    const tell = (outcome: CommitOutcome) => {
      if (!isTold) end(outcome);
      isTold = true;
    };
    const reason = 'The simulated connection was lost.';
    ofProcess.wakeAt(this.#now + SETTLING_MS_MAX, () => tell({ ok: false, code: 'outcome-unknown', reason, settled }));
    void settled.then(tell);
  }

  #made({ place, outcome }: { readonly place: Place; readonly outcome: SettledOutcome }): SettledOutcome {
    if (this.#place !== null) this.#place = place;
    return outcome;
  }

  #missed(): Missed | null {
    const place = this.#place;
    const head = this.#database.head;
    if (place === null || this.#follower === null) return null;
    const missed = this.#database.missedSince(place, this.#follower.knowsRollout);
    return { missed, head, readAt: this.#now };
  }

  #bringUpToDate(read: Missed | null): void {
    if (read === null) return;
    this.#place = read.head;
    if (read.missed !== null) this.#follower?.takeOver(read.missed);
    this.#upToDateAt = read.readAt;
  }

  /** One after the other has the session. */
  #inTurn(work: (done: () => void) => void): void {
    this.#queue.push(work);
    this.#next();
  }

  #next(): void {
    if (this.#isBusy) return;
    const work = this.#queue.shift();
    if (work === undefined) return;
    this.#isBusy = true;
    work(() => {
      this.#isBusy = false;
      this.#next();
    });
  }

  /** A short question, which waits for nothing. */
  #ask<Answer>(atDatabase: () => Answer): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#send(() => {
        if (this.#isCut) {
          this.#later(() => reject(unreached()));
          return;
        }
        const answer = atDatabase();
        this.#hear(() => resolve(answer));
      });
    });
  }

  /** A process that stands still sends nothing; what it has sent before arrives. */
  #send(arrive: () => void): void {
    const { clock, life } = this.#options;
    const send = () => clock.after(this.#delayMs(), arrive);
    if (this.#now < life.frozenUntil) this.#ofProcess.wakeAt(this.#now, send);
    else if (life.isAlive) send();
  }

  #answer(heard: () => void): void {
    this.#options.clock.after(this.#delayMs(), () => this.#hear(heard));
  }

  #hear(run: () => void): void {
    const { life } = this.#options;
    if (this.#now < life.frozenUntil) this.#ofProcess.wakeAt(this.#now, run);
    else if (life.isAlive) run();
  }

  /** Until it is noticed that nothing passes. */
  #later(run: () => void): void {
    this.#ofProcess.wakeAt(this.#now + this.#options.random.between(50, 3000), run);
  }

  get #ofProcess() {
    const { clock, life } = this.#options;
    return clock.ofProcess(life);
  }

  #end(transaction: Transaction): void {
    this.#transactions.delete(transaction);
    this.#database.end(transaction);
  }

  /** The connection is lost at this end: the database notices it at once, or when the transaction has stood still for too long. */
  #leave(transaction: Transaction): void {
    if (this.#options.random.chance(0.5)) this.#end(transaction);
  }

  #watch(transaction: Transaction): void {
    const { clock } = this.#options;
    clock.after(STANDING_MS_MAX, () => {
      if (this.#database.has(transaction)) this.#end(transaction);
    });
  }

  #delayMs(): number {
    const { random, profile, isTroubled } = this.#options;
    return isTroubled() && random.chance(profile.databaseSlow) ? random.between(20, 400) : random.between(0, 3);
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

function unreached(): StoreUnavailableError {
  return new StoreUnavailableError('The simulated database cannot be reached.');
}
