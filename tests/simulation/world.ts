/** A world from one seed: a server, agents, workloads, clients, and everything that can go wrong between them. */
import { randomUUID } from 'node:crypto';
import type { AgentMessage, OnDeadline, ServerMessage } from '@sluice/contract';
import type { Command } from '@sluice/core';
import { pino } from 'pino';
import { newOperationId } from '../../packages/server/src/fleet/operation-id.ts';
import { Fleet } from '../../packages/server/src/fleet/fleet.ts';
import type { SessionSocket } from '../../packages/server/src/sessions/session-socket.ts';
import { SessionRegistry } from '../../packages/server/src/sessions/session-registry.ts';
import type { NodeChange } from '../../packages/server/src/store/store.ts';
import { Random } from './random.ts';
import { type Link, type Machine, SimulatedAgent } from './simulated-agent.ts';
import { SimulatedDisk, simulatedStore } from './simulated-store.ts';
import { SimulatedWorkload } from './simulated-workload.ts';
import { VirtualClock } from './virtual-clock.ts';

/** Milliseconds during which things go wrong, and after which they must have come right. */
const TROUBLE_MS = 240_000;
const PEACE_MS = 20 * 60_000;
/** Milliseconds beyond a drain's deadline until its operation has ended: grace, the report, and a server that is away for a while. */
const DEADLINE_BOUND_MS = 150_000;
const NODES = ['n1', 'n2'] as const;

interface Server {
  isAlive: boolean;
  readonly fleet: Fleet;
  readonly registry: SessionRegistry;
}

interface Wire {
  isOpen: boolean;
  /** Nothing overtakes on one connection. */
  toServerAt: number;
  toAgentAt: number;
}

export class World {
  readonly #seed: number;
  readonly #clock = new VirtualClock();
  readonly #network: Random;
  readonly #faults: Random;
  readonly #clients: Random;
  readonly #disk = new SimulatedDisk((change) => this.#written(change));
  readonly #machines = new Map<string, Machine>();
  readonly #agents = new Map<string, SimulatedAgent>();
  readonly #wires = new Set<Wire>();
  readonly #failures: Error[] = [];
  /** What clients were told: operations that were acknowledged, and the newest metadata revision of each node. */
  readonly #acknowledged = new Set<string>();
  readonly #metadata = new Map<string, number>();
  #server: Server | null = null;
  #isTroubled = true;

  constructor(seed: number) {
    this.#seed = seed;
    this.#network = new Random(seed, 'network');
    this.#faults = new Random(seed, 'faults');
    this.#clients = new Random(seed, 'clients');
  }

  /** @throws what was violated, with the seed. */
  async run(): Promise<void> {
    try {
      await this.#startServer();
      for (const nodeId of NODES) this.#addMachine(nodeId);
      const end = this.#clock.now() + TROUBLE_MS;
      this.#ask();
      this.#cut();
      await this.#runUntil(end);
      this.#isTroubled = false;
      for (const nodeId of NODES) if (this.#agents.get(nodeId)?.isAlive !== true) this.#startAgent(nodeId);
      await this.#runUntil(end + PEACE_MS);
      this.#checkPeace();
    } catch (error) {
      throw new Error(`seed ${this.#seed} (replay: npm run simulate -- --seed ${this.#seed})`, { cause: error });
    }
  }

  async #runUntil(at: number): Promise<void> {
    // In pieces, so that what was violated is told near the step that did it.
    while (this.#clock.now() < at) {
      await this.#clock.runUntil(Math.min(at, this.#clock.now() + 5000));
      const [failure] = this.#failures;
      if (failure !== undefined) throw failure;
    }
  }

