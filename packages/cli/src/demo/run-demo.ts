/** Starts a whole fleet on this machine, says how to use it, and ends every process of it on Ctrl-C. */
import { access, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createClient, type Client } from '@sluice/client';
import type { Node } from '@sluice/contract';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import { paintFor } from '../output/colour.ts';
import { newToken } from '../new-token.ts';
import { renderNodesTable } from '../output/nodes-table.ts';
import { printError, printLine } from '../output/print.ts';
import { pause, type Terminal } from '../terminal.ts';
import { untilInterrupted } from '../until-interrupted.ts';
import { commandInWords } from '../install/own-files.ts';
import { agentYaml, type DemoNode, demoNodes, gameServerFile } from './demo-nodes.ts';
import { startDemoProcess, type DemoProcess } from './demo-process.ts';
import { findFreePorts, isPortFree } from './ports.ts';

/** Milliseconds until server or fleet must be there: many times what a loaded machine needs. */
const START_MS_MAX = 60_000;
const LOOK_INTERVAL_MS = 200;
/** Milliseconds of a life so short that starting again would not help. */
const SHORT_LIFE_MS = 5000;

export interface DemoOptions {
  readonly port: number;
  /** How many. */
  readonly nodes: number;
  /** Where its files are kept; absent: in a temporary directory that is removed at the end. */
  readonly data?: string;
}

export async function runDemo(terminal: Terminal, options: DemoOptions): Promise<ExitCode> {
  const url = `http://127.0.0.1:${options.port}`;
  if (!(await isPortFree(options.port))) {
    const other = options.port < 65_535 ? options.port + 1 : options.port - 1;
    printError(
      terminal,
      `Port ${options.port} is in use, so the demo was not started.`,
      `Choose another: sluice demo --port ${other}`,
    );
    return exitCodes.failed;
  }
  if (!(await isThere(gameServerFile('dist/server.js')))) {
    printError(terminal, "The demo's game server is not built.", 'Run `npm run build` in the checkout.');
    return exitCodes.failed;
  }
  const directory = options.data === undefined ? await mkdtemp(join(tmpdir(), 'sluice-demo-')) : resolve(options.data);
  const processes: DemoProcess[] = [];
  try {
    return await startAndStay(terminal, { url, directory, nodes: demoNodes(options.nodes) }, processes);
  } finally {
    if (processes.length > 0) printLine(terminal, 'Stopping …');
    // Agents first: each says goodbye, and ends its game server.
    const [server, ...agents] = processes;
    await Promise.all(agents.map((agent) => agent.stop()));
    await server?.stop();
    if (options.data === undefined) await rm(directory, { recursive: true, force: true });
    if (processes.length > 0) printLine(terminal, 'Every process of the demo has ended.');
  }
}

async function startAndStay(
  terminal: Terminal,
  { url, directory, nodes }: { readonly url: string; readonly directory: string; readonly nodes: readonly DemoNode[] },
  processes: DemoProcess[],
): Promise<ExitCode> {
  const adminToken = newToken();
  const environment = {
    ...withoutSettings(terminal.environment),
    SLUICE_ADMIN_TOKEN: adminToken,
    SLUICE_JOIN_TOKEN: newToken(),
  };
  const logs = join(directory, 'logs');
  await mkdir(logs, { recursive: true, mode: 0o700 });
  const start = (name: string, argumentsGiven: readonly string[]) => {
    const child = startDemoProcess({ name, argumentsGiven, environment, logFile: join(logs, `${name}.log`) });
    processes.push(child);
  };
  const client = createClient({ url, token: adminToken, signal: terminal.interrupt });

  printLine(terminal, `Starting a server, ${nodes.length} agents and ${nodes.length} game servers …`);
  const serverConfig = join(directory, 'server.yaml');
  // Faster than a real fleet's, so that the counts of a demo move before the eyes.
  await writeFile(serverConfig, 'agents: { heartbeatInterval: 2s, lease: 10s }\n', { mode: 0o600 });
  start('server', [
    'server',
    '--config',
    serverConfig,
    '--listen',
    new URL(url).host,
    '--data',
    join(directory, 'server'),
  ]);
  const isServerThere = await reach(terminal, processes, async () => (await client.listNodes()).ok);
  if (isServerThere !== null) return isServerThere;

  const ports = await findFreePorts(nodes.length * 2);
  for (const [index, node] of nodes.entries()) {
    const [port, rotationPort] = ports.slice(index * 2);
    if (port === undefined || rotationPort === undefined) throw new Error('finding free ports for the game servers');
    const stateDir = join(directory, node.id);
    await mkdir(stateDir, { recursive: true, mode: 0o700 });
    const configFile = join(directory, `${node.id}.agent.yaml`);
    await writeFile(configFile, agentYaml(node, { serverUrl: url, stateDir, port, rotationPort }), { mode: 0o600 });
    start(node.id, ['agent', '--config', configFile]);
  }
  const isFleetThere = await reach(terminal, processes, async () => isWholeFleetUp(nodes, await listNodes(client)));
  if (isFleetThere !== null) return isFleetThere;

  const link = await client.createLoginLink();
  const dashboard = `${url}${link.ok ? link.value.path : '/'}`;
  printSummary(terminal, { url, dashboard, token: adminToken, logs, nodes: await listNodes(client) });
  return keepRunning(terminal, processes);
}

