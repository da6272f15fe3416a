/** The server's figures for Prometheus: counted as things pass by, or looked up in memory when somebody asks. No node is a label. */
import { NODE_STATUSES, type NodeStatus, type OperationRecord, SLUICE_VERSION } from '@sluice/contract';
import { isDraining } from '@sluice/core';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Fleet } from '../fleet/fleet.ts';
import type { StoredEvent } from '../store/store.ts';
import { ATTEMPT_RESULTS, type AttemptResult } from '../webhooks/webhook-delivery.ts';
import type { WebhookDeliveries, WebhookFigures } from '../webhooks/webhook-deliveries.ts';
import { addProcessFigures } from './process-figures.ts';

/** Types of nodes that are told apart; agents choose them, and each is six series. */
const TYPES_MAX = 100;
/** What the rest of them are told as. */
const OTHER_TYPES = 'other types';
/** Milliseconds between two looks at how late the event loop is. */
const LAG_EVERY_MS = 100;

/** What operations do. Names of declared commands are the agents' own, and no labels. */
const COMMANDS = ['drain', 'undrain', 'restart', 'reboot', 'declared'] as const;
const ROLLOUT_STATUSES = ['running', 'paused', 'cancelling'] as const;
const ROLLOUT_ENDS = ['succeeded', 'failed', 'cancelled'] as const;
const ROLLOUT_NODES = ['begun', 'succeeded', 'failed', 'skipped'] as const;
const RESULTS = ['succeeded', 'failed', 'cancelled', 'expired'] as const;

export interface WatchedServer {
  readonly fleet: Fleet;
  readonly webhooks: Pick<WebhookDeliveries, 'figures'>;
  readonly hasMassSilence: () => boolean;
  /** `null`: this server is alone. */
  readonly replicas: { readonly roll: readonly unknown[]; readonly lagMs: () => number } | null;
  readonly storeKind: string;
}

