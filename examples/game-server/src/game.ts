/** The game: who plays, who may join, and the simulated players who come and go. Time is passed in. */

export interface Player {
  readonly id: string;
  readonly name: string;
  readonly joinedAt: number;
  /** `null`: stays until told to leave. */
  readonly leavesAt: number | null;
}

export interface SimulatedPlayers {
  /** How many to hold on average; 0: none. */
  readonly target: number;
  readonly playSeconds: number;
}

/** Milliseconds over which the first players arrive. */
const FILL_WITHIN_MS = 4000;

export class Game {
  readonly #players = new Map<string, Player>();
  readonly #simulated: SimulatedPlayers;
  readonly #random: () => number;
  #isDraining: boolean;
  #joined = 0;
  #arrivedAt: number;

  constructor(simulated: SimulatedPlayers, random: () => number, isDraining: boolean, now: number) {
    this.#simulated = simulated;
    this.#random = random;
    this.#isDraining = isDraining;
    this.#arrivedAt = now;
  }

  get isDraining(): boolean {
    return this.#isDraining;
  }

  /** @returns Whether that changed anything. */
  setDraining(isDraining: boolean): boolean {
    const changed = this.#isDraining !== isDraining;
    this.#isDraining = isDraining;
    return changed;
  }

  players(): readonly Player[] {
    return [...this.#players.values()];
  }

  /** @returns `null` while draining: nobody gets in. */
  join(name: string | null, playsMs: number | null, now: number): Player | null {
    if (this.#isDraining) return null;
    this.#joined += 1;
    const id = `player-${this.#joined}`;
    const player = { id, name: name ?? id, joinedAt: now, leavesAt: playsMs === null ? null : now + playsMs };
    this.#players.set(id, player);
    return player;
  }

  leave(id: string): boolean {
    return this.#players.delete(id);
  }

  /** Lets those leave whose time is over, and those arrive who want to play. */
  pass(now: number): void {
    for (const { id, leavesAt } of this.players()) if (leavesAt !== null && leavesAt <= now) this.#players.delete(id);
    const { target, playSeconds } = this.#simulated;
    if (this.#isDraining || target === 0 || this.#players.size >= target) {
      this.#arrivedAt = now;
      return;
    }
    // As many arrive in a mean stay as leave in it, and an empty server fills within seconds.
    const meanGapMs = Math.min((playSeconds * 1000) / target, FILL_WITHIN_MS / target);
    while (this.#arrivedAt + meanGapMs <= now && this.#players.size < target) {
      this.#arrivedAt += meanGapMs;
      this.join(null, playSeconds * 1000 * (0.5 + this.#random()), now);
    }
  }
}

/** A small generator with a seed (mulberry32), so that a demo or a test can be repeated. */
export function seededRandom(seed: number): () => number {
  let state = Math.trunc(seed);
  return () => {
    state = (state + 0x6d_2b_79_f5) % 0x1_00_00_00_00;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_00_00_00_00;
  };
}
