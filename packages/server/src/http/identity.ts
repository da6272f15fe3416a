/** Who asks: found once for each request, by its token or by the session of its browser. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { bearerOfBasic } from '../authentication/basic.ts';
import type { Principal } from '../authentication/principal.ts';
import { dialectOf } from './dialect.ts';
import { type BrowserSession, browserSessionOf } from './login/browser-session.ts';
import type { HttpParts } from './route-context.ts';

export interface Identity {
  /** `null`: nobody that is known. */
  readonly principal: Principal | null;
  /** The session of a browser that gave no token; `null`: there is none. */
  readonly session: BrowserSession | null;
}

const UNKNOWN: Identity = { principal: null, session: null };

const identities = new WeakMap<FastifyRequest, Identity>();

/** To be called when cookies are read already, and before anything asks who it is. */
export function identify(app: FastifyInstance, parts: HttpParts): void {
  app.addHook('onRequest', (request, _reply, done) => {
    identifyAgain(request, parts);
    done();
  });
}

/** By what is known by now. */
export function identifyAgain(request: FastifyRequest, parts: HttpParts): void {
  const { authorization } = request.headers;
  // Who gives a token asks by it alone; a browser's cookie comes along with whatever page made the request.
  const session = authorization === undefined ? browserSessionOf(request, parts) : null;
  const given = dialectOf(request) === 'fleetlock' ? bearerOfBasic(authorization) : authorization;
  const principal = parts.authentication.principalOf(given) ?? session?.principal ?? null;
  if (principal !== null) identities.set(request, { principal, session });
}

export function identityOf(request: FastifyRequest): Identity {
  return identities.get(request) ?? UNKNOWN;
}