export class ServerMetrics {
  readonly #registry = new Registry();
  readonly #nodes = this.#gauge('sluice_nodes', 'Nodes by status and type.', ['status', 'type']);
  readonly #connected = this.#gauge('sluice_nodes_connected', 'Nodes whose agent has a session.');
  readonly #sessions = this.#gauge('sluice_sessions', 'Sessions that the nodes count, together.');
  readonly #drains = this.#gauge(
    'sluice_drains_running',
    'Nodes that are out of rotation and not yet known to be empty.',
  );
  readonly #oldestDrain = this.#gauge(
    'sluice_drain_oldest_start_timestamp_seconds',
    'When the oldest running drain began; absent while there is none.',
  );
  readonly #earliestDeadline = this.#gauge(
    'sluice_drain_earliest_deadline_timestamp_seconds',
    'The earliest deadline of a running drain; absent while there is none.',
  );
  readonly #underWay = this.#gauge('sluice_operations_under_way', 'Operations that have not ended.', [
    'command',
    'status',
  ]);
  readonly #silence = this.#gauge(
    'sluice_mass_silence',
    '1 while many nodes are silent together, which holds acts back.',
  );
  readonly #replicas = this.#gauge('sluice_replicas', 'Servers that share the database, this one among them.');
  readonly #replicaLag = this.#gauge(
    'sluice_replica_lag_seconds',
    'Time since the memory of this server was last known to show all that is committed; 0 for a server alone.',
  );
  readonly #storeUp = this.#gauge('sluice_store_up', '1 when the last write to the store succeeded.');
  readonly #storeBytes = this.#gauge(
    'sluice_store_bytes',
    'What the store takes on its disk; absent when it cannot be asked.',
    ['kind'],
  );
  readonly #lastSequence = this.#gauge('sluice_last_event_sequence', 'The number of the newest event.');
  readonly #operations = new Counter({
    name: 'sluice_operations_total',
    help: 'Operations that have ended, since this server started.',
    labelNames: ['command', 'result'] as const,
    registers: [this.#registry],
  });
  readonly #durations = new Histogram({
    name: 'sluice_operation_duration_seconds',
    help: 'From the request of an operation to its end.',
    labelNames: ['command'] as const,
    buckets: [0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600, 14_400],
    registers: [this.#registry],
  });
  readonly #commits = new Histogram({
    name: 'sluice_commit_duration_seconds',
    help: 'How long the store took to make changes durable.',
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
    registers: [this.#registry],
  });
  readonly #lag = new Histogram({
    name: 'sluice_event_loop_lag_seconds',
    help: 'How late a timer of the server came, looked at ten times a second.',
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 5],
    registers: [this.#registry],
  });
  readonly #webhooks = this.#gauge('sluice_webhooks', 'Webhooks, enabled or disabled.', ['state']);
  readonly #deadLetters = this.#gauge('sluice_webhook_dead_letters', 'Events that were given up and are kept.');
  readonly #oldestWaiting = this.#gauge(
    'sluice_webhook_oldest_waiting_timestamp_seconds',
    'When the oldest event happened that a webhook is yet to be sent; absent while there is none.',
  );
  readonly #attempts = new Counter({
    name: 'sluice_webhook_attempts_total',
    help: 'Attempts to deliver an event to a webhook, since this server started.',
    labelNames: ['result'] as const,
    registers: [this.#registry],
  });
  readonly #rollouts = this.#gauge('sluice_rollouts', 'Rollouts that have not ended, by status.', ['status']);
  readonly #rolloutEnds = new Counter({
    name: 'sluice_rollouts_ended_total',
    help: 'Rollouts that have ended, since this server started.',
    labelNames: ['status'] as const,
    registers: [this.#registry],
  });
  readonly #rolloutNodes = new Counter({
    name: 'sluice_rollout_nodes_total',
    help: 'Nodes of rollouts whose turn has begun, succeeded, failed, or was skipped, since this server started.',
    labelNames: ['what'] as const,
    registers: [this.#registry],
  });
  #watched: WatchedServer | null = null;
  #stop: () => void = () => undefined;

  constructor() {
    this.#gauge('sluice_build_info', 'Always 1; the label is what is told.', ['version']).set(
      { version: SLUICE_VERSION },
      1,
    );
    // A counter that appears with its first event hides that event from increase().
    for (const command of COMMANDS) for (const result of RESULTS) this.#operations.inc({ command, result }, 0);
    for (const result of ATTEMPT_RESULTS) this.#attempts.inc({ result }, 0);
    for (const status of ROLLOUT_ENDS) this.#rolloutEnds.inc({ status }, 0);
    for (const what of ROLLOUT_NODES) this.#rolloutNodes.inc({ what }, 0);
    addProcessFigures(this.#registry);
  }

  /** Begins to count. */
  watch(watched: WatchedServer): void {
    this.#watched = watched;
    const unsubscribe = watched.fleet.subscribeToEvents((events) => this.#count(events, watched.fleet));
    let dueAt = performance.now() + LAG_EVERY_MS;
    const timer = setInterval(() => {
      const now = performance.now();
      this.#lag.observe(Math.max(0, now - dueAt) / 1000);
      dueAt = now + LAG_EVERY_MS;
    }, LAG_EVERY_MS);
    timer.unref();
    this.#stop = () => {
      unsubscribe();
      clearInterval(timer);
    };
  }

  stop(): void {
    this.#stop();
  }

  /** For `FleetOptions.committed`. */
  committed(durationMs: number): void {
    this.#commits.observe(durationMs / 1000);
  }

  /** For `WebhookDeliveriesOptions.attempted`. */
  attempted(result: AttemptResult): void {
    this.#attempts.inc({ result });
  }

  /** All figures in Prometheus's text format, as of now. */
  async text(): Promise<string> {
    if (this.#watched !== null) {
      const { fleet, webhooks, hasMassSilence, replicas, storeKind } = this.#watched;
      const bytes = await fleet.storeBytes();
      this.#storeBytes.reset();
      if (bytes !== null) this.#storeBytes.set({ kind: storeKind }, bytes);
      this.#storeUp.set(fleet.storeProblem === null ? 1 : 0);
      this.#silence.set(hasMassSilence() ? 1 : 0);
      this.#replicas.set(replicas?.roll.length ?? 1);
      this.#replicaLag.set((replicas?.lagMs() ?? 0) / 1000);
      this.#lastSequence.set(fleet.lastSequence);
      this.#lookAtWebhooks(webhooks.figures());
      this.#lookAtNodes(fleet);
      this.#lookAtRollouts(fleet);
    }
    return this.#registry.metrics();
  }

  #lookAtWebhooks({ enabled, disabled, deadLetters, oldestWaitingAt }: WebhookFigures): void {
    this.#webhooks.set({ state: 'enabled' }, enabled);
    this.#webhooks.set({ state: 'disabled' }, disabled);
    this.#deadLetters.set(deadLetters);
    setInstant(this.#oldestWaiting, oldestWaitingAt ?? Number.POSITIVE_INFINITY);
  }

  #lookAtRollouts({ rollouts }: Fleet): void {
    for (const status of ROLLOUT_STATUSES) this.#rollouts.set({ status }, 0);
    for (const { header } of rollouts.all()) this.#rollouts.inc({ status: header.status });
  }

  #lookAtNodes(fleet: Fleet): void {
    const byType = new Map<string, Map<NodeStatus, number>>();
    const underWay = new Map<string, { readonly command: string; readonly status: string; count: number }>();
    const drain = { running: 0, oldestAt: Number.POSITIVE_INFINITY, deadlineAt: Number.POSITIVE_INFINITY };
    let connected = 0;
    let sessions = 0;
    for (const { state, status, load } of fleet.nodes()) {
      const { type } = state.identity;
      const told = byType.has(type) || byType.size < TYPES_MAX ? type : OTHER_TYPES;
      const counts = byType.get(told) ?? new Map<NodeStatus, number>();
      byType.set(told, counts.set(status, (counts.get(status) ?? 0) + 1));
      if (state.session.kind === 'connected') connected += 1;
      sessions += load.sessions ?? 0;
      if (isDraining(state) && state.drain !== null) {
        drain.running += 1;
        drain.oldestAt = Math.min(drain.oldestAt, state.drain.startedAt);
        for (const { deadlineAt } of state.holds)
          drain.deadlineAt = Math.min(drain.deadlineAt, deadlineAt ?? Number.POSITIVE_INFINITY);
      }
      for (const { endedAt, task, status: at } of state.operations) {
        if (endedAt !== null) continue;
        const key = `${task.kind} ${at}`;
        const entry = underWay.get(key) ?? { command: task.kind, status: at, count: 0 };
        entry.count += 1;
        underWay.set(key, entry);
      }
    }
    this.#nodes.reset();
    for (const [type, counts] of byType)
      for (const status of NODE_STATUSES) this.#nodes.set({ status, type }, counts.get(status) ?? 0);
    this.#connected.set(connected);
    this.#sessions.set(sessions);
    this.#drains.set(drain.running);
    setInstant(this.#oldestDrain, drain.oldestAt);
    setInstant(this.#earliestDeadline, drain.deadlineAt);
    this.#underWay.reset();
    for (const { command, status, count } of underWay.values()) this.#underWay.set({ command, status }, count);
  }

  #count(events: readonly StoredEvent[], fleet: Fleet): void {
    for (const { kind, nodeId, body } of events) {
      if (kind === 'RolloutEnded') this.#rolloutEnds.inc({ status: String(body['status']) });
      if (kind === 'RolloutNodeBegun') this.#rolloutNodes.inc({ what: 'begun' });
      if (kind === 'RolloutNodeEnded') this.#rolloutNodes.inc({ what: String(body['status']) });
      if (kind !== 'OperationEnded') continue;
      const operationId = String(body['operationId']);
      const operation = fleet.node(nodeId)?.state.operations.find(({ id }) => id === operationId);
      if (operation !== undefined) this.#countEnd(operation);
      else void this.#countForgotten(operationId, fleet);
    }
  }

  /** Its node's state knows only the last that have ended: others ended since, at another server, or the node was forgotten. */
  async #countForgotten(operationId: string, fleet: Fleet): Promise<void> {
    try {
      const operation = await fleet.operation(operationId);
      if (operation !== null) this.#countEnd(operation);
    } catch {
      // A figure is not worth more than one try.
    }
  }

  #countEnd({ task, status, createdAt, endedAt }: OperationRecord): void {
    if (endedAt === null) return;
    this.#operations.inc({ command: task.kind, result: status });
    this.#durations.observe({ command: task.kind }, Math.max(0, endedAt - createdAt) / 1000);
  }

  #gauge(name: string, help: string, labelNames: readonly string[] = []): Gauge {
    return new Gauge({ name, help, labelNames: [...labelNames], registers: [this.#registry] });
  }
}

/** @param at Epoch milliseconds; infinite: there is none, and then none is told. */
function setInstant(gauge: Gauge, at: number): void {
  if (Number.isFinite(at)) gauge.set(at / 1000);
  else gauge.remove();
}
