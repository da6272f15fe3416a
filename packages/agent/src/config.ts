/** agent.yaml, read once into a frozen value: flag, then environment, then file, then default. All its faults are told together. */
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { NodeIdentity } from '@sluice/contract';
import { Compile } from 'typebox/compile';
import { commandsOf } from './config-commands.ts';
import { checkBySchema, type ConfigFault, ConfigFaults, withoutForeignKeys } from './config-faults.ts';
import { AgentFile, WorkloadSetting } from './config-file.ts';
import { nodeIdentityOf } from './config-node.ts';
import { type ConfigText, readConfigText } from './config-text.ts';
import { type RotationConfig, rotationOf } from './config-rotation.ts';
import { addressOf } from './config-values.ts';
import { type WorkloadConfig, workloadOf } from './config-workload.ts';
import { type ConfiguredCommands, describeCommands, TOLD_BYTES_MAX } from './declared-commands.ts';
import { type RebootConfig, rebootOf } from './reboot/reboot-config.ts';
import type { ListenAddress } from './rotation/listen.ts';
import { readServerUrls, type ServerUrls, splitServerUrls } from './server-urls.ts';

export interface AgentConfig {
  /** Of the servers that share one store; the agent has its session with one of them. */
  readonly serverUrls: ServerUrls;
  /** `null`: the server is asked without one. */
  readonly joinToken: string | null;
  readonly tls: AgentTls;
  /** `ip` absent: the server takes the address that the agent comes from. */
  readonly node: NodeIdentity;
  readonly stateDir: string;
  readonly workload: WorkloadConfig;
  readonly rotation: RotationConfig;
  /** Where `GET /metrics` is answered; `null`: nowhere. */
  readonly metrics: ListenAddress | null;
  readonly commands: ConfiguredCommands;
  /** `null`: the machine may not be rebooted. */
  readonly reboot: RebootConfig | null;
  /** `keep`: the workload goes on and is taken up by the next start of the agent. */
  readonly onAgentStop: 'keep' | 'stop';
}

