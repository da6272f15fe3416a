/** The session of a person's browser: found by its cookie, told to its pages, ended by a logout. */
import type { Problem } from '@sluice/contract';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ANYBODY, type Principal } from '../../authentication/principal.ts';
import { timestampOrNull } from '../../fleet/timestamp.ts';
import { endsAt } from '../../fleet/token.ts';
import { csrfRefusal, csrfTokenOf } from '../csrf.ts';
import { sendProblem } from '../problem-response.ts';
import type { HttpParts } from '../route-context.ts';
import { clearCookie, cookieOf } from './login-cookies.ts';
import { browserPartsOf } from './login-parts.ts';

export interface BrowserSession {
  readonly secret: string;
  readonly principal: Principal;
}

/** What its cookie holds; empty: it has none. */
export function sessionSecretOf(request: FastifyRequest, parts: HttpParts): string {
  return cookieOf(request, browserPartsOf(parts).security, 'session') ?? '';
}

/** @returns `null`: no cookie, or one that opens nothing any more. */
export function browserSessionOf(request: FastifyRequest, parts: HttpParts): BrowserSession | null {
  const secret = sessionSecretOf(request, parts);
  const principal = secret === '' ? null : parts.authentication.principalOfSession(secret);
  return principal === null ? null : { secret, principal };
}

/** @returns Why a request that came by this session is not carried out; `null`: a page of this server made it. */
export function foreignRequestProblem(
  request: FastifyRequest,
  { secret }: BrowserSession,
  parts: HttpParts,
): Problem | null {
  return csrfRefusal(request, secret, browserPartsOf(parts).publicOrigin);
}

export function tellSession(request: FastifyRequest, reply: FastifyReply, parts: HttpParts): FastifyReply {
  const session = browserSessionOf(request, parts);
  if (session !== null) return reply.send(sessionView(session, parts));
  if (parts.authentication.isOpen) return reply.send(sessionView({ secret: null, principal: ANYBODY }, parts));
  return sendProblem(reply, { code: 'unauthenticated', detail: 'This browser has no session, or it has ended.' });
}

/** What a page is told of the session that it is in. */
export function sessionView(
  { secret, principal }: { readonly secret: string | null; readonly principal: Principal },
  { fleet }: HttpParts,
) {
  const { name, role, selector, tokenId } = principal;
  const token = fleet.tokens.get(tokenId);
  return {
    name,
    role,
    selector,
    csrfToken: secret === null ? null : csrfTokenOf(secret),
    expiresAt: timestampOrNull(token === undefined ? null : endsAt(token)),
  };
}

/** For a page where nobody is logged in: what it may offer. */
export function tellWays(reply: FastifyReply, { login }: HttpParts): FastifyReply {
  return reply.send({ token: true, singleSignOn: login.oidc !== null });
}

/** Ends the session here; where it is ended at the provider too is told, not done: that logs out of everything else. */
export async function logOut(request: FastifyRequest, reply: FastifyReply, parts: HttpParts): Promise<FastifyReply> {
  const { keeper, security } = browserPartsOf(parts);
  const session = browserSessionOf(request, parts);
  if (session !== null) {
    const refusal = foreignRequestProblem(request, session, parts);
    if (refusal !== null) return sendProblem(reply, refusal);
    await keeper.endSession(session.secret);
  }
  clearCookie(reply, security, 'session');
  return reply.send({ providerLogoutUrl: parts.login.oidc?.providerLogoutAddress()?.href ?? null });
}
