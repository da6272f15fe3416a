/** The keys of `workload` that belong to `driver: process`, and what they mean. */
import type { ConfigFaults } from '../../config-faults.ts';
import { Command } from '../../config-schemas.ts';
import { commandLineOf } from '../../config-values.ts';
import type { CommandLine } from '../../run-command.ts';
import { RUN_AS_KEYS, type RunAs, runAsOf, type RunAsSetting } from '../../run-as/run-as-settings.ts';

export const PROCESS_KEYS = {
  /** What runs. */
  command: Command,
  ...RUN_AS_KEYS,
};

export interface ProcessSettings {
  readonly kind: 'process';
  readonly command: CommandLine;
  readonly cwd: string;
  readonly runAs: RunAs;
}

export function processSettingsOf(
  setting: RunAsSetting & { readonly command: readonly string[] },
  cwd: string,
  faults: ConfigFaults,
): ProcessSettings {
  return {
    kind: 'process',
    command: commandLineOf(setting.command, faults, ['workload', 'command']),
    cwd,
    runAs: runAsOf(setting, faults),
  };
}
