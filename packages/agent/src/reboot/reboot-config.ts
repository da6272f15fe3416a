/** The part of agent.yaml that allows the machine to be rebooted. Without it nobody can. */
import path from 'node:path';
import type { ConfigFaults } from '../config-faults.ts';
import type { RebootSetting } from '../config-file.ts';
import { commandLineOf, positiveDurationOf } from '../config-values.ts';
import type { CommandLine } from '../run-command.ts';

export interface RebootConfig {
  readonly command: CommandLine;
  /** From the command until the machine must be down. */
  readonly withinMs: number;
  /** What is in it is another with each boot. */
  readonly bootIdFile: string;
}

/** Linux makes a new one at each boot. */
export const BOOT_ID_FILE = '/proc/sys/kernel/random/boot_id';
/** Milliseconds: a server that checks its memory and its disks takes several minutes. */
const REBOOT_WITHIN_MS = 900_000;
/** The command of that name that every node has whose machine may be rebooted. */
const REBOOT = 'reboot';

/** @param commandNames Those that the file declares. */
export function rebootOf(
  setting: RebootSetting | undefined,
  commandNames: readonly string[],
  directory: string,
  faults: ConfigFaults,
): RebootConfig | null {
  if (setting === undefined) return null;
  if (commandNames.includes(REBOOT))
    faults.add(
      ['commands', REBOOT],
      'the section reboot gives this node a command of that name already; choose another name, or remove one of the two',
    );
  return {
    command: commandLineOf(setting.command, faults, ['reboot', 'command']),
    withinMs: positiveDurationOf(setting.within, REBOOT_WITHIN_MS, faults, ['reboot', 'within']),
    bootIdFile: setting.bootIdFile === undefined ? BOOT_ID_FILE : path.resolve(directory, setting.bootIdFile),
  };
}
