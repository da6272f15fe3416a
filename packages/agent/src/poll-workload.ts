/** Asks the workload again and again whether it is healthy and who is on it, by the probes that the configuration names. */
import type { SessionsReading } from '@sluice/core';
import type { WorkloadConfig } from './config-workload.ts';
import type { Driver } from './drivers/driver.ts';
import { probeHealth } from './probes/health.ts';
import { poll } from './probes/poll.ts';
import { probeSessions } from './probes/sessions.ts';
import { NOT_JOINED, type WorkloadSocket } from './workload-socket/workload-socket.ts';
import type { WorkloadWatch } from './workload-watch.ts';

export interface WorkloadPolls {
  readonly driver: Driver;
  readonly watch: WorkloadWatch;
  /** `null`: the workload does not speak to the agent. */
  readonly socket: WorkloadSocket | null;
  /** For probes that are commands. */
  readonly environment: Readonly<Record<string, string>>;
  /** Ends the polling. */
  readonly signal: AbortSignal;
  readonly read: (reading: SessionsReading) => void;
  /** Polling ended in a way that it must not. */
  readonly failed: (error: unknown) => void;
}

export function pollWorkload(workload: WorkloadConfig, polls: WorkloadPolls): void {
  pollHealth(workload, polls)?.catch(polls.failed);
  pollSessions(workload, polls)?.catch(polls.failed);
}

function pollHealth(
  { health, cwd }: WorkloadConfig,
  { driver, watch, environment, signal }: WorkloadPolls,
): Promise<void> | null {
  if (health === null) return null;
  return poll({
    intervalMs: health.intervalMs,
    signal,
    probe: async (ended) => {
      const { phase, incarnation } = driver.observe();
      if (phase !== 'running') return null;
      return {
        incarnation,
        reading: await probeHealth(health.check, { timeoutMs: health.timeoutMs, environment, cwd, signal: ended }),
      };
    },
    report: (checked) => {
      if (checked !== null) watch.checked(checked.reading, checked.incarnation);
    },
  });
}

function pollSessions(
  { sessions, cwd }: WorkloadConfig,
  { driver, watch, socket, environment, signal, read }: WorkloadPolls,
): Promise<void> | null {
  if (sessions === null) return null;
  return poll({
    intervalMs: sessions.intervalMs,
    signal,
    probe: async (ended): Promise<SessionsReading> => {
      if (driver.observe().phase !== 'running' || watch.isComingUp(Date.now())) return { kind: 'none' };
      const { source, timeoutMs } = sessions;
      const reading =
        source.kind === 'library'
          ? (socket?.sessions() ?? { ok: false, problem: NOT_JOINED })
          : await probeSessions(source, { timeoutMs, environment, cwd, signal: ended });
      return reading.ok
        ? { kind: 'counted', sessions: reading.sessions, blockers: reading.blockers ?? [] }
        : { kind: 'unreadable', problem: reading.problem };
    },
    report: read,
  });
}
