/** The agent's figures for Prometheus, looked up when somebody asks. */
import { SLUICE_VERSION } from '@sluice/contract';
import type { AgentState } from '@sluice/core';
import { Gauge, Registry } from 'prom-client';

export interface MeasuredAgent {
  readonly nodeId: string;
  readonly state: () => AgentState;
  /** The address of the server that the session is with; `null`: there is no session. */
  readonly server: () => string | null;
}

export class AgentMetrics {
  readonly #registry = new Registry();
  readonly #connected = this.#gauge('sluice_agent_connected', '1 while the agent has a session with a server.');
  readonly #server = this.#gauge(
    'sluice_agent_server_info',
    'Always 1; the label is the server that the agent has its session with. Absent without one.',
    ['server'],
  );
  readonly #inRotation = this.#gauge('sluice_agent_in_rotation', '1 while load balancers are told to send traffic.');
  readonly #wanted = this.#gauge('sluice_agent_drain_wanted', '1 while the node has a hold.');
  readonly #drained = this.#gauge('sluice_agent_drained', '1 once a wanted drain is proved to be done.');
  readonly #outSince = this.#gauge(
    'sluice_agent_out_of_rotation_start_timestamp_seconds',
    'Since when the node leaves rotation for a drain; absent otherwise.',
  );
  readonly #sessions = this.#gauge(
    'sluice_agent_sessions',
    'Sessions of the workload; absent when they cannot be counted.',
  );
  readonly #running = this.#gauge('sluice_agent_workload_running', '1 while the workload runs.');
  readonly #healthy = this.#gauge('sluice_agent_workload_healthy', '1 while the workload is known to be healthy.');
  readonly #starts = this.#gauge('sluice_agent_workload_incarnation', 'How often the workload was started.');
  readonly #acts = this.#gauge(
    'sluice_agent_acts_unreported',
    'Acts in the journal whose end the server has not acknowledged.',
  );
  readonly #agent: MeasuredAgent;

  constructor(agent: MeasuredAgent) {
    this.#agent = agent;
    this.#gauge('sluice_agent_info', 'Always 1; the labels are what is told.', ['node_id', 'version']).set(
      { node_id: agent.nodeId, version: SLUICE_VERSION },
      1,
    );
  }

  /** All figures in Prometheus's text format, as of now. */
  text(): Promise<string> {
    const { isConnected, rotation, journal, convergence, reading, workload } = this.#agent.state();
    const server = this.#agent.server();
    const isWanted = journal.availability === 'drain';
    this.#connected.set(isConnected ? 1 : 0);
    this.#server.reset();
    if (server !== null) this.#server.set({ server }, 1);
    this.#inRotation.set(rotation.word === 'ready' ? 1 : 0);
    this.#wanted.set(isWanted ? 1 : 0);
    this.#drained.set(isWanted && journal.evidence !== null ? 1 : 0);
    if (isWanted && convergence.outSince !== null) this.#outSince.set(convergence.outSince / 1000);
    else this.#outSince.remove();
    if (reading.kind === 'counted') this.#sessions.set(reading.sessions);
    else this.#sessions.remove();
    this.#running.set(workload.phase === 'running' ? 1 : 0);
    this.#healthy.set(workload.healthy === true ? 1 : 0);
    this.#starts.set(workload.incarnation);
    this.#acts.set(journal.acts.length);
    return this.#registry.metrics();
  }

  #gauge(name: string, help: string, labelNames: readonly string[] = []): Gauge {
    return new Gauge({ name, help, labelNames: [...labelNames], registers: [this.#registry] });
  }
}
