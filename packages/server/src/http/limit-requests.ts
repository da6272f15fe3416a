/**
 * How much one token, or one address without a valid one, may ask. What is refused is answered late: whoever asks in a closed loop
 * is slowed down by it, and costs next to nothing; meanwhile nothing more is read from that connection.
 */
import { routes } from '@sluice/contract';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { actorOf } from '../authentication/principal.ts';
import { addressKey, RateLimiter } from '../limits/rate-limiter.ts';
import { identityOf } from './identity.ts';
import { sendProblem } from './problem-response.ts';
import type { HttpParts } from './route-context.ts';

/** Bytes of an answer that count as one request more. */
const BYTES_PER_UNIT = 20_000;
/** What a request counts that may change something: it costs a commit. */
const CHANGE_WEIGHT = 2;
/** Milliseconds after which a refusal is told, however soon the next request would pass: so often at most each connection comes back. */
const TOLD_AFTER_MS = 1000;
/** Refusals that wait to be told at once; more are cut off without a word. */
const WAITING_MAX = 2000;

export function limitRequests(app: FastifyInstance, parts: HttpParts): void {
  const { requestsPerSecond, requestsBurst, anonymousPerSecond, anonymousBurst } = parts.limits;
  const known = new RateLimiter({ perSecond: requestsPerSecond, burst: requestsBurst });
  const anonymous = new RateLimiter({ perSecond: anonymousPerSecond, burst: anonymousBurst });
  // Supervisors and balancers ask without a token, from an address that others may share: no flood makes a server look dead.
  const health = new RateLimiter({ perSecond: anonymousPerSecond, burst: anonymousBurst });
  /** Who is charged for the answer. */
  const charged = new WeakMap<FastifyRequest, { readonly limiter: RateLimiter; readonly key: string }>();
  let waiting = 0;

  app.addHook('onRequest', (request, reply, done) => {
    const { principal } = identityOf(request);
    const isHealth = request.url === routes.livenessCheck.path || request.url === routes.readinessCheck.path;
    const budget =
      principal === null
        ? { limiter: isHealth ? health : anonymous, key: addressKey(request.ip) }
        : { limiter: known, key: principal.tokenId };
    const weight = request.method === 'GET' || request.method === 'HEAD' ? 1 : CHANGE_WEIGHT;
    const waitMs = budget.limiter.take(budget.key, weight, performance.now());
    if (waitMs === 0) {
      charged.set(request, budget);
      done();
      return;
    }
    const { socket } = request.raw;
    if (waiting >= WAITING_MAX) {
      socket.destroy();
      return;
    }
    parts.refusals.note({
      actor: principal === null ? { name: 'unknown', address: request.ip } : actorOf(principal, request.ip),
      route: 'any',
      code: 'too-many-requests',
      detail: 'More was asked than may be.',
      nodeId: '',
    });
    waiting += 1;
    socket.pause();
    const tell = () => {
      waiting -= 1;
      if (socket.destroyed) return;
      socket.resume();
      const whose = principal === null ? 'This address, without a valid token,' : `The token ${principal.name}`;
      void sendProblem(reply.header('retry-after', String(Math.ceil(waitMs / 1000))), {
        code: 'too-many-requests',
        detail: `${whose} asks more than it may. Nothing was done.`,
      });
    };
    setTimeout(tell, TOLD_AFTER_MS).unref();
  });

  // How many nodes a request is about is known when its body is; what shares a transaction costs less than so many requests.
  app.addHook('preHandler', (request, _reply, done) => {
    const { body } = request;
    const nodeIds: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, 'nodeIds') : null;
    const budget = charged.get(request);
    if (Array.isArray(nodeIds) && budget !== undefined)
      budget.limiter.charge(budget.key, nodeIds.length, performance.now());
    done();
  });

  app.addHook('onSend', (request, reply, payload: unknown, done) => {
    const budget = charged.get(request);
    const isWhole = typeof payload === 'string' || Buffer.isBuffer(payload);
    const bytes = isWhole ? payload.length : Number(reply.getHeader('content-length') ?? 0);
    const units = Math.floor(bytes / BYTES_PER_UNIT);
    if (budget !== undefined && units > 0) budget.limiter.charge(budget.key, units, performance.now());
    done(null, payload);
  });
}
