/** The part of agent.yaml that says what the node runs, and how to ask it things. */
import path from 'node:path';
import type { ConfigFaults } from './config-faults.ts';
import type { WorkloadSetting } from './config-file.ts';
import { durationOf, healthCheckOf, hookOf, positiveDurationOf, sessionsSourceOf } from './config-values.ts';
import { type DriverSettings, driverSettingsOf } from './drivers/create-driver.ts';
import type { LogSize } from './drivers/workload-log.ts';
import type { Hook } from './hooks/call-hook.ts';
import type { HealthCheck, SessionsSource } from './probes/probe-settings.ts';

export interface WorkloadConfig {
  readonly driver: DriverSettings;
  /** Where the workload and all commands of the configuration run. */
  readonly cwd: string;
  /** What the workload gets beside what it inherits. */
  readonly environment: Readonly<Record<string, string>>;
  /** What of the agent's own environment the workload gets: all of it, or the variables that are named. */
  readonly inherits: 'all' | readonly string[];
  /** How much of what it prints is kept; absent: the usual. */
  readonly output: LogSize;
  /** Whether the workload speaks to the agent at its socket. */
  readonly usesSocket: boolean;
  readonly stopGraceMs: number;
  /** `null`: a workload that runs counts as healthy. */
  readonly health: { readonly check: HealthCheck; readonly intervalMs: number; readonly timeoutMs: number } | null;
  readonly healthyWithinMs: number;
  /** `null`: nobody counts. */
  readonly sessions: {
    readonly source: SessionsSource;
    readonly intervalMs: number;
    readonly timeoutMs: number;
  } | null;
  /** `null`: the workload is not asked. */
  readonly hooks: { readonly drain: Hook | null; readonly undrain: Hook | null; readonly endSessions: Hook | null };
}

export function workloadOf(setting: WorkloadSetting, directory: string, faults: ConfigFaults): WorkloadConfig {
  const { driver, health, sessions } = setting;
  const cwd = path.resolve(directory, setting.cwd ?? '.');
  const at = (...keys: readonly string[]) => ['workload', ...keys];
  // Who counts its sessions by the library hears of drains by it as well.
  const byLibrary = sessions?.library === true ? { library: true as const } : undefined;
  const drain = setting.drain ?? byLibrary;
  const undrain = setting.undrain ?? byLibrary;
  const usesSocket = [sessions, drain, undrain].some((each) => each?.library === true);
  if (usesSocket && (driver === 'process' || driver === 'exec') && setting.user !== undefined)
    faults.add(
      at('user'),
      "is another user than the agent's, who cannot reach the agent's socket; leave out user, or count and drain by http",
    );
  if (setting.endSessions?.library === true)
    faults.add(
      at('endSessions', 'library'),
      'is not possible: over the socket a workload is asked to drain, and no more; use http, signal or exec',
    );
  return {
    driver: driverSettingsOf(setting, cwd, faults),
    cwd,
    environment: 'env' in setting ? (setting.env ?? {}) : {},
    inherits: inheritsOf(setting),
    output: outputOf(setting),
    usesSocket,
    stopGraceMs: durationOf(setting.stopGrace, 30_000, faults, at('stopGrace')),
    health:
      health === undefined
        ? null
        : {
            check: healthCheckOf(health, faults, at('health')),
            intervalMs: positiveDurationOf(health.interval, 2000, faults, at('health', 'interval')),
            timeoutMs: positiveDurationOf(health.timeout, 2000, faults, at('health', 'timeout')),
          },
    healthyWithinMs: positiveDurationOf(health?.healthyWithin, 60_000, faults, at('health', 'healthyWithin')),
    sessions:
      sessions === undefined
        ? null
        : {
            source: sessionsSourceOf(sessions, faults, at('sessions')),
            intervalMs: positiveDurationOf(sessions.interval, 1000, faults, at('sessions', 'interval')),
            timeoutMs: positiveDurationOf(sessions.timeout, 2000, faults, at('sessions', 'timeout')),
          },
    hooks: {
      drain: hookOf(drain, driver, faults, at('drain')),
      undrain: hookOf(undrain, driver, faults, at('undrain')),
      endSessions: hookOf(setting.endSessions, driver, faults, at('endSessions')),
    },
  };
}

function outputOf(setting: WorkloadSetting): LogSize {
  const { fileBytes, files } = ('output' in setting ? setting.output : undefined) ?? {};
  return {
    ...(fileBytes === undefined ? {} : { bytesMax: fileBytes }),
    ...(files === undefined ? {} : { filesMax: files }),
  };
}

function inheritsOf(setting: WorkloadSetting): WorkloadConfig['inherits'] {
  const inherit = 'inheritEnvironment' in setting ? setting.inheritEnvironment : true;
  if (Array.isArray(inherit)) return inherit;
  return inherit === false ? [] : 'all';
}
