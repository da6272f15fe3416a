/** Who asks: found once for each request, by its token or by the session of its browser. */
import type { Problem } from '@sluice/contract';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { secretIn } from '../authentication/authentication.ts';
import { bearerOfBasic } from '../authentication/basic.ts';
import type { Principal } from '../authentication/principal.ts';
import { storeProblemOf } from '../fleet/store-problem.ts';
import { dialectOf } from './dialect.ts';
import { type BrowserSession, browserSessionOf, sessionSecretOf } from './login/browser-session.ts';
import type { HttpParts } from './route-context.ts';

export interface Identity {
  /** `null`: nobody that is known. */
  readonly principal: Principal | null;
  /** The session of a browser that gave no token; `null`: there is none. */
  readonly session: BrowserSession | null;
  /** Why nobody can say now who it is; `null`: that is known, if only that it is nobody. */
  readonly problem: Problem | null;
}

const UNKNOWN: Identity = { principal: null, session: null, problem: null };

const identities = new WeakMap<FastifyRequest, Identity>();

/** To be called when cookies are read already, and before anything asks who it is. */
export function identify(app: FastifyInstance, parts: HttpParts): void {
  app.addHook('onRequest', (request, _reply, done) => {
    identifyAgain(request, parts);
    done();
  });
  if (parts.authentication.isAlone) return;
  app.addHook('onRequest', async (request) => {
    if (identities.has(request)) return;
    const secret = secretOf(request, parts);
    if (parts.authentication.knows(secret)) return;
    try {
      // Another server may have made it a moment ago.
      await parts.authentication.lookFor(secret);
      identifyAgain(request, parts);
    } catch (error) {
      const detail = storeProblemOf(error);
      if (detail === null) throw error;
      // Who asks does not matter to everything that is asked.
      identities.set(request, { ...UNKNOWN, problem: { code: 'store-unavailable', detail } });
    }
  });
}

/** By what is known by now. */
export function identifyAgain(request: FastifyRequest, parts: HttpParts): void {
  const { authorization } = request.headers;
  // Who gives a token asks by it alone; a browser's cookie comes along with whatever page made the request.
  const session = authorization === undefined ? browserSessionOf(request, parts) : null;
  const principal = parts.authentication.principalOf(givenBy(request)) ?? session?.principal ?? null;
  if (principal !== null) identities.set(request, { principal, session, problem: null });
}

function secretOf(request: FastifyRequest, parts: HttpParts): string {
  const given = givenBy(request);
  return given === undefined ? sessionSecretOf(request, parts) : secretIn(given);
}

function givenBy(request: FastifyRequest): string | undefined {
  const { authorization } = request.headers;
  return dialectOf(request) === 'fleetlock' ? bearerOfBasic(authorization) : authorization;
}

export function identityOf(request: FastifyRequest): Identity {
  return identities.get(request) ?? UNKNOWN;
}
