/** `sluice simulate`: thousands of agents in one process, to see a server with a large fleet before there is one. */
import { randomInt } from 'node:crypto';
import { Command, InvalidArgumentError, Option } from 'commander';
import { serverCaOption } from '../connect.ts';
import { durationSeconds } from '../duration.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import type { Finish } from '../finish.ts';
import { formatOption } from '../output/formats.ts';
import { printError, printLine, printNote } from '../output/print.ts';
import type { Terminal } from '../terminal.ts';
import { runSimulation } from '../simulate/run-simulation.ts';

/** Nodes of one process: each has a socket, and a process may open some 20,000 files. */
const NODES_MAX = 18_000;

interface SimulateOptions {
  readonly nodes: number;
  readonly server?: string;
  readonly serverCa?: string;
  readonly duration?: number;
  readonly churn: number;
  readonly sessions: number;
  readonly sessionLength: number;
  readonly failures: number;
  readonly connectRate: number;
  readonly seed?: number;
  readonly prefix: string;
  readonly output: 'table' | 'json';
}

export function simulateCommand(terminal: Terminal, finish: Finish): Command {
  const whole = (most: number) => numberOf({ least: 1, most, isWhole: true });
  return new Command('simulate')
    .summary('connect thousands of simulated nodes to a server, to see how it does')
    .description(
      'Thousands of agents in one process: real sessions, keys and drains over real sockets; only their workloads are simulated.\n' +
        'Sessions come and go, a drain waits until they have gone, a restart takes its time. The join token is taken from\n' +
        'SLUICE_JOIN_TOKEN and must be for as many agents. Use a server of its own: the nodes stay in its list.',
    )
    .addOption(new Option('--nodes <count>', 'how many').argParser(whole(NODES_MAX)).makeOptionMandatory())
    .option(
      '--server <urls>',
      'the server, or several with commas between (or SLUICE_URL; default http://127.0.0.1:7070)',
    )
    .addOption(serverCaOption())
    .addOption(
      new Option('--duration <duration>', 'end by itself').argParser(durationSeconds({ min: 1, max: 604_800 })),
    )
    .addOption(
      share('--churn <percent>', 'of the agents leave in a minute and come back: half say goodbye, half are cut off'),
    )
    .addOption(
      new Option('--sessions <count>', 'sessions on a node, on average')
        .argParser(numberOf({ least: 0, most: 1000 }))
        .default(8),
    )
    .addOption(
      new Option('--session-length <duration>', 'how long a session lasts, on average')
        .argParser(durationSeconds({ min: 1, max: 86_400 }))
        .default(60, '1m'),
    )
    .addOption(
      new Option('--failures <count>', 'crashes and failing health checks of a node in an hour, on average')
        .argParser(numberOf({ least: 0, most: 60 }))
        .default(0),
    )
    .addOption(
      new Option('--connect-rate <count>', 'agents that begin in a second').argParser(whole(5000)).default(500),
    )
    .addOption(
      new Option('--seed <number>', 'repeats a simulation').argParser(
        numberOf({ least: 0, most: 4_294_967_295, isWhole: true }),
      ),
    )
    .option('--prefix <text>', 'what the ids begin with', 'sim')
    .addOption(formatOption(['table', 'json']))
    .addHelpText('after', '\nExample:\n  SLUICE_JOIN_TOKEN=slc_… sluice simulate --nodes 2000 --churn 5')
    .action((options: SimulateOptions) => finish(simulate(terminal, options)));
}

async function simulate(terminal: Terminal, options: SimulateOptions): Promise<ExitCode> {
  const { environment } = terminal;
  const { readServerUrls, splitServerUrls, startSimulation } = await import('@sluice/agent');
  const servers = readServerUrls(
    splitServerUrls(options.server ?? (environment['SLUICE_URL'] || 'http://127.0.0.1:7070')),
  );
  if (!servers.ok) {
    printError(
      terminal,
      `--server: ${servers.faults.map(({ message }) => message).join('; ')}.`,
      'Write it as http://HOST:PORT or https://HOST:PORT; several with commas between.',
    );
    return exitCodes.wrongUsage;
  }
  const joinToken = environment['SLUICE_JOIN_TOKEN'] ?? null;
  if (joinToken === null)
    printNote(terminal, 'SLUICE_JOIN_TOKEN is not set: only a server with --insecure-no-auth lets these agents in.');
  const seed = options.seed ?? randomInt(2 ** 32);
  const simulation = startSimulation({
    serverUrls: servers.urls,
    joinToken,
    serverCa: options.serverCa ?? environment['SLUICE_SERVER_CA'] ?? null,
    nodes: options.nodes,
    prefix: options.prefix,
    seed,
    connectsPerSecond: options.connectRate,
    sessionsMean: options.sessions,
    sessionLengthMs: options.sessionLength * 1000,
    failuresPerHour: options.failures,
    churnPerMinute: options.churn / 100,
  });
  if (options.output === 'table')
    printLine(
      terminal,
      `${options.nodes} simulated nodes connect to ${servers.urls.join(', ')} (seed ${seed}). Ctrl-C ends them.`,
    );
  return runSimulation(terminal, simulation, {
    durationMs: options.duration === undefined ? null : options.duration * 1000,
    isJson: options.output === 'json',
  });
}

function share(flags: string, description: string): Option {
  return new Option(flags, description).argParser(numberOf({ least: 0, most: 100 })).default(0);
}

function numberOf({ least, most, isWhole = false }: { least: number; most: number; isWhole?: boolean }) {
  return (text: string): number => {
    const number = Number(text);
    const isRight = /^\d+(?:\.\d+)?$/u.test(text) && number >= least && number <= most;
    if (isRight && (!isWhole || Number.isInteger(number))) return number;
    throw new InvalidArgumentError(`Write a ${isWhole ? 'whole ' : ''}number from ${least} to ${most}.`);
  };
}
