/** One route of the contract on the wire: who may call it, its parts checked, its handler, its answer. */
import { Readable } from 'node:stream';
import { type Problem, problems, type Route, type RouteName, type routes } from '@sluice/contract';
import { hasRole } from '@sluice/core';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Authentication } from '../authentication/authentication.ts';
import { actorOf, ANYBODY, type Principal, sees, seesRecord } from '../authentication/principal.ts';
import { whyEnded } from '../fleet/token.ts';
import { goneSignal } from './await-revision.ts';
import { onceOf } from './idempotency.ts';
import { identityOf } from './identity.ts';
import { bodyTextOf } from './json-body.ts';
import { foreignRequestProblem } from './login/browser-session.ts';
import { noSuchNode } from './nodes.ts';
import { noSuchOperation } from './operations.ts';
import type { ListBody } from './list-bytes.ts';
import type { OpenStreams, TokenWatch } from './open-streams.ts';
import { sendProblem } from './problem-response.ts';
import type { Handler, HttpParts, RawRequest, Reply } from './route-context.ts';
import { checkOf } from './validate.ts';

/** Whoever asks what everybody may ask. */
const NOBODY: Principal = { ...ANYBODY, name: 'nobody', role: 'viewer' };

/** Bytes up to which copying takes less than sending piece by piece. */
const COPIED_BYTES_MAX = 100_000;

export function serveRoute<Name extends RouteName>(
  app: FastifyInstance,
  route: (typeof routes)[Name] & Route,
  handle: Handler<(typeof routes)[Name]>,
  parts: HttpParts,
  streams: OpenStreams,
): void {
  const mediaType = `${route.responseMediaType ?? 'application/json'}; charset=utf-8`;
  const check = checkOf<(typeof routes)[Name]>(route);
  const refuse = (request: FastifyRequest, reply: FastifyReply, problem: Problem): FastifyReply => {
    noteRefusal(route, request, problem, parts);
    return sendProblem(reply, problem);
  };
  app.route({
    method: route.method,
    url: route.path,
    exposeHeadRoute: true,
    // Before the body is read: whoever may not ask is not listened to.
    onRequest: (request, reply, done) => {
      const refusal = admit(request, route, parts);
      if (refusal === null) done();
      else void refuse(request, reply, refusal);
    },
    handler: async (request, reply) => {
      const { params, query, headers } = request;
      const principal = route.access === 'public' ? NOBODY : (identityOf(request).principal ?? NOBODY);
      // While the body came in the token may have ended.
      const ended = whyEnded(principal, parts.fleet.tokens, parts.fleet.now());
      if (ended !== null) return refuse(request, reply, ended);
      const bodyText = bodyTextOf(request);
      const { method, url } = request;
      const once = onceOf(route.method === 'POST' ? headers['idempotency-key'] : undefined, {
        method,
        url,
        bodyText,
        tokenId: principal.tokenId,
      });
      if (!once.ok) return sendProblem(reply, once.problem);
      const raw: RawRequest = {
        params,
        query,
        headers,
        // No body at all is an empty one: clients that have nothing to say send nothing.
        body: request.body === undefined ? {} : request.body,
        bodyText,
        principal,
        once: once.value,
        remoteAddress: addressOf(request),
        requestId: request.id,
        gone: () => goneSignal(reply),
      };
      if (!check.isValid(raw)) return sendProblem(reply, check.problemIn(raw));
      const hidden = await whyHidden(route, raw, parts);
      if (hidden !== null) return refuse(request, reply, hidden);
      const result = await handle(raw, parts);
      if (!result.ok) return refuse(request, reply, result.problem);
      if (result.value.kind === 'stream' && streams.isFull(principal.tokenId)) {
        const detail = `${principal.name} has as many streams open as a token may (limits.streamsPerToken).`;
        return refuse(request, reply, { code: 'too-many-streams', detail });
      }
      return send(reply, result.value, mediaType, (open) =>
        streams.send(reply, open, (end) => watchToken(principal, parts.authentication, end)),
      );
    },
  });
}

