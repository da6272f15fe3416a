/** The HTTP application: its limits, and every route of the contract. */
import { randomUUID } from 'node:crypto';
import { NODE_ID_LENGTH_MAX, type Route, type RouteName, routes } from '@sluice/contract';
import Fastify, { type FastifyError, type FastifyInstance } from 'fastify';
import { serveDocs } from './docs.ts';
import { handlers } from './handlers.ts';
import { readJsonBodies } from './json-body.ts';
import { ConnectionLimits } from '../limits/limit-connections.ts';
import { createHttpServer } from './http-server.ts';
import { identify, identityOf } from './identity.ts';
import { serveLogin } from './login/serve-login.ts';
import { limitRequests } from './limit-requests.ts';
import { logRequests } from './log-requests.ts';
import { OpenStreams } from './open-streams.ts';
import { answerBrokenRequest, BODY_BYTES_MAX, problemOf, sendProblem } from './problem-response.ts';
import { refuseAmbiguous } from './refuse-ambiguous.ts';
import { refuseForeignPages } from './refuse-foreign-pages.ts';
import type { HttpParts } from './route-context.ts';
import { serveRevisions, tellRevision } from './revisions.ts';
import { SECURITY_HEADERS, TLS_SECURITY_HEADERS } from './security-headers.ts';
import { isForDashboard, readDashboard, serveDashboard } from './serve-dashboard.ts';
import { serveRoute } from './serve-route.ts';
import { TakenMethods } from './taken-methods.ts';
import { watchUnusedConnections } from './unused-connections.ts';

/** Characters of a path parameter: an id of 255 characters, each percent-encoded as up to four bytes. */
const PARAMETER_LENGTH_MAX = NODE_ID_LENGTH_MAX * 12;
/** Characters of path and query together: the longest id, and a long selector beside it. */
const URL_LENGTH_MAX = 8192;
const ROUTE_NAMES = Object.values(routes).map(({ name }) => name) satisfies readonly RouteName[];

/** A fastify instance that is ready and does not listen yet. */
export async function createHttpApp(parts: HttpParts): Promise<FastifyInstance> {
  const connectionLimits = new ConnectionLimits(parts.limits, parts.logger);
  const app = Fastify({
    bodyLimit: BODY_BYTES_MAX,
    serverFactory: (listener) => createHttpServer(connectionLimits.guard(listener), parts.tls),
    genReqId: () => randomUUID(),
    logger: false,
    return503OnClosing: false,
    // Our own schemas check what comes in and say what goes out: what fastify would do it with is not even loaded.
    schemaController: { compilersFactory: { buildValidator: noSchemas, buildSerializer: noSchemas } },
    routerOptions: { maxParamLength: PARAMETER_LENGTH_MAX },
    clientErrorHandler: answerBrokenRequest,
    frameworkErrors: (error, request, reply) => void sendProblem(reply, problemOf(error, request)),
  });
  const taken = new TakenMethods(app);
  const bodyTypes = Object.values<Route>(routes).flatMap(
    ({ bodyMediaTypes }) => bodyMediaTypes ?? ['application/json'],
  );
  const dashboard = readDashboard(parts.dashboardDirectory);
  readJsonBodies(app, [...new Set(bodyTypes)]);
  logRequests(app, parts.logger);
  parts.tracing?.traceRequests(app);

  serveRevisions(app, parts);
  // Its cookies are read before anything else asks who it is.
  await serveLogin(app, parts);
  identify(app, parts);
  limitRequests(app, parts);
  refuseAmbiguous(app);
  if (parts.authentication.isOpen) refuseForeignPages(app);
  app.addHook('onRequest', (request, reply, done) => {
    void reply.headers(parts.tls === null ? SECURITY_HEADERS : TLS_SECURITY_HEADERS);
    const { method, url } = request;
    if (url.length > URL_LENGTH_MAX) {
      void sendProblem(reply, {
        code: 'uri-too-long',
        detail: `The address has ${url.length} characters; ${URL_LENGTH_MAX} are allowed.`,
      });
      return;
    }
    const others = taken.insteadOf(request);
    if (others !== null) {
      if (identityOf(request).principal !== null) tellRevision(reply, parts);
      // Before the body is read: whatever it is, the answer is the same.
      const allowed = others.join(', ');
      void sendProblem(reply.header('allow', allowed), {
        code: 'method-not-allowed',
        detail: `${method} is not possible here; ${allowed} ${others.length === 1 ? 'is' : 'are'}.`,
      });
    } else if (request.is404 && isForDashboard(request)) {
      void dashboard.sendPage(reply);
    } else if (request.is404) {
      void sendProblem(reply, { code: 'route-not-found', detail: `There is no ${method} ${url.slice(0, 200)}.` });
    } else {
      done();
    }
  });
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const problem = problemOf(error, request);
    if (problem.code === 'internal') {
      const { id: requestId, method, routeOptions } = request;
      parts.logger.error(
        { event: 'request-failed', requestId, method, route: routeOptions.url, err: error },
        'a request failed',
      );
    }
    return sendProblem(reply, problem);
  });
  // What a route itself does not find, such as a file of /docs.
  app.setNotFoundHandler((request, reply) =>
    sendProblem(reply, {
      code: 'route-not-found',
      detail: `There is no ${request.method} ${request.url.slice(0, 200)}.`,
    }),
  );
  await serveDocs(app);
  await serveDashboard(app, dashboard);
  const streams = new OpenStreams(parts.logger, parts.limits);
  connectionLimits.attach(app.server);
  const endUnusedConnections = watchUnusedConnections(app.server);
  app.addHook('preClose', () => {
    streams.endAll();
    parts.sequenceWaits.endAll();
    endUnusedConnections();
  });
  for (const name of ROUTE_NAMES) serveRoute(app, routes[name], handlers[name], parts, streams);
  await app.ready();
  return app;
}

function noSchemas(): never {
  throw new Error('no route has a schema of fastify');
}
