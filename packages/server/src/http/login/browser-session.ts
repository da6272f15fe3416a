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
import { loginPartsOf } from './login-parts.ts';

export interface BrowserSession {
  readonly secret: string;
  readonly principal: Principal;
}

/** @returns `null`: no cookie, or one that opens nothing any more. */
export function browserSessionOf(request: FastifyRequest, { login, authentication }: HttpParts): BrowserSession | null {
  if (login === null) return null;
  const secret = cookieOf(request, loginPartsOf(login).security, 'session');
  const principal = secret === undefined ? null : authentication.principalOfSession(secret);
  return secret === undefined || principal === null ? null : { secret, principal };
}

/** @returns Why a request that came by this session is not carried out; `null`: a page of this server made it. */
export function foreignRequestProblem(
  request: FastifyRequest,
  { secret }: BrowserSession,
  { login }: HttpParts,
): Problem | null {
  return csrfRefusal(request, secret, login === null ? null : loginPartsOf(login).publicOrigin);
}

export function tellSession(request: FastifyRequest, reply: FastifyReply, parts: HttpParts): FastifyReply {
  const session = browserSessionOf(request, parts);
  const principal = session?.principal ?? (parts.authentication.isOpen ? ANYBODY : null);
  if (principal === null)
    return sendProblem(reply, { code: 'unauthenticated', detail: 'This browser has no session, or it has ended.' });
  const { name, role, selector, tokenId } = principal;
  const token = parts.fleet.tokens.get(tokenId);
  return reply.send({
    name,
    role,
    selector,
    csrfToken: session === null ? null : csrfTokenOf(session.secret),
    expiresAt: timestampOrNull(token === undefined ? null : endsAt(token)),
  });
}

/** Ends the session here; where it is ended at the provider too is told, not done: that logs out of everything else. */
export async function logOut(request: FastifyRequest, reply: FastifyReply, parts: HttpParts): Promise<FastifyReply> {
  const { login } = parts;
  const session = browserSessionOf(request, parts);
  if (login !== null && session !== null) {
    const refusal = foreignRequestProblem(request, session, parts);
    if (refusal !== null) return sendProblem(reply, refusal);
    await login.keeper.endSession(session.secret);
  }
  if (login !== null) clearCookie(reply, loginPartsOf(login).security, 'session');
  return reply.send({ providerLogoutUrl: login?.oidc.providerLogoutAddress()?.href ?? null });
}
