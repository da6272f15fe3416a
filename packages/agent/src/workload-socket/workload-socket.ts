/** The agent's door for its workload: a Unix socket at which the workload counts its sessions, is told of drains, and holds locks. */
import { chmod, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import path from 'node:path';
import { type Availability, NAMED_SESSIONS_MAX, type ToWorkloadMessage, type WorkloadLock } from '@sluice/contract';
import type { Clock } from '@sluice/core';
import type { HookOutcome } from '../hooks/call-hook.ts';
import type { SessionsReading } from '../probes/sessions.ts';
import { WorkloadLocks } from './workload-locks.ts';
import { WorkloadPeer } from './workload-peer.ts';

/** Bytes of the socket's path that every system takes (`sun_path` has 104 on macOS, 108 on Linux). */
const PATH_BYTES_MAX = 103;
/** Processes of the workload at once. */
const PEERS_MAX = 64;

export const NOT_JOINED =
  'The workload has not joined its agent: it must call joinAgent() of @sluice/workload, with SLUICE_WORKLOAD_SOCKET in its environment.';

export interface SocketOwner {
  readonly nodeId: string;
  /** What is wanted of the node. */
  readonly availability: () => Availability;
  /** Told with every change of the locks, and at times without one. */
  readonly locksChanged: (locks: readonly WorkloadLock[]) => void;
}

export class WorkloadSocket {
  readonly path: string;
  readonly #server: Server;
  readonly #clock: Clock;
  readonly #peers = new Set<WorkloadPeer>();
  readonly #locks = new WorkloadLocks();
  /** Who waits for a process to have taken a state. */
  readonly #waiting = new Map<
    WorkloadPeer,
    { readonly sequence: number; readonly taken: (problem: string | null) => void }
  >();
  #owner: SocketOwner | null = null;
  /** JSON text, as the server told it last. */
  #metadata = 'null';
  #cancelLockEnd: () => void = () => undefined;
  #sequence = 0;

  private constructor(server: Server, socketPath: string, clock: Clock) {
    this.#server = server;
    this.path = socketPath;
    this.#clock = clock;
  }

  /** @throws Error for the one who started the agent. */
  static async open(directory: string, clock: Clock): Promise<WorkloadSocket> {
    const socketPath = path.join(directory, 'workload.sock');
    if (Buffer.byteLength(socketPath) > PATH_BYTES_MAX)
      throw new Error(
        `stateDir: ${directory} is too long for the workload's socket in it (${PATH_BYTES_MAX} bytes with workload.sock). Choose a shorter one.`,
      );
    // One of an agent that was killed; the directory is this agent's alone.
    await rm(socketPath, { force: true });
    const server = createServer();
    server.maxConnections = PEERS_MAX;
    await new Promise<void>((resolve, reject) => {
      server.once('error', (cause) =>
        reject(new Error(`${socketPath} cannot be listened on: ${cause.message}`, { cause })),
      );
      server.listen(socketPath, resolve);
    });
    await chmod(socketPath, 0o600);
    return new WorkloadSocket(server, socketPath, clock);
  }

  /** Lets the workload in. */
  begin(owner: SocketOwner): void {
    this.#owner = owner;
    this.#server.on('connection', (socket) => {
      new WorkloadPeer(socket, {
        joined: (peer) => {
          this.#peers.add(peer);
          this.#tellOne(peer);
        },
        said: (peer, message) => {
          if (message.kind === 'taken') this.#taken(peer, message.sequence, message.problem);
          else if (message.kind === 'unlock') this.#locks.remove(peer, message.id);
          else {
            const { id, reason, ttlMs } = message;
            const problem = this.#locks.put(peer, id, { reason, ttlMs, now: this.#clock.now() });
            if (problem !== null) peer.send({ kind: 'refused', problem });
          }
          if (message.kind !== 'taken') this.#lookAtLocks();
        },
        gone: (peer) => {
          this.#peers.delete(peer);
          this.#locks.forget(peer);
          this.#lookAtLocks();
          this.#taken(peer, Number.POSITIVE_INFINITY, null);
        },
      });
    });
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
    this.#cancelLockEnd();
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
    for (const peer of this.#peers) peer.close();
    await closed;
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
      nodeId: this.#owner.nodeId,
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

  #lookAtLocks(): void {
    this.#cancelLockEnd();
    const endsAt = this.#locks.nextEnd(this.#clock.now());
    if (endsAt !== null) this.#cancelLockEnd = this.#clock.wakeAt(endsAt, () => this.#lookAtLocks());
    this.#owner?.locksChanged(this.#locks.current(this.#clock.now()));
  }
}
