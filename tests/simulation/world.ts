/** A world from one seed: a server, agents, workloads, clients, and everything that can go wrong between them. */
import { oneServer } from '../../packages/server/src/fleet/servers.ts';
import { pino } from 'pino';
import { Fleet } from '../../packages/server/src/fleet/fleet.ts';
import { Rollouts } from '../../packages/server/src/rollouts/rollouts.ts';
import { SessionRegistry } from '../../packages/server/src/sessions/session-registry.ts';
import type { StoredBudget } from '../../packages/server/src/store/budget-store.ts';
import { type Profile, profileOf } from './profile.ts';
import { LEASE_MS, Promises } from './promises.ts';
import { Random } from './random.ts';
import { RolloutPromises } from './rollout-promises.ts';
import { type Machine, SimulatedAgent } from './simulated-agent.ts';
import { SimulatedClients } from './simulated-clients.ts';
import { SimulatedOperators } from './simulated-operators.ts';
import { SimulatedNetwork } from './simulated-network.ts';
import { SimulatedDisk, simulatedStore } from './simulated-store.ts';
import { SimulatedWorkload } from './simulated-workload.ts';
import { type Life, VirtualClock } from './virtual-clock.ts';

/** Virtual milliseconds after which everything must have come right once nothing goes wrong any more. */
const PEACE_WITHIN_MS = 20 * 60_000;

interface Server {
  readonly life: Life;
  readonly fleet: Fleet;
  readonly registry: SessionRegistry;
  readonly rollouts: Rollouts;
}

