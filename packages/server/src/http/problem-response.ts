/** Everything that is not a success is `application/problem+json` (RFC 9457), fastify's own errors and broken HTTP too. */
import type { Socket } from 'node:net';
import { fleetLockMembers, type Problem, type ProblemCode, problemDocument } from '@sluice/contract';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { storeProblemOf } from '../fleet/store-problem.ts';
import { answerOnSocket } from './answer-on-socket.ts';
import { dialectOf } from './dialect.ts';
import { PROBLEM_MEDIA_TYPE } from './problem-media-type.ts';
import { SECURITY_HEADERS } from './security-headers.ts';

/** Bytes of a body: metadata of 64 KiB fits, however it is escaped (six bytes for one). */
export const BODY_BYTES_MAX = 524_288;

export function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  const document = problemDocument(problem, reply.request.id);
  const members = dialectOf(reply.request) === 'fleetlock' ? fleetLockMembers(problem.code, document.detail) : {};
  if (problem.code === 'unauthenticated') void reply.header('www-authenticate', 'Bearer realm="sluice"');
  if (document.status === 503) void reply.header('retry-after', '1');
  return reply
    .code(document.status)
    .headers(SECURITY_HEADERS)
    .header('content-type', PROBLEM_MEDIA_TYPE)
    .send(JSON.stringify({ ...document, ...members }));
}

/** What fastify found wrong before a handler was reached, by its stable codes. */
const FASTIFY_PROBLEMS: Readonly<Record<string, (error: FastifyError, request: FastifyRequest) => Problem>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: () => ({
    code: 'body-too-large',
    detail: `The body has more than ${BODY_BYTES_MAX} bytes.`,
  }),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: (_error, { headers }) => ({
    code: 'unsupported-media-type',
    detail: `The body has the type '${headers['content-type'] ?? ''}'.`,
  }),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: () => ({
    code: 'invalid-request',
    detail: 'The body is not as long as its Content-Length says.',
  }),
  FST_ERR_BAD_URL: (_error, { url }) => ({
    code: 'invalid-request',
    field: 'path',
    detail: `The path '${url.slice(0, 200)}' is not percent-encoded as it should be: write % as %25.`,
  }),
  FST_ERR_MAX_PARAM_LENGTH: () => ({ code: 'uri-too-long', detail: 'A part of the path is longer than any id.' }),
};

/** A problem of ours that was thrown from a hook or parser, to be answered as it is. */
export class ProblemError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem, options?: ErrorOptions) {
    super(problem.detail, options);
    this.problem = problem;
  }
}

/** The problem of an error that reached the edge; `internal` for what nobody expected. */
export function problemOf(error: FastifyError, request: FastifyRequest): Problem {
  if (error instanceof ProblemError) return error.problem;
  const storeProblem = storeProblemOf(error);
  if (storeProblem !== null) return { code: 'store-unavailable', detail: storeProblem };
  const known = FASTIFY_PROBLEMS[error.code];
  if (known !== undefined) return known(error, request);
  if (error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500) {
    return { code: 'invalid-request', detail: 'The request is not valid HTTP for this route.' };
  }
  return { code: 'internal', detail: 'Something failed that should not have. Nothing is known to have changed.' };
}

/** What Node.js found wrong before there was a request, by its codes. */
const BROKEN: Readonly<Record<string, readonly [ProblemCode, string]>> = {
  HPE_HEADER_OVERFLOW: ['headers-too-large', 'The headers, or the address, are larger than 16 KiB.'],
  ERR_HTTP_REQUEST_TIMEOUT: ['request-timeout', 'The request did not arrive in time.'],
};

/** Requests that are no valid HTTP never reach fastify: they are answered on the socket. */
export function answerBrokenRequest(error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const [code, detail] =
    BROKEN[error.code ?? ''] ?? (['invalid-request', 'This is not HTTP as it should be.'] as const);
  answerOnSocket(socket, { code, detail });
}
