/** The agent's socket for real: a WebSocket to the server, the token in its header. */
import { readFileSync } from 'node:fs';
import type { ClientRequest } from 'node:http';
import { AGENT_SESSION_PATH, AGENT_SUBPROTOCOL, SERVER_MESSAGE_BYTES_MAX } from '@sluice/contract';
import type { Logger } from 'pino';
import { type RawData, WebSocket } from 'ws';
import type { AgentTls } from '../config.ts';
import type { Connect } from './agent-socket.ts';
import { logConnectionFailure } from './log-connection-failure.ts';

/** Milliseconds for the TCP connection, TLS and the upgrade. */
const HANDSHAKE_WITHIN_MS = 15_000;
/** Milliseconds for the TCP connection alone, whose SYN is sent three times meanwhile: a machine that is gone must not keep the agent long from the next server. */
const CONNECT_WITHIN_MS = 5000;

/**
 * The session is the WebSocket twin of the server's address.
 * @param joinToken What this connection is to come with; `null`: nothing.
 * @param localAddressOf Where a connection to this server comes from; `null`: the system chooses.
 */
export function connectWebSocket(
  joinToken: () => string | null,
  tls: AgentTls,
  logger: Logger,
  localAddressOf: (serverUrl: string) => string | null = () => null,
): Connect {
  return (serverUrl, events) => {
    const url = new URL(AGENT_SESSION_PATH, serverUrl);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    const token = joinToken();
    const localAddress = localAddressOf(serverUrl);
    const socket = new WebSocket(url.href, AGENT_SUBPROTOCOL, {
      headers: token === null ? {} : { authorization: `Bearer ${token}` },
      ...tlsOptions(tls, logger),
      ...(localAddress === null ? {} : { localAddress }),
      minVersion: 'TLSv1.2',
      handshakeTimeout: HANDSHAKE_WITHIN_MS,
      finishRequest: (request) => {
        cutWithoutConnection(request);
        request.end();
      },
      perMessageDeflate: false,
      maxPayload: SERVER_MESSAGE_BYTES_MAX,
    });
    socket.on('message', (bytes, isBinary) => events.received(textOf(bytes), isBinary));
    socket.on('pong', events.ponged);
    socket.on('unexpected-response', (request, response) => {
      events.refused(response.statusCode ?? 0, response.headers['retry-after']);
      request.destroy();
      socket.terminate();
    });
    socket.on('error', (error) => logConnectionFailure(error, serverUrl, logger));
    socket.on('close', (code, reason) => events.closed(code, reason.toString()));
    return {
      send: (text) => {
        if (socket.readyState === WebSocket.OPEN) socket.send(text);
      },
      close: (code, reason) => {
        // One that is not open yet has nobody to say it to.
        if (socket.readyState === WebSocket.CONNECTING) socket.terminate();
        else socket.close(code, reason);
      },
      ping: () => {
        if (socket.readyState === WebSocket.OPEN) socket.ping();
      },
      terminate: () => socket.terminate(),
    };
  };
}

function cutWithoutConnection(request: ClientRequest): void {
  request.once('socket', (stream) => {
    if (!stream.connecting) return;
    const late = () => request.destroy(new Error(`no TCP connection within ${CONNECT_WITHIN_MS} ms`));
    const timer = setTimeout(late, CONNECT_WITHIN_MS);
    stream.once('connect', () => clearTimeout(timer)).once('close', () => clearTimeout(timer));
  });
}

/** A file that cannot be read is left out: the connection then fails in words, and the next one reads it again. */
function tlsOptions({ serverCa, own }: AgentTls, logger: Logger): { ca?: Buffer[]; cert?: Buffer; key?: Buffer } {
  const read = (file: string): Buffer | null => {
    try {
      return readFileSync(file);
    } catch (error) {
      logger.error({ event: 'certificate-unreadable', file, err: error }, 'a certificate file cannot be read');
      return null;
    }
  };
  const cert = own === null ? null : read(own.cert);
  const key = own === null ? null : read(own.key);
  const ca = serverCa === null ? null : read(serverCa);
  return {
    // Without the file that was asked for nobody is trusted.
    ...(serverCa === null ? {} : { ca: ca === null ? [] : [ca] }),
    ...(cert === null || key === null ? {} : { cert, key }),
  };
}

/** ws gives one buffer for each message, unless it is told otherwise. */
function textOf(bytes: RawData): string {
  return Buffer.isBuffer(bytes) ? bytes.toString('utf8') : '';
}
