/** This server among those that share its store: says that it is there, sees who else is, and gives up who is silent. */
import type { Clock } from '@sluice/core';
import type { Logger } from 'pino';
import { Pause } from '../fleet/pause.ts';
import type { Servers } from '../fleet/servers.ts';
import type { Roll, SharedStore, StoredReplica } from '../store/shared-store.ts';
import { doerOf } from './doer-of.ts';
import { GIVE_UP_MS, look, NOBODY_SEEN, type Presence } from './presence.ts';

/** Milliseconds between two beats, and so until a commit is noticed of which no notification came. */
const BEAT_MS = 250;
/** Milliseconds without a beat of its own after which a server does no duty: others may have given it up. */
const UNSURE_MS = 2000;
/** Milliseconds after which a server that starts goes on though it does not know who else is there: the store is away. */
const SEEN_WITHIN_MS = 2 * GIVE_UP_MS;
/** Milliseconds for which a new doer waits: by then the one before it has seen that it is none any more. */
const HAND_OVER_MS = 1000;

export interface ReplicasOptions {
  readonly shared: Pick<SharedStore, 'enter' | 'beat' | 'strike' | 'lagMs'>;
  /** One that never steps. */
  readonly clock: Clock;
  readonly logger: Logger;
  readonly newId: () => string;
  /** What this server tells of itself, but for what is kept here. */
  readonly about: () => Omit<StoredReplica, 'id' | 'beat' | 'lagMs' | 'isLeaving'>;
  /** Others had given this server up: its agents' sessions are over, and it goes on under a new id. */
  readonly givenUp: () => void;
}

/** The roll, and when it was asked for. */
interface Answer {
  readonly roll: Roll;
  readonly beganAt: number;
}

export class Replicas implements Servers {
  readonly #options: ReplicasOptions;
  readonly #listeners = new Set<() => void>();
  #id: string;
  #beat = 0;
  #isLeaving = false;
  #presence: Presence = NOBODY_SEEN;
  #roll: readonly StoredReplica[] = [];
  /** Who did duties before the servers changed, and until when theirs are nobody's. */
  #doersBefore: readonly string[] = [];
  #handedOverAt = 0;
  /** Whether nobody was told yet that they are somebody's again. */
  #isHandingOver = false;
  #beatenAt: number;
  #cancel: () => void = () => undefined;
  #beating: Promise<void> = Promise.resolve();
  #isStopped = false;

  private constructor(options: ReplicasOptions) {
    this.#options = options;
    this.#id = options.newId();
    this.#beatenAt = options.clock.now();
  }

  /**
   * Resolves when it is known who of the roll is there: the others have been seen to beat, or were given up. A database that was set back has
   * servers on its roll that are no more, and sessions at them.
   * @throws StoreUnavailableError
   */
  static async enter(options: ReplicasOptions): Promise<Replicas> {
    const replicas = new Replicas(options);
    await options.shared.enter(replicas.#self());
    replicas.#take(await replicas.#ask());
    await replicas.#seeOthers();
    replicas.#arm();
    return replicas;
  }

  get id(): string {
    return this.#id;
  }

  get isLeaving(): boolean {
    return this.#isLeaving;
  }

  readonly lagMs = (): number => this.#options.shared.lagMs();

  /** All that are on the roll, by id. */
  get roll(): readonly StoredReplica[] {
    return this.#roll;
  }

  readonly isThere = (serverId: string): boolean => this.#roll.some(({ id }) => id === serverId);

  readonly isSure = (): boolean => this.silentForMs <= UNSURE_MS;

  /** Milliseconds for which this server could not say that it is there. */
  get silentForMs(): number {
    return this.#options.clock.now() - this.#beatenAt;
  }

  readonly isOurs = (duty: string): boolean => {
    const now = this.#options.clock.now();
    if (this.#isStopped || !this.isSure()) return false;
    const isNow = doerOf(duty, this.#doers()) === this.#id;
    return isNow && (now >= this.#handedOverAt || doerOf(duty, this.#doersBefore) === this.#id);
  };

  readonly doerOf = (duty: string): string | null => doerOf(duty, this.#doers());

  subscribe(changed: () => void): () => void {
    this.#listeners.add(changed);
    return () => this.#listeners.delete(changed);
  }

  /** Whether others are there that could do what this server does. */
  get hasOthers(): boolean {
    return this.#roll.some(({ id, isLeaving }) => id !== this.#id && !isLeaving);
  }

  /** Gives its duties away, and tells balancers of servers and agents that it is about to go. */
  async leave(): Promise<void> {
    this.#isLeaving = true;
    await this.#beatNow();
  }

  /** Takes this server off the roll. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancel();
    await this.#beating;
    try {
      await this.#options.shared.strike(this.#id, null);
    } catch (error) {
      this.#options.logger.warn(
        { event: 'replica-unstruck', err: error },
        'other servers give this one up in a moment',
      );
    }
  }

  async #seeOthers(): Promise<void> {
    const { clock } = this.#options;
    const giveUpAt = clock.now() + SEEN_WITHIN_MS;
    const beatAtFirst = new Map(this.#roll.map(({ id, beat }) => [id, beat]));
    const isUnseen = ({ id, beat }: StoredReplica) => id !== this.#id && beatAtFirst.get(id) === beat;
    while (this.#roll.some(isUnseen) && clock.now() < giveUpAt) {
      await new Pause(clock).for(BEAT_MS);
      await this.#beatNow();
    }
  }

  /** Those that do duties: whoever is about to go does none, unless nobody else is there. */
  #doers(): readonly string[] {
    const staying = this.#roll.filter(({ isLeaving }) => !isLeaving);
    return (staying.length === 0 ? this.#roll : staying).map(({ id }) => id);
  }

  #self(id = this.#id): StoredReplica {
    const { about, shared } = this.#options;
    return { ...about(), id, beat: this.#beat, lagMs: shared.lagMs(), isLeaving: this.#isLeaving };
  }

  #arm(): void {
    const { clock } = this.#options;
    this.#cancel = clock.wakeAt(clock.now() + BEAT_MS, () => {
      void this.#beatNow().then(() => {
        if (!this.#isStopped) this.#arm();
      });
    });
  }

  #beatNow(): Promise<void> {
    this.#beating = this.#beating.then(() => this.#beatOnce());
    return this.#beating;
  }

