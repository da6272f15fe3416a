/** Counts the established TCP connections to a port of this machine, without those that the agent itself has open to it. */
import { execFile } from 'node:child_process';
import { readdir, readFile, readlink } from 'node:fs/promises';

/** Bytes that `netstat` may print: 100,000 connections. */
const NETSTAT_OUTPUT_BYTES_MAX = 16 * 1024 * 1024;

/** What /proc/net/tcp writes for an established connection. */
const ESTABLISHED = '01';

interface Connection {
  readonly localAddress: string;
  readonly localPort: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
  /** `null` where the operating system does not say. */
  readonly inode: string | null;
}

/**
 * The agent's own health and sessions probes are left out, as the other end of sockets that this process holds. What an
 * `exec` probe has open counts, since nothing tells it from a user.
 * @throws Error when the operating system cannot be asked.
 */
export async function countConnections(port: number, timeoutMs: number): Promise<number> {
  if (process.platform !== 'linux')
    return connectionsOfNetstat(await netstat(timeoutMs)).filter(({ localPort }) => localPort === port).length;
  // Asked before and after, so that a probe which begins or ends in between is known as one.
  const inodesBefore = await ownSocketInodes();
  const connections = await connectionsOfProc();
  const inodes = new Set([...inodesBefore, ...(await ownSocketInodes())]);
  const ownEnds = new Set(
    connections
      .filter(({ inode }) => inode !== null && inodes.has(inode))
      .map(({ localAddress, localPort }) => `${localAddress} ${localPort}`),
  );
  return connections.filter(
    ({ localPort, remoteAddress, remotePort }) => localPort === port && !ownEnds.has(`${remoteAddress} ${remotePort}`),
  ).length;
}

async function connectionsOfProc(): Promise<readonly Connection[]> {
  const tables = await Promise.all([readFile('/proc/net/tcp', 'utf8'), tableOfIpv6()]);
  return tables.flatMap(connectionsOfTable);
}

/** Empty on a machine without IPv6. Unreadable for any other reason it must not count as empty: its users would be overlooked. */
async function tableOfIpv6(): Promise<string> {
  try {
    return await readFile('/proc/net/tcp6', 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw new Error('reading /proc/net/tcp6', { cause: error });
  }
}

/** The established connections of a table as /proc/net/tcp and tcp6 write it. */
export function connectionsOfTable(table: string): readonly Connection[] {
  return table
    .split('\n')
    .slice(1)
    .flatMap((line): Connection[] => {
      const fields = line.trim().split(/\s+/u);
      const [, local, remote, state] = fields;
      if (local === undefined || remote === undefined || state !== ESTABLISHED) return [];
      const [localAddress = '', localPort = ''] = local.split(':');
      const [remoteAddress = '', remotePort = ''] = remote.split(':');
      return [
        {
          localAddress: withoutMapping(localAddress),
          localPort: Number.parseInt(localPort, 16),
          remoteAddress: withoutMapping(remoteAddress),
          remotePort: Number.parseInt(remotePort, 16),
          inode: fields[9] ?? null,
        },
      ];
    });
}

/** The established connections as `netstat -an -p tcp` prints them on macOS and BSD (`127.0.0.1.7777`). */
export function connectionsOfNetstat(output: string): readonly Connection[] {
  return output.split('\n').flatMap((line): Connection[] => {
    const [protocol, , , local, remote, state] = line.trim().split(/\s+/u);
    if (protocol?.startsWith('tcp') !== true || local === undefined || remote === undefined || state !== 'ESTABLISHED')
      return [];
    const [localAddress, localPort] = splitAddress(local);
    const [remoteAddress, remotePort] = splitAddress(remote);
    return [{ localAddress, localPort, remoteAddress, remotePort, inode: null }];
  });
}

function splitAddress(address: string): readonly [string, number] {
  const dot = address.lastIndexOf('.');
  return [address.slice(0, dot), Number(address.slice(dot + 1))];
}

/** An IPv4 client of a socket that takes both appears as an IPv6 address with this prefix. */
function withoutMapping(address: string): string {
  const mapped = '0000000000000000FFFF0000';
  return address.startsWith(mapped) ? address.slice(mapped.length) : address;
}

async function ownSocketInodes(): Promise<ReadonlySet<string>> {
  const descriptors = await readdir('/proc/self/fd');
  const targets = await Promise.all(descriptors.map((name) => readlink(`/proc/self/fd/${name}`).catch(() => '')));
  return new Set(targets.flatMap((target) => /^socket:\[(\d+)\]$/u.exec(target)?.[1] ?? []));
}

function netstat(timeoutMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = {
      timeout: timeoutMs,
      maxBuffer: NETSTAT_OUTPUT_BYTES_MAX,
      env: { LC_ALL: 'C' },
    };
    execFile('/usr/sbin/netstat', ['-an', '-p', 'tcp'], options, (error, stdout) => {
      if (error === null) resolve(stdout);
      else reject(new Error('asking netstat for connections', { cause: error }));
    });
  });
}
