/**
 * What Sluice promises, as a judge that sees everything: each durable step of the server, each write of an agent's journal,
 * each act on a workload, and what clients were told. Written apart from the code that keeps the promises.
 */
import type { Hold } from '@sluice/contract';
import { type JournalEntry, type NodeState, violationsOf, violationsOfStep } from '@sluice/core';
import { readNode } from '../../packages/server/src/fleet/stored-documents.ts';
import type { NodeChange, StoredNode, StoredOperation } from '../../packages/server/src/store/store.ts';
import { brokenBudget, type Written } from './budget-promise.ts';
import type { Machine } from './simulated-agent.ts';
import { CLIENT } from './simulated-clients.ts';
import type { SimulatedDisk } from './simulated-store.ts';

export const LEASE_MS = 30_000;
/**
 * Milliseconds beyond its deadline or expiry until an operation must have ended on a server that runs: grace, the agent's own
 * report time, and a store that fails now and then.
 */
const END_BOUND_MS = 60_000;
/** Milliseconds in which a connected agent must have been able to tell what it knows. */
const TOLD_WITHIN_MS = 20_000;

interface NodeWitnessed {
  /** Instants at which a session that stands for the node was heard, newest last; the last few are enough. */
  heardAt: number[];
  /** Holds as the events say: a fold of its own, which a restored server does not reset. */
  holds: Set<string>;
  /** When availability last turned to drain. */
  turnedToDrainAt: number;
  /** Since when the agent has been connected without a break; `null`: it is not. */
  connectedSince: number | null;
}

export class Promises {
  readonly #now: () => number;
  readonly #tell: (line: string) => void;
  readonly #nodes = new Map<string, NodeWitnessed>();
  /** When the end of an act was written into the agent's journal. */
  readonly #endedOnNode = new Map<string, { readonly at: number; readonly status: string }>();
  readonly #performed = new Set<string>();
  /** Operations whose history was lost with a newer copy: what was promised of them was promised by what is no more. */
  #forgiven = new Set<string>();
  #isServerRestored = false;
  /** When the one server of this world was started last; 0: there are several, whose silence is not the fleet's. */
  serverStartedAt = 0;
  disk: SimulatedDisk | null = null;
  /** Everything that happened, as one number: the same seed gives the same. */
  trace = 0;

  /** @param tell Is told everything that happens, for who replays a seed. */
  constructor(now: () => number, tell: (line: string) => void) {
    this.#now = now;
    this.#tell = tell;
  }