  async #beatOnce(): Promise<void> {
    try {
      this.#beat += 1;
      const answer = await this.#ask();
      if (answer.roll.isKnown) this.#take(answer);
      else await this.#enterAnew();
      await this.#giveUpSilent(answer.beganAt);
    } catch (error) {
      // The store says for itself that it is away; the next beat is tried in its time.
      this.#options.logger.debug({ event: 'beat-missed', err: error }, 'this server could not say that it is there');
    }
  }

  /** Says that this server is there, and asks who is. */
  async #ask(id = this.#id): Promise<Answer> {
    const { shared, clock } = this.#options;
    const beganAt = clock.now();
    return { roll: await shared.beat(this.#self(id)), beganAt };
  }

  /**
   * The zombie: everything that it was believed to do, others have taken over. Nothing bears its new id before that is on the roll: they
   * would hold it for a server that is gone.
   */
  async #enterAnew(): Promise<void> {
    const { shared, logger, newId, givenUp } = this.#options;
    const id = newId();
    await shared.enter(this.#self(id));
    const answer = await this.#ask(id);
    const before = this.#id;
    this.#id = id;
    logger.warn(
      { event: 'given-up', serverId: before, newServerId: id },
      'the other servers had given this one up; its agents connect again, and it goes on under a new id',
    );
    givenUp();
    this.#take(answer);
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }

  #take({ roll, beganAt }: Answer): void {
    const wasUnsure = beganAt - this.#beatenAt > UNSURE_MS;
    this.#beatenAt = beganAt;
    const before = this.#roll;
    const doersBefore = this.#doers();
    this.#roll = roll.replicas;
    const doers = this.#doers();
    if (doers.join() !== doersBefore.join() && before.length > 0) {
      this.#doersBefore = doersBefore;
      this.#handedOverAt = beganAt + HAND_OVER_MS;
      this.#isHandingOver = true;
    }
    // Told by a look that began afterwards: by an older one a server that has come back meanwhile would be gone.
    const isHandedOver = this.#isHandingOver && beganAt >= this.#handedOverAt;
    if (isHandedOver) this.#isHandingOver = false;
    if (wasUnsure || isHandedOver || namesOf(before) !== namesOf(roll.replicas)) this.#tell();
  }

  /** @param beganAt When it was asked last who is there. */
  async #giveUpSilent(beganAt: number): Promise<void> {
    const { clock, shared, logger } = this.#options;
    const took = { beganAt, endedAt: clock.now() };
    const { presence, silent } = look(this.#presence, this.#roll, this.#id, took);
    this.#presence = presence;
    for (const { id, name, beat } of silent) {
      if (!(await shared.strike(id, beat))) continue;
      logger.warn(
        { event: 'replica-given-up', serverId: id, name },
        `nothing was heard of the server ${name} for ${GIVE_UP_MS / 1000} s; its work is taken over`,
      );
    }
    if (silent.length > 0) this.#take(await this.#ask());
  }
}

/** What others need to hear of when it changes. */
function namesOf(roll: readonly StoredReplica[]): string {
  return roll.map(({ id, isLeaving }) => `${id} ${isLeaving}`).join();
}
