/** Keeps the metric gate of a rollout open while it runs, and anew each time that it begins to run: what was before is forgiven. */
import type { GateResult, RolloutHeader } from '@sluice/core';
import { MetricGate, type MetricGateOptions } from './metric-gate.ts';

const NOT_YET: GateResult = { isGood: null, badInARow: 0, detail: 'not answered yet' };

export class RunningGate {
  readonly #options: Omit<MetricGateOptions, 'spec'>;
  #open: { readonly since: number; readonly gate: MetricGate } | null = null;
  #closing: Promise<void> = Promise.resolve();

  constructor(options: Omit<MetricGateOptions, 'spec'>) {
    this.#options = options;
  }

  /** The rollout is as its header says now. */
  follow({ spec, status, runningSince }: RolloutHeader): void {
    const since = status === 'running' && spec.metricGate !== undefined ? runningSince : null;
    if (since === (this.#open?.since ?? null)) return;
    this.#close();
    if (since !== null && spec.metricGate !== undefined)
      this.#open = { since, gate: new MetricGate({ ...this.#options, spec: spec.metricGate }) };
  }

  /** For `RolloutView.gate`. */
  result({ spec, runningSince }: RolloutHeader): GateResult | null {
    if (spec.metricGate === undefined) return null;
    const reading = this.#open?.since === runningSince ? this.#open.gate.reading : null;
    if (reading === null) return NOT_YET;
    return { isGood: reading.isGood, badInARow: reading.failuresInRow, detail: reading.detail };
  }

  async stop(): Promise<void> {
    this.#close();
    await this.#closing;
  }

  #close(): void {
    const gate = this.#open?.gate;
    this.#open = null;
    if (gate !== undefined) this.#closing = Promise.all([this.#closing, gate.stop()]).then(() => undefined);
  }
}
