/** What a workload has of its agent: sessions to count, drains to hear of and to ask for, locks to hold, metadata to read, commands to run. */
import { randomUUID } from 'node:crypto';
import { AgentSocket } from './agent-socket.ts';
import { type CommandDefinition, type CommandHandler, OfferedCommands } from './offered-commands.ts';

const VERSION = 1;
/** Milliseconds for which changes of the count are gathered. */
const GATHER_MS = 20;
/** Sessions that are named to the agent: the oldest ones, which a drain waits for. */
const NAMED_MAX = 100;
/** Characters of an id. */
const ID_LENGTH_MAX = 256;
/** Characters of a reason and of a problem. */
const TEXT_LENGTH_MAX = 1024;
/** Milliseconds of a lock: a day. */
const LOCK_TTL_MS_MAX = 86_400_000;

/** One user, player, connection or job that is served now. */
export interface Session {
  /** It is over; said twice it counts once. */
  end(): void;
}

/** While it is held a restart of the node is refused. */
export interface Lock {
  /** Holds it for another `ttlMs` from now. */
  renew(ttlMs: number): void;
  release(): void;
}

type Listener = () => void | Promise<void>;

export interface AgentLink {
  /** Whether an agent started this process, or its socket was named. Without one everything here does nothing. */
  readonly isManaged: boolean;
  /** The node that this process runs on; `null`: no agent has said it. */
  readonly nodeId: string | null;
  /** Whether new sessions should be refused now. */
  readonly isDraining: boolean;
  /** Sessions that have not ended. */
  readonly sessionCount: number;
  /** Any JSON that operators attached to the node; `null`: none, or not known yet. */
  readonly metadata: unknown;
  /** @param id What people see when a drain waits for it; absent: it only counts. */
  session(id?: string): Session;
  /** Called when the node is drained, and soon when it is already. The agent waits for the promise. @returns What ends it. */
  onDrain(listener: Listener): () => void;
  /** Called when the node takes sessions again. @returns What ends it. */
  onUndrain(listener: Listener): () => void;
  /** Called with every change of the metadata. @returns What ends it. */
  onMetadata(listener: (metadata: unknown) => void): () => void;
  /**
   * Asks not to be restarted for a while: a match that must not be cut, a migration.
   * @param ttlMs At most a day; a lock that nobody renews runs out, and one whose process ends is gone.
   */
  lock(reason: string, ttlMs: number): Lock;
  /**
   * Asks that the node be drained, for the workload's own sake. The wish outlives a server that cannot be reached and a restart of
   * the agent; it ends with `stay`, or when the workload is started anew. Each call asks anew.
   * @param reason Why, for the people who see it.
   */
  leave(reason?: string): void;
  /** Takes the wish to leave back. The node takes sessions again, unless others want it drained, too. */
  stay(): void;
  /**
   * Runs `handler` when somebody asks the node for this command; at most once for each time that it is asked for.
   * Commands of agent.yaml go first: one of the same name is refused, with a warning.
   */
  command(name: string, definition: CommandDefinition, handler: CommandHandler): void;
  /** Says no more. The agent cannot count this process any more, and a drain waits until it has ended. */
  close(): void;
}

export interface JoinOptions {
  /** The agent's socket. Default: `SLUICE_WORKLOAD_SOCKET`, which the agent sets; an empty one: none. */
  readonly socketPath?: string;
}

/** Joins the agent that started this process. Without one nothing needs to be different: nothing happens. */
export function joinAgent({ socketPath }: JoinOptions = {}): AgentLink {
  const { SLUICE_WORKLOAD_SOCKET = '', SLUICE_AVAILABILITY } = process.env;
  return new JoinedAgent(socketPath ?? SLUICE_WORKLOAD_SOCKET, SLUICE_AVAILABILITY === 'drain');
}

interface HeldLock {
  readonly reason: string;
  /** On the clock of `performance.now()`, which nobody sets. */
  readonly endsAt: number;
}

class JoinedAgent implements AgentLink {
  readonly #socket: AgentSocket | null;
  readonly #sessions = new Map<symbol, { readonly id: string | null; readonly startedAt: number }>();
  readonly #locks = new Map<string, HeldLock>();
  readonly #commands: OfferedCommands;
  /** What was said last of leaving; `null`: nothing ever was. */
  #wish:
    | { readonly kind: 'leave'; readonly id: string; readonly reason: string | null }
    | { readonly kind: 'stay' }
    | null = null;
  readonly #drainListeners = new Set<Listener>();
  readonly #undrainListeners = new Set<Listener>();
  readonly #metadataListeners = new Set<(metadata: unknown) => void>();
  #nodeId: string | null = null;
  #isDraining: boolean;
  #metadata: unknown = null;
  #metadataText = 'null';
  #gathering: NodeJS.Timeout | null = null;
  /** States are taken one after the other. */
  #taking: Promise<unknown> = Promise.resolve();

