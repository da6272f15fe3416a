/** The one server socket, with TLS or without: its limits are the same. */
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Duplex } from 'node:stream';
import type { TlsMaterial } from '../tls/tls-files.ts';

/** Bytes of the request line and all headers: a token and what proxies add take a tenth of it. */
const HEADER_BYTES_MAX = 16_384;
/** Milliseconds for the headers to arrive, and for the whole request; a slow one must not hold a connection for ever. */
const HEADERS_WITHIN_MS = 15_000;
const REQUEST_WITHIN_MS = 30_000;
/** Milliseconds between two looks for requests that are too slow. */
const SLOW_CHECK_EVERY_MS = 5000;
/** Milliseconds that an idle connection is kept: longer than the 60 s of common load balancers, so that they end it, not we. */
const KEEP_ALIVE_MS = 65_000;
/** Milliseconds in which neither side sends anything, so that a reader who stopped reading is let go. */
const SILENCE_MS_MAX = 90_000;
/** Milliseconds of a TLS handshake. */
const HANDSHAKE_WITHIN_MS = 10_000;

/** @param tls `null`: plain HTTP. */
export function createHttpServer(
  listener: RequestListener,
  tls: TlsMaterial | null,
  handshakeWithinMs = HANDSHAKE_WITHIN_MS,
): Server {
  const options = {
    maxHeaderSize: HEADER_BYTES_MAX,
    headersTimeout: HEADERS_WITHIN_MS,
    requestTimeout: REQUEST_WITHIN_MS,
    connectionsCheckingInterval: SLOW_CHECK_EVERY_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    // Refused with words, in refuse-ambiguous.ts.
    requireHostHeader: false,
  };
  const server =
    tls === null
      ? createServer(options, listener)
      : createTlsServer({ ...options, ...tlsOptions(tls), handshakeTimeout: handshakeWithinMs }, listener);
  // Before there is a TLS session nothing can be answered: an answer would wait for ever, and keep the connection open.
  server.on('tlsClientError', (_error: Error, socket: Duplex) => socket.destroy());
  server.setTimeout(SILENCE_MS_MAX);
  // An expectation that is not known is passed over, as RFC 9110 allows (section 10.1.1), rather than answered without a word.
  server.on('checkExpectation', (request, response) => server.emit('request', request, response));
  return server;
}

/** For a new server, and for `setSecureContext` of one that serves already. */
export function secureContext({ cert, key, ca }: TlsMaterial): {
  cert: Buffer;
  key: Buffer;
  ca?: Buffer;
  minVersion: 'TLSv1.2';
} {
  return { cert, key, minVersion: 'TLSv1.2', ...(ca === null ? {} : { ca }) };
}

function tlsOptions(tls: TlsMaterial) {
  return {
    ...secureContext(tls),
    // People come without a certificate: whether one is needed is decided where it is known who comes.
    requestCert: tls.ca !== null,
    rejectUnauthorized: false,
  };
}
