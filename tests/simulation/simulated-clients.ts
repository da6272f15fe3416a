/** Operators, pipelines and scripts: they ask for things, ask again when nobody answers, and remember what they were told. */
import type { OnDeadline } from '@sluice/contract';
import type { Command } from '@sluice/core';
import type { Fleet } from '../../packages/server/src/fleet/fleet.ts';
import type { Profile } from './profile.ts';
import type { Random } from './random.ts';
import type { Copy } from './simulated-store.ts';
import type { Life, VirtualClock } from './virtual-clock.ts';

/** The server as clients reach it. */
export interface ServerDoor {
  readonly life: Life;
  readonly fleet: Fleet;
}

export interface SimulatedClientsOptions {
  readonly clock: VirtualClock;
  readonly random: Random;
  readonly profile: Profile;
  readonly nodeIds: readonly string[];
  readonly isTroubled: () => boolean;
  readonly door: () => ServerDoor | null;
  readonly failed: (error: unknown) => void;
}

/** What the history calls them. */
export const CLIENT = 'client';

/** Milliseconds after which a client that got no answer asks again, and how often it does. */
const ASK_AGAIN_MS = 2000;
const ASKS_MAX = 6;

export class SimulatedClients {
  /** Operations that were acknowledged, with the key under which they were asked for. */
  readonly acknowledged = new Map<string, string>();
  /** The newest metadata that was acknowledged, by node. */
  readonly metadata = new Map<string, { readonly revision: number; readonly json: string }>();
  readonly #options: SimulatedClientsOptions;
  readonly #operationOfKey = new Map<string, string>();
  #keys = 0;

  constructor(options: SimulatedClientsOptions) {
    this.#options = options;
  }

  /** They ask until the trouble is over. */
  begin(): void {
    for (let client = 0; client < this.#options.profile.clients; client += 1) this.#goOn();
  }

  /** What they were told of what is not in this copy is lost with the newer one. */
  serverRestored(copy: Copy): void {
    for (const id of this.acknowledged.keys()) if (!copy.operations.has(id)) this.acknowledged.delete(id);
    this.metadata.clear();
    this.#operationOfKey.clear();
  }

  /** Nobody waits for anybody's word any more. */
  confirmAll(): void {
    const { nodeIds, door } = this.#options;
    const { fleet } = door() ?? {};
    for (const nodeId of nodeIds) {
      for (const { id, confirmationNeeded, endedAt } of fleet?.node(nodeId)?.state.operations ?? [])
        if (confirmationNeeded !== null && endedAt === null)
          this.#ask(nodeId, { kind: 'ConfirmOperation', operationId: id }, this.#newKey(), 0);
    }
  }

  #goOn(): void {
    const { clock, random, profile, isTroubled } = this.#options;
    clock.after(random.between(50, profile.requestEveryMsMax), () => {
      if (!isTroubled()) return;
      const [first = '', ...others] = this.#options.nodeIds;
      const nodeId = random.pick(first, ...others);
      this.#ask(nodeId, this.#command(nodeId), this.#newKey(), 0);
      this.#goOn();
    });
  }

  #newKey(): string {
    this.#keys += 1;
    return `key-${this.#keys}`;
  }

  /** The same request under the same key until it is answered, or until its sender gives up. */
  #ask(nodeId: string, command: Command, key: string, asked: number): void {
    const { clock, door, failed } = this.#options;
    const server = door();
    let isAnswered = false;
    clock.after(ASK_AGAIN_MS, () => {
      if (!isAnswered && asked < ASKS_MAX) this.#ask(nodeId, command, key, asked + 1);
    });
    if (server === null) return;
    const once = { key, fingerprint: JSON.stringify([nodeId, command]) };
    server.fleet
      .execute(nodeId, command, { name: CLIENT, address: key }, once)
      .then((result) => {
        // A server that died did not answer, whatever it had decided.
        if (!server.life.isAlive) return;
        if (!result.ok) {
          const { code } = result.problem;
          isAnswered = code !== 'store-unavailable' && code !== 'outcome-unknown';
          if (code === 'internal' || code === 'idempotency-key-reused')
            throw new Error(`${command.kind} of ${nodeId}: ${result.problem.detail}`);
          return;
        }
        isAnswered = true;
        const { operation, node } = result.value;
        if (operation !== null) this.#told(key, operation.id);
        if (command.kind === 'ReplaceMetadata' && node !== null) {
          const { revision, json } = node.metadata;
          if (revision > (this.metadata.get(nodeId)?.revision ?? 0)) this.metadata.set(nodeId, { revision, json });
        }
      })
      .catch(failed);
  }

  #told(key: string, operationId: string): void {
    const before = this.#operationOfKey.get(key);
    if (before !== undefined && before !== operationId)
      throw new Error(`asked twice under ${key}, it was done twice: ${before} and ${operationId}`);
    this.#operationOfKey.set(key, operationId);
    this.acknowledged.set(operationId, key);
  }

  #command(nodeId: string): Command {
    const { random, clock, profile } = this.#options;
    const timeoutMs = random.pick(null, 0, 2000, 20_000);
    const onDeadline = random.pick<OnDeadline>('force', 'cancel', 'hold');
    const hold = random.pick('operator', 'operator', 'rollout/1');
    // Where there is a budget, they sometimes insist, and sometimes say why.
    const insists = (chance: number) => profile.maxUnavailable !== null && random.chance(chance);
    const reason = insists(0.5) ? 'it must be' : null;
    const operations = this.#options.door()?.fleet.node(nodeId)?.state.operations ?? [];
    const kind = random.pick(
      'drain',
      'drain',
      'drain',
      'undrain',
      'undrain',
      'restart',
      'reboot',
      'run',
      'run',
      'metadata',
      'cancel',
      'silence',
    );
    switch (kind) {
      case 'drain': {
        const expiresInMs = random.pick(null, null, 30_000);
        return { kind: 'DrainNode', hold, timeoutMs, onDeadline, expiresInMs, force: insists(0.3), reason };
      }
      case 'undrain':
        return { kind: 'ReleaseHold', hold: random.pick(hold, null), reason: null };
      case 'restart': {
        const drainFirst = random.chance(0.4) ? { timeoutMs, onDeadline } : null;
        const force = random.chance(0.3);
        return { kind: 'RestartWorkload', graceMs: null, executeWithinMs: null, drainFirst, force, reason };
      }
      case 'reboot': {
        const drainFirst = random.chance(0.6) ? { timeoutMs, onDeadline } : null;
        const [undrainAfter, force] = [random.chance(0.7), random.chance(0.3)];
        return { kind: 'RebootMachine', drainFirst, undrainAfter, force, reason };
      }
      case 'run': {
        const name = random.pick('reload', 'wipe');
        return { kind: 'RunDeclaredCommand', name, params: {}, force: random.chance(0.3), reason };
      }
      case 'metadata':
        return { kind: 'ReplaceMetadata', json: String(random.between(0, 1_000_000)), ifRevision: null };
      case 'cancel': {
        const operation = operations[random.between(0, Math.max(0, operations.length - 1))];
        return { kind: 'CancelOperation', operationId: operation?.id ?? 'op_none', reason: null };
      }
      case 'silence':
        if (random.chance(0.8)) return { kind: 'PassTime', heardSince: clock.now() };
        return { kind: 'RequireConfirmation', because: 'many nodes fell silent together' };
    }
  }
}
