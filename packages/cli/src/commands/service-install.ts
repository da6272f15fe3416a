/** `sluice agent install` and `sluice server install`: a systemd service of it. */
import { Command, Option } from 'commander';
import { errorCode } from '../error-code.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import type { Finish } from '../finish.ts';
import { type FileFate, installFiles } from '../install/install-files.ts';
import { programOfService } from '../install/program-of-service.ts';
import { agentFiles, serverFiles, type ServiceFiles } from '../install/service-files.ts';
import { type Driver, DRIVERS } from '../install/service-units.ts';
import { newToken } from '../new-token.ts';
import { printError, printLine } from '../output/print.ts';
import type { Terminal } from '../terminal.ts';

interface InstallOptions {
  readonly print?: boolean;
  readonly root: string;
  readonly force?: boolean;
  readonly program?: string;
  readonly driver?: Driver;
  readonly server?: string;
}

type Service = ServiceFiles['service'];

export function serviceInstallCommand(terminal: Terminal, finish: Finish, service: Service): Command {
  const command = new Command('install')
    .summary(`make a systemd service of the ${service}`)
    .description(
      `Writes a hardened unit, /etc/sluice/${service}.yaml to fill in, a file for\n` +
        'secrets that only root may read, and the state directory; then says what to do\n' +
        'next. What is there and was changed stays as it is.',
    )
    .option('--print', 'show the files, and write nothing')
    .option('--root <dir>', 'write below this directory: for an image, or to look', '/')
    .option('--force', 'also over files that somebody has changed; never over configuration and secrets')
    .option('--program <file>', 'what the unit starts; default: this Node.js with this command');
  if (service === 'agent') {
    command
      .addOption(
        new Option('--driver <driver>', 'what runs the workload; the rights of the agent follow from it')
          .choices(DRIVERS)
          .default('process'),
      )
      .option(
        '--server <urls>',
        'where the server is, several with commas between; default: SLUICE_URL, or http://127.0.0.1:7070',
      );
  }
  const example =
    service === 'agent'
      ? 'sudo sluice agent install --driver systemd --server https://sluice.example'
      : 'sudo sluice server install';
  return command
    .addHelpText('after', `\nExample:\n  ${example}\n\nMore: docs/installing.md`)
    .action((options: InstallOptions) => finish(install(terminal, service, options)));
}

async function install(terminal: Terminal, service: Service, options: InstallOptions): Promise<ExitCode> {
  const program = programOfService(options.program);
  if (!program.ok) {
    printError(
      terminal,
      program.detail,
      'Install Node.js and Sluice for the whole machine (npm install -g sluice), or say with --program where sluice is.',
    );
    return exitCodes.failed;
  }
  const isHere = options.root === '/';
  const isPrinted = options.print === true;
  if (isHere && !isPrinted && process.platform !== 'linux') {
    printError(
      terminal,
      'The services are systemd units, and this machine has no systemd.',
      'Look with --print, or write them below --root DIR.',
    );
    return exitCodes.failed;
  }
  const joinToken = terminal.environment['SLUICE_JOIN_TOKEN'] ?? '';
  if (!/^[\w-]*$/u.test(joinToken)) {
    printError(terminal, 'SLUICE_JOIN_TOKEN is no token.', 'Make one with: sluice join-tokens create');
    return exitCodes.wrongUsage;
  }
  // An image is not to have a secret that all its machines share, and what is printed may be seen.
  const hasSecrets = isHere && !isPrinted;
  const { environment } = terminal;
  const files =
    service === 'server'
      ? serverFiles(program.words, hasSecrets ? newToken() : null)
      : agentFiles(program.words, {
          driver: options.driver ?? 'process',
          serverUrls: await serverUrlsOf(options.server ?? (environment['SLUICE_URL'] || 'http://127.0.0.1:7070')),
          joinToken: hasSecrets ? joinToken : '',
        });
  if (isPrinted) return printFiles(terminal, files);
  try {
    const fates = await installFiles(files, options.root, options.force ?? false);
    return report(terminal, files, fates, isHere);
  } catch (error) {
    const code = errorCode(error);
    if (!(error instanceof Error) || code === null) throw error;
    const whatToDo =
      code === 'EACCES'
        ? 'Run it as root (sudo), or look at what it would write with --print.'
        : 'Mend what it names, then run it again.';
    printError(terminal, `${error.message.replace(/^./u, (first) => first.toUpperCase())} failed: ${code}.`, whatToDo);
    return exitCodes.failed;
  }
}

async function serverUrlsOf(text: string): Promise<readonly string[]> {
  // Loaded only here: every other command starts faster without it.
  const { splitServerUrls } = await import('@sluice/agent');
  return splitServerUrls(text);
}

function printFiles(terminal: Terminal, { files, stateDirectory }: ServiceFiles): ExitCode {
  for (const { path, mode, text } of files)
    terminal.stdout.write(`==> ${path} (mode ${mode.toString(8).padStart(4, '0')})\n${text}\n`);
  printLine(terminal, `==> ${stateDirectory}/ (mode 0700)`);
  return exitCodes.done;
}

function report(
  terminal: Terminal,
  { service, hasUser }: ServiceFiles,
  fates: readonly FileFate[],
  isHere: boolean,
): ExitCode {
  const changed = fates.filter(({ fate }) => fate === 'changed');
  if (changed.length > 0) {
    printError(
      terminal,
      `${changed.map(({ path }) => path).join(' and ')} ${changed.length === 1 ? 'is' : 'are'} not as sluice wrote it, so nothing was written.`,
      `Compare with --print. Put your own settings into a drop-in (systemctl edit sluice-${service}), then add --force.`,
    );
    return exitCodes.conflict;
  }
  for (const { path, fate } of fates) printLine(terminal, `${fate.padEnd(9)}  ${path}`);
  const steps = [
    service === 'agent'
      ? 'Say what runs here, in /etc/sluice/agent.yaml; put a join token into /etc/sluice/agent.env, unless it is there.'
      : `Say where it listens, in /etc/sluice/server.yaml.${isHere ? ' The admin token is in /etc/sluice/server.env.' : ''}`,
    ...(hasUser ? ['systemd-sysusers'] : []),
    'systemctl daemon-reload',
    `systemctl enable --now sluice-${service}`,
    `systemctl status sluice-${service}        # its log: journalctl -u sluice-${service}`,
  ];
  printLine(terminal, '');
  printLine(terminal, `${isHere ? 'Next, as root:' : 'On the machine that gets this, as root:'}`);
  for (const step of steps) printLine(terminal, `  ${step}`);
  return exitCodes.done;
}
