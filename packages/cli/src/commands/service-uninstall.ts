/** `sluice agent uninstall` and `sluice server uninstall`: takes the systemd service away. */
import { Command } from 'commander';
import { errorCode } from '../error-code.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import type { Finish } from '../finish.ts';
import { isEnabled, uninstallFiles } from '../install/install-files.ts';
import { agentFiles, serverFiles, type ServiceFiles } from '../install/service-files.ts';
import { printError, printLine } from '../output/print.ts';
import type { Terminal } from '../terminal.ts';

interface UninstallOptions {
  readonly root: string;
  readonly force?: boolean;
}

type Service = ServiceFiles['service'];

export function serviceUninstallCommand(terminal: Terminal, finish: Finish, service: Service): Command {
  return new Command('uninstall')
    .summary(`take the systemd service of the ${service} away`)
    .description(
      'Removes what `install` wrote. Configuration, secrets and state stay, and so does\n' +
        'what somebody has changed; it says where they are.',
    )
    .option('--root <dir>', 'below this directory', '/')
    .option('--force', 'also what somebody has changed; never configuration, secrets and state')
    .addHelpText(
      'after',
      `\nExample:\n  sudo systemctl disable --now sluice-${service}\n  sudo sluice ${service} uninstall`,
    )
    .action((options: UninstallOptions) => finish(uninstall(terminal, service, options)));
}

async function uninstall(terminal: Terminal, service: Service, { root, force }: UninstallOptions): Promise<ExitCode> {
  // Whatever they were made with: only where they are counts. The driver docker has all files that there can be.
  const files =
    service === 'server'
      ? serverFiles([], null)
      : agentFiles([], { driver: 'docker', serverUrls: [''], joinToken: '' });
  try {
    if (await isEnabled(service, root)) {
      printError(
        terminal,
        `sluice-${service} is still started by systemd, so nothing was removed.`,
        `First: systemctl disable --now sluice-${service}`,
      );
      return exitCodes.conflict;
    }
    const fates = await uninstallFiles(files, root, force ?? false);
    for (const { path, fate } of fates) printLine(terminal, `${fate.padEnd(9)}  ${path}`);
    printLine(terminal, `kept       ${files.stateDirectory}/`);
    if (fates.some(({ fate }) => fate === 'removed')) printLine(terminal, 'Next, as root: systemctl daemon-reload');
    const hasChanged = fates.some(({ fate }) => fate === 'changed');
    if (hasChanged)
      printError(
        terminal,
        'What is marked as changed is not as sluice wrote it, and stays.',
        'Remove it by hand, or add --force.',
      );
    return hasChanged ? exitCodes.conflict : exitCodes.done;
  } catch (error) {
    const code = errorCode(error);
    if (code !== 'EACCES') throw error;
    printError(terminal, 'The files of the service cannot be removed by this user.', 'Run it as root (sudo).');
    return exitCodes.failed;
  }
}
