/** The agent's door for its workload: a Unix socket at which the workload counts its sessions, is told of drains, and holds locks. */
import { chmod, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import path from 'node:path';
import { type Availability, NAMED_SESSIONS_MAX, type ToWorkloadMessage } from '@sluice/contract';
import type { Clock } from '@sluice/core';
import type { Logger } from 'pino';
import { type AskedCommand, type CommandEnd, failed, whyNotValid, withDefaults } from '../declared-commands.ts';
import type { HookOutcome } from '../hooks/call-hook.ts';
import type { SessionsReading } from '../probes/sessions.ts';
import { SaidWords, type WordsOwner, type WordsParts, type WorkloadWords } from './said-words.ts';
import { type SaidMessage, WorkloadPeer } from './workload-peer.ts';
import { WorkloadRuns } from './workload-runs.ts';

/** Bytes of the socket's path that every system takes (`sun_path` has 104 on macOS, 108 on Linux). */
const PATH_BYTES_MAX = 103;
/** Processes of the workload at once. */
const PEERS_MAX = 64;

export const NOT_JOINED =
  'The workload has not joined its agent: it must call joinAgent() of @sluice/workload, with SLUICE_WORKLOAD_SOCKET in its environment.';

export interface SocketOwner extends WordsOwner {
  /** What is wanted of the node. */
  readonly availability: () => Availability;
}

export interface SocketParts extends WordsParts {
  readonly logger: Logger;
}

export class WorkloadSocket {
  readonly path: string;
  readonly #server: Server;
  readonly #clock: Clock;
  readonly #peers = new Set<WorkloadPeer>();
  readonly #words: SaidWords;
  readonly #runs: WorkloadRuns;
  readonly #nodeId: string;
  readonly #logger: Logger;
  /** Who waits for a process to have taken a state. */
  readonly #waiting = new Map<
    WorkloadPeer,
    { readonly sequence: number; readonly taken: (problem: string | null) => void }
  >();
  #owner: SocketOwner | null = null;
  /** Processes that an earlier agent left, and that are back before this one has taken up its workload. */
  readonly #early: Socket[] = [];
  /** JSON text, as the server told it last. */
  #metadata = 'null';
  #sequence = 0;

  private constructor(server: Server, socketPath: string, parts: SocketParts) {
    this.#server = server;
    this.path = socketPath;
    this.#clock = parts.clock;
    this.#nodeId = parts.told.node.id;
    this.#logger = parts.logger;
    this.#words = new SaidWords(parts);
    this.#runs = new WorkloadRuns(parts.clock);
    server.on('connection', (socket) => {
      if (this.#owner !== null) {
        this.#letIn(socket);
        return;
      }
      this.#early.push(socket);
      // Its end is seen when it is let in.
      socket.on('error', () => undefined);
    });
  }

  /** @throws Error for the one who started the agent. */
  static async open(directory: string, parts: SocketParts): Promise<WorkloadSocket> {
    const socketPath = path.join(directory, 'workload.sock');
    if (Buffer.byteLength(socketPath) > PATH_BYTES_MAX)
      throw new Error(
        `stateDir: ${directory} is too long for the workload's socket in it (${PATH_BYTES_MAX} bytes with workload.sock). Choose a shorter one.`,
      );
    // One of an agent that was killed; the directory is this agent's alone.
    await rm(socketPath, { force: true });
    const server = createServer();
    server.maxConnections = PEERS_MAX;
    // Before it listens: whoever is there at once must not be let in by nobody.
    const workloadSocket = new WorkloadSocket(server, socketPath, parts);
    await new Promise<void>((resolve, reject) => {
      server.once('error', (cause) =>
        reject(new Error(`${socketPath} cannot be listened on: ${cause.message}`, { cause })),
      );
      server.listen(socketPath, resolve);
    });
    await chmod(socketPath, 0o600);
    return workloadSocket;
  }

  /** Lets the workload in. @returns What is known of it from before, until its processes have come back. */
  begin(owner: SocketOwner): WorkloadWords {
    this.#owner = owner;
    const known = this.#words.begin(owner);
    for (const socket of this.#early) if (!socket.destroyed) this.#letIn(socket);
    this.#early.length = 0;
    return known;
  }

  /** The workload may have been started anew. */
  workloadChanged(): void {
    this.#words.workloadChanged();
  }

  /** Runs a command that a process offers, or has offered until it ended just now. */
  async run(command: AskedCommand): Promise<CommandEnd> {
    const { name, params: given } = command;
    const handler = await this.#words.handlerOf(name, command.signal);
    if (handler === null)
      return failed('command-not-found', `No process of the workload that offers '${name}' is connected now.`);
    const params = withDefaults(handler.command.parameters, given);
    const fault = whyNotValid(handler.command.parameters, params);
    if (fault !== null) return failed('invalid-parameters', `The parameters of '${name}' cannot be used: ${fault}.`);
    return this.#runs.run(handler.peer, { ...command, params });
  }

  /** The sum of what its processes count; never a guess. */
  sessions(): SessionsReading {
    const said = [...this.#peers].map(({ sessions }) => sessions);
    if (said.length === 0) return { ok: false, problem: NOT_JOINED };
    let count = 0;
    for (const one of said) {
      if (one === null)
        return { ok: false, problem: 'A process of the workload has joined and has not counted its sessions yet.' };
      count += one.count;
    }
    const now = this.#clock.now();
    const blockers = said
      .flatMap((one) => one?.oldest ?? [])
      .map(({ id, startedAt }) => ({ id, ageMs: Math.max(0, now - startedAt) }))
      .toSorted((one, other) => other.ageMs - one.ageMs)
      .slice(0, NAMED_SESSIONS_MAX);
    return { ok: true, sessions: count, blockers };
  }

  /** Tells every process what is wanted now, and waits until each has done something about it. */
  async tell(availability: Availability, timeoutMs: number): Promise<HookOutcome> {
    if (this.#peers.size === 0) return { ok: false, problem: NOT_JOINED };
    const problems = await Promise.all(
      [...this.#peers].map(async (peer) => {
        const taken = new Promise<string | null>((resolve) => {
          const cancel = this.#clock.wakeAt(this.#clock.now() + timeoutMs, () =>
            resolve(`The workload did not say within ${timeoutMs} ms that it has taken it.`),
          );
          this.#waiting.set(peer, {
            sequence: this.#sequence + 1,
            taken: (problem) => {
              cancel();
              resolve(problem);
            },
          });
        });
        this.#tellOne(peer, availability);
        return taken;
      }),
    );
    const problem = problems.find((each) => each !== null) ?? null;
    if (problem !== null) return { ok: false, problem };
    return this.#peers.size === 0
      ? { ok: false, problem: 'The workload ended while it was told.' }
      : { ok: true, text: 'The workload was told, and has taken it.' };
  }

  /** @param json JSON text, which reaches the workload as it is. */
  setMetadata(json: string): void {
    if (json === this.#metadata) return;
    this.#metadata = json;
    for (const peer of this.#peers) this.#tellOne(peer);
  }

  async close(): Promise<void> {
    const kept = this.#words.stop();
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
    for (const peer of this.#peers) peer.close();
    for (const socket of this.#early) socket.destroy();
    await closed;
    await kept;
  }

  #tellOne(peer: WorkloadPeer, availability?: Availability): void {
    if (this.#owner === null) return;
    this.#sequence += 1;
    const waiting = this.#waiting.get(peer);
    // Whoever is waited for is waited for until it has taken the newest state.
    if (waiting !== undefined) this.#waiting.set(peer, { ...waiting, sequence: this.#sequence });
    const state = {
      kind: 'state',
      sequence: this.#sequence,
      nodeId: this.#nodeId,
      availability: availability ?? this.#owner.availability(),
    } satisfies Omit<Extract<ToWorkloadMessage, { kind: 'state' }>, 'metadata'>;
    // Metadata are text all the way, so that no number in them loses a digit.
    peer.sendLine(`${JSON.stringify(state).slice(0, -1)},"metadata":${this.#metadata}}`);
  }

  #taken(peer: WorkloadPeer, sequence: number, problem: string | null): void {
    const waiting = this.#waiting.get(peer);
    if (waiting === undefined || sequence < waiting.sequence) return;
    this.#waiting.delete(peer);
    waiting.taken(problem);
  }

  #letIn(socket: Socket): void {
    new WorkloadPeer(socket, {
      joined: (peer) => {
        this.#peers.add(peer);
        this.#tellOne(peer);
      },
      said: (peer, message) => this.#hear(peer, message),
      gone: (peer) => this.#gone(peer),
    });
  }

  #hear(peer: WorkloadPeer, message: SaidMessage): void {
    switch (message.kind) {
      case 'taken':
        this.#taken(peer, message.sequence, message.problem);
        return;
      case 'output':
        this.#runs.output(peer, message.id, message.text);
        return;
      case 'result':
        this.#runs.ended(peer, message);
        return;
      case 'lock':
      case 'unlock':
      case 'leave':
      case 'stay':
      case 'command':
        this.#refuseWhere(peer, this.#words.hear(peer, message));
    }
  }

  #refuseWhere(peer: WorkloadPeer, problem: string | null): void {
    if (problem === null) return;
    this.#logger.warn({ event: 'workload-refused', problem }, 'something that the workload said was not taken');
    peer.send({ kind: 'refused', problem });
  }

  #gone(peer: WorkloadPeer): void {
    this.#peers.delete(peer);
    this.#words.forget(peer);
    this.#runs.gone(peer);
    this.#taken(peer, Number.POSITIVE_INFINITY, null);
  }
}