export class World {
  readonly profile: Profile;
  readonly #seed: number;
  readonly #clock = new VirtualClock();
  readonly #faults: Random;
  readonly #ids: Random;
  readonly #promises: Promises;
  readonly #disk = new SimulatedDisk(
    (change, before) => this.#promises.written(change, before),
    (written, beside) => {
      this.#promises.committed(written);
      this.#rolloutPromises.committed(written.length > 0, beside);
    },
  );
  readonly #rolloutPromises = new RolloutPromises(
    () => this.#disk,
    () => this.#clock.now(),
    (line) => this.#promises.note(line),
  );
  readonly #network: SimulatedNetwork;
  readonly #clients: SimulatedClients;
  readonly #operators: SimulatedOperators;
  readonly #nodeIds: readonly string[];
  readonly #machines = new Map<string, Machine>();
  readonly #agents = new Map<string, SimulatedAgent>();
  readonly #failures: Error[] = [];
  /** The server's log: a decision that would break one of its own rules is refused, but is a mistake all the same. */
  readonly #logger = pino(
    // Nothing of the real world may be in it: a replay says the same.
    { level: 'warn', base: null, timestamp: false },
    {
      write: (line: string) => {
        this.#promises.note(`log ${line.trim()}`);
        if (line.includes('invariant-violated')) this.#failures.push(new Error(line));
      },
    },
  );
  #server: Server | null = null;
  #isTroubled = false;
  #sessions = 0;
  #starts = 0;

  /** @param tell Is told everything that happens. */
  constructor(seed: number, tell: (line: string) => void = () => undefined) {
    this.#seed = seed;
    this.#promises = new Promises(() => this.#clock.now(), tell);
    this.profile = profileOf(seed);
    this.#faults = new Random(seed, 'faults');
    this.#ids = new Random(seed, 'ids');
    this.#promises.disk = this.#disk;
    if (this.profile.maxUnavailable !== null) this.#disk.budgets.set('all', budgetOfAll(this.profile.maxUnavailable));
    this.#nodeIds = ['n1', 'n2', 'n3', 'n4', 'n5'].slice(0, this.profile.nodes);
    const isTroubled = () => this.#isTroubled;
    const guard = (run: () => void) => this.#guard(run);
    this.#network = new SimulatedNetwork({
      clock: this.#clock,
      random: new Random(seed, 'network'),
      profile: this.profile,
      isTroubled,
      guard,
      note: (line) => this.#promises.note(line),
      serverEnd: () => this.#server,
      heard: (nodeId) => this.#promises.heard(nodeId),
      serverCrashPoint: (life) => this.#maybeCrashServer(life),
    });
    this.#clients = new SimulatedClients({
      clock: this.#clock,
      random: new Random(seed, 'clients'),
      profile: this.profile,
      nodeIds: this.#nodeIds,
      isTroubled,
      door: () => this.#server,
      failed: (error) => this.#fail(error),
    });
    this.#operators = new SimulatedOperators({
      clock: this.#clock,
      random: new Random(seed, 'operators'),
      profile: this.profile,
      isTroubled,
      door: () => this.#server,
      failed: (error) => this.#fail(error),
    });
  }

  /**
   * @returns What happened, as a number: a replay gives the same.
   * @throws what was violated, with the seed.
   */
  async run(): Promise<number> {
    const { restore, troubleMs } = this.profile;
    try {
      this.#startServer();
      for (const nodeId of this.#nodeIds) this.#addMachine(nodeId);
      if (restore === 'none') {
        await this.#trouble(troubleMs);
      } else {
        await this.#trouble(Math.floor(troubleMs / 3));
        const [disk, journals] = [this.#disk.copy(), this.#journals()];
        await this.#trouble(Math.floor(troubleMs / 3));
        if (restore === 'server') this.#restoreServer(disk);
        else this.#restoreAgents(journals);
        await this.#trouble(Math.floor(troubleMs / 3));
      }
      return this.#promises.trace;
    } catch (error) {
      throw new Error(
        `seed ${this.#seed} (replay: npm run simulate -- --seed ${this.#seed}), ${JSON.stringify(this.profile)}`,
        { cause: error },
      );
    } finally {
      this.#end();
    }
  }

  /** Things go wrong for a while; then they come right. */
  async #trouble(forMs: number): Promise<void> {
    this.#isTroubled = true;
    this.#clients.begin();
    this.#operators.begin();
    for (const nodeId of this.#nodeIds) this.#arrive(nodeId);
    await this.#run(forMs);
    this.#isTroubled = false;
    this.#network.heal();
    const { frozenUntil = 0 } = this.#server?.life ?? {};
    if (frozenUntil > this.#clock.now()) await this.#run(frozenUntil - this.#clock.now());
    for (const nodeId of this.#nodeIds) if (this.#agents.get(nodeId)?.isAlive !== true) this.#startAgent(nodeId);
    const until = this.#clock.now() + PEACE_WITHIN_MS;
    for (let why = this.#whyNoPeace(); why !== null; why = this.#whyNoPeace()) {
      if (this.#clock.now() > until) throw new Error(why);
      this.#clients.confirmAll();
      await this.#run(5000);
    }
    this.#checkNothingIsLost();
  }

  async #run(forMs: number): Promise<void> {
    const until = this.#clock.now() + forMs;
    // Second by second, so that what was violated is told near the step that did it.
    while (this.#clock.now() < until) {
      await this.#clock.runUntil(Math.min(until, this.#clock.now() + 1000));
      for (const nodeId of this.#nodeIds) this.#promises.connected(nodeId, this.#network.isFlowing(nodeId));
      if (this.#server !== null && this.#clock.now() >= this.#server.life.frozenUntil)
        this.#guard(() => this.#promises.checkEnds());
      if (this.#isTroubled) this.#goWrong();
      const [failure] = this.#failures;
      if (failure !== undefined) throw failure;
    }
  }

  #goWrong(): void {
    const { freeze } = this.profile;
    this.#network.trouble(this.#nodeIds);
    if (this.#server !== null && this.#clock.now() >= this.#server.life.frozenUntil && this.#faults.chance(freeze)) {
      this.#server.life.frozenUntil = this.#clock.now() + this.#faults.between(5000, 60_000);
      this.#promises.serverFrozenUntil = this.#server.life.frozenUntil;
      this.#promises.note(`the server stands still until ${this.#server.life.frozenUntil - 1_800_000_000_000}`);
    }
    for (const agent of this.#agents.values())
      if (agent.isAlive && this.#faults.chance(this.profile.agentCrash))
        void agent.stop().then(() => this.#returns(agent));
  }

  #guard(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    this.#failures.push(error instanceof Error ? error : new Error(String(error)));
  }

  #startServer(): void {
    const life: Life = { isAlive: true, frozenUntil: 0 };
    const clock = this.#clock.ofProcess(life);
    const store = simulatedStore({
      disk: this.#disk,
      clock: this.#clock,
      random: new Random(this.#seed, `store from ${this.#clock.now()}`),
      profile: this.profile,
      isTroubled: () => this.#isTroubled,
      life,
      crashPoint: () => this.#maybeCrashServer(life),
      guard: (run) => this.#guard(run),
    });
    // Each start is another server to those who remember the one before.
    const servers = oneServer(`server ${(this.#starts += 1)}`);
    Fleet.open({
      servers,
      store,
      clock,
      settings: { defaultDrainTimeoutMs: null, metadataBytesMax: 65_536 },
      newOperationId: () => `op_${String(this.#ids.between(0, 2 ** 48)).padStart(16, '0')}`,
      logger: this.#logger,
    }).then(
      (fleet) => {
        if (!life.isAlive) return;
        this.#promises.note('the server runs');
        this.#promises.serverStartedAt = this.#clock.now();
        const registry = new SessionRegistry({
          servers,
          fleet,
          clock,
          times: { heartbeatIntervalMs: LEASE_MS / 3, leaseMs: LEASE_MS },
          newSessionId: () => `session ${(this.#sessions += 1)}`,
          newNonce: () => `a challenge like any other`,
          keyMaxAgeMs: Infinity,
          refused: () => undefined,
          logger: this.#logger,
        });
        const rollouts = new Rollouts({
          servers,
          fleet,
          store,
          clock,
          logger: this.#logger,
          allowed: [],
          massSilence: () => registry.massSilence()?.detail ?? null,
          parametersCheck: (params) => () => ({ ok: true, value: params }),
          defaultDrainTimeoutMs: null,
          // How long the machine that simulates takes must change nothing.
          measureMs: () => 0,
        });
        this.#server = { life, fleet, registry, rollouts };
        rollouts.begin({ restoredAt: null, writtenAt: null });
      },
      (error: unknown) => this.#fail(error),
    );
  }

  #maybeCrashServer(life: Life): void {
    if (this.#isTroubled && life.isAlive && this.#faults.chance(this.profile.serverCrash)) this.#killServer(life);
  }

  #killServer(life: Life): void {
    life.isAlive = false;
    this.#server = null;
    this.#promises.note('the server dies');
    this.#network.serverDied(life);
    this.#clock.after(this.#faults.between(50, Math.min(this.profile.downMsMax, 20_000)), () => this.#startServer());
  }

  #addMachine(nodeId: string): void {
    const workload = new SimulatedWorkload(this.#clock, new Random(this.#seed, `workload of ${nodeId}`));
    this.#machines.set(nodeId, { nodeId, workload, boot: 1, journal: [], performed: new Map(), acting: new Set() });
    this.#startAgent(nodeId);
  }

  /** Sessions come while the door is open. */
  #arrive(nodeId: string): void {
    this.#machine(nodeId).workload.arrive();
    if (this.#isTroubled) this.#clock.after(this.#faults.between(200, 6000), () => this.#arrive(nodeId));
  }

  #startAgent(nodeId: string): void {
    this.#promises.note(`${nodeId} agent starts`);
    const agent: SimulatedAgent = new SimulatedAgent({
      machine: this.#machine(nodeId),
      clock: this.#clock,
      random: new Random(this.#seed, `agent of ${nodeId} from ${this.#clock.now()}`),
      network: this.#network,
      witness: this.#promises,
      boots: () => this.#boot(nodeId),
      falls: () => (this.#isTroubled ? 0.002 : 0),
      crashPoint: () => {
        const current = this.#agents.get(nodeId);
        if (!this.#isTroubled || current?.isAlive !== true || !this.#faults.chance(this.profile.agentCrash)) return;
        current.die();
        this.#returns(current);
      },
    });
    this.#agents.set(nodeId, agent);
  }

  /** Agent and workload end with their machine, and another boot begins. */
  #boot(nodeId: string): void {
    const machine = this.#machine(nodeId);
    machine.boot += 1;
    this.#promises.note(`${nodeId} is booted anew, for boot ${machine.boot}`);
    if (machine.workload.isRunning) machine.workload.stop();
    const agent = this.#agents.get(nodeId);
    if (agent?.isAlive !== true) return;
    agent.die();
    this.#returns(agent);
  }

  /** An agent that is gone is started again after a while. */
  #returns(gone: SimulatedAgent): void {
    const { nodeId } = gone;
    this.#promises.note(`${nodeId} agent is gone`);
    this.#clock.after(this.#faults.between(50, this.profile.downMsMax), () => {
      if (this.#agents.get(nodeId) === gone) this.#guard(() => this.#startAgent(nodeId));
    });
  }

  #machine(nodeId: string): Machine {
    const machine = this.#machines.get(nodeId);
    if (machine === undefined) throw new Error(`no machine ${nodeId}`);
    return machine;
  }

  #journals(): ReadonlyMap<string, Machine['journal']> {
    return new Map([...this.#machines].map(([nodeId, { journal }]) => [nodeId, journal]));
  }

  #restoreServer(copy: ReturnType<SimulatedDisk['copy']>): void {
    const { life } = this.#server ?? {};
    if (life === undefined) throw new Error('the server that is to be restored does not run');
    this.#killServer(life);
    this.#promises.serverRestored(this.#disk.operations, copy.operations);
    this.#clients.serverRestored(copy);
    this.#promises.note('an older copy of the server is put back');
    this.#disk.restore(copy);
  }

  #restoreAgents(journals: ReadonlyMap<string, Machine['journal']>): void {
    for (const [nodeId, journal] of journals) {
      const agent = this.#agents.get(nodeId);
      agent?.die();
      this.#promises.note(`${nodeId}: an older copy of the journal is put back`);
      this.#machine(nodeId).journal = journal;
      if (agent !== undefined) this.#returns(agent);
    }
  }

  /** What has not come right yet; `null`: everything has ended, and both sides have what is wanted. */
  #whyNoPeace(): string | null {
    if (this.#server === null) return 'no server runs';
    for (const { id, status, endedAt } of this.#disk.operations.values())
      if (endedAt === null) return `${id} is still ${status}`;
    for (const [nodeId, { workload }] of this.#machines) {
      const node = this.#server.fleet.node(nodeId);
      const agent = this.#agents.get(nodeId)?.state;
      if (node === undefined || agent === undefined) return `${nodeId} is not there`;
      const { state, status } = node;
      if (state.session.kind !== 'connected' || status === 'offline')
        return `${nodeId} is ${status} though its agent can be heard`;
      const wanted = state.holds.length === 0 ? 'active' : 'drain';
      const { availability, generation } = agent.journal;
      if (availability !== wanted || generation !== state.generation)
        return `${nodeId}: ${wanted} at ${state.generation} is wanted, and its agent has ${availability} at ${generation}`;
      if (workload.isDoorOpen !== (wanted === 'active'))
        return `${nodeId}: ${wanted} is wanted, and its door is ${workload.isDoorOpen ? 'open' : 'closed'}`;
      const expected = wanted === 'active' ? 'active' : 'drained';
      if (status !== expected) return `${nodeId} is ${status}, not ${expected}`;
      const held = state.holds.map(({ name }) => name).sort();
      const set = this.#promises.holdsOf(nodeId);
      if (held.join() !== set.join()) return `${nodeId} has the holds [${held.join()}], and [${set.join()}] were set`;
      const onNode = agent.journal.holds.map(({ name }) => name).sort();
      if (onNode.join() !== set.join())
        return `${nodeId}: its agent has the holds [${onNode.join()}], not [${set.join()}]`;
    }
    return this.#rolloutPromises.whatGoesOn();
  }

  #checkNothingIsLost(): void {
    for (const [id, key] of this.#clients.acknowledged)
      if (!this.#disk.operations.has(id)) throw new Error(`${id} (${key}) was acknowledged and is lost`);
    for (const [nodeId, { revision, json }] of this.#clients.metadata) {
      const now = this.#server?.fleet.node(nodeId)?.state.metadata;
      const isKept = now !== undefined && (now.revision > revision || (now.revision === revision && now.json === json));
      if (!isKept)
        throw new Error(`${nodeId}: the metadata ${json} (revision ${revision}) was acknowledged and is lost`);
    }
    for (const id of this.#operators.acknowledged)
      if (!this.#disk.rollouts.has(id)) throw new Error(`the rollout ${id} was acknowledged and is lost`);
    const operationsOfKey = new Map<string, string>();
    for (const { id, body } of this.#disk.operations.values()) {
      // What rollouts ask for comes from no address; each step of theirs has a judge of its own.
      const key = body['requestedFrom'];
      if (typeof key !== 'string') continue;
      const other = operationsOfKey.get(key);
      if (other !== undefined && !this.#promises.isForgiven(id) && !this.#promises.isForgiven(other))
        throw new Error(`what was asked for under ${key} was done twice: ${other} and ${id}`);
      operationsOfKey.set(key, id);
    }
  }

  /** Nothing of this world runs on. */
  #end(): void {
    if (this.#server !== null) this.#server.life.isAlive = false;
    for (const agent of this.#agents.values()) if (agent.isAlive) agent.die();
  }
}

function budgetOfAll(maxUnavailable: number | string): StoredBudget {
  const [createdBy, createdAt] = ['the world', 1_800_000_000_000];
  return {
    name: 'all',
    selector: null,
    maxUnavailable,
    description: null,
    createdBy,
    createdAt,
    updatedAt: createdAt,
    revision: 1,
  };
}
