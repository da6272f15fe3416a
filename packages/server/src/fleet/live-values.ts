/**
 * What is measured and not recorded, told between servers: the loads of nodes, when they were heard, what running commands have written. Each
 * server tells of the nodes whose agents it has, every few seconds, and only while there are others to hear it.
 */
import { Load } from '@sluice/contract';
import type { Clock } from '@sluice/core';
import type { Logger } from 'pino';
import Type from 'typebox';
import { Compile } from 'typebox/compile';
import type { LiveValue, SharedStore } from '../store/shared-store.ts';
import type { LiveOutputs } from './live-outputs.ts';
import type { Members } from './members.ts';
import { isElsewhere, type Servers } from './servers.ts';

/** Milliseconds between two times of telling. */
const TELL_EVERY_MS = 2000;
/** Milliseconds after which it is told again when a node was heard that had nothing new to say. */
const HEARD_EVERY_MS = 20_000;
/** Values that are told at once. */
const VALUES_MAX = 2000;

const NODE = 'node:';
const OUTPUT = 'output:';

const nodeValue = Compile(Type.Object({ load: Load, lastSeenAt: Type.Number() }));
const outputValue = Compile(Type.Object({ output: Type.String() }));

export interface LiveValuesOptions {
  readonly shared: SharedStore;
  readonly servers: Servers;
  readonly clock: Clock;
  readonly members: Members;
  readonly outputs: LiveOutputs;
  readonly logger: Logger;
}

export class LiveValues {
  readonly #options: LiveValuesOptions;
  readonly #measured = new Set<string>();
  readonly #left = new Set<string>();
  readonly #written = new Set<string>();
  #heardToldAt: number;
  /** Of PostgreSQL's clock; 0: nothing was read yet. */
  #readUpTo = 0;
  #cancel: () => void = () => undefined;
  #turn: Promise<void> = Promise.resolve();
  #isStopped = false;

  constructor(options: LiveValuesOptions) {
    this.#options = options;
    this.#heardToldAt = options.clock.now();
    this.#arm();
  }

  measured(nodeId: string): void {
    this.#measured.add(nodeId);
  }

  /** Its agent is connected here no more: when it was last heard is told once more. */
  left(nodeId: string): void {
    this.#left.add(nodeId);
  }

  wrote(operationId: string): void {
    this.#written.add(operationId);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancel();
    await this.#turn;
  }

  #arm(): void {
    const { clock } = this.#options;
    this.#cancel = clock.wakeAt(clock.now() + TELL_EVERY_MS, () => {
      this.#turn = this.#tellAndHear().finally(() => {
        if (!this.#isStopped) this.#arm();
      });
    });
  }

  async #tellAndHear(): Promise<void> {
    const { servers, shared, logger } = this.#options;
    const values = this.#takeValues();
    if (!servers.hasOthers) return;
    try {
      for (let first = 0; first < values.length; first += VALUES_MAX)
        await shared.tellLive(values.slice(first, first + VALUES_MAX));
      const told = await shared.toldSince(this.#readUpTo);
      this.#readUpTo = told.instant;
      for (const value of told.values) this.#take(value);
    } catch (error) {
      logger.debug({ event: 'live-untold', err: error }, 'loads are told again when they change');
    }
  }

  #takeValues(): readonly LiveValue[] {
    const { clock, members, outputs, servers } = this.#options;
    const now = clock.now();
    const isTimeForHeard = now - this.#heardToldAt >= HEARD_EVERY_MS;
    if (isTimeForHeard) this.#heardToldAt = now;
    const nodeIds = new Set([...this.#measured, ...(isTimeForHeard ? [...members.heardHere(), ...this.#left] : [])]);
    const values: LiveValue[] = [];
    for (const nodeId of nodeIds) {
      const member = members.get(nodeId);
      if (member === undefined || isElsewhere(member.state, servers)) continue;
      const { load, lastSeenAt } = member;
      values.push({ id: `${NODE}${nodeId}`, body: { load, lastSeenAt: lastSeenAt ?? now } });
    }
    for (const operationId of this.#written) {
      const output = outputs.get(operationId);
      if (output !== null) values.push({ id: `${OUTPUT}${operationId}`, body: { output } });
    }
    this.#measured.clear();
    this.#written.clear();
    if (isTimeForHeard) this.#left.clear();
    return values;
  }

  /** Of nodes whose agents are here, this server knows better. */
  #take({ id, body }: LiveValue): void {
    const { members, outputs, servers } = this.#options;
    if (id.startsWith(NODE) && nodeValue.Check(body)) {
      const nodeId = id.slice(NODE.length);
      const state = members.get(nodeId)?.state;
      if (state !== undefined && isElsewhere(state, servers))
        members.measuredElsewhere(nodeId, body.load, body.lastSeenAt);
    }
    if (id.startsWith(OUTPUT) && outputValue.Check(body)) outputs.put(id.slice(OUTPUT.length), body.output);
  }
}
