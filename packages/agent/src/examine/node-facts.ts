/** What there is on this node, looked at and changed by nothing: for a judgement of what is wrong with it. */
import { constants } from 'node:fs';
import { access, readFile, stat } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import path from 'node:path';
import type { AgentConfig } from '../config.ts';
import { AgentCredential } from '../credential/agent-credential.ts';
import { type HealthReading, probeHealth } from '../probes/health.ts';
import { probeSessions, type SessionsReading } from '../probes/sessions.ts';
import { readBootId } from '../reboot/boot-id.ts';
import { listen, type ListenAddress } from '../rotation/listen.ts';
import { findProgram, whyNoDirectory } from '../run-as/find-program.ts';
import { agentUsing } from '../state-dir.ts';
import { chosenEnvironment, inheritedEnvironment } from '../workload-environment.ts';
import { programsOf } from './programs-of.ts';

/** Milliseconds that a connection to something on this machine may take. */
const CONNECT_WITHIN_MS = 2000;

export interface NodeFacts {
  readonly stateDir: {
    readonly path: string;
    /** `null`: it is not there yet. */
    readonly mode: number | null;
    /** Whether this user may write there, or make it. */
    readonly isWritable: boolean;
  };
  /** The agent that runs with this state directory; `null`: none does. */
  readonly agentPid: number | null;
  /** Whether a server has let this agent in before: it needs no join token then. `problem`: its key cannot be used. */
  readonly credential: { readonly isEnrolled: boolean } | { readonly problem: string };
  readonly hasJoinToken: boolean;
  /** Whether others on this machine can read a token in the configuration file. */
  readonly isTokenReadable: boolean;
  readonly cwdFault: string | null;
  /** Programs that the configuration names and that cannot be executed, as `workload.command: node`. */
  readonly missingPrograms: readonly string[];
  /** `null`: the machine may not be rebooted. */
  readonly reboot: {
    readonly program: string;
    /** Why the id of this boot cannot be read; `null`: it can. */
    readonly bootIdProblem: string | null;
    readonly isRoot: boolean;
  } | null;
  /** Of those that the configuration has. */
  readonly probes: {
    readonly health: Probed<HealthReading> | null;
    readonly sessions: Probed<SessionsReading> | null;
  };
  /** Addresses of hooks at which nothing accepts a connection. */
  readonly unreachableHooks: readonly string[];
  /** What cannot be listened on, with the reason; `null`: the agent that runs has the ports. */
  readonly portFaults: readonly string[] | null;
}

export interface Probed<Reading> {
  readonly reading: Reading;
  /** Whether something accepted a connection where it asks; true where it does not ask over the network. */
  readonly isAnswered: boolean;
}

