/** One agent around a simulated workload. Its session, its key, its journal's rules and its convergence are the real ones. */
import { randomUUID } from 'node:crypto';
import {
  AGENT_PROTOCOL_VERSIONS,
  type DeclaredCommand,
  type Load,
  type NodeIdentity,
  SLUICE_VERSION,
} from '@sluice/contract';
import { type Clock, helloOf, isSameValue, type JournalEntry, startAgentState } from '@sluice/core';
import type { Logger } from 'pino';
import { AgentShell } from '../agent-shell.ts';
import { AgentCredential } from '../credential/agent-credential.ts';
import { CredentialSession } from '../credential/credential-session.ts';
import type { CommandEnd } from '../declared-commands.ts';
import { performEffects } from '../perform-effects.ts';
import { serversInOrder, type ServerUrls } from '../server-urls.ts';
import { AgentConnection } from '../session/agent-connection.ts';
import type { AgentSocket, Connect } from '../session/agent-socket.ts';
import { WorkloadWatch } from '../workload-watch.ts';
import type { SimulatedWorkload } from './simulated-workload.ts';

const STOP_GRACE_MS = 5000;
const HEALTHY_WITHIN_MS = 60_000;
const COMMAND_TIMEOUT_MS = 30_000;
/** Milliseconds that the simulated command takes. */
const COMMAND_MS = 1000;
const RESOURCES = { cpuCount: 4, memoryBytes: 8_589_934_592 } as const;
const SESSION_BYTES = 8_388_608;

/** The one command that simulated nodes declare. */
const GREET: DeclaredCommand = {
  name: 'greet',
  description: 'Says hello from this simulated node.',
  parameters: {
    type: 'object',
    properties: { name: { type: 'string', maxLength: 100, default: 'operator' } },
    additionalProperties: false,
  },
  disruptive: false,
  timeoutMs: COMMAND_TIMEOUT_MS,
};

export interface SimulatedAgentParts {
  readonly node: NodeIdentity;
  readonly workload: SimulatedWorkload;
  readonly serverUrls: ServerUrls;
  /** Until the server knows the agent's key. @param needsJoinToken Asked at each connection. */
  readonly connect: (needsJoinToken: () => boolean) => Connect;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
  /** Its session has begun, or ended. */
  readonly isConnected: (isConnected: boolean) => void;
}

/** What a machine keeps while its agent is away: the journal's entries and the key, here in memory. */
export class SimulatedAgent {
  readonly #parts: SimulatedAgentParts;
  readonly #credential = AgentCredential.unkept();
  readonly #instanceId = randomUUID();
  #entries: readonly JournalEntry[] = [];
  #running: { readonly shell: AgentShell; readonly connection: AgentConnection; readonly watch: WorkloadWatch } | null =
    null;
  #socket: AgentSocket | null = null;

  constructor(parts: SimulatedAgentParts) {
    this.#parts = parts;
  }

  /** `drain` with how far it is; for the counts. */
  get availability(): 'active' | 'draining' | 'drained' {
    const state = this.#running?.shell.state;
    if (state?.journal.availability !== 'drain') return 'active';
    return state.reported?.phase === 'drained' ? 'drained' : 'draining';
  }

