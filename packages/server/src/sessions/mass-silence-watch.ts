/** Sees many nodes falling silent together, as their states tell it, and has what waits for them confirmed before it is done. */
import type { MassSilence } from '@sluice/contract';
import { type Clock, type MassSilenceState, NO_SILENCE, type NodeState, stepMassSilence } from '@sluice/core';
import type { Logger } from 'pino';
import type { Fleet } from '../fleet/fleet.ts';
import { timestamp } from '../fleet/timestamp.ts';
import { hasFallenSilent, saidGoodbye } from './fallen-silent.ts';
import { SERVER } from '../fleet/server-actor.ts';

/** Milliseconds within which what happens to many nodes is looked at once. */
const TOGETHER_MS = 50;
/** Milliseconds between two looks at whether the brake on mass silence may end. */
const BRAKE_EVERY_MS = 1000;

export interface MassSilenceWatchOptions {
  readonly fleet: Fleet;
  /** One that never steps. */
  readonly clock: Clock;
  /** Milliseconds for which a node is believed. */
  readonly leaseMs: () => number;
  /** The brake was pulled or let go. */
  readonly changed: () => void;
  readonly logger: Logger;
}

export class MassSilenceWatch {
  readonly #options: MassSilenceWatchOptions;
  readonly #offline = new Set<string>();
  /** What the brake has not been told yet. */
  readonly #fell = new Set<string>();
  readonly #back = new Set<string>();
  #silence: MassSilenceState = NO_SILENCE;
  #judging: { readonly at: number; readonly cancel: () => void } | null = null;

  constructor(options: MassSilenceWatchOptions) {
    this.#options = options;
    for (const { state } of options.fleet.nodes()) if (state.offlineSince !== null) this.#offline.add(state.id);
  }

  /** Many nodes fell silent together; `null`: no more than usual. */
  now(): MassSilence | null {
    const { fleet, clock } = this.#options;
    const { since, silent } = this.#silence;
    if (since === null) return null;
    const ofNodes = fleet.size;
    return {
      since: timestamp(fleet.now() - (clock.now() - since)),
      silentNodes: silent.size,
      ofNodes,
      detail:
        `${silent.size} of ${ofNodes} nodes fell silent together. Look for a cause on this side first: the network, a certificate, the server's own machine. ` +
        'What waits for these nodes is not done when they return before somebody confirms it (sluice operations confirm). Nodes that will not return: sluice nodes forget.',
    };
  }

  /** A node has changed, whichever server recorded it. @param state `undefined`: it has left. */
  look(nodeId: string, state: NodeState | undefined): void {
    if (state?.offlineSince != null) {
      if (!this.#offline.has(nodeId) && hasFallenSilent(state, saidGoodbye(state))) this.hasFallen(nodeId);
      this.#offline.add(nodeId);
    } else if (this.#offline.delete(nodeId)) {
      this.#back.add(nodeId);
      this.#judgeSoon(TOGETHER_MS);
    }
  }

  /** The lease of a node that fell silent is over. */
  hasFallen(nodeId: string): void {
    this.#fell.add(nodeId);
    this.#judgeSoon(TOGETHER_MS);
  }

  stop(): void {
    this.#judging?.cancel();
  }

  /** At the latest after so long; what is to come sooner stays, or nodes that fall one after the other would put it off for ever. */
  #judgeSoon(ms: number): void {
    const { clock } = this.#options;
    const at = clock.now() + ms;
    if (this.#judging !== null && this.#judging.at <= at) return;
    this.#judging?.cancel();
    const cancel = clock.wakeAt(at, () => {
      this.#judging = null;
      this.#judge();
    });
    this.#judging = { at, cancel };
  }

  #judge(): void {
    const { clock, fleet, leaseMs, logger, changed } = this.#options;
    const before = this.#silence;
    const event = { fell: [...this.#fell].filter((nodeId) => this.#offline.has(nodeId)), back: [...this.#back] };
    this.#fell.clear();
    this.#back.clear();
    const { state, confirm } = stepMassSilence(before, event, {
      now: clock.now(),
      leaseMs: leaseMs(),
      believedNodes: fleet.size - this.#offline.size,
    });
    this.#silence = state;
    if (before.since === null && state.since !== null)
      logger.warn({ event: 'mass-silence', silentNodes: state.silent.size }, this.now()?.detail ?? '');
    if (before.since !== null && state.since === null)
      logger.warn({ event: 'mass-silence-over' }, 'no more nodes are silent than usual');
    if ((before.since === null) !== (state.since === null)) changed();
    const because = `${state.silent.size} nodes fell silent together`;
    for (const nodeId of confirm) void fleet.record(nodeId, { kind: 'RequireConfirmation', because }, SERVER);
    if (state.since !== null) this.#judgeSoon(BRAKE_EVERY_MS);
  }
}
