/** What the environment says about this game server: where it listens, who plays on it, and which faults a test wants. */

export interface Settings {
  readonly port: number;
  /** How many simulated players to hold on average; 0: none. */
  readonly players: number;
  /** Mean of the seconds that a simulated player plays. */
  readonly playSeconds: number;
  /** Makes arrivals and stays reproducible; `null`: different every time. */
  readonly seed: number | null;
  /** Starts with the door closed: the agent says so when it starts the workload of a drained node. */
  readonly isDraining: boolean;
  /** Players who never leave. */
  readonly stuckPlayers: number;
  readonly startDelayMs: number;
  readonly ignoresSigterm: boolean;
  readonly failsToStart: boolean;
  readonly spawnsChild: boolean;
  readonly lie: 'nonsense' | 'hang' | 'negative' | null;
}

/** @throws when a number is not one: a game server with half of its settings helps nobody. */
export function readSettings(environment: Readonly<Record<string, string | undefined>>): Settings {
  const number = (name: string, fallback: number): number => {
    const text = environment[name];
    const value = text === undefined || text === '' ? fallback : Number(text);
    if (!Number.isFinite(value) || value < 0) throw new Error(`${name} is '${text}'; it must be a number of 0 or more`);
    return value;
  };
  const lie = environment['LIE'];
  return {
    port: number('PORT', 7777),
    players: number('PLAYERS', 12),
    playSeconds: number('PLAY_SECONDS', 20),
    seed: environment['SEED'] === undefined ? null : number('SEED', 0),
    isDraining: environment['SLUICE_AVAILABILITY'] === 'drain',
    stuckPlayers: number('STUCK_PLAYERS', 0),
    startDelayMs: number('START_DELAY_MS', 0),
    ignoresSigterm: environment['IGNORE_SIGTERM'] === '1',
    failsToStart: environment['FAIL_START'] === '1',
    spawnsChild: environment['SPAWN_CHILD'] === '1',
    lie: lie === 'nonsense' || lie === 'hang' || lie === 'negative' ? lie : null,
  };
}
