/** A world from one seed: a server, agents, workloads, clients, and everything that can go wrong between them. */
import { pino } from 'pino';
import { serversInOrder } from '../../packages/agent/src/server-urls.ts';
import { readNode } from '../../packages/server/src/fleet/stored-documents.ts';
import type { StoredBudget } from '../../packages/server/src/store/budget-store.ts';
import { type Profile, profileOf } from './profile.ts';
import { Promises } from './promises.ts';
import { Random } from './random.ts';
import { RolloutPromises } from './rollout-promises.ts';
import { type Machine, SimulatedAgent } from './simulated-agent.ts';
import { SimulatedClients } from './simulated-clients.ts';
import { SimulatedOperators } from './simulated-operators.ts';
import { SimulatedNetwork } from './simulated-network.ts';
import { SimulatedServers } from './simulated-servers.ts';
import { SimulatedDisk } from './simulated-store.ts';
import { SimulatedWorkload } from './simulated-workload.ts';
import { VirtualClock } from './virtual-clock.ts';

/**
 * Virtual milliseconds after which everything must have come right once nothing goes wrong any more: twice what the slowest of
 * 1,500 worlds took (170 s). A world in which it never does is lived to this end.
 */
const PEACE_WITHIN_MS = 6 * 60_000;
/** What a server logs that must never happen. */
const MISTAKES = ['invariant-violated', 'decision-failed', 'commit-failed'];

export class World {
  readonly profile: Profile;
  readonly #seed: number;
  readonly #clock = new VirtualClock();
  readonly #faults: Random;
  readonly #ids: Random;
  readonly #promises: Promises;
  readonly #disk = new SimulatedDisk(
    (change, before) => {
      this.#promises.written(change, before);
      this.#rolloutPromises.written(change);
    },
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
  readonly #servers: SimulatedServers;
  readonly #nodeIds: readonly string[];
  readonly #machines = new Map<string, Machine>();
  readonly #agents = new Map<string, SimulatedAgent>();
  readonly #failures: Error[] = [];
  /** The servers' log: a decision that would break one of their own rules is refused, but is a mistake all the same. */
  readonly #logger = pino(
    // Nothing of the real world may be in it: a replay says the same.
    { level: 'warn', base: null, timestamp: false, serializers: { err: messageOf } },
    {
      write: (line: string) => {
        this.#promises.note(`log ${line.trim()}`);
        if (MISTAKES.some((mistake) => line.includes(`"event":"${mistake}"`))) this.#failures.push(new Error(line));
      },
    },
  );
  #isTroubled = false;

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
      serverEnd: (url) => this.#servers.at(url),
      serves: (server) => this.#servers.serves(server),
      heard: (nodeId, { id }, server) => {
        const isAlone = this.profile.servers === 1;
        if (isAlone || (this.#servers.serves(server) && this.#isSessionOf(nodeId, id))) this.#promises.heard(nodeId);
      },
      serverCrashPoint: (life) => this.#servers.maybeCrash(life),
    });
    this.#servers = new SimulatedServers({
      seed,
      clock: this.#clock,
      disk: this.#disk,
      profile: this.profile,
      faults: this.#faults,
      network: () => this.#network,
      newOperationId: () => `op_${String(this.#ids.between(0, 2 ** 48)).padStart(16, '0')}`,
      isTroubled,
      guard,
      failed: (error) => this.#fail(error),
      started: () => {
        if (this.profile.servers === 1) this.#promises.serverStartedAt = this.#clock.now();
      },
      note: (line) => this.#promises.note(line),
      logger: this.#logger,
    });
    this.#clients = new SimulatedClients({
      clock: this.#clock,
      random: new Random(seed, 'clients'),
      profile: this.profile,
      nodeIds: this.#nodeIds,
      isTroubled,
      door: () => this.#servers.any(),
      failed: (error) => this.#fail(error),
    });
    this.#operators = new SimulatedOperators({
      clock: this.#clock,
      random: new Random(seed, 'operators'),
      profile: this.profile,
      isTroubled,
      door: () => this.#servers.any(),
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
      this.#servers.start();
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
    this.#servers.heal();
    const { troubledUntil } = this.#servers;
    if (troubledUntil > this.#clock.now()) await this.#run(troubledUntil - this.#clock.now());
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
      const { servedSince } = this.#servers;
      if (servedSince !== null) this.#guard(() => this.#promises.checkEnds(servedSince));
      if (this.#isTroubled) this.#goWrong();
      const [failure] = this.#failures;
      if (failure !== undefined) throw failure;
    }
  }

  #goWrong(): void {
    this.#network.trouble(this.#nodeIds);
    this.#servers.trouble();
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
      servers: serversInOrder(nodeId, this.#servers.urls),
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
    const { running } = this.#servers;
    // Several servers go on beside a database that was set back, and have to notice it.
    if (this.profile.servers === 1) for (const { life } of running) this.#servers.kill(life);
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
    const [server] = this.#servers.running;
    if (server === undefined || this.#servers.running.length < this.profile.servers) return 'not every server runs';
    for (const { id, status, endedAt } of this.#disk.operations.values())
      if (endedAt === null) return `${id} is still ${status}`;
    for (const [nodeId, { workload }] of this.#machines) {
      const node = server.fleet.node(nodeId);
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
    return this.#whoIsBehind() ?? this.#rolloutPromises.whatGoesOn();
  }

  /** Whose memory is not what the disk holds; `null`: nobody's. */
  #whoIsBehind(): string | null {
    for (const { fleet, place } of this.#servers.running) {
      if (fleet.lastSequence !== this.#disk.sequence)
        return `${place.url} shows event ${fleet.lastSequence}, and the last is ${this.#disk.sequence}`;
      for (const { nodeId, state } of this.#disk.nodes.values()) {
        // As text, as a disk would have it.
        const [shown, kept] = [fleet.node(nodeId)?.state, state].map((each) => JSON.stringify(each));
        if (shown !== kept) return `${place.url} shows ${nodeId} as ${shown}, and it is ${kept}`;
      }
    }
    return null;
  }

  /** Whether a session is the one that is recorded to stand for its node. */
  #isSessionOf(nodeId: string, sessionId: string): boolean {
    const stored = this.#disk.nodes.get(nodeId);
    const session = stored === undefined ? null : readNode(stored).session;
    return session?.kind === 'connected' && session.sessionId === sessionId;
  }

  #checkNothingIsLost(): void {
    for (const [id, key] of this.#clients.acknowledged)
      if (!this.#disk.operations.has(id)) throw new Error(`${id} (${key}) was acknowledged and is lost`);
    for (const [nodeId, { revision, json }] of this.#clients.metadata) {
      const now = this.#servers.any()?.fleet.node(nodeId)?.state.metadata;
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
    this.#servers.end();
    for (const agent of this.#agents.values()) if (agent.isAlive) agent.die();
  }
}

/** Where an error was made says the real world as well. */
function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
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