  /** @param startsDrained Whether it was started on a drained node: then its door is closed from the first moment on. */
  constructor(socketPath: string, startsDrained: boolean) {
    this.#isDraining = socketPath !== '' && startsDrained;
    this.#commands = new OfferedCommands((message) => this.#socket?.send(message));
    this.#socket =
      socketPath === ''
        ? null
        : new AgentSocket(socketPath, { opened: () => this.#sayAll(), received: (message) => this.#received(message) });
  }

  get isManaged(): boolean {
    return this.#socket !== null;
  }

  get nodeId(): string | null {
    return this.#nodeId;
  }

  get isDraining(): boolean {
    return this.#isDraining;
  }

  get sessionCount(): number {
    return this.#sessions.size;
  }

  get metadata(): unknown {
    return this.#metadata;
  }

  session(id = ''): Session {
    const key = Symbol('session');
    this.#sessions.set(key, { id: id === '' ? null : id.slice(0, ID_LENGTH_MAX), startedAt: Date.now() });
    this.#countSoon();
    return {
      end: () => {
        if (this.#sessions.delete(key)) this.#countSoon();
      },
    };
  }

  onDrain(listener: Listener): () => void {
    this.#drainListeners.add(listener);
    if (this.#isDraining) this.#taking = this.#taking.then(() => run([listener]));
    return () => this.#drainListeners.delete(listener);
  }

  onUndrain(listener: Listener): () => void {
    this.#undrainListeners.add(listener);
    return () => this.#undrainListeners.delete(listener);
  }

  onMetadata(listener: (metadata: unknown) => void): () => void {
    this.#metadataListeners.add(listener);
    return () => this.#metadataListeners.delete(listener);
  }

  lock(reason: string, ttlMs: number): Lock {
    const id = randomUUID();
    const text = reason === '' ? 'no reason was given' : reason.slice(0, TEXT_LENGTH_MAX);
    const hold = (forMs: number) => {
      if (!(forMs >= 1 && forMs <= LOCK_TTL_MS_MAX))
        throw new RangeError(`A lock is held for 1 to ${LOCK_TTL_MS_MAX} ms, and not for ${forMs}.`);
      this.#locks.set(id, { reason: text, endsAt: performance.now() + forMs });
      this.#sayLock(id);
    };
    hold(ttlMs);
    return {
      renew: hold,
      release: () => {
        if (this.#locks.delete(id)) this.#socket?.send({ kind: 'unlock', id });
      },
    };
  }

  leave(reason?: string): void {
    this.#wish = { kind: 'leave', id: randomUUID(), reason: reason?.slice(0, TEXT_LENGTH_MAX) ?? null };
    this.#socket?.send(this.#wish);
  }

  stay(): void {
    this.#wish = { kind: 'stay' };
    this.#socket?.send(this.#wish);
  }

  command(name: string, definition: CommandDefinition, handler: CommandHandler): void {
    this.#commands.offer(name, definition, handler);
  }

  close(): void {
    if (this.#gathering !== null) clearTimeout(this.#gathering);
    this.#socket?.close();
  }

  /** On each connection the agent knows nothing: it may be another one than before. */
  #sayAll(): void {
    this.#socket?.send({ kind: 'join', version: VERSION });
    this.#sayCount();
    for (const id of this.#locks.keys()) this.#sayLock(id);
    if (this.#wish !== null) this.#socket?.send(this.#wish);
    this.#commands.sayAll();
  }

  #sayLock(id: string): void {
    const lock = this.#locks.get(id);
    if (lock === undefined) return;
    const ttlMs = Math.ceil(lock.endsAt - performance.now());
    if (ttlMs > 0) this.#socket?.send({ kind: 'lock', id, reason: lock.reason, ttlMs });
    else this.#locks.delete(id);
  }

  #countSoon(): void {
    if (this.#socket !== null) this.#gathering ??= setTimeout(() => this.#sayCount(), GATHER_MS).unref();
  }

  #sayCount(): void {
    if (this.#gathering !== null) clearTimeout(this.#gathering);
    this.#gathering = null;
    // A Map keeps its order: the first ones are the oldest.
    const oldest: { readonly id: string; readonly startedAt: number }[] = [];
    for (const { id, startedAt } of this.#sessions.values()) {
      if (id !== null) oldest.push({ id, startedAt });
      if (oldest.length === NAMED_MAX) break;
    }
    this.#socket?.send({ kind: 'sessions', count: this.#sessions.size, oldest });
  }

  #received(message: unknown): void {
    if (typeof message !== 'object' || message === null || !('kind' in message)) return;
    if (message.kind === 'run') void this.#commands.run(message);
    if (message.kind === 'cancel') this.#commands.cancel(message);
    if (message.kind === 'refused' && 'problem' in message)
      process.emitWarning(`The agent did not take it: ${String(message.problem)}`, 'SluiceWarning');
    if (message.kind !== 'state' || !('sequence' in message) || !('availability' in message)) return;
    const { sequence, availability } = message;
    if ('nodeId' in message) this.#nodeId = String(message.nodeId);
    const metadata: unknown = 'metadata' in message ? message.metadata : null;
    this.#taking = this.#taking.then(async () => {
      const problem = await this.#take(availability === 'drain', metadata);
      // What ended or began while it was taken is known before the agent hears that it was.
      this.#sayCount();
      this.#socket?.send({ kind: 'taken', sequence, problem });
    });
  }

  async #take(isDraining: boolean, metadata: unknown): Promise<string | null> {
    const problems: string[] = [];
    const text = JSON.stringify(metadata);
    if (text !== this.#metadataText) {
      this.#metadataText = text;
      this.#metadata = metadata;
      problems.push(...(await run([...this.#metadataListeners].map((listener) => () => listener(metadata)))));
    }
    if (isDraining !== this.#isDraining) {
      this.#isDraining = isDraining;
      problems.push(...(await run(isDraining ? this.#drainListeners : this.#undrainListeners)));
    }
    return problems.length === 0 ? null : problems.join('; ').slice(0, TEXT_LENGTH_MAX);
  }
}

/** @returns What went wrong, of each that failed: the program's own faults must not end it here. */
async function run(listeners: Iterable<Listener>): Promise<readonly string[]> {
  const outcomes = await Promise.allSettled([...listeners].map(async (listener) => listener()));
  return outcomes.flatMap((outcome) => {
    if (outcome.status === 'fulfilled') return [];
    const reason: unknown = outcome.reason;
    process.emitWarning(reason instanceof Error ? reason : String(reason), 'SluiceWarning');
    return [reason instanceof Error ? reason.message : String(reason)];
  });
}
