/** One line for each request that was answered: what was asked, by whom, and what came of it. Reads are for debugging only. */
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { withoutSecrets } from '../authentication/secret.ts';
import { identityOf } from './identity.ts';

export function logRequests(app: FastifyInstance, logger: Logger): void {
  app.addHook('onResponse', (request, reply, done) => {
    const { id: requestId, method, routeOptions, ip } = request;
    const level = method === 'GET' || method === 'HEAD' ? 'debug' : 'info';
    if (logger.isLevelEnabled(level)) {
      const path = withoutSecrets(request.url.split('?', 1)[0]?.slice(0, 300) ?? '');
      const tookMs = Math.round(reply.elapsedTime);
      logger[level](
        {
          event: 'request',
          requestId,
          method,
          route: routeOptions.url,
          path,
          status: reply.statusCode,
          tookMs,
          by: identityOf(request).principal?.name ?? null,
          from: ip,
        },
        'answered',
      );
    }
    done();
  });
}