/** For the audit: who was refused what. What never came as far as a decision, such as a malformed body, is not told of. */
function noteRefusal(route: Route, request: FastifyRequest, problem: Problem, { refusals }: HttpParts): void {
  const { status } = problems[problem.code];
  // That a machine must wait is how FleetLock works, and is asked again and again.
  const isWaiting = route.dialect === 'fleetlock' && status === 409;
  const isRefusedChange = route.method !== 'GET' && [404, 409, 412, 423].includes(status) && !isWaiting;
  const isNoted = status === 401 || status === 403 || isRefusedChange;
  if (!isNoted) return;
  const { principal } = identityOf(request);
  const address = addressOf(request);
  refusals.note({
    actor: principal === null ? { name: 'unknown', address } : actorOf(principal, address),
    route: route.name,
    code: problem.code,
    detail: problem.detail,
    // What somebody unknown asked for is theirs to choose: a flood of names must not make as many kinds of refusals.
    nodeId: route.scope === 'node' && principal !== null ? idIn(request.params) : '',
  });
}

/** An IPv4 caller of a socket that takes both kinds is still an IPv4 caller. */
function addressOf({ ip }: FastifyRequest): string {
  return ip.replace(/^::ffff:/u, '');
}

/** @returns Why the caller may not ask this now; `null` when it may. */
function admit(request: FastifyRequest, { access, scope }: Route, parts: HttpParts): Problem | null {
  if (access === 'public') return null;
  if (parts.isStopping()) return { code: 'stopping', detail: 'The server is stopping.' };
  const { principal, session, problem } = identityOf(request);
  const foreign = session === null ? null : foreignRequestProblem(request, session, parts);
  if (foreign !== null) return foreign;
  if (principal === null) return problem ?? { code: 'unauthenticated', detail: 'The token is missing or not valid.' };
  const { name, role, selector } = principal;
  if (!hasRole(principal, access))
    return { code: 'forbidden', detail: `This needs the role ${access}; ${name} has the role ${role}.` };
  if (scope === 'fleet' && selector !== null) {
    const detail = `This is about the whole fleet; ${name} is for nodes with ${selector} only.`;
    return { code: 'forbidden', detail };
  }
  return null;
}

/** What a token's selector leaves out is answered as if it were not there. */
async function whyHidden(
  { scope }: Route,
  { params, principal }: RawRequest,
  { fleet }: HttpParts,
): Promise<Problem | null> {
  if (principal.scope === null || (scope !== 'node' && scope !== 'operation')) return null;
  const id = idIn(params);
  if (scope === 'node') return sees(principal, fleet.node(id)) ? null : noSuchNode(id).problem;
  const operation = await fleet.operation(id);
  const isVisible = operation !== null && seesRecord(principal, fleet.node(operation.nodeId), operation.createdAt);
  return isVisible ? null : noSuchOperation(id).problem;
}

function idIn(params: unknown): string {
  const isNamed = typeof params === 'object' && params !== null && 'id' in params;
  if (!isNamed || typeof params.id !== 'string') throw new Error('a route that is scoped by :id has none');
  return params.id;
}

/** A stream ends with the token that it was opened with. @returns What ends the watching. */
function watchToken(principal: Principal, authentication: Authentication, end: () => void): TokenWatch {
  const isLive = () => authentication.isStillLive(principal.tokenId);
  return { id: principal.tokenId, isLive, stop: authentication.onEnd(principal.tokenId, end) };
}

function send(
  reply: FastifyReply,
  value: Reply<unknown>,
  mediaType: string,
  stream: (open: (signal: AbortSignal) => AsyncIterable<string | Buffer>) => FastifyReply,
): FastifyReply {
  // What has a version may be kept by the one who asked, and is asked for again each time.
  if (value.etag !== undefined) void reply.header('etag', value.etag).header('cache-control', 'private, no-cache');
  if (value.kind !== 'not-modified') void reply.header('content-type', mediaType);
  switch (value.kind) {
    case 'not-modified':
      return reply.code(304).send();
    case 'json':
      return reply.send(value.json);
    case 'bytes':
      return sendBytes(reply, value.body, value.isPacked);
    case 'value':
      return reply.send(JSON.stringify(value.value));
    case 'text':
      return reply.send(value.text);
    case 'stream':
      // Whoever asks only for the headers has no use for a stream.
      return reply.request.method === 'HEAD' ? reply.send('') : stream(value.open);
  }
}

/** Pieces that others read as well are never copied; a few small ones are sent as one. */
function sendBytes(reply: FastifyReply, { pieces, length }: ListBody, isPacked: boolean): FastifyReply {
  void reply.header('vary', 'accept-encoding');
  if (isPacked) void reply.header('content-encoding', 'gzip');
  if (length < COPIED_BYTES_MAX) return reply.send(Buffer.concat(pieces));
  void reply.header('content-length', String(length));
  return reply.send(reply.request.method === 'HEAD' ? '' : Readable.from(pieces));
}
