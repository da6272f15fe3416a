/** On a server without authentication: pages of other sites, in a browser on this machine, get nothing and do nothing. */
import type { FastifyInstance } from 'fastify';
import { hostIsLoopback, originIsForeign } from './csrf.ts';
import { sendProblem } from './problem-response.ts';

export function refuseForeignPages(app: FastifyInstance): void {
  app.addHook('onRequest', (request, reply, done) => {
    if (!hostIsLoopback(request.headers.host)) {
      const detail =
        'Without authentication this server answers under the names of this machine only, such as 127.0.0.1.';
      void sendProblem(reply, { code: 'foreign-request', detail });
    } else if (originIsForeign(request)) {
      void sendProblem(reply, { code: 'foreign-request', detail: 'A page of another site made this request.' });
    } else {
      done();
    }
  });
}
