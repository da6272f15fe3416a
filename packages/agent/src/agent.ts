/** One running agent: its parts, put together, from the configuration to the last goodbye. */
import path from 'node:path';
import { AGENT_PROTOCOL_VERSIONS, type Hello, type Load, SLUICE_VERSION } from '@sluice/contract';
import { type AgentIdentity, helloOf, isSameValue, startAgentState } from '@sluice/core';
import type { Logger } from 'pino';
import { warnInTheClear } from './session/warn-in-the-clear.ts';
import { agentPerformer } from './agent-performer.ts';
import { agentSettingsOf } from './agent-settings.ts';
import { AgentShell } from './agent-shell.ts';
import type { AgentConfig } from './config.ts';
import { CredentialSession } from './credential/credential-session.ts';
import { createDriver } from './drivers/create-driver.ts';
import type { Driver } from './drivers/driver.ts';
import { MachineLoad, machineResources } from './machine-load.ts';
import { AgentMetrics } from './metrics/agent-metrics.ts';
import { type OpenedParts, openParts } from './open-parts.ts';
import { readJournalEntries } from './read-journal.ts';
import { serversInOrder } from './server-urls.ts';
import { AgentConnection } from './session/agent-connection.ts';
import { connectWebSocket } from './session/web-socket.ts';
import { pollWorkload } from './poll-workload.ts';
import { systemClock } from './system-clock.ts';
import { chosenEnvironment, inheritedEnvironment, toldEnvironment } from './workload-environment.ts';
import type { WorkloadWords } from './workload-socket/said-words.ts';
import { WorkloadWatch } from './workload-watch.ts';

export class Agent {
  readonly #config: AgentConfig;
  readonly #logger: Logger;
  readonly #opened: OpenedParts;
  readonly #environment: Readonly<Record<string, string>>;
  readonly #metadataFile: string;
  readonly #shell: AgentShell;
  readonly #driver: Driver;
  readonly #watch: WorkloadWatch;
  readonly #connection: AgentConnection;
  readonly #machineLoad = new MachineLoad();
  readonly #stopping = new AbortController();
  #stopped: Promise<void> | null = null;
  #isStarted = false;
  /** What the workload offers; `null`: it has never offered anything. */
  #offered: WorkloadWords['commands'] | null = null;

