/** The agent's socket for real: a WebSocket to the server, the token in its header. */
import { readFileSync } from 'node:fs';
import { AGENT_SESSION_PATH, AGENT_SUBPROTOCOL, SERVER_MESSAGE_BYTES_MAX } from '@sluice/contract';
import type { Logger } from 'pino';
import { type RawData, WebSocket } from 'ws';
import type { AgentTls } from '../config.ts';
import type { Connect } from './agent-socket.ts';
import { logConnectionFailure } from './log-connection-failure.ts';

/** Milliseconds for the TCP connection, TLS and the upgrade. */
const HANDSHAKE_WITHIN_MS = 15_000;

/**
 * @param serverUrl `http:` or `https:`; the session is its WebSocket twin.
 * @param joinToken What this connection is to come with; `null`: nothing.
 * @param localAddress Where the connection comes from; `null`: the system chooses.
 */
export function connectWebSocket(
  serverUrl: string,
  joinToken: () => string | null,
  tls: AgentTls,
  logger: Logger,
  localAddress: string | null = null,
): Connect {
  const url = new URL(AGENT_SESSION_PATH, serverUrl);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return (events) => {
    const token = joinToken();
    const socket = new WebSocket(url.href, AGENT_SUBPROTOCOL, {
      headers: token === null ? {} : { authorization: `Bearer ${token}` },
      ...tlsOptions(tls, logger),
      ...(localAddress === null ? {} : { localAddress }),
      minVersion: 'TLSv1.2',
      handshakeTimeout: HANDSHAKE_WITHIN_MS,
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
