/** What is wrong on the machine of a server, from what there is, and what mends it. */
import { type Check, fault, fine, type Finding, warning } from '@sluice/core';
import type { DataFacts, ServerFacts, TlsFacts } from './server-facts.ts';

const DATA: Check = { check: 'data-directory', title: 'Data directory' };
const SPACE: Check = { check: 'disk-space', title: 'Disk space' };
const FILE_SYSTEM: Check = { check: 'file-system', title: 'File system' };
const OPEN_FILES: Check = { check: 'open-files', title: 'Open files' };
const TLS: Check = { check: 'certificate', title: 'Certificate' };
const LISTEN: Check = { check: 'listen', title: 'Address' };
const SETTINGS: Check = { check: 'settings', title: 'Settings' };
const SECRETS: Check = { check: 'environment', title: 'Environment' };

const MIB = 1024 * 1024;
/** Bytes under which the next days of events may not fit; and under which not even a checkpoint of the database may. */
const FREE_BYTES_FEW = 1024 * MIB;
const FREE_BYTES_MIN = 100 * MIB;
/** Files and sockets beside one for each agent: a thousand event streams, callers, the store. */
const FILES_BESIDE_AGENTS = 1500;
/** So many nodes are expected where none are known. */
const NODES_EXPECTED = 1000;
/** Milliseconds before the end of a certificate from which on it is said; the server says it then, too. */
const EXPIRY_WARNING_MS = 14 * 86_400_000;

/** File systems over a network, by Linux' numbers (statfs(2)): they do not lock and sync as SQLite needs it. */
const NETWORK_FILE_SYSTEMS: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff534d42, 'SMB'],
  [0xfe534d42, 'SMB'],
  [0x01021997, '9P'],
  [0x00c36400, 'Ceph'],
  [0x0bd00bd0, 'Lustre'],
  [0x5346414f, 'AFS'],
]);
const FUSE = 0x65735546;

export function judgeServer(facts: ServerFacts, warnings: readonly string[]): readonly Finding[] {
  const { data, tls } = facts;
  return [
    ...warnings.map((seen) => warning(SETTINGS, seen, 'docs/tls.md and docs/operations.md tell more.')),
    ...(data === null
      ? [fine(DATA, 'everything is kept in PostgreSQL.')]
      : [dataDirectory(data), diskSpace(data), fileSystem(data)]),
    openFiles(facts),
    ...(tls === null ? [] : [certificate(tls, facts.now)]),
    listening(facts),
    environment(facts),
  ];
}

function dataDirectory({ directory, mode, isWritable, openFiles: open }: DataFacts): Finding {
  if (!isWritable)
    return fault(
      DATA,
      `${directory} cannot be ${mode === null ? 'made' : 'written'} by this user.`,
      `Run this as the server's user; else make it that user's: install -d -m 700 -o USER ${directory}`,
    );
  if (mode === null) return fine(DATA, `${directory} is made when the server starts.`);
  if ((mode & 0o077) !== 0)
    return fault(
      DATA,
      `${directory} is open to others (mode ${mode.toString(8)}); it holds everything, and hashes of tokens.`,
      `chmod 700 ${directory}`,
    );
  if (open.length > 0)
    return warning(
      DATA,
      `${open.join(', ')} in ${directory} can be read by others.`,
      `chmod 600 ${directory}/sluice.*`,
    );
  return fine(DATA, `${directory} is the server's own.`);
}

function diskSpace({ directory, freeBytes }: DataFacts): Finding {
  const seen = `${Math.floor(freeBytes / MIB)} MiB are free for ${directory}.`;
  const mend = 'Make room, or move the directory; a shorter retention (docs/operations.md) needs less.';
  if (freeBytes < FREE_BYTES_MIN) return fault(SPACE, seen, mend);
  return freeBytes < FREE_BYTES_FEW ? warning(SPACE, seen, mend) : fine(SPACE, seen);
}

export function fileSystem({ directory, fileSystem: kind }: Pick<DataFacts, 'directory' | 'fileSystem'>): Finding {
  const network = NETWORK_FILE_SYSTEMS.get(kind);
  const mend = 'Move the directory to a local disk, or keep everything in PostgreSQL (docs/operations.md).';
  if (network !== undefined)
    return fault(FILE_SYSTEM, `${directory} is on ${network}: SQLite loses data on network file systems.`, mend);
  if (kind === FUSE) return warning(FILE_SYSTEM, `${directory} is on FUSE, which may be a network file system.`, mend);
  return fine(FILE_SYSTEM, `${directory} is on no network file system.`);
}

function openFiles({ openFilesMax, nodes }: ServerFacts): Finding {
  if (openFilesMax === null) return fine(OPEN_FILES, 'there is no limit that is known.');
  const wanted = (nodes ?? NODES_EXPECTED) + FILES_BESIDE_AGENTS;
  const forWhom = nodes === null ? `${NODES_EXPECTED} nodes` : `the ${nodes} nodes that there are`;
  const seen = `${openFilesMax} files and sockets may be open; ${wanted} are wanted for ${forWhom}.`;
  if (openFilesMax >= wanted) return fine(OPEN_FILES, seen);
  return fault(
    OPEN_FILES,
    seen,
    `Set LimitNOFILE=${2 * wanted} in the systemd unit, or ulimit -Hn ${2 * wanted} where it is started.`,
  );
}

function certificate(tls: TlsFacts, now: number): Finding {
  if (tls.problem !== null) return fault(TLS, tls.problem, 'Correct tls.cert and tls.key in the configuration file.');
  const until = new Date(tls.expiresAt).toISOString();
  const mend = 'Put a new one in its place; it is taken without a restart.';
  if (tls.expiresAt <= now) return fault(TLS, `it ran out at ${until}: nobody trusts it.`, mend);
  if (tls.isKeyOpen) return fault(TLS, `others on this machine can read ${tls.key}.`, `chmod 600 ${tls.key}`);
  if (tls.expiresAt - now < EXPIRY_WARNING_MS) return warning(TLS, `it runs out at ${until}.`, mend);
  return fine(TLS, `it is good until ${until}.`);
}

function listening({ listenFault, isServed }: ServerFacts): Finding {
  if (listenFault === null) return fine(LISTEN, 'the server can listen where it is to.');
  if (isServed) return fine(LISTEN, 'a Sluice server answers there already.');
  return fault(
    LISTEN,
    `the server cannot listen: ${listenFault}.`,
    'Find who has the port with `ss -ltnp`, or choose another with --listen.',
  );
}

function environment({ secretsInEnvironment: names }: ServerFacts): Finding {
  if (names.length === 0) return fine(SECRETS, 'no secret is in it.');
  return warning(
    SECRETS,
    `${names.join(' and ')} ${names.length === 1 ? 'is' : 'are'} set, where whatever this user runs can read ${names.length === 1 ? 'it' : 'them'}.`,
    'Leave them out: the server makes an admin token at its first start, and `sluice join-tokens create` makes tokens that run out.',
  );
}
