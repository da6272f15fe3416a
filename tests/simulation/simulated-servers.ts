/**
 * The servers of a world: one that has its store for itself, or several that share a database. Each can die, stand still, leave in an
 * orderly way, and be cut off from the database or from its agents.
 */
import type { Logger } from 'pino';
import type { ServerUrls } from '../../packages/agent/src/server-urls.ts';
import { catchUp } from '../../packages/server/src/fleet/catch-up.ts';
import { Fleet } from '../../packages/server/src/fleet/fleet.ts';
import { oneServer } from '../../packages/server/src/fleet/servers.ts';
import { CutOff } from '../../packages/server/src/replicas/cut-off.ts';
import { Replicas } from '../../packages/server/src/replicas/replicas.ts';
import { Rollouts } from '../../packages/server/src/rollouts/rollouts.ts';
import { SessionRegistry } from '../../packages/server/src/sessions/session-registry.ts';
import { SupersededError } from '../../packages/server/src/store/shared-store.ts';
import { type Store, StoreUnavailableError } from '../../packages/server/src/store/store.ts';
import type { Profile } from './profile.ts';
import { LEASE_MS } from './promises.ts';
import { Random } from './random.ts';
import type { ServerEnd, SimulatedNetwork } from './simulated-network.ts';
import { type DatabaseLine, SimulatedSharedStore } from './simulated-shared-store.ts';
import { type SimulatedDisk, simulatedStore } from './simulated-store.ts';
import type { Life, VirtualClock } from './virtual-clock.ts';

/** Milliseconds from a process that cannot start, or has to start anew, to the next. */
const START_AGAIN_MS = 1000;
/** Milliseconds that a server which leaves gives its agents to go. */
const HAND_OVER_MS = 2000;

/** One that runs. */
export interface SimulatedServer extends ServerEnd {
  readonly fleet: Fleet;
  readonly rollouts: Rollouts;
  /** `null`: it is alone. */
  readonly replicas: Replicas | null;
  readonly place: Place;
}

/** Where a server runs, one start after the other. */
interface Place {
  readonly url: string;
  readonly line: DatabaseLine;
  life: Life;
  shared: SimulatedSharedStore | null;
  /** `null`: none has come up. */
  server: SimulatedServer | null;
}

export interface SimulatedServersOptions {
  readonly seed: number;
  readonly clock: VirtualClock;
  readonly disk: SimulatedDisk;
  readonly profile: Profile;
  readonly faults: Random;
  readonly network: () => SimulatedNetwork;
  readonly newOperationId: () => string;
  readonly isTroubled: () => boolean;
  readonly guard: (run: () => void) => void;
  readonly failed: (error: unknown) => void;
  /** One has come up. */
  readonly started: () => void;
  readonly note: (line: string) => void;
  readonly logger: Logger;
}

export class SimulatedServers {
  readonly #options: SimulatedServersOptions;
  readonly #places: readonly Place[];
  /** Of what only several servers suffer: a world with one is not changed by it. */
  readonly #chance: Random;
  #starts = 0;
  #sessions = 0;
  /** When a server last came, went, stood still or was cut off; since then whoever is there had the time to do what is due. */
  #disturbedUntil = 0;