  heard(nodeId: string): void {
    const { heardAt } = this.#node(nodeId);
    heardAt.push(this.#now());
    if (heardAt.length > 50) heardAt.splice(0, 25);
  }

  /** Every durable step of the server. */
  written(change: NodeChange, stored: StoredNode | null): void {
    const { nodeId, state, events, operations } = change;
    const witnessed = this.#node(nodeId);
    for (const { kind, body } of events) this.#note(`${nodeId} server ${kind} ${JSON.stringify(body)}`);
    if (state === null) return;
    const after = nodeOf(nodeId, change.revision, state);
    claimNone(violationsOf(after));
    // What ended in this very step may be among the ended ones that the state does not keep any more.
    const ended = operations.filter(({ endedAt }) => endedAt !== null).map(({ id }) => id);
    if (stored !== null)
      claimNone(
        violationsOfStep(readNode(stored), after).filter(
          (violation) => !ended.some((id) => violation.includes(`${id} is not forgotten`)),
        ),
      );
    for (const { body, at } of events) this.#happened(nodeId, witnessed, body, at);
    for (const operation of operations) this.#operationWritten(operation);
  }

  /** Every commit of the server. */
  committed(written: readonly Written[]): void {
    if (this.disk === null) return;
    const broken = brokenBudget(this.disk, written, CLIENT);
    claim(broken === null, broken ?? '');
  }

  journaled({ nodeId }: Machine, entries: readonly JournalEntry[]): void {
    for (const entry of entries) this.#note(`${nodeId} journal ${JSON.stringify(entry)}`);
    for (const entry of entries) {
      if (entry.kind === 'act-ended')
        this.#endedOnNode.set(entry.operationId, { at: this.#now(), status: entry.end.status });
    }
  }

  performs({ nodeId }: Machine, operationId: string): void {
    this.#note(`${nodeId} performs ${operationId}`);
    claim(!this.#performed.has(operationId), `${nodeId}: ${operationId} is performed twice`);
    this.#performed.add(operationId);
    const operation = this.disk?.operations.get(operationId);
    if (this.#forgiven.has(operationId)) return;
    claim(operation !== undefined, `${nodeId}: ${operationId} is performed, and the server does not know it`);
    claim(operation?.status !== 'expired', `${nodeId}: ${operationId} expired and is performed`);
    claim(operation?.status !== 'queued', `${nodeId}: ${operationId} is performed without the server's permission`);
  }

  /** An older copy of the server's disk was put back. */
  serverRestored(lost: ReadonlyMap<string, StoredOperation>, kept: ReadonlyMap<string, StoredOperation>): void {
    this.#isServerRestored = true;
    for (const [id, operation] of lost) if (kept.get(id)?.status !== operation.status) this.#forgiven.add(id);
  }

  isForgiven(operationId: string): boolean {
    return this.#forgiven.has(operationId);
  }

  /** Nothing waits longer than it may. @param servedSince Since when servers are there that have the time to end it. */
  checkEnds(servedSince: number): void {
    const now = this.#now();
    if (now - servedSince < END_BOUND_MS) return;
    for (const { id, status, body, endedAt } of this.disk?.operations.values() ?? []) {
      if (endedAt !== null) continue;
      const due = status === 'queued' ? body['deliverBy'] : body['deadlineAt'];
      if (typeof due !== 'number' || now <= due + END_BOUND_MS) continue;
      const task = JSON.stringify(body['task']);
      // A drain that force could not end, because nobody can reach the node, says so after the same bound.
      throw new Error(`${id} (${task}) is still ${status}, ${now - due} ms after its time`);
    }
  }

  /** What the holds of a node must be, as last set by anybody. */
  holdsOf(nodeId: string): readonly string[] {
    return [...this.#node(nodeId).holds].sort();
  }

  /** The agent's session was welcomed, or has ended. */
  connected(nodeId: string, isConnected: boolean): void {
    const witnessed = this.#node(nodeId);
    if (!isConnected) witnessed.connectedSince = null;
    else witnessed.connectedSince ??= this.#now();
  }

  #happened(nodeId: string, witnessed: NodeWitnessed, event: Readonly<Record<string, unknown>>, at: number): void {
    switch (event['kind']) {
      case 'HoldPlaced': {
        if (witnessed.holds.size === 0) witnessed.turnedToDrainAt = at;
        witnessed.holds.add(holdOf(event['hold']).name);
        return;
      }
      case 'HoldReleased':
        witnessed.holds.delete(String(event['name']));
        return;
      case 'NodeDrained': {
        const { evidence } = event;
        if (typeof evidence !== 'object' || evidence === null || !('zeroSeenAt' in evidence)) return;
        const first = Array.isArray(evidence.zeroSeenAt) ? Number(evidence.zeroSeenAt[0]) : Number.NaN;
        claim(
          // A restored server may have turned twice while the node stayed out of rotation all along.
          this.#isServerRestored || first >= witnessed.turnedToDrainAt,
          `${nodeId} is said to be drained on evidence of ${witnessed.turnedToDrainAt - first} ms before it was wished`,
        );
        return;
      }
      case 'LeaseExpired': {
        const lastHeardAt = witnessed.heardAt.findLast((instant) => instant < at) ?? 0;
        const silentMs = at - Math.max(lastHeardAt, this.serverStartedAt);
        claim(silentMs >= LEASE_MS, `${nodeId} is said to be offline ${silentMs} ms after it was heard`);
        return;
      }
      case 'OperationEnded': {
        const { error, operationId } = event;
        const isTimeout = typeof error === 'object' && error !== null && 'code' in error && error.code === 'timed-out';
        const ended = this.#endedOnNode.get(String(operationId));
        if (!isTimeout || ended === undefined || witnessed.connectedSince === null) return;
        const couldTellSince = Math.max(ended.at, witnessed.connectedSince, this.serverStartedAt);
        claim(
          at - couldTellSince < TOLD_WITHIN_MS,
          `${String(operationId)} timed out, though the node knows that it ${ended.status} and could tell for ${at - couldTellSince} ms`,
        );
        return;
      }
      default:
    }
  }

  #operationWritten({ id, status, endedAt, body }: StoredOperation): void {
    const ended = this.#terminal.get(id);
    if (ended !== undefined && !this.#forgiven.has(id))
      claim(ended === JSON.stringify(body), `${id} has ended and was changed: ${ended} → ${JSON.stringify(body)}`);
    if (endedAt === null) return;
    this.#terminal.set(id, JSON.stringify(body));
    const task = JSON.stringify(body['task']);
    const isAlreadyDone = JSON.stringify(body['result']).includes('"alreadyRebooted":true');
    const command = task.includes('"declared"') || (task.includes('"reboot"') && !isAlreadyDone);
    if (status === 'expired' || (status === 'succeeded' && command))
      claim(
        this.#performed.has(id) === (status === 'succeeded') || this.#forgiven.has(id),
        `${id} is ${status}, and it was ${this.#performed.has(id) ? '' : 'not '}performed`,
      );
  }

  readonly #terminal = new Map<string, string>();

  #node(nodeId: string): NodeWitnessed {
    const known = this.#nodes.get(nodeId);
    if (known !== undefined) return known;
    const fresh: NodeWitnessed = {
      heardAt: [],
      holds: new Set(),
      turnedToDrainAt: 0,
      connectedSince: null,
    };
    this.#nodes.set(nodeId, fresh);
    return fresh;
  }

  /** Something that the world did to it. */
  note(text: string): void {
    this.#note(text);
  }

  #note(text: string): void {
    this.#tell(`${((this.#now() - 1_800_000_000_000) / 1000).toFixed(3)} ${text}`);
    let trace = this.trace;
    for (let index = 0; index < text.length; index += 1)
      trace = Math.imul(trace ^ text.charCodeAt(index), 0x01_00_01_93);
    this.trace = trace;
  }
}

function nodeOf(nodeId: string, revision: number, state: StoredNode['state']): NodeState {
  return readNode({ nodeId, revision, lastSeenAt: null, state });
}

function holdOf(value: unknown): Pick<Hold, 'name'> {
  if (typeof value !== 'object' || value === null || !('name' in value)) throw new Error('a hold without a name');
  return { name: String(value.name) };
}

function claim(isTrue: boolean, sentence: string): void {
  if (!isTrue) throw new Error(sentence);
}

function claimNone(violations: readonly string[]): void {
  const [first] = violations;
  if (first !== undefined) throw new Error(first);
}
