/** HAProxy's runtime API: one command on one connection, and what it says of a server's state. */
import { connect, type NetConnectOpts } from 'node:net';

export type HaproxyAddress =
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number };

/** `backend/name`, as HAProxy's configuration calls the server that this node is. */
export interface HaproxyServer {
  readonly backend: string;
  readonly name: string;
}

export type HaproxyState = 'ready' | 'drain' | 'maint';

/** Milliseconds for a whole conversation; HAProxy answers within a few. */
const ANSWER_WITHIN_MS = 2000;
/** Characters of an answer; a thousand servers of one backend come to 150,000. */
const ANSWER_LENGTH_MAX = 4 * 1_048_576;

/** Bits of `srv_admin_state`: forced into maintenance, forced to drain. */
const FORCED_MAINTENANCE = 0x01;
const FORCED_DRAIN = 0x08;

/**
 * What the server's state is set to, by whoever set it; what its own health checks say is something else.
 * @throws Error in plain words: HAProxy does not answer, or knows no such server.
 */
export async function readServerState(
  address: HaproxyAddress,
  { backend, name }: HaproxyServer,
): Promise<HaproxyState> {
  const answer = await ask(address, `show servers state ${backend}`);
  const lines = answer.split('\n').map((line) => line.trim());
  const columns = lines
    .find((line) => line.startsWith('# be_id'))
    ?.replace(/^# /u, '')
    .split(' ');
  if (columns === undefined) throw new Error(`HAProxy says: ${firstLine(answer)}`);
  const row = lines.map((line) => line.split(' ')).find((cells) => cells[columns.indexOf('srv_name')] === name);
  const admin = Number(row?.[columns.indexOf('srv_admin_state')] ?? Number.NaN);
  if (!Number.isInteger(admin)) throw new Error(`HAProxy has no server '${name}' in its backend '${backend}'.`);
  if ((admin & FORCED_MAINTENANCE) !== 0) return 'maint';
  return (admin & FORCED_DRAIN) === 0 ? 'ready' : 'drain';
}

/** @throws Error in plain words: HAProxy does not answer, or refuses. */
export async function setServerState(
  address: HaproxyAddress,
  { backend, name }: HaproxyServer,
  state: HaproxyState,
): Promise<void> {
  const answer = await ask(address, `set server ${backend}/${name} state ${state}`);
  // Nothing but an empty line means that it was done.
  if (answer.trim() !== '') throw new Error(`HAProxy says: ${firstLine(answer)}`);
}

function ask(address: HaproxyAddress, command: string): Promise<string> {
  const options: NetConnectOpts =
    address.kind === 'unix' ? { path: address.path } : { host: address.host, port: address.port };
  return new Promise((resolve, reject) => {
    const socket = connect(options, () => socket.write(`${command}\n`));
    let answer = '';
    const timer = setTimeout(
      () => socket.destroy(new Error(`it did not answer within ${ANSWER_WITHIN_MS} ms`)),
      ANSWER_WITHIN_MS,
    );
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => {
      answer += text;
      if (answer.length > ANSWER_LENGTH_MAX)
        socket.destroy(new Error(`it said more than ${ANSWER_LENGTH_MAX} characters`));
    });
    socket.on('error', (error) => {
      clearTimeout(timer);
      reject(
        new Error(`HAProxy's runtime socket ${inWords(address)} cannot be used: ${whyNot(error)}`, { cause: error }),
      );
    });
    socket.on('end', () => {
      clearTimeout(timer);
      resolve(answer);
    });
  });
}

function inWords(address: HaproxyAddress): string {
  return address.kind === 'unix' ? address.path : `${address.host}:${address.port}`;
}

function whyNot(error: Error): string {
  const code = 'code' in error ? error.code : null;
  switch (code) {
    case 'ENOENT':
      return 'there is none; HAProxy does not run, or has no `stats socket` there.';
    case 'ECONNREFUSED':
      return 'nobody listens; HAProxy does not run.';
    case 'EACCES':
    case 'EPERM':
      return "the agent's user may not; give its group access (`stats socket … group … mode 660 level admin`).";
    default:
      return `${error.message}.`;
  }
}

function firstLine(answer: string): string {
  const [line = ''] = answer.trim().split('\n');
  const said = line.slice(0, 200);
  return /permission denied/iu.test(said) ? `${said} (the \`stats socket\` needs \`level admin\`)` : said;
}
