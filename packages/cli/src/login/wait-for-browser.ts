/** Listens on this machine until the person's browser brings the one-time code of a login. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

export type Brought =
  | { readonly kind: 'code'; readonly code: string }
  /** The person, or the server, said no. */
  | { readonly kind: 'refused' }
  | { readonly kind: 'too-late' }
  | { readonly kind: 'interrupted' };

export interface BrowserListener {
  readonly port: number;
  /** Resolves once; from then on nothing listens any more. */
  readonly brought: Promise<Brought>;
}

const LOOPBACK = '127.0.0.1';
/** Characters of a code. */
const CODE_LENGTH_MAX = 128;
const PAGE_POLICY = "default-src 'none'; frame-ancestors 'none'";

/**
 * @param state What the server sends back; whoever else comes to the port does not know it and gets nothing.
 * @param withinMs How long it waits.
 */
export async function waitForBrowser(
  state: string,
  withinMs: number,
  interrupt: AbortSignal,
): Promise<BrowserListener> {
  const server = createServer({ maxHeaderSize: 16_384, headersTimeout: 10_000, requestTimeout: 10_000 });
  server.maxConnections = 50;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, LOOPBACK, resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('listening for the browser');
  const brought = new Promise<Brought>((resolve) => {
    const end = (result: Brought) => {
      clearTimeout(timer);
      interrupt.removeEventListener('abort', stop);
      server.close();
      server.closeIdleConnections();
      resolve(result);
    };
    const stop = () => end({ kind: 'interrupted' });
    const timer = setTimeout(() => end({ kind: 'too-late' }), withinMs);
    interrupt.addEventListener('abort', stop);
    if (interrupt.aborted) stop();
    server.on('request', (request, response) => {
      const result = broughtBy(request, state, address.port);
      answer(response, result);
      if (result !== null) end(result);
    });
  });
  return { port: address.port, brought };
}

/** @returns `null`: it is not the browser that is waited for. */
function broughtBy({ method, url = '', headers }: IncomingMessage, state: string, port: number): Brought | null {
  const own = `http://${LOOPBACK}:${port}`;
  if (method !== 'GET' || headers.host !== `${LOOPBACK}:${port}` || !URL.canParse(url, own)) return null;
  const { pathname, searchParams } = new URL(url, own);
  if (pathname !== '/' || searchParams.get('state') !== state) return null;
  const code = searchParams.get('code');
  if (code !== null && code !== '' && code.length <= CODE_LENGTH_MAX) return { kind: 'code', code };
  return searchParams.has('error') ? { kind: 'refused' } : null;
}

function answer(response: ServerResponse, result: Brought | null): void {
  const words = {
    code: 'The command line goes on. You can close this page.',
    other: 'The command line was not let in. You can close this page.',
  };
  const status = result === null ? 404 : 200;
  const text = result === null ? 'Nothing is here.' : result.kind === 'code' ? words.code : words.other;
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': PAGE_POLICY,
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    connection: 'close',
  });
  response.end(`<!doctype html><html lang="en"><title>Sluice</title><p>${text}</p></html>\n`);
}
