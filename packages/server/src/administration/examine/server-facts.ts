/** What there is on the machine of a server, looked at and changed by nothing: for a judgement of what is wrong with it. */
import { constants } from 'node:fs';
import { access, readdir, readFile, stat, statfs } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { createServer } from 'node:net';
import path from 'node:path';
import type { ServerConfig } from '../../config.ts';
import { countNodes } from '../../store/sqlite/count-nodes.ts';
import { readTlsFiles } from '../../tls/tls-files.ts';

export interface ServerFacts {
  readonly now: number;
  readonly data: DataFacts | null;
  /** Files and sockets that a process of this user may have open here; `null`: the system does not say. */
  readonly openFilesMax: number | null;
  /** Nodes that the store has; `null`: it has none yet, or cannot be read. */
  readonly nodes: number | null;
  readonly tls: TlsFacts | null;
  /** Why the server could not listen where it is to; `null`: it could. */
  readonly listenFault: string | null;
  /** Whether a Sluice server answers there already. */
  readonly isServed: boolean;
  /** Names of variables with secrets that are set here. */
  readonly secretsInEnvironment: readonly string[];
}

export interface DataFacts {
  readonly directory: string;
  /** `null`: it is not there yet. */
  readonly mode: number | null;
  readonly isWritable: boolean;
  /** Files in it that others may read. */
  readonly openFiles: readonly string[];
  readonly freeBytes: number;
  /** The number by which Linux tells kinds of file systems (`statfs`). */
  readonly fileSystem: number;
}

export type TlsFacts =
  | { readonly problem: string }
  | { readonly problem: null; readonly expiresAt: number; readonly isKeyOpen: boolean; readonly key: string };

const SECRETS = ['SLUICE_ADMIN_TOKEN', 'SLUICE_JOIN_TOKEN'] as const;
/** Milliseconds that a server that runs here may take to answer. */
const ANSWER_WITHIN_MS = 2000;

export async function serverFacts(
  config: ServerConfig,
  env: Readonly<Record<string, string | undefined>>,
): Promise<ServerFacts> {
  const listenFault = await whyNotListen(config);
  return {
    now: Date.now(),
    data: config.databaseUrl === null ? await dataFacts(config.dataDirectory) : null,
    openFilesMax: await openFilesMax(),
    nodes: config.databaseUrl === null ? countNodes(config.dataDirectory) : null,
    tls: config.tls === null ? null : await tlsFacts(config.tls),
    listenFault,
    isServed: listenFault !== null && (await isServed(config)),
    secretsInEnvironment: SECRETS.filter((name) => (env[name] ?? '') !== ''),
  };
}

async function dataFacts(directory: string): Promise<DataFacts> {
  const existing = await nearestExisting(directory);
  const mode = existing === directory ? (await stat(existing)).mode & 0o777 : null;
  const { bavail, bsize, type } = await statfs(existing);
  return {
    directory,
    mode,
    isWritable: await isAllowed(existing, constants.W_OK | constants.X_OK),
    openFiles: mode === null ? [] : await readableByOthers(directory),
    freeBytes: bavail * bsize,
    fileSystem: type,
  };
}

/** The directory, or the nearest above it that there is. */
async function nearestExisting(directory: string): Promise<string> {
  for (let at = directory; ; at = path.dirname(at)) if (await isAllowed(at, constants.F_OK)) return at;
}

function isAllowed(file: string, mode: number): Promise<boolean> {
  return access(file, mode).then(
    () => true,
    () => false,
  );
}

async function readableByOthers(directory: string): Promise<readonly string[]> {
  if (!(await isAllowed(directory, constants.R_OK))) return [];
  const names = (await readdir(directory)).filter((name) => name.startsWith('sluice.'));
  const modes = await Promise.all(names.map(async (name) => (await stat(path.join(directory, name))).mode));
  return names.filter((_, index) => ((modes[index] ?? 0) & 0o077) !== 0);
}

/** The hard limit: Node.js raises the soft one to it when it starts. */
async function openFilesMax(): Promise<number | null> {
  const limits = await readFile('/proc/self/limits', 'utf8').catch(() => '');
  const hard = /^Max open files\s+\S+\s+(\d+|unlimited)/mu.exec(limits)?.[1];
  return hard === undefined || hard === 'unlimited' ? null : Number(hard);
}

async function tlsFacts(paths: NonNullable<ServerConfig['tls']>): Promise<TlsFacts> {
  try {
    const { expiresAt } = readTlsFiles(paths);
    const { mode } = await stat(paths.key);
    return { problem: null, expiresAt, isKeyOpen: (mode & 0o077) !== 0, key: paths.key };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

function whyNotListen({ host, port }: ServerConfig): Promise<string | null> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', (error) => resolve(error.message));
    server.listen({ host, port }, () => server.close(() => resolve(null)));
  });
}

/** Its certificate is not looked at: whether a server is there is what is asked. */
function isServed({ host, port, tls }: ServerConfig): Promise<boolean> {
  const options = { host, port, path: '/healthz', agent: false, timeout: ANSWER_WITHIN_MS };
  return new Promise((resolve) => {
    const request = tls === null ? httpRequest(options) : httpsRequest({ ...options, rejectUnauthorized: false });
    request.on('response', (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(false));
    request.on('close', () => resolve(false));
    request.end();
  });
}
