/** One bad client or agent as a process of its own, until it is killed. */
import { Agent, get } from 'node:http';
import { connect, type Socket } from 'node:net';
import { AGENT_SESSION_PATH, AGENT_SUBPROTOCOL, Challenge } from '@sluice/contract';
import { Compile } from 'typebox/compile';
import { WebSocket } from 'ws';
import { BAD_CLIENTS, type BadClient } from './bad-clients.ts';
import { helloOf, newPlayedKey, proofOf } from './hello.ts';
import { JOIN_TOKEN } from './tokens.ts';

const url = new URL(process.env['SLUICE_URL'] ?? '');
const token = process.env['SLUICE_TOKEN'] ?? '';
const challenge = Compile(Challenge);

/** Requests under way at once. */
const AT_ONCE = 64;
const CONNECTIONS = 1500;
const JUNK = JSON.stringify({ kind: 'junk', padding: 'x'.repeat(65_000) });

/** It is another machine than the good client, as far as the server can tell. */
const ADDRESS = '127.0.0.2';
const keepAlive = new Agent({ keepAlive: true, localAddress: ADDRESS });

function loop(route: string, headers: Readonly<Record<string, string>>): void {
  const again = () => setImmediate(loop, route, headers);
  const request = get(new URL(route, url), { headers, agent: keepAlive }, (response) => {
    response.resume();
    response.on('close', again);
  });
  // A refusal is what it is after.
  request.on('error', again);
}

function loops(route: string, headers: Readonly<Record<string, string>> = {}): void {
  for (let count = 0; count < AT_ONCE; count += 1) loop(route, headers);
}

function socketOf(use: (socket: Socket) => void): Socket {
  const socket = connect({ port: Number(url.port), host: url.hostname, localAddress: ADDRESS }, () => use(socket));
  socket.on('error', () => undefined);
  return socket;
}

function agent(id: string, begin: (socket: WebSocket) => void, prove = true): void {
  const key = newPlayedKey();
  const socket = new WebSocket(`ws://${url.host}${AGENT_SESSION_PATH}`, AGENT_SUBPROTOCOL, {
    headers: prove ? { authorization: `Bearer ${JOIN_TOKEN}` } : {},
    localAddress: ADDRESS,
  });
  socket.on('error', () => undefined);
  socket.on('close', () => setImmediate(() => agent(id, begin, prove)));
  socket.on('message', (bytes: Buffer) => {
    const message: unknown = JSON.parse(bytes.toString());
    if (challenge.Check(message)) socket.send(JSON.stringify(helloOf(id, proofOf(key, message.nonce, id))));
    else begin(socket);
  });
}

function flood(socket: WebSocket, text: (count: number) => string): void {
  let count = 0;
  const more = () => {
    while (socket.readyState === WebSocket.OPEN && socket.bufferedAmount < 1_000_000) socket.send(text((count += 1)));
    setTimeout(more, 1);
  };
  more();
}

const begin: { readonly [Name in BadClient]: () => void } = {
  'requests with a valid token': () => loops('/api/v1/nodes?limit=1', { authorization: token }),
  'requests without a token': () => loops('/api/v1/nodes', { authorization: 'slc_guess' }),
  'whole lists': () => loops('/api/v1/nodes', { authorization: token }),
  'requests in a pipeline': () => {
    const request = `GET /api/v1/nodes?limit=1 HTTP/1.1\r\nHost: x\r\nAuthorization: ${token}\r\n\r\n`;
    const again = () =>
      void socketOf((socket) => {
        socket.resume();
        const more = () => {
          if (!socket.destroyed && socket.write(request.repeat(50))) setImmediate(more);
        };
        socket.on('drain', more);
        more();
      }).on('close', again);
    for (let count = 0; count < AT_ONCE; count += 1) again();
  },
  'addresses that do not exist': () => loops('/nowhere'),
  'half requests, a byte a second': () => {
    for (let count = 0; count < CONNECTIONS; count += 1)
      socketOf((socket) => {
        socket.write('GET /healthz HTTP/1.1\r\nX-Slow: ');
        setInterval(() => socket.write('x'), 1000);
      });
  },
  'streams that nobody reads': () => {
    for (let count = 0; count < AT_ONCE; count += 1)
      socketOf((socket) => {
        socket.pause();
        socket.write(`GET /api/v1/events?after=0 HTTP/1.1\r\nHost: x\r\nAuthorization: ${token}\r\n\r\n`);
      });
  },
  'connections opened and closed': () => {
    const again = () => void socketOf((socket) => socket.destroy()).on('close', again);
    for (let count = 0; count < AT_ONCE; count += 1) again();
  },
  'an agent that floods': () =>
    agent('flooding', (socket) =>
      flood(socket, (sessions) =>
        JSON.stringify({ kind: 'heartbeat', load: { sessions, cpuPercent: 1, memoryBytes: 1, problem: null } }),
      ),
    ),
  'an agent that comes again and again': () => {
    for (let count = 0; count < 8; count += 1) agent(`stranger-${count}`, () => undefined, false);
  },
  'messages of 64 KiB that say nothing': () => {
    for (let count = 0; count < 8; count += 1) agent(`junk-${count}`, (socket) => flood(socket, () => JUNK));
  },
};

const wanted = BAD_CLIENTS.find((name) => name === process.argv[2]);
if (wanted === undefined) throw new Error(`there is no bad client '${process.argv[2]}'`);
begin[wanted]();
// It goes on until it is killed, also when the server has cut everything off.
setInterval(() => undefined, 1000);