  constructor(options: SimulatedServersOptions) {
    const { profile, seed } = options;
    this.#options = options;
    this.#chance = new Random(seed, 'several servers');
    this.#places = Array.from({ length: profile.servers }, (_, index) => ({
      url: `http://server-${index}`,
      line: { cutUntil: 0 },
      life: { isAlive: false, frozenUntil: 0 },
      shared: null,
      server: null,
    }));
  }

  get urls(): ServerUrls {
    const [first = '', ...others] = this.#places.map(({ url }) => url);
    return [first, ...others];
  }

  get running(): readonly SimulatedServer[] {
    return this.#places.flatMap(({ server }) => server ?? []);
  }

  /** @returns One that somebody who looks for a server comes to; `null`: nobody is there. */
  any(): SimulatedServer | null {
    const [first, ...others] = this.running;
    return first === undefined || others.length === 0 ? (first ?? null) : this.#chance.pick(first, ...others);
  }

  at(url: string): SimulatedServer | null {
    return this.#places.find((place) => place.url === url)?.server ?? null;
  }

  /** Whether what it hears counts: it is not standing still, and can record it. */
  readonly serves = ({ life }: Pick<ServerEnd, 'life'>): boolean => {
    const place = this.#places.find((each) => each.life === life);
    const now = this.#options.clock.now();
    return place?.server != null && now >= life.frozenUntil && now >= place.line.cutUntil && isSure(place.server);
  };

  /** Since when servers have been as they are; `null`: none serves. */
  get servedSince(): number | null {
    return this.running.some(this.serves) ? this.#disturbedUntil : null;
  }

  /** When the last of what stands still, or is cut off, goes on. */
  get troubledUntil(): number {
    return Math.max(...this.#places.flatMap(({ life, line }) => [life.frozenUntil, line.cutUntil]));
  }

  start(): void {
    for (const place of this.#places) this.#start(place);
  }

  /** Things go wrong; asked now and then. */
  trouble(): void {
    const { profile, faults, clock, network } = this.#options;
    const now = clock.now();
    const chance = this.#chance;
    for (const server of this.running) {
      if (now >= server.life.frozenUntil && faults.chance(profile.freeze)) this.#freeze(server);
      if (this.#places.length === 1) continue;
      if (chance.chance(profile.databaseCut)) this.#cutDatabase(server.place, chance.between(500, 40_000));
      if (chance.chance(profile.serverCut)) {
        server.closedUntil = now + chance.between(1000, 40_000);
        this.#options.note(`${server.place.url} is cut off from its agents until ${told(server.closedUntil)}`);
        network().cutAll(server);
      }
      if (chance.chance(profile.leaves) && !server.isClosed) this.#leave(server);
    }
    if (chance.chance(profile.databaseDown)) {
      const ms = chance.between(500, 20_000);
      this.#options.disk.shared.loseConnections();
      for (const place of this.#places) this.#cutDatabase(place, ms);
    }
  }

  /** What was cut off is reached again. */
  heal(): void {
    for (const { line, server } of this.#places) {
      line.cutUntil = 0;
      if (server !== null) server.closedUntil = 0;
    }
  }

  /** A moment at which it may die. */
  maybeCrash(life: Life): void {
    const { isTroubled, faults, profile } = this.#options;
    if (isTroubled() && life.isAlive && faults.chance(profile.serverCrash)) this.kill(life);
  }

  /** It comes back after a while. */
  kill(life: Life): void {
    const { faults, profile } = this.#options;
    this.#end(life, faults.between(50, Math.min(profile.downMsMax, 20_000)));
  }

  /** None runs on. */
  end(): void {
    for (const place of this.#places) place.life.isAlive = false;
  }

  #start(place: Place): void {
    const { clock, disk, profile, seed, isTroubled, guard, failed, note } = this.#options;
    const life: Life = { isAlive: true, frozenUntil: 0 };
    const index = this.#places.indexOf(place);
    const name = index === 0 ? 'store' : `store of server ${index}`;
    const of = {
      disk,
      clock,
      random: new Random(seed, `${name} from ${clock.now()}`),
      profile,
      isTroubled,
      life,
      crashPoint: () => this.maybeCrash(life),
      guard,
    };
    const hasPen = () => {
      if (isTroubled() && life.isAlive && this.#chance.chance(profile.freezeWithPen)) this.#freeze({ life, place });
    };
    place.life = life;
    place.shared = this.#places.length === 1 ? null : new SimulatedSharedStore({ ...of, line: place.line, hasPen });
    this.#open(place, life, simulatedStore({ ...of, shared: place.shared })).catch((error: unknown) => {
      const isExpected = error instanceof StoreUnavailableError || error instanceof SupersededError;
      if (!isExpected || this.#places.length === 1) failed(error);
      if (!life.isAlive) return;
      note(`${place.url} cannot start`);
      this.#end(life, START_AGAIN_MS);
    });
  }

  async #open(place: Place, life: Life, store: Store): Promise<void> {
    const { clock, logger, note, newOperationId, network, guard, started } = this.#options;
    const ofProcess = clock.ofProcess(life);
    // Each start is another server to those who remember the one before.
    const newId = () => `server ${(this.#starts += 1)}`;
    const startedAt = clock.now();
    let sessions: SimulatedServer | null = null;
    const replicas =
      store.shared === null
        ? null
        : await Replicas.enter({
            shared: store.shared,
            clock: ofProcess,
            logger,
            newId,
            about: () => ({ name: place.url, url: place.url, version: 'simulated', startedAt, sessions: 0 }),
            givenUp: () => sessions !== null && network().endAll(sessions),
          });
    const servers = replicas ?? oneServer(newId());
    const fleet = await Fleet.open({
      servers,
      store,
      clock: ofProcess,
      settings: { defaultDrainTimeoutMs: null, metadataBytesMax: 65_536 },
      newOperationId,
      logger,
      superseded: (reason) => {
        if (!life.isAlive) return;
        note(`${place.url} starts anew: ${reason}`);
        this.#end(life, START_AGAIN_MS);
      },
    });
    if (!life.isAlive) return;
    note('the server runs');
    started();
    let { lastSequence } = fleet;
    if (replicas !== null)
      fleet.subscribeToEvents((events) =>
        guard(() => {
          for (const { sequence } of events) {
            if (life.isAlive && sequence !== lastSequence + 1)
              throw new Error(`${place.url} shows event ${sequence} after event ${lastSequence}`);
            lastSequence = sequence;
          }
        }),
      );
    const registry = new SessionRegistry({
      servers,
      fleet,
      catchUp: store.shared === null ? undefined : () => catchUp(fleet),
      clock: ofProcess,
      times: { heartbeatIntervalMs: LEASE_MS / 3, leaseMs: LEASE_MS },
      newSessionId: () => `session ${(this.#sessions += 1)}`,
      newNonce: () => `a challenge like any other`,
      keyMaxAgeMs: Infinity,
      helloTurn: () => Promise.resolve(true),
      refused: () => undefined,
      logger,
    });
    const rollouts = new Rollouts({
      servers,
      fleet,
      store,
      clock: ofProcess,
      logger,
      allowed: [],
      massSilence: () => registry.massSilence()?.detail ?? null,
      parametersCheck: (params) => () => ({ ok: true, value: params }),
      defaultDrainTimeoutMs: null,
      // How long the machine that simulates takes must change nothing.
      measureMs: () => 0,
    });
    const server: SimulatedServer = {
      place,
      life,
      fleet,
      registry,
      rollouts,
      replicas,
      closedUntil: 0,
      isClosed: false,
    };
    sessions = server;
    place.server = server;
    this.#disturbed(clock.now());
    if (replicas !== null) this.#watchCutOff(server, replicas);
    rollouts.begin({ restoredAt: null, writtenAt: null });
  }

  #watchCutOff(server: SimulatedServer, replicas: Replicas): CutOff {
    const { clock, logger, network } = this.#options;
    return new CutOff({
      replicas,
      clock: clock.ofProcess(server.life),
      logger,
      isReady: (url) => {
        const other = this.at(url);
        const isAnswering = other !== null && clock.now() >= other.life.frozenUntil;
        return Promise.resolve(isAnswering ? this.serves(other) : null);
      },
      agents: {
        sendAway: () => {
          server.isClosed = true;
          network().sendAway(server);
        },
        open: () => {
          server.isClosed = false;
        },
      },
    });
  }

  #freeze({ life, place }: Pick<SimulatedServer, 'life' | 'place'>): void {
    const { clock, faults, note } = this.#options;
    life.frozenUntil = clock.now() + faults.between(5000, 60_000);
    this.#disturbed(life.frozenUntil);
    note(`${place.url} stands still until ${told(life.frozenUntil)}`);
  }

  #cutDatabase(place: Place, ms: number): void {
    place.line.cutUntil = Math.max(place.line.cutUntil, this.#options.clock.now() + ms);
    this.#disturbed(place.line.cutUntil);
    this.#options.note(`${place.url} is cut off from the database until ${told(place.line.cutUntil)}`);
  }

  /** As by SIGTERM. */
  #leave(server: SimulatedServer): void {
    const { note, network, clock, failed } = this.#options;
    const { replicas, life, registry, place } = server;
    note(`${place.url} leaves`);
    replicas
      ?.leave()
      .then(() => {
        if (!life.isAlive) return;
        server.isClosed = true;
        registry.beginHandOver();
        network().sendAway(server);
        clock.ofProcess(life).wakeAt(clock.now() + HAND_OVER_MS, () => {
          void replicas.stop().then(() => this.kill(life));
        });
      })
      .catch(failed);
  }

  #end(life: Life, againInMs: number): void {
    const { note, network, clock, guard } = this.#options;
    const place = this.#places.find((each) => each.life === life);
    if (place === undefined || !life.isAlive) return;
    life.isAlive = false;
    place.server = null;
    place.shared?.died();
    this.#disturbed(clock.now());
    note('the server dies');
    network().serverDied(life);
    clock.after(againInMs, () => guard(() => this.#start(place)));
  }

  #disturbed(until: number): void {
    this.#disturbedUntil = Math.max(this.#disturbedUntil, until);
  }
}

function isSure({ replicas }: SimulatedServer): boolean {
  return replicas === null || replicas.isSure();
}

/** As the story tells instants. */
function told(instant: number): number {
  return instant - 1_800_000_000_000;
}
