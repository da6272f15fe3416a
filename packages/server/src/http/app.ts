/** The HTTP application: every route of the contract with its check, its access rule and its handler. */
import { randomUUID } from 'node:crypto';
import { NODE_ID_LENGTH_MAX, type Problem, type Route, type RouteName, routes } from '@sluice/contract';
import Fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Result } from '@sluice/core';
import type { Principal, Role } from '../authentication/authentication.ts';
import { serveDocs } from './docs.ts';
import { handlers } from './handlers.ts';
import { bodyTextOf, readJsonBodies } from './json-body.ts';
import { answerBrokenRequest, problemOf, sendProblem } from './problem-response.ts';
import type { HttpParts, Reply } from './route-context.ts';
import { checkOf } from './validate.ts';

/** Bytes of a body: metadata of 64 KiB fits, however it is escaped (six bytes for one). */
const BODY_BYTES_MAX = 524_288;
/** Characters of a path parameter: an id of 255 characters, each percent-encoded as up to four bytes. */
const PARAMETER_LENGTH_MAX = NODE_ID_LENGTH_MAX * 12;
/** Milliseconds for a whole request to arrive; a slow one must not hold a connection for ever. */
const REQUEST_WITHIN_MS = 30_000;
const JSON_MEDIA_TYPE = 'application/json; charset=utf-8';
const ROLES: readonly Role[] = ['viewer', 'operator', 'admin'];
const NOBODY: Principal = { name: 'nobody', role: 'viewer' };

/** What a browser is told of every answer: nothing here is a page, but for /docs, which says its own. */
const SECURITY_HEADERS = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cache-control': 'no-store',
} as const;

/** A fastify instance that is ready and does not listen yet. */
export async function createHttpApp(parts: HttpParts): Promise<FastifyInstance> {
  const app = Fastify({
    bodyLimit: BODY_BYTES_MAX,
    requestTimeout: REQUEST_WITHIN_MS,
    keepAliveTimeout: 65_000,
    genReqId: () => randomUUID(),
    logger: false,
    return503OnClosing: false,
    routerOptions: { maxParamLength: PARAMETER_LENGTH_MAX },
    clientErrorHandler: answerBrokenRequest,
    frameworkErrors: (error, request, reply) => void sendProblem(reply, problemOf(error, request)),
  });
  const bodyTypes = Object.values<Route>(routes).flatMap(({ bodyMediaTypes }) => bodyMediaTypes ?? ['application/json']);
  readJsonBodies(app, [...new Set(bodyTypes)]);

  app.addHook('onRequest', (_request, reply, done) => {
    void reply.headers(SECURITY_HEADERS);
    done();
  });
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const problem = problemOf(error, request);
    if (problem.code === 'internal') parts.logger.error({ event: 'request-failed', requestId: request.id, method: request.method, route: request.routeOptions.url, err: error }, 'a request failed');
    return sendProblem(reply, problem);
  });
  await serveDocs(app);
  const allowed = new Map<string, string[]>();
  for (const name of ROUTE_NAMES) {
    const route: Route = routes[name];
    allowed.set(route.path, [...(allowed.get(route.path) ?? []), route.method]);
    serve(app, name, parts);
  }
  refuseOtherMethods(app, allowed);
  app.setNotFoundHandler((request, reply) =>
    sendProblem(reply, { code: 'route-not-found', detail: `There is no ${request.method} ${request.url.slice(0, 200)}.` }),
  );
  await app.ready();
  return app;
}

const ROUTE_NAMES = Object.values(routes).map(({ name }) => name) satisfies readonly RouteName[];

function serve<Name extends RouteName>(app: FastifyInstance, name: Name, parts: HttpParts): void {
  const route: Route = routes[name];
  const check = checkOf(route);
  const handle: (request: never, parts: HttpParts) => Promise<Result<Reply<unknown>>> | Result<Reply<unknown>> = handlers[name];
  app.route({
    method: route.method,
    url: route.path,
    exposeHeadRoute: true,
    onRequest: (request, reply, done) => {
      const refusal = whyNotAllowed(route.access, parts.authentication.principalOf(request.headers.authorization));
      if (refusal === null) done();
      else void sendProblem(reply, refusal);
    },
    handler: async (request, reply) => {
      const { params, query, headers } = request;
      // No body at all is an empty one: clients that have nothing to say send nothing.
      const body = route.body === undefined ? {} : request.body === undefined ? {} : request.body;
      const fault = check({ params, query, body });
      if (fault !== null) return sendProblem(reply, fault);
      const principal = route.access === 'public' ? NOBODY : (parts.authentication.principalOf(headers.authorization) ?? NOBODY);
      const given = { params, query, headers, body, bodyText: bodyTextOf(request), principal, remoteAddress: request.ip };
      return send(reply, await call(handle, given, parts));
    },
  });
}

function whyNotAllowed(access: Route['access'], principal: Principal | null): Problem | null {
  if (access === 'public') return null;
  if (principal === null) return { code: 'unauthenticated', detail: 'The token is missing or not valid.' };
  if (ROLES.indexOf(principal.role) >= ROLES.indexOf(access)) return null;
  return { code: 'forbidden', detail: `This needs the role ${access}; ${principal.name} has the role ${principal.role}.` };
}

/** The check by the route's own schemas has proved what the handler's types say. */
function call(
  handle: (request: never, parts: HttpParts) => Promise<Result<Reply<unknown>>> | Result<Reply<unknown>>,
  request: object,
  parts: HttpParts,
): Promise<Result<Reply<unknown>>> | Result<Reply<unknown>> {
  // oxlint-disable-next-line typescript/consistent-type-assertions -- validated against the very schemas that these types come from
  return handle(request as never, parts);
}

function send(reply: FastifyReply, result: Result<Reply<unknown>>): FastifyReply {
  if (!result.ok) return sendProblem(reply, result.problem);
  const { value } = result;
  if (value.etag !== undefined) void reply.header('etag', value.etag);
  switch (value.kind) {
    case 'not-modified':
      return reply.code(304).send();
    case 'json':
      return reply.header('content-type', JSON_MEDIA_TYPE).send(value.json);
    case 'value':
      return reply.header('content-type', JSON_MEDIA_TYPE).send(JSON.stringify(value.value));
  }
}

/** A path that exists answers a method that it does not take with 405, and says which it does. */
function refuseOtherMethods(app: FastifyInstance, allowed: ReadonlyMap<string, readonly string[]>): void {
  const all = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
  for (const [url, methods] of allowed) {
    const allow = [...methods, ...(methods.includes('GET') ? ['HEAD'] : [])].join(', ');
    const method = all.filter((each) => !methods.includes(each));
    const refuse = (request: FastifyRequest, reply: FastifyReply) =>
      sendProblem(reply.header('allow', allow), { code: 'method-not-allowed', detail: `${request.method} is not possible here; ${allow} ${methods.length === 1 ? 'is' : 'are'}.` });
    // Before the body is read: whatever it is, the answer is the same.
    app.route({ method, url, onRequest: (request, reply) => void refuse(request, reply), handler: refuse });
  }
}
