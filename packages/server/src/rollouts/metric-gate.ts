/** The metric gate of one rollout: asks its address again and again, and knows how the last answers were. */
import type { MetricGate as MetricGateSpec } from '@sluice/contract';
import type { Clock } from '@sluice/core';
import type { LookupFunction } from 'node:net';
import type { AllowedAddresses } from '../outgoing/allowed-address.ts';
import { askAddress } from '../outgoing/ask-address.ts';

/** Seconds between two questions, when nobody says otherwise. */
const INTERVAL_SECONDS_DEFAULT = 10;
/** Milliseconds that one question takes at most, everything together: a gate that is slower than that says nothing good. */
const TIMEOUT_MS = 10_000;

/** How the gate stands. */
export interface GateReading {
  /** Whether the last answer was good. */
  readonly isGood: boolean;
  /** So many answers in a row were bad. */
  readonly failuresInRow: number;
  /** What the last answer was, for a person, as in `answered 503`; what it contained is nobody's business. */
  readonly detail: string;
}

export interface MetricGateOptions {
  readonly spec: MetricGateSpec;
  readonly clock: Clock;
  readonly allowed: AllowedAddresses;
  readonly lookup: LookupFunction;
  /** Called after each answer. */
  readonly answered: () => void;
}

export class MetricGate {
  readonly #options: MetricGateOptions;
  readonly #stopping = new AbortController();
  #reading: GateReading | null = null;
  #cancel: () => void = () => undefined;
  #turn: Promise<void>;

  /** Asks at once, and from then on at its interval. */
  constructor(options: MetricGateOptions) {
    this.#options = options;
    this.#turn = this.#ask();
  }

  /** `null`: it has not been answered yet. */
  get reading(): GateReading | null {
    return this.#reading;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#cancel();
    await this.#turn;
  }

  async #ask(): Promise<void> {
    const { spec, clock, allowed, lookup, answered } = this.#options;
    const { signal } = this.#stopping;
    const askedAt = clock.now();
    const { status, problem } = await askAddress({
      method: 'GET',
      url: spec.url,
      headers: { accept: '*/*' },
      body: null,
      timeoutMs: TIMEOUT_MS,
      allowed,
      lookup,
      // It is asked seldom: a connection of its own is never found closed.
      agent: null,
      signal,
    });
    if (signal.aborted) return;
    const failuresInRow = problem === null ? 0 : (this.#reading?.failuresInRow ?? 0) + 1;
    this.#reading = { isGood: problem === null, failuresInRow, detail: problem ?? `answered ${status}` };
    const intervalMs = (spec.intervalSeconds ?? INTERVAL_SECONDS_DEFAULT) * 1000;
    this.#cancel = clock.wakeAt(askedAt + intervalMs, () => {
      this.#turn = this.#ask();
    });
    answered();
  }
}