  #guard(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.#failures.push(error instanceof Error ? error : new Error(String(error)));
    }
  }

  async #startServer(): Promise<void> {
    const life = { isAlive: true };
    const isAlive = () => life.isAlive;
    const clock = this.#clock.ofProcess(isAlive);
    const store = simulatedStore({
      disk: this.#disk,
      clock: this.#clock,
      random: this.#network,
      isAlive,
      crashPoint: () => this.#maybeCrashServer(life),
    });
    const logger = pino({ level: 'silent' });
    const opening = Fleet.open({
      store,
      clock,
      settings: { defaultDrainTimeoutMs: null, metadataBytesMax: 65_536 },
      newOperationId,
      logger,
    });
    // Opening commits, which takes virtual time.
    const opened = new Promise<void>((resolve, reject) => {
      opening.then((fleet) => {
        const registry = new SessionRegistry({
          fleet,
          clock,
          times: { heartbeatIntervalMs: 10_000, leaseMs: 30_000 },
          newSessionId: randomUUID,
          logger,
        });
        this.#server = Object.assign(life, { fleet, registry });
        resolve();
      }, reject);
    });
    void opened.catch((error: unknown) =>
      this.#failures.push(error instanceof Error ? error : new Error(String(error))),
    );
    if (this.#machines.size === 0) await opened;
  }

  #maybeCrashServer(life: { isAlive: boolean }): void {
    if (!this.#isTroubled || !life.isAlive || !this.#faults.chance(0.015)) return;
    life.isAlive = false;
    this.#server = null;
    for (const wire of this.#wires) wire.isOpen = false;
    this.#clock.after(this.#faults.between(100, 20_000), () => void this.#startServer());
  }

  #addMachine(nodeId: string): void {
    const workload = new SimulatedWorkload(this.#clock, new Random(this.#seed, `workload of ${nodeId}`));
    this.#machines.set(nodeId, { nodeId, workload, journal: [], performed: new Map(), acting: new Set() });
    const arrivals = new Random(this.#seed, `arrivals at ${nodeId}`);
    const arrive = () => {
      workload.arrive();
      if (this.#isTroubled) this.#clock.after(arrivals.between(200, 8000), arrive);
    };
    arrive();
    this.#startAgent(nodeId);
  }

  #startAgent(nodeId: string): void {
    const machine = this.#machines.get(nodeId);
    if (machine === undefined) throw new Error(`no machine ${nodeId}`);
    const random = new Random(this.#seed, `agent of ${nodeId} from ${this.#clock.now()}`);
    const agent = new SimulatedAgent({
      machine,
      clock: this.#clock,
      random,
      dial: (received, closed) => this.#dial(received, closed),
      crashPoint: () => {
        const current = this.#agents.get(nodeId);
        if (!this.#isTroubled || current?.isAlive !== true || !this.#faults.chance(0.008)) return;
        current.die();
        this.#clock.after(this.#faults.between(100, 40_000), () => {
          if (this.#agents.get(nodeId)?.isAlive !== true) this.#guard(() => this.#startAgent(nodeId));
        });
      },
    });
    this.#agents.set(nodeId, agent);
  }

  #dial(received: (message: ServerMessage) => void, closed: () => void): Link | null {
    const server = this.#server;
    if (server === null || (this.#isTroubled && this.#network.chance(0.1))) return null;
    const wire: Wire = { isOpen: true, toServerAt: 0, toAgentAt: 0 };
    this.#wires.add(wire);
    const cut = () => {
      if (!this.#wires.delete(wire)) return;
      wire.isOpen = false;
      // Each side learns of it in its own time.
      this.#clock.after(this.#network.between(0, 3000), closed);
      this.#clock.after(this.#network.between(0, 3000), () => {
        if (server.isAlive) void server.registry.ended(session, 'the connection was lost');
      });
    };
    const socket: SessionSocket = {
      isOpen: () => wire.isOpen && this.#wires.has(wire),
      unsentBytes: () => 0,
      send: (text) => {
        wire.toAgentAt = Math.max(wire.toAgentAt, this.#clock.now() + this.#delayMs());
        const message: ServerMessage = JSON.parse(text);
        this.#clock.wakeAt(wire.toAgentAt, () => this.#guard(() => wire.isOpen && received(message)));
      },
      close: cut,
      ping: () =>
        this.#clock.after(this.#delayMs(), () => wire.isOpen && server.isAlive && server.registry.heard(session)),
      terminate: cut,
    };
    const session = server.registry.open(socket, '10.0.0.1');
    return {
      cut,
      send: (message: AgentMessage) => {
        if (!wire.isOpen) {
          cut();
          return;
        }
        wire.toServerAt = Math.max(wire.toServerAt, this.#clock.now() + this.#delayMs());
        const text = JSON.stringify(message);
        this.#clock.wakeAt(wire.toServerAt, () => {
          if (wire.isOpen && server.isAlive) session.receive(text, false);
        });
      },
    };
  }

  #delayMs(): number {
    return this.#network.chance(0.02) ? this.#network.between(100, 4000) : this.#network.between(1, 30);
  }

  /** Connections break, and a server that died takes all of them with it. */
  #cut(): void {
    for (const wire of this.#wires) if (this.#network.chance(0.08)) wire.isOpen = false;
    if (this.#isTroubled) this.#clock.after(this.#network.between(500, 5000), () => this.#cut());
  }

  #ask(): void {
    const server = this.#server;
    if (server !== null) {
      const nodeId = this.#clients.pick(...NODES);
      const command = this.#command();
      server.fleet.execute(nodeId, command, { name: 'client', address: null }).then(
        (result) => {
          if (!server.isAlive || !result.ok) return;
          const { operation, node } = result.value;
          if (operation !== null) this.#acknowledged.add(operation.id);
          if (command.kind === 'ReplaceMetadata' && node !== null)
            this.#metadata.set(nodeId, Math.max(this.#metadata.get(nodeId) ?? 0, node.metadata.revision));
        },
        (error: unknown) => this.#failures.push(error instanceof Error ? error : new Error(String(error))),
      );
    }
    if (this.#isTroubled) this.#clock.after(this.#clients.between(500, 12_000), () => this.#ask());
  }

  #command(): Command {
    const random = this.#clients;
    const timeoutMs = random.pick(null, 0, 2000, 20_000);
    const onDeadline = random.pick<OnDeadline>('force', 'cancel', 'hold');
    const hold = random.pick('operator', 'operator', 'rollout/1');
    switch (random.pick('drain', 'drain', 'undrain', 'undrain', 'restart', 'run', 'metadata')) {
      case 'drain':
        return {
          kind: 'DrainNode',
          hold,
          timeoutMs,
          onDeadline,
          expiresInMs: random.pick(null, null, 30_000),
          reason: null,
        };
      case 'undrain':
        return { kind: 'ReleaseHold', hold: random.pick(hold, null), reason: null };
      case 'restart': {
        const drainFirst = random.chance(0.4) ? { timeoutMs, onDeadline } : null;
        return {
          kind: 'RestartWorkload',
          graceMs: null,
          executeWithinMs: null,
          drainFirst,
          force: random.chance(0.3),
          reason: null,
        };
      }
      case 'run':
        return {
          kind: 'RunDeclaredCommand',
          name: random.pick('reload', 'wipe'),
          params: {},
          force: random.chance(0.3),
          reason: null,
        };
      case 'metadata':
        return { kind: 'ReplaceMetadata', json: String(random.between(0, 1_000_000)), ifRevision: null };
    }
  }

  /** Checked at every durable step: drained only with nobody on it, or forced. */
  #written({ nodeId, events }: NodeChange): void {
    this.#guard(() => {
      for (const { body } of events) {
        const workload = this.#machines.get(nodeId)?.workload;
        if (body['kind'] !== 'NodeDrained' || workload === undefined) continue;
        const isCounted = JSON.stringify(body['evidence']).includes('counted');
        if (isCounted && workload.sessions() > 0)
          throw new Error(`${nodeId} was said to be drained with ${workload.sessions()} sessions on it`);
      }
    });
  }

  /** When all is quiet: what was asked has ended, what was wished is so on both sides, and nothing that was acknowledged is lost. */
  #checkPeace(): void {
    for (const { id, status, endedAt, command, body } of this.#disk.operations.values()) {
      if (endedAt === null) throw new Error(`${id} is still ${status}`);
      const { deadlineAt } = body;
      if (command === 'drain' && typeof deadlineAt === 'number' && endedAt > deadlineAt + DEADLINE_BOUND_MS) {
        throw new Error(`${id} ended ${endedAt - deadlineAt} ms after its deadline`);
      }
    }
    for (const id of this.#acknowledged)
      if (!this.#disk.operations.has(id)) throw new Error(`${id} was acknowledged and is lost`);
    for (const [nodeId, machine] of this.#machines) {
      const node = this.#server?.fleet.node(nodeId);
      const agent = this.#agents.get(nodeId)?.state;
      if (node === undefined || agent === undefined) throw new Error(`${nodeId} is not there`);
      const { state } = node;
      if ((this.#metadata.get(nodeId) ?? 0) > state.metadata.revision)
        throw new Error(`${nodeId}: acknowledged metadata is lost`);
      if (state.session.kind !== 'connected' || node.status === 'offline')
        throw new Error(`${nodeId} is ${node.status} though its agent can be heard`);
      const wanted = state.holds.length === 0 ? 'active' : 'drain';
      if (agent.journal.availability !== wanted || agent.journal.generation !== state.generation) {
        throw new Error(
          `${nodeId}: ${wanted} at ${state.generation} is wanted, and its agent has ${agent.journal.availability} at ${agent.journal.generation}`,
        );
      }
      if (machine.workload.isDoorOpen !== (wanted === 'active'))
        throw new Error(
          `${nodeId}: ${wanted} is wanted, and its door is ${machine.workload.isDoorOpen ? 'open' : 'closed'}`,
        );
      const expected = wanted === 'active' ? 'active' : 'drained';
      if (node.status !== expected) throw new Error(`${nodeId} is ${node.status}, not ${expected}`);
      for (const { id, status } of this.#disk.operations.values()) {
        if (status === 'expired' && machine.performed.has(id)) throw new Error(`${id} expired and was performed`);
      }
    }
  }
}