  private constructor(
    config: AgentConfig,
    environment: Readonly<Record<string, string | undefined>>,
    opened: OpenedParts,
    logger: Logger,
  ) {
    const { workload } = config;
    this.#config = config;
    this.#logger = logger;
    this.#opened = opened;
    this.#environment = inheritedEnvironment(environment, config.joinToken === null ? [] : [config.joinToken]);
    this.#metadataFile = path.join(opened.stateDirectory.path, 'metadata.json');
    this.#driver = createDriver(workload.driver, {
      stateDirectory: opened.stateDirectory.path,
      output: workload.output,
      environment: () => ({
        ...chosenEnvironment(this.#environment, workload.inherits),
        ...workload.environment,
        ...this.#told(),
      }),
      availability: () => this.#shell.state.journal.availability,
    });
    const { stopGraceMs, health, sessions } = workload;
    this.#watch = new WorkloadWatch(
      this.#driver,
      {
        hasHealthProbe: health !== null,
        countsSessions: sessions !== null,
        stopGraceMs,
        healthyWithinMs: workload.healthyWithinMs,
      },
      (report) => {
        if (this.#isStarted) this.#shell.take({ kind: 'WorkloadObserved', workload: report });
      },
    );
    const entries = readJournalEntries(opened.entries, opened.stateDirectory.path);
    const state = startAgentState(agentSettingsOf(config), entries, this.#watch.report(), opened.bootId);
    this.#shell = new AgentShell({
      state,
      journal: opened.journal,
      journaled: entries.length,
      perform: agentPerformer({
        config,
        opened,
        driver: this.#driver,
        inherited: this.#environment,
        told: () => this.#told(),
        metadataFile: this.#metadataFile,
        signal: this.#stopping.signal,
        send: (message) => this.#connection.send(message),
        take: (input) => this.#shell.take(input),
        logger,
      }),
      clock: systemClock,
      logger,
    });
    const credentials = new CredentialSession({
      credential: opened.credential,
      nodeId: config.node.id,
      nonce: () => this.#connection.nonce,
      send: (offer) => this.#connection.send(offer),
      logger,
    });
    this.#connection = new AgentConnection({
      servers: serversInOrder(config.node.id, config.serverUrls),
      connect: connectWebSocket(() => (opened.credential.needsJoinToken ? config.joinToken : null), config.tls, logger),
      clock: systemClock,
      random: Math.random,
      events: {
        hello: (nonce) => this.#hello(nonce),
        received: (message) => {
          this.#shell.take({ kind: 'MessageReceived', message });
          if (message.kind !== 'welcome') return;
          this.#shell.take({ kind: 'SessionOpened' });
          credentials.welcomed();
        },
        credential: (message) => credentials.received(message),
        refused: () => opened.credential.refused(config.joinToken !== null),
        closed: () => this.#shell.take({ kind: 'SessionClosed' }),
        heartbeat: () => this.#heartbeat(),
      },
      logger,
    });
  }

  /**
   * Takes up or starts the workload, and connects; from then on it lives until it is stopped.
   * @throws Error for the one who started it: the state directory, the journal or an address cannot be used.
   */
  static async start(
    config: AgentConfig,
    environment: Readonly<Record<string, string | undefined>>,
    logger: Logger,
  ): Promise<Agent> {
    const agent = new Agent(config, environment, await openParts(config, logger), logger);
    await agent.#begin();
    return agent;
  }

  /** Says goodbye and ends. The workload stays, unless the configuration says that it stops with the agent. */
  stop(): Promise<void> {
    this.#stopped ??= this.#end();
    return this.#stopped;
  }

  async #begin(): Promise<void> {
    await this.#driver.start();
    const { workloadSocket } = this.#opened;
    const words = workloadSocket?.begin({
      availability: () => this.#shell.state.journal.availability,
      incarnation: () => this.#driver.observe().incarnation,
      said: (said) => this.#workloadSaid(said),
    });
    // Locks that an earlier agent knew hold from the first moment on.
    if (words !== undefined) this.#watch.setWords(words);
    this.#isStarted = true;
    this.#opened.metrics?.serve(
      new AgentMetrics({
        nodeId: this.#config.node.id,
        state: () => this.#shell.state,
        server: () => this.#connection.server,
      }),
    );
    this.#opened.rotation.onTold((word, problem) => this.#shell.take({ kind: 'RotationTold', word, problem }));
    this.#driver.onChange(() => {
      workloadSocket?.workloadChanged();
      this.#watch.tellIfChanged();
    });
    this.#shell.take({ kind: 'AgentStarted', workload: this.#watch.report() });
    if (words !== undefined) this.#workloadSaid(words);
    this.#pollWorkload();
    this.#connection.start();
    warnInTheClear(this.#config.serverUrls, this.#logger);
    this.#logger.info({ event: 'agent-started', servers: this.#config.serverUrls }, 'the agent runs');
  }

  async #end(): Promise<void> {
    await this.#connection.stop('stopping');
    this.#stopping.abort();
    if (this.#config.onAgentStop === 'stop') {
      const outcome = await this.#driver.stop(this.#config.workload.stopGraceMs);
      if (outcome.kind === 'failed')
        this.#logger.error(
          { event: 'workload-unstopped', problem: outcome.problem },
          'the workload could not be stopped',
        );
    }
    await this.#driver.detach();
    await this.#shell.stop();
    await this.#opened.close();
  }

  #workloadSaid(words: WorkloadWords): void {
    this.#watch.setWords(words);
    if (isSameValue(words.commands, this.#offered ?? [])) return;
    this.#offered = words.commands;
    this.#shell.take({ kind: 'CommandsOffered', commands: words.commands });
  }

  #hello(nonce: string): Hello {
    // A slow disk may not have journaled yet what was seen at the start; the server must not be told that nothing runs.
    const seen = { workload: this.#watch.report(), offered: this.#offered };
    return helloOf({ ...this.#shell.state, ...seen }, this.#identity(nonce));
  }

  #identity(nonce: string): AgentIdentity {
    const { node } = this.#config;
    return {
      protocolVersions: AGENT_PROTOCOL_VERSIONS,
      agentVersion: SLUICE_VERSION,
      instanceId: this.#opened.stateDirectory.instanceId,
      proof: this.#opened.credential.prove(nonce, node.id),
      node,
      resources: machineResources(),
    };
  }

  #told(): Readonly<Record<string, string>> {
    const { id: nodeId } = this.#config.node;
    const { availability } = this.#shell.state.journal;
    const socketPath = this.#opened.workloadSocket?.path ?? null;
    return toldEnvironment({ nodeId, availability, metadataFile: this.#metadataFile, socketPath });
  }

  #pollWorkload(): void {
    pollWorkload(this.#config.workload, {
      driver: this.#driver,
      watch: this.#watch,
      socket: this.#opened.workloadSocket,
      environment: this.#environment,
      signal: this.#stopping.signal,
      read: (reading) => {
        this.#tellChangedReading();
        this.#opened.rotation.setSessions(reading.kind === 'counted' ? reading.sessions : null);
        this.#shell.take({ kind: 'SessionsRead', reading });
      },
      failed: (error) =>
        this.#logger.error({ event: 'probing-failed', err: error }, 'a probe ended in a way that it must not'),
    });
  }

  /** That sessions can be counted, or cannot any more, should not wait for the next heartbeat. */
  #tellChangedReading(): void {
    const { reading, load } = this.#shell.state;
    const told = load.problem !== null ? 'unreadable' : load.sessions !== null ? 'counted' : 'none';
    if (reading.kind !== told) this.#heartbeat();
  }

  /** Only what has changed; else an empty one, which says that the agent is there. */
  #heartbeat(): void {
    const { reading, load } = this.#shell.state;
    const now: Load = {
      sessions: reading.kind === 'counted' ? reading.sessions : null,
      problem: reading.kind === 'unreadable' ? reading.problem : null,
      ...this.#machineLoad.measure(),
    };
    if (isSameValue(now, load)) this.#connection.sayAlive();
    else this.#shell.take({ kind: 'LoadMeasured', load: now });
  }
}