export async function nodeFacts(
  config: AgentConfig,
  configFile: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<NodeFacts> {
  const stateDir = await directoryFacts(config.stateDir);
  // Whom it belongs to and who uses it, only its owner can see.
  const isOpenToUs = stateDir.mode !== null && stateDir.isWritable;
  const agentPid = isOpenToUs ? await agentUsing(config.stateDir) : null;
  const { workload, joinToken } = config;
  const inherited = inheritedEnvironment(env, joinToken === null ? [] : [joinToken]);
  const environment = { ...chosenEnvironment(inherited, workload.inherits), ...workload.environment };
  return {
    stateDir: { path: config.stateDir, ...stateDir },
    agentPid,
    credential: isOpenToUs ? await credentialFacts(config.stateDir) : { isEnrolled: false },
    hasJoinToken: joinToken !== null,
    isTokenReadable: await isReadableByOthers(configFile, joinToken),
    cwdFault: await whyNoDirectory(workload.cwd),
    missingPrograms: await missingPrograms(config, environment['PATH']),
    reboot: await rebootFacts(config.reboot),
    probes: await probesOf(config, environment),
    unreachableHooks: await unreachableHooks(config),
    portFaults: agentPid === null ? await portFaults(config) : null,
  };
}

async function directoryFacts(
  directory: string,
): Promise<{ readonly mode: number | null; readonly isWritable: boolean }> {
  for (let at = directory; ; at = path.dirname(at)) {
    try {
      const { mode } = await stat(at);
      const isWritable = await access(at, constants.W_OK | constants.X_OK).then(
        () => true,
        () => false,
      );
      return { mode: at === directory ? mode & 0o777 : null, isWritable };
    } catch (error) {
      const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
      if (!isMissing || at === path.dirname(at)) return { mode: null, isWritable: false };
    }
  }
}

async function credentialFacts(stateDir: string): Promise<NodeFacts['credential']> {
  try {
    return { isEnrolled: await AgentCredential.isEnrolledIn(stateDir) };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

async function isReadableByOthers(file: string, token: string | null): Promise<boolean> {
  if (token === null) return false;
  const [{ mode }, text] = await Promise.all([stat(file), readFile(file, 'utf8')]);
  return (mode & 0o044) !== 0 && text.includes(token);
}

async function missingPrograms(config: AgentConfig, searchPath: string | undefined): Promise<readonly string[]> {
  const { cwd } = config.workload;
  const named = programsOf(config);
  const found = await Promise.all(named.map(({ program }) => findProgram(program, { cwd, searchPath })));
  return named.filter((_, index) => found[index] === null).map(({ setting, program }) => `${setting}: ${program}`);
}

async function rebootFacts(config: AgentConfig['reboot']): Promise<NodeFacts['reboot']> {
  if (config === null) return null;
  const [program] = config.command;
  const bootIdProblem = await readBootId(config).then(
    () => null,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  return { program, bootIdProblem, isRoot: process.getuid?.() === 0 };
}

async function probesOf(
  { workload }: AgentConfig,
  environment: Readonly<Record<string, string>>,
): Promise<NodeFacts['probes']> {
  const { health, sessions, cwd } = workload;
  const source = sessions?.source;
  return {
    health:
      health === null
        ? null
        : {
            reading: await probeHealth(health.check, { timeoutMs: health.timeoutMs, environment, cwd }),
            isAnswered: await isAnswered(health.check),
          },
    sessions:
      sessions === null || source === undefined || source.kind === 'library'
        ? null
        : {
            reading: await probeSessions(source, { timeoutMs: sessions.timeoutMs, environment, cwd }),
            isAnswered: await isAnswered(source),
          },
  };
}

type Asked = { readonly kind: string; readonly url?: string; readonly host?: string; readonly port?: number };

async function isAnswered({ url, host, port }: Asked): Promise<boolean> {
  if (url !== undefined) return canConnect(addressOfUrl(url));
  return host === undefined || port === undefined || canConnect({ host, port });
}

function addressOfUrl(url: string): ListenAddress {
  const { hostname, port, protocol } = new URL(url);
  return { host: hostname.replaceAll(/[[\]]/gu, ''), port: Number(port || (protocol === 'https:' ? 443 : 80)) };
}

function canConnect({ host, port }: ListenAddress): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: CONNECT_WITHIN_MS });
    const settle = (isConnected: boolean) => {
      socket.destroy();
      resolve(isConnected);
    };
    socket.on('connect', () => settle(true));
    socket.on('timeout', () => settle(false));
    socket.on('error', () => settle(false));
  });
}

/** They are not called: that would drain the node. */
async function unreachableHooks({ workload }: AgentConfig): Promise<readonly string[]> {
  const urls = Object.entries(workload.hooks).flatMap(([name, hook]) =>
    hook?.kind === 'http' ? [{ name, method: hook.method, url: hook.url }] : [],
  );
  const connected = await Promise.all(urls.map(({ url }) => canConnect(addressOfUrl(url))));
  return urls
    .filter((_, index) => connected[index] === false)
    .map(({ name, method, url }) => `${name}: ${method} ${url}`);
}

async function portFaults({ rotation, metrics }: AgentConfig): Promise<readonly string[]> {
  const addresses = [
    { setting: 'rotation.agentCheck', address: rotation.agentCheck },
    { setting: 'rotation.http', address: rotation.http },
    { setting: 'metrics', address: metrics },
  ];
  const faults: string[] = [];
  for (const { setting, address } of addresses) {
    if (address === null) continue;
    const server = createServer();
    try {
      await listen(server, address, setting);
    } catch (error) {
      faults.push(error instanceof Error ? error.message : String(error));
    } finally {
      server.close();
    }
  }
  return faults;
}
