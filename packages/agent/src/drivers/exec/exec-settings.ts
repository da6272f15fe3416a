/** The keys of `workload` that belong to `driver: exec`, and what they mean. */
import Type from 'typebox';
import type { ConfigFaults } from '../../config-faults.ts';
import { Command, Duration } from '../../config-schemas.ts';
import { commandLineOf, positiveDurationOf } from '../../config-values.ts';
import type { CommandLine } from '../../run-command.ts';
import { RUN_AS_KEYS, type RunAs, runAsOf } from '../../run-as/run-as-settings.ts';

export const EXEC_KEYS = {
  /** What starts, stops and looks at it. */
  start: Command,
  stop: Command,
  status: Command,
  /** Default: stop, then start. */
  restart: Type.Optional(Command),
  /** How long start, stop and restart may take, beside the grace. Default: 60s. */
  timeout: Type.Optional(Duration),
  /** How often status is asked. Default: 2s. */
  statusInterval: Type.Optional(Duration),
  ...RUN_AS_KEYS,
};
const ExecSetting = Type.Object(EXEC_KEYS);

export interface ExecSettings {
  readonly kind: 'exec';
  readonly start: CommandLine;
  readonly stop: CommandLine;
  /** `null`: stop, then start. */
  readonly restart: CommandLine | null;
  /** Exits with 0 if and only if the workload runs. */
  readonly status: CommandLine;
  readonly cwd: string;
  /** For start, stop and restart; the grace of a stop comes on top. */
  readonly timeoutMs: number;
  readonly statusIntervalMs: number;
  readonly runAs: RunAs;
}

export function execSettingsOf(
  setting: Type.Static<typeof ExecSetting>,
  cwd: string,
  faults: ConfigFaults,
): ExecSettings {
  const { start, stop, restart, status, timeout, statusInterval } = setting;
  return {
    kind: 'exec',
    start: commandLineOf(start, faults, ['workload', 'start']),
    stop: commandLineOf(stop, faults, ['workload', 'stop']),
    restart: restart === undefined ? null : commandLineOf(restart, faults, ['workload', 'restart']),
    status: commandLineOf(status, faults, ['workload', 'status']),
    cwd,
    timeoutMs: positiveDurationOf(timeout, 60_000, faults, ['workload', 'timeout']),
    statusIntervalMs: positiveDurationOf(statusInterval, 2000, faults, ['workload', 'statusInterval']),
    runAs: runAsOf(setting, faults),
  };
}
