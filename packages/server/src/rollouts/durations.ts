/** How long things take in this fleet, from its own history: what the duration of a rollout is estimated from. */
import type { Clock } from '@sluice/core';
import type { OperationDuration, Store } from '../store/store.ts';

/** Operations that are looked at: some milliseconds of the store's time, and days of a fleet that is not restarted all the time. */
const LOOKED_AT = 10_000;
/** Operations of one command that count: newer ones say more. */
const COUNTED_MAX = 500;
/** Milliseconds for which what was read is good enough: a wizard asks for a plan with every change of a form. */
const KEPT_MS = 30_000;

/** How long the operations of one command took. */
export interface DurationsOfCommand {
  readonly count: number;
  readonly medianMs: number;
  /** Nine of ten took no longer. */
  readonly p90Ms: number;
}

export class Durations {
  readonly #store: Pick<Store, 'operationDurations'>;
  readonly #clock: Clock;
  #kept: { readonly at: number; readonly byCommand: Promise<ReadonlyMap<string, DurationsOfCommand>> } | null = null;

  constructor(store: Pick<Store, 'operationDurations'>, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** By the name of the command. A command that never succeeded, or not lately, is not there. */
  byCommand(): Promise<ReadonlyMap<string, DurationsOfCommand>> {
    const now = this.#clock.now();
    if (this.#kept !== null && now - this.#kept.at < KEPT_MS) return this.#kept.byCommand;
    const byCommand = this.#read();
    this.#kept = { at: now, byCommand };
    byCommand.catch(() => {
      this.#kept = null;
    });
    return byCommand;
  }

  async #read(): Promise<ReadonlyMap<string, DurationsOfCommand>> {
    return durationsOf(await this.#store.operationDurations(LOOKED_AT));
  }
}

/** @param rows Newest first. */
export function durationsOf(rows: readonly OperationDuration[]): ReadonlyMap<string, DurationsOfCommand> {
  const byCommand = new Map<string, number[]>();
  for (const { command, durationMs } of rows) {
    const durations = byCommand.get(command) ?? [];
    if (durations.length < COUNTED_MAX) durations.push(durationMs);
    byCommand.set(command, durations);
  }
  return new Map(
    [...byCommand].map(([command, durations]) => {
      const sorted = durations.toSorted((one, other) => one - other);
      const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
      return [command, { count: sorted.length, medianMs: at(0.5), p90Ms: at(0.9) }];
    }),
  );
}
