/** The part of agent.yaml that says what the node runs, and how to ask it things. */
import path from 'node:path';
import type { ConfigFaults } from './config-faults.ts';
import type { WorkloadSetting } from './config-file.ts';
import {
  commandLineOf,
  durationOf,
  healthCheckOf,
  hookOf,
  positiveDurationOf,
  sessionsSourceOf,
} from './config-values.ts';
import type { DriverSettings } from './drivers/create-driver.ts';
import type { Hook } from './hooks/call-hook.ts';
import type { HealthCheck, SessionsSource } from './probes/probe-settings.ts';

export interface WorkloadConfig {
  readonly driver: DriverSettings;
  /** Where the workload and all commands of the configuration run. */
  readonly cwd: string;
  /** What the workload gets beside the agent's own environment. */
  readonly environment: Readonly<Record<string, string>>;
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
  const { driver, env = {}, health, sessions } = setting;
  const cwd = path.resolve(directory, setting.cwd ?? '.');
  for (const [name, value] of Object.entries(env)) checkVariable(name, value, faults);
  const at = (...keys: readonly string[]) => ['workload', ...keys];
  return {
    driver: driverOf(setting, cwd, faults),
    cwd,
    environment: env,
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
      drain: hookOf(setting.drain, driver, faults, at('drain')),
      undrain: hookOf(setting.undrain, driver, faults, at('undrain')),
      endSessions: hookOf(setting.endSessions, driver, faults, at('endSessions')),
    },
  };
}

/** The keys that only one driver knows, and whether it needs them. */
const KEYS_OF_DRIVERS = {
  process: { command: 'needed' },
  exec: {
    start: 'needed',
    stop: 'needed',
    restart: 'optional',
    status: 'needed',
    timeout: 'optional',
    statusInterval: 'optional',
  },
} as const satisfies Readonly<
  Record<WorkloadSetting['driver'], Partial<Record<keyof WorkloadSetting, 'needed' | 'optional'>>>
>;

function driverOf(setting: WorkloadSetting, cwd: string, faults: ConfigFaults): DriverSettings {
  const { driver } = setting;
  const given = new Set(Object.keys(setting));
  for (const [kind, keys] of Object.entries(KEYS_OF_DRIVERS)) {
    for (const [key, need] of Object.entries(keys)) {
      if (kind === driver && need === 'needed' && !given.has(key))
        faults.add(['workload', key], `missing; the driver ${driver} needs it`);
      if (kind !== driver && given.has(key))
        faults.add(['workload', key], `belongs to the driver ${kind}, and this is ${driver}`);
    }
  }
  const commandLine = (key: 'command' | 'start' | 'stop' | 'restart' | 'status') =>
    commandLineOf(setting[key] ?? ['-'], faults, ['workload', key]);
  switch (driver) {
    case 'process':
      return { kind: 'process', command: commandLine('command'), cwd };
    case 'exec':
      return {
        kind: 'exec',
        start: commandLine('start'),
        stop: commandLine('stop'),
        restart: setting.restart === undefined ? null : commandLine('restart'),
        status: commandLine('status'),
        cwd,
        timeoutMs: positiveDurationOf(setting.timeout, 60_000, faults, ['workload', 'timeout']),
        statusIntervalMs: positiveDurationOf(setting.statusInterval, 2000, faults, ['workload', 'statusInterval']),
      };
  }
}

function checkVariable(name: string, value: string, faults: ConfigFaults): void {
  const at = ['workload', 'env', name];
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/u.test(name))
    faults.add(at, 'is no name of an environment variable: letters, digits and _, the first one no digit');
  if (name.startsWith('SLUICE_')) faults.add(at, 'names beginning with SLUICE_ are set by the agent; choose another');
  if (value.includes('\0')) faults.add(at, 'contains a NUL character');
}