/** Files in PEM form; read at each connection, so that a renewed certificate is used without a restart. */
export interface AgentTls {
  /** The only authority that is trusted; `null`: those of the machine. */
  readonly serverCa: string | null;
  /** The agent's own certificate; `null`: it has none, and proves its key. */
  readonly own: { readonly cert: string; readonly key: string } | null;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Flags, which win over everything. */
export interface AgentConfigFlags {
  /** Several addresses are separated by commas. */
  readonly server?: string;
  readonly nodeId?: string;
  readonly serverCa?: string;
}

/** Bytes of the file; a hundred commands with parameters take 50 KiB. */
const FILE_BYTES_MAX = 1024 * 1024;
const STATE_DIRECTORY = '/var/lib/sluice';

const agentFile = Compile(AgentFile);

/**
 * @param env For `${NAME}` in the file, and `SLUICE_URL`, which wins over the file's server and may have several addresses as well.
 * @throws Error for the one who started the agent: its message has every fault, with file and line, and what to do.
 */
export async function loadAgentConfig(
  file: string,
  env: Environment,
  flags: AgentConfigFlags = {},
): Promise<AgentConfig> {
  const faults = new ConfigFaults();
  const text = readConfigText(await readText(file), env, faults);
  const value = withOwnKeys(withFlags(text.value, env, flags), faults);
  if (isReadable(text)) checkBySchema(AgentFile, value, faults);
  // What the schema refuses cannot be understood further; what it accepts can still be wrong.
  const config = agentFile.Check(value) ? configOf(value, path.dirname(path.resolve(file)), faults) : null;
  if (config === null || faults.found.length > 0) throw new Error(faultsInWords(file, faults.found, text.lineOf));
  return deepFreeze(config);
}

async function readText(file: string): Promise<string> {
  let bytes: number;
  let text: string;
  try {
    bytes = (await stat(file)).size;
    text = bytes > FILE_BYTES_MAX ? '' : await readFile(file, 'utf8');
  } catch (error) {
    throw new Error(
      `${file} cannot be read: ${error instanceof Error ? error.message : String(error)}. Name the agent's configuration with --config FILE.`,
      { cause: error },
    );
  }
  if (bytes > FILE_BYTES_MAX)
    throw new Error(`${file} has ${bytes} bytes; an agent.yaml has at most ${FILE_BYTES_MAX}.`);
  return text;
}

function isReadable({ value }: ConfigText): boolean {
  return value !== null;
}

function configOf(file: AgentFile, directory: string, faults: ConfigFaults): AgentConfig {
  const node = nodeIdentityOf(file.node ?? {}, faults);
  const commands = commandsOf(file.commands ?? {}, faults);
  const serverUrls = serverUrlsOf(file.server, faults);
  if (file.serverCa !== undefined && serverUrls[0].startsWith('http:'))
    faults.add(
      ['serverCa'],
      'is of no use with an http:// server: nothing would be verified; write https:// in server',
    );
  checkToldBytes(node, commands, faults);
  return {
    serverUrls,
    joinToken: file.joinToken ?? null,
    tls: {
      serverCa: file.serverCa === undefined ? null : path.resolve(directory, file.serverCa),
      own:
        file.tls === undefined
          ? null
          : { cert: path.resolve(directory, file.tls.cert), key: path.resolve(directory, file.tls.key) },
    },
    node,
    stateDir: path.resolve(directory, file.stateDir ?? STATE_DIRECTORY),
    workload: workloadOf(file.workload, directory, faults),
    rotation: rotationOf(file.rotation ?? {}, file.workload.sessions !== undefined, faults),
    metrics: file.metrics === undefined ? null : addressOf(file.metrics, faults, ['metrics'], 0),
    commands,
    reboot: rebootOf(file.reboot, Object.keys(commands), directory, faults),
    onAgentStop: file.onAgentStop ?? 'keep',
  };
}

/** The agent tells the server all of it in its first message, which has a limit. */
function checkToldBytes(node: NodeIdentity, commands: ConfiguredCommands, faults: ConfigFaults): void {
  const bytes = Buffer.byteLength(JSON.stringify([node, describeCommands(commands)]));
  if (bytes <= TOLD_BYTES_MAX) return;
  faults.add(
    Object.keys(commands).length === 0 ? ['node'] : ['commands'],
    `node and commands have ${bytes} bytes together as the server is told them, at most ${TOLD_BYTES_MAX} are possible; shorten descriptions, or declare fewer commands or labels`,
  );
}

function serverUrlsOf(server: AgentFile['server'], faults: ConfigFaults): ServerUrls {
  if (server === undefined) {
    faults.add(['server'], 'missing; write the address of the server here, or give it with --server URL');
    return [''];
  }
  const read = readServerUrls(typeof server === 'string' ? splitServerUrls(server) : server);
  if (read.ok) return read.urls;
  for (const { index, message } of read.faults)
    faults.add(index === null || typeof server === 'string' ? ['server'] : ['server', String(index)], message);
  return [''];
}

/** Puts what was given otherwise over what the file says. A file that is no mapping is left to the schema. */
function withFlags(value: unknown, env: Environment, { server, nodeId, serverCa }: AgentConfigFlags): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const url = server ?? env['SLUICE_URL'];
  const node = 'node' in value ? value.node : {};
  const isMapping = typeof node === 'object' && node !== null && !Array.isArray(node);
  return {
    ...value,
    ...(url === undefined || url === '' ? {} : { server: url }),
    ...(serverCa === undefined ? {} : { serverCa: path.resolve(serverCa) }),
    ...(nodeId === undefined || !isMapping ? {} : { node: { ...node, id: nodeId } }),
  };
}

/** The workload without the keys of drivers that it does not use. */
function withOwnKeys(value: unknown, faults: ConfigFaults): unknown {
  if (typeof value !== 'object' || value === null || !('workload' in value)) return value;
  return { ...value, workload: withoutForeignKeys(WorkloadSetting, value.workload, faults, ['workload']) };
}

function faultsInWords(file: string, faults: readonly ConfigFault[], lineOf: ConfigText['lineOf']): string {
  const placed = faults
    .map((fault) => ({ ...fault, line: lineOf(fault.path) }))
    .toSorted((one, other) => (one.line ?? 0) - (other.line ?? 0));
  const sentences = placed.map(
    ({ path: keys, message, line }) =>
      `  ${line === null ? '' : `line ${line}: `}${keys.length === 0 ? '' : `${keys.join('.')}: `}${message}`,
  );
  return `${file} cannot be used:\n${[...new Set(sentences)].join('\n')}`;
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const item of Object.values(value)) deepFreeze(item);
    Object.freeze(value);
  }
  return value;
}
