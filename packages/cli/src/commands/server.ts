/** `sluice server`: the control plane. */
import { setTimeout } from 'node:timers/promises';
import type { RunningServer } from '@sluice/server';
import { Command, Option } from 'commander';
import { errorCode } from '../error-code.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import type { Finish } from '../finish.ts';
import { printError, printLine } from '../output/print.ts';
import type { Terminal } from '../terminal.ts';
import { untilInterrupted } from '../until-interrupted.ts';
import { serverBackupCommand } from './server-backup.ts';
import { serverExportCommand } from './server-export.ts';
import { serverImportCommand } from './server-import.ts';
import { serverRestoreCommand } from './server-restore.ts';
import { serverStatusCommand } from './server-status.ts';
import { serviceInstallCommand } from './service-install.ts';
import { serviceUninstallCommand } from './service-uninstall.ts';

/** Milliseconds between two tries to start anew. */
const START_AGAIN_MS = 1000;

interface ServerOptions {
  readonly config?: string;
  readonly listen?: string;
  readonly data?: string;
  readonly database?: string;
  readonly advertise?: string;
  readonly insecureNoAuth?: boolean;
  readonly logLevel?: string;
}

export function serverCommand(terminal: Terminal, finish: Finish): Command {
  return (
    new Command('server')
      .summary('run the control plane on this machine; status, backup, restore, export, import, install')
      .description(
        'Serves the API, keeps everything in an SQLite database in --data (or in PostgreSQL), and talks with the agents. At the first start it makes\n' +
          'an admin token and a join token for agents, prints them once and keeps only their hashes; SLUICE_ADMIN_TOKEN and\n' +
          'SLUICE_JOIN_TOKEN set them instead. Ctrl-C stops it; nothing is lost.',
      )
      .option('--config <file>', 'configuration file')
      .option('--listen <host:port>', 'where to listen (or SLUICE_LISTEN; default 127.0.0.1:7070)')
      .option('--data <dir>', 'where the database is (or SLUICE_DATA; default ./sluice-data)')
      .option(
        '--database <url>',
        'instead of --data: a PostgreSQL database (better: SLUICE_DATABASE_URL, which no list of processes shows)',
      )
      .option(
        '--advertise <url>',
        'of several servers on one database: where this one is reached (or SLUICE_ADVERTISE; default its host name and port)',
      )
      .option('--insecure-no-auth', 'ask nobody for a token; only on a loopback address')
      .addOption(
        new Option('--log-level <level>', 'or SLUICE_LOG_LEVEL; default info').choices([
          'debug',
          'info',
          'warn',
          'error',
        ]),
      )
      // Its flags and those of the commands below it have the same names: what comes after a command's name is the command's.
      .enablePositionalOptions()
      .usage('[options] [command]')
      .helpCommand(false)
      .addCommand(serverStatusCommand(terminal, finish))
      .addCommand(serverBackupCommand(terminal, finish))
      .addCommand(serverRestoreCommand(terminal, finish))
      .addCommand(serverExportCommand(terminal, finish))
      .addCommand(serverImportCommand(terminal, finish))
      .addCommand(serviceInstallCommand(terminal, finish, 'server'))
      .addCommand(serviceUninstallCommand(terminal, finish, 'server'))
      .addHelpText('after', '\nExample:\n  sluice server --listen 127.0.0.1:7070 --data /var/lib/sluice')
      .action((options: ServerOptions) => finish(serve(terminal, options)))
  );
}

async function serve(terminal: Terminal, flags: ServerOptions): Promise<ExitCode> {
  // Loaded only here: every other command starts several times faster without it.
  const { loadServerConfig, startServer } = await import('@sluice/server');
  const loaded = loadServerConfig({ flags, env: terminal.environment });
  if (!loaded.ok) {
    printError(
      terminal,
      loaded.message,
      'Correct it, then start the server again; `sluice server --help` explains the settings.',
    );
    return exitCodes.wrongUsage;
  }
  let server: RunningServer;
  try {
    server = await startServer(loaded.config);
  } catch (error) {
    return explainNoStart(terminal, error, `${loaded.config.host}:${loaded.config.port}`);
  }
  printLine(terminal, `Sluice is listening on ${server.url} (dashboard, API and /docs). Ctrl-C stops it.`);
  printNewToken(terminal, server);
  const interrupted = untilInterrupted(terminal).then(() => null);
  for (;;) {
    const why = await Promise.race([interrupted, server.superseded]);
    await server.stop();
    if (why === null) return exitCodes.done;
    const restarted = await startAgain(() => startServer(loaded.config), interrupted);
    if (restarted === null) return exitCodes.done;
    server = restarted;
  }
}

/** A database that was set back, or failed over, may take a moment. @returns `null`: it was interrupted before. */
async function startAgain(
  start: () => Promise<RunningServer>,
  interrupted: Promise<null>,
): Promise<RunningServer | null> {
  for (;;) {
    try {
      return await start();
    } catch {
      // What keeps it from starting the next try says in the server's log.
      const isOver = await Promise.race([interrupted, setTimeout(START_AGAIN_MS, true)]);
      if (isOver === null) return null;
    }
  }
}

function explainNoStart(terminal: Terminal, error: unknown, address: string): ExitCode {
  if (errorCode(error) === 'EADDRINUSE') {
    const whatToDo = 'Stop it, or listen elsewhere, such as: sluice server --listen 127.0.0.1:7071';
    printError(terminal, `Something else listens on ${address} already.`, whatToDo);
    return exitCodes.failed;
  }
  // Anything but a system's refusal (rights, a full disk, a database in use) is a fault of our own, with its trace.
  if (!(error instanceof Error) || (errorCode(error) === null && error.cause === undefined)) throw error;
  printError(terminal, `The server cannot start: ${error.message}`, 'Mend what it names, then start the server again.');
  return exitCodes.failed;
}

function printNewToken(terminal: Terminal, { url, newAdminToken, newLoginPath }: RunningServer): void {
  if (newAdminToken === null) return;
  const lines = [
    '',
    'A new token with all rights, shown this once. Keep it; the server has only its hash.',
    '',
    `    export SLUICE_TOKEN=${newAdminToken}`,
    '',
    ...(newLoginPath === null
      ? []
      : [
          'This address opens the dashboard, once, within 15 minutes; `sluice dashboard` prints another:',
          '',
          `    ${url}${newLoginPath}`,
          '',
        ]),
    'Let agents in with: sluice join-tokens create',
    '',
  ];
  for (const line of lines) printLine(terminal, line);
}
