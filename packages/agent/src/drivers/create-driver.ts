/** Makes the driver that the configuration names. */
import type { Driver } from './driver.ts';
import { ExecLauncher, type ExecLauncherOptions } from './exec/exec-launcher.ts';
import { ProcessLauncher, type ProcessLauncherOptions } from './process/process-launcher.ts';
import { Supervisor, type SupervisorOptions } from './supervisor.ts';

export type DriverSettings =
  | ({ readonly kind: 'process' } & ProcessLauncherOptions)
  | ({ readonly kind: 'exec' } & ExecLauncherOptions);

export function createDriver(settings: DriverSettings, options: SupervisorOptions): Driver {
  switch (settings.kind) {
    case 'process':
      return new Supervisor(new ProcessLauncher(settings), options);
    case 'exec':
      return new Supervisor(new ExecLauncher(settings), options);
  }
}