  /** Begins as an agent does whose machine has started, or that was restarted: with what its journal says. */
  start(): void {
    const { workload, clock, random, logger, connect } = this.#parts;
    workload.begin();
    const watch = new WorkloadWatch(
      workload,
      { hasHealthProbe: true, countsSessions: true, stopGraceMs: STOP_GRACE_MS, healthyWithinMs: HEALTHY_WITHIN_MS },
      (report) => shell.take({ kind: 'WorkloadObserved', workload: report }),
    );
    const state = startAgentState(
      {
        settleMs: 0,
        hasSessionsProbe: true,
        hasDrainHook: true,
        hasUndrainHook: true,
        hasEndSessionsHook: true,
        stopGraceMs: STOP_GRACE_MS,
        healthyWithinMs: HEALTHY_WITHIN_MS,
        commands: [GREET],
      },
      this.#entries,
      watch.report(),
    );
    const shell: AgentShell = new AgentShell({
      state,
      journal: {
        append: (entries) => {
          this.#entries = [...this.#entries, ...entries];
          return Promise.resolve();
        },
        compact: (entries) => {
          this.#entries = entries;
          return Promise.resolve();
        },
      },
      journaled: this.#entries.length,
      perform: this.#performer((input) => shell.take(input)),
      clock,
      logger,
    });
    const credentials = new CredentialSession({
      credential: this.#credential,
      nodeId: this.#parts.node.id,
      nonce: () => connection.nonce,
      send: (offer) => connection.send(offer),
      logger,
    });
    const begin = connect(() => this.#credential.needsJoinToken);
    const connection: AgentConnection = new AgentConnection({
      servers: serversInOrder(this.#parts.node.id, this.#parts.serverUrls),
      connect: (serverUrl, events) => (this.#socket = begin(serverUrl, events)),
      clock,
      random,
      logger,
      events: {
        hello: (nonce) =>
          helloOf(shell.state, {
            protocolVersions: AGENT_PROTOCOL_VERSIONS,
            agentVersion: SLUICE_VERSION,
            instanceId: this.#instanceId,
            proof: this.#credential.prove(nonce, this.#parts.node.id),
            node: this.#parts.node,
            resources: RESOURCES,
          }),
        received: (message) => {
          shell.take({ kind: 'MessageReceived', message });
          if (message.kind !== 'welcome') return;
          this.#parts.isConnected(true);
          shell.take({ kind: 'SessionOpened' });
          credentials.welcomed();
        },
        credential: (message) => credentials.received(message),
        refused: () => this.#credential.refused(true),
        closed: () => {
          this.#parts.isConnected(false);
          shell.take({ kind: 'SessionClosed' });
        },
        heartbeat: () => this.#heartbeat(),
      },
    });
    this.#running = { shell, connection, watch };
    workload.onChange(() => watch.tellIfChanged());
    shell.take({ kind: 'AgentStarted', workload: watch.report() });
    this.look();
    this.#heartbeat();
    connection.start();
  }

  /** Lets time pass for the workload, and reads its probes. */
  look(): void {
    const { workload } = this.#parts;
    workload.step();
    if (this.#running === null) return;
    const { shell, watch } = this.#running;
    if (workload.observe().phase !== 'running') return;
    watch.checked(workload.health, workload.observe().incarnation);
    const { reading } = shell.state;
    // A drain counts readings of nobody; else only what has changed says anything.
    const isNews = reading.kind !== 'counted' || reading.sessions !== workload.sessions;
    if (isNews || this.availability === 'draining')
      shell.take({ kind: 'SessionsRead', reading: { kind: 'counted', sessions: workload.sessions, blockers: [] } });
  }

  /** Ends as an agent that is stopped does; its workload stays. */
  async stop(why: 'stopping' | 'restarting'): Promise<void> {
    const running = this.#running;
    if (running === null) return;
    this.#running = null;
    await running.connection.stop(why);
    await running.shell.stop();
  }

  /** The network between it and the server breaks. */
  cut(): void {
    this.#socket?.terminate();
  }

  #performer(take: AgentShell['take']): ReturnType<typeof performEffects> {
    const { workload, clock, logger } = this.#parts;
    const done = { ok: true, problem: null } as const;
    return performEffects({
      take,
      send: (message) => this.#running?.connection.send(message),
      setRotation: () => undefined,
      callHook: (hook) => {
        if (hook === 'end-sessions') workload.endSessions();
        else workload.close(hook === 'drain');
        return Promise.resolve(done);
      },
      replaceWorkload: async (graceMs, previousIncarnation) => {
        const outcome = await workload.replace({ graceMs, previousIncarnation });
        return { ...done, incarnation: outcome.incarnation };
      },
      endSessionsByReplacing: async () => {
        const { incarnation } = workload.observe();
        await workload.replace({ graceMs: STOP_GRACE_MS, previousIncarnation: incarnation });
        return done;
      },
      runCommand: async ({ params: { name } }): Promise<CommandEnd> => {
        await new Promise<void>((resolve) => void clock.wakeAt(clock.now() + COMMAND_MS, resolve));
        const output = `Hello ${typeof name === 'string' ? name : 'operator'}, this is ${this.#parts.node.id}, which is simulated.\n`;
        return { status: 'succeeded', result: { exitCode: 0 }, error: null, output };
      },
      rebootMachine: () => Promise.reject(new Error('a simulated node has no machine, and says so to the server')),
      workloadOutput: () => workload.output(),
      keepMetadata: () => Promise.resolve(),
      failed: (effect, error) =>
        logger.error({ event: 'effect-failed', effect, err: error }, 'something could not be simulated'),
    });
  }

  #heartbeat(): void {
    if (this.#running === null) return;
    const { shell, connection } = this.#running;
    const { sessions } = this.#parts.workload;
    const now: Load = {
      sessions,
      cpuPercent: Math.min(100, 2 + sessions * 3),
      memoryBytes: 268_435_456 + sessions * SESSION_BYTES,
      problem: null,
    };
    if (isSameValue(now, shell.state.load)) connection.sayAlive();
    else shell.take({ kind: 'LoadMeasured', load: now });
  }
}
