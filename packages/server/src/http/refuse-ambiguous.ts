/**
 * Requests that two programs could read differently are refused: whatever stands before this server (a proxy, a cache, a filter)
 * must have seen the same request that is answered here.
 */
import type { IncomingMessage } from 'node:http';
import type { Problem } from '@sluice/contract';
import type { FastifyInstance } from 'fastify';
import { sendProblem } from './problem-response.ts';

/** Node.js takes the first of several, others take the last. */
const ONCE = ['host', 'authorization'] as const;

export function refuseAmbiguous(app: FastifyInstance): void {
  app.addHook('onRequest', (request, reply, done) => {
    const problem = whyAmbiguous(request.raw);
    if (problem === null) done();
    // What comes after it on the same connection might be read in two ways as well.
    else void sendProblem(reply.header('connection', 'close'), problem);
  });
}

/** @returns `null`: everybody reads it alike. */
export function whyAmbiguous(request: IncomingMessage): Problem | null {
  const { headers, httpVersion, rawHeaders } = request;
  // RFC 9112, section 3.2; Node.js itself would answer without a word about why.
  if (headers.host === undefined && httpVersion !== '1.0') return invalid('There is no Host header.');
  for (const name of ONCE) {
    const count = rawHeaders.filter((text, index) => index % 2 === 0 && text.toLowerCase() === name).length;
    if (count > 1) return invalid(`There are ${count} ${name} headers; send one.`);
  }
  const transfer = headers['transfer-encoding'];
  if (transfer !== undefined && transfer.trim().toLowerCase() !== 'chunked')
    return invalid('The only Transfer-Encoding that is understood is chunked.');
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && !['', 'identity'].includes(encoding.trim().toLowerCase()))
    return { code: 'unsupported-media-type', detail: 'Send the body as it is, without a Content-Encoding.' };
  return null;
}

function invalid(detail: string): Problem {
  return { code: 'invalid-request', detail };
}