/** Until Ctrl-C: a process that was killed is started again, as an init system would; its node shows what that means. */
async function keepRunning(terminal: Terminal, processes: DemoProcess[]): Promise<ExitCode> {
  for (;;) {
    const end = await untilInterrupted(terminal, firstEnd(processes));
    if (end === null) return exitCodes.done;
    if (Date.now() - end.process.startedAt < SHORT_LIFE_MS) return explain(terminal, end.process, end.sentence);
    printLine(terminal, `${end.sentence} It is started again.`);
    processes[processes.indexOf(end.process)] = end.process.startAgain();
  }
}

/** Waits until `isThere`; gives an exit code when that is not to be: interrupted, a process ended, or it takes too long. */
async function reach(
  terminal: Terminal,
  processes: readonly DemoProcess[],
  isReached: () => Promise<boolean>,
): Promise<ExitCode | null> {
  const giveUpAt = Date.now() + START_MS_MAX;
  const ended: { process: DemoProcess; sentence: string }[] = [];
  void firstEnd(processes).then((end) => ended.push(end));
  for (;;) {
    if (await isReached()) return null;
    if (terminal.interrupt.aborted) return exitCodes.done;
    const [end] = ended;
    if (end !== undefined) return explain(terminal, end.process, end.sentence);
    if (Date.now() > giveUpAt) {
      const last = processes.at(-1);
      return last === undefined
        ? exitCodes.failed
        : explain(terminal, last, `The fleet was not up after ${START_MS_MAX / 1000} s.`);
    }
    await pause(LOOK_INTERVAL_MS, terminal.interrupt);
  }
}

function firstEnd(processes: readonly DemoProcess[]): Promise<{ process: DemoProcess; sentence: string }> {
  return Promise.race(processes.map(async (process) => ({ process, sentence: await process.ended })));
}

async function explain(terminal: Terminal, process: DemoProcess, sentence: string): Promise<ExitCode> {
  printError(terminal, sentence, `The end of the log of ${process.name}:`);
  terminal.stderr.write(`${await process.lastLines()}\n`);
  return exitCodes.failed;
}

async function listNodes(client: Client): Promise<readonly Node[]> {
  const answer = await client.listNodes();
  return answer.ok ? answer.value.items : [];
}

function isWholeFleetUp(wanted: readonly DemoNode[], nodes: readonly Node[]): boolean {
  // A node that was left drained, in a directory that was kept, is up as well. Before the first count, a node shows only
  // that its game server could not be asked yet.
  return wanted.every(({ id }) =>
    nodes.some(
      (node) => node.id === id && node.connected && node.workload.healthy === true && node.load.sessions !== null,
    ),
  );
}

interface Summary {
  readonly url: string;
  /** Its address, with a login. */
  readonly dashboard: string;
  readonly token: string;
  readonly logs: string;
  readonly nodes: readonly Node[];
}

function printSummary(terminal: Terminal, { url, dashboard, token, logs, nodes }: Summary): void {
  const { stdout, environment } = terminal;
  const paint = paintFor(stdout, environment);
  const width = stdout.isTTY === true ? (stdout.columns ?? null) : null;
  const sluice = commandInWords();
  const isDefaultUrl = url === 'http://127.0.0.1:7070';
  stdout.write(`\n${paint('Your fleet is running.', 'bold')}\n\n`);
  stdout.write(renderNodesTable(nodes, { isWide: false, width, paint, nowMs: Date.now() }));
  const lines = [
    '',
    `Dashboard  ${dashboard}`,
    '           works once, within 15 minutes; `npx sluice dashboard` prints another',
    `API        ${url}   described at ${url}/docs`,
    `Logs       ${logs}`,
    '',
    paint(sluice === 'sluice' ? 'In another terminal:' : 'In another terminal, in this directory:', 'bold'),
    '',
    ...(isDefaultUrl ? [] : [`  export SLUICE_URL=${url}`]),
    `  export SLUICE_TOKEN=${token}`,
    '',
    `  ${sluice} nodes list`,
    `  ${sluice} nodes drain lobby-1 --timeout 60s --wait`,
    `  ${sluice} nodes undrain lobby-1`,
    '',
    'Ctrl-C ends everything.',
    '',
  ];
  stdout.write(lines.map((line) => `${line}\n`).join(''));
}

/** The environment without the settings of another Sluice, which this one must not take over. */
function withoutSettings(environment: Terminal['environment']): Record<string, string | undefined> {
  const isForeign = (name: string) => name.startsWith('SLUICE_') && name !== 'SLUICE_LOG_LEVEL';
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !isForeign(name)));
}

async function isThere(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    // Whatever keeps us from it, it cannot be run.
    return false;
  }
}
