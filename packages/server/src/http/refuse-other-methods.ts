/** A path that exists answers a method that it does not take with 405, and says which it does (RFC 9110, section 15.5.6). */
import type { Route } from '@sluice/contract';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { sendProblem } from './problem-response.ts';

const ALL_METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE'] as const;

export function refuseOtherMethods(app: FastifyInstance, routes: readonly Pick<Route, 'method' | 'path'>[]): void {
  for (const url of new Set(routes.map(({ path }) => path))) {
    const methods = routes.filter(({ path }) => path === url).map(({ method }) => method);
    const taken = ALL_METHODS.filter((method) =>
      methods.some((each) => each === method || (each === 'GET' && method === 'HEAD')),
    );
    const allow = taken.join(', ');
    const refuse = (request: FastifyRequest, reply: FastifyReply) =>
      sendProblem(reply.header('allow', allow), {
        code: 'method-not-allowed',
        detail: `${request.method} is not possible here; ${allow} ${taken.length === 1 ? 'is' : 'are'}.`,
      });
    // Before the body is read: whatever it is, the answer is the same.
    app.route({
      method: ALL_METHODS.filter((method) => !taken.includes(method)),
      url,
      onRequest: (request, reply) => void refuse(request, reply),
      handler: refuse,
    });
  }
}
