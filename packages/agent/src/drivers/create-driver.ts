/** All drivers there are: reads what the configuration says of one, and makes it. (Their keys join the schema in config-file.ts.) */
import type { ConfigFaults } from '../config-faults.ts';
import type { WorkloadSetting } from '../config-file.ts';
import { DockerLauncher } from './docker/docker-launcher.ts';
import { type DockerSettings, dockerSettingsOf } from './docker/docker-settings.ts';
import type { Driver } from './driver.ts';
import { ExecLauncher } from './exec/exec-launcher.ts';
import { type ExecSettings, execSettingsOf } from './exec/exec-settings.ts';
import type { Launcher } from './launcher.ts';
import { ProcessLauncher } from './process/process-launcher.ts';
import { type ProcessSettings, processSettingsOf } from './process/process-settings.ts';
import { Supervisor, type SupervisorOptions } from './supervisor.ts';
import { SystemdLauncher } from './systemd/systemd-launcher.ts';
import { type SystemdSettings, systemdSettingsOf } from './systemd/systemd-settings.ts';

export type DriverSettings = ProcessSettings | ExecSettings | SystemdSettings | DockerSettings;

/** @param cwd Where the workload and the commands of the configuration run. */
export function driverSettingsOf(setting: WorkloadSetting, cwd: string, faults: ConfigFaults): DriverSettings {
  switch (setting.driver) {
    case 'process':
      return processSettingsOf(setting, cwd, faults);
    case 'exec':
      return execSettingsOf(setting, cwd, faults);
    case 'systemd':
      return systemdSettingsOf(setting, cwd, faults);
    case 'docker':
      return dockerSettingsOf(setting, cwd, faults);
  }
}

export function createDriver(settings: DriverSettings, options: SupervisorOptions): Driver {
  return new Supervisor(launcherOf(settings), options);
}

function launcherOf(settings: DriverSettings): Launcher {
  switch (settings.kind) {
    case 'process':
      return new ProcessLauncher(settings);
    case 'exec':
      return new ExecLauncher(settings);
    case 'systemd':
      return new SystemdLauncher(settings);
    case 'docker':
      return new DockerLauncher(settings);
  }
}
