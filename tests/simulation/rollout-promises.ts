/**
 * What Sluice promises of rollouts, as a judge that sees each durable step: every node has its turn at most once per attempt,
 * a step is one operation, after a cancel nothing begins, it ends or pauses, and all that the core's own checker claims.
 */
import { RolloutEvent } from '@sluice/contract';
import { type NodeState, rolloutOf, type RolloutState, rolloutViolations, rolloutViolationsOfStep } from '@sluice/core';
import { Compile } from 'typebox/compile';
import { readNode } from '../../packages/server/src/fleet/stored-documents.ts';
import { readRolloutNode, readSummary } from '../../packages/server/src/fleet/stored-rollouts.ts';
import type { NodeChange, Note } from '../../packages/server/src/store/store.ts';
import type { KeptRollout, RolloutsWritten, SimulatedDisk } from './simulated-store.ts';

const rolloutEvent = Compile(RolloutEvent);

export class RolloutPromises {
  readonly #disk: () => SimulatedDisk;
  readonly #now: () => number;
  readonly #tell: (line: string) => void;
  /** Turns that were begun, by rollout, node and attempt. */
  readonly #begun = new Set<string>();
  readonly #cancelled = new Set<string>();
  /** Operations of rollouts by what they were asked for. */
  readonly #operationOf = new Map<string, string>();

  constructor(disk: () => SimulatedDisk, now: () => number, tell: (line: string) => void) {
    this.#disk = disk;
    this.#now = now;
    this.#tell = tell;
  }

  /** @param withNodes Whether the same commit changed nodes: then nobody knows how they were at the step. */
  committed(withNodes: boolean, { rollouts, notes }: RolloutsWritten): void {
    const events = notes.flatMap(eventOf);
    for (const event of events) this.#tell(`rollout ${JSON.stringify(event)}`);
    for (const { before, after } of rollouts) {
      const state = stateOf(after);
      claimNone(rolloutViolations(state));
      const own = events.filter(({ rolloutId }) => rolloutId === state.header.id);
      for (const event of own) this.#happened(event);
      const node = !withNodes ? (nodeId: string) => this.#node(nodeId) : null;
      if (before !== null) claimNone(rolloutViolationsOfStep(stateOf(before), own, state, { now: this.#now(), node }));
    }
  }

  /** What changed of a node: a rollout that was cancelled asks for no act any more. */
  written({ nodeId, events }: NodeChange): void {
    for (const { body } of events) {
      const { kind, operation } = body;
      if (kind !== 'OperationRequested' || typeof operation !== 'object' || operation === null) continue;
      const { requestedBy = '', command = '' }: { requestedBy?: string; command?: string } = operation;
      const [, rolloutId = ''] = requestedBy.split('rollout/');
      const isAct = command !== 'drain' && command !== 'undrain';
      claim(!isAct || !this.#cancelled.has(rolloutId), `${rolloutId}: ${command} of ${nodeId} after the cancel`);
    }
  }

  /** What has neither ended nor paused; `null`: nothing. */
  whatGoesOn(): string | null {
    for (const { rollout } of this.#disk().rollouts.values()) {
      const { header } = readSummary(rollout);
      if (header.endedAt === null && header.status !== 'paused') return `the rollout ${header.id} is ${header.status}`;
    }
    return null;
  }

  #happened(event: RolloutEvent): void {
    const { rolloutId } = event;
    const isAct = event.kind === 'RolloutNodeAdvanced' && event.status === 'acting';
    if (event.kind === 'RolloutNodeBegun' || isAct) {
      claim(!this.#cancelled.has(rolloutId), `${rolloutId}: ${event.nodeId} begins after the cancel`);
    }
    if (event.kind === 'RolloutCancelled') this.#cancelled.add(rolloutId);
    if (event.kind === 'RolloutNodePutBack') this.#begun.delete(`${rolloutId} ${event.nodeId} ${event.attempt}`);
    if (event.kind === 'RolloutNodeBegun') {
      const turn = `${rolloutId} ${event.nodeId} ${event.attempt}`;
      claim(!this.#begun.has(turn), `${turn} begins twice`);
      this.#begun.add(turn);
    }
    if (event.kind === 'RolloutNodeOperationRequested') {
      const { nodeId, attempt, status, operationId } = event;
      const key = `${rolloutId}/${nodeId}/${attempt}/${status}`;
      const known = this.#operationOf.get(key);
      claim(known === undefined || known === operationId, `${key} is done by ${known} and by ${operationId}`);
      this.#operationOf.set(key, operationId);
    }
  }

  #node(nodeId: string): NodeState | undefined {
    const stored = this.#disk().nodes.get(nodeId);
    return stored === undefined ? undefined : readNode(stored);
  }
}

function eventOf({ event: { kind, body } }: Note): readonly RolloutEvent[] {
  if (!kind.startsWith('Rollout')) return [];
  const told: unknown = body;
  if (!rolloutEvent.Check(told)) throw new Error(`${JSON.stringify(body)} is no event of a rollout`);
  return [told];
}

function stateOf({ rollout, nodes }: KeptRollout): RolloutState {
  const inOrder = [...nodes.values()].toSorted((one, other) => one.position - other.position);
  return rolloutOf(readSummary(rollout).header, inOrder.map(readRolloutNode));
}

function claim(isTrue: boolean, sentence: string): void {
  if (!isTrue) throw new Error(sentence);
}

function claimNone(violations: readonly string[]): void {
  if (violations.length > 0) throw new Error(violations.join('; '));
}
