/** The login of a browser with a token: pasted, or by a one-time link that was made with it. */
import type { Problem, routes } from '@sluice/contract';
import type { FastifyReply, FastifyRequest } from 'fastify';
import Type from 'typebox';
import { Compile } from 'typebox/compile';
import type { FleetToken } from '../../fleet/token.ts';
import { timestamp } from '../../fleet/timestamp.ts';
import { isOfThisOrigin } from '../csrf.ts';
import { sendProblem } from '../problem-response.ts';
import { tellRevision } from '../revisions.ts';
import { type Handler, type HttpParts, value } from '../route-context.ts';
import { sessionView } from './browser-session.ts';
import { cookieOf, setCookie } from './login-cookies.ts';
import { addressOf, browserPartsOf } from './login-parts.ts';
import { linkedTo, LOGIN_LINK_MS, loginPath } from './login-link.ts';

/** Characters of a token or code: many times those of ours. */
const SECRET_LENGTH_MAX = 1000;
const Secret = Type.String({ minLength: 1, maxLength: SECRET_LENGTH_MAX });
const tokenBody = Compile(Type.Object({ token: Secret }, { additionalProperties: false }));
const codeBody = Compile(Type.Object({ code: Secret }, { additionalProperties: false }));

const NO_SUCH_TOKEN: Problem = {
  code: 'unauthenticated',
  detail: 'This token opens nothing here: it is not one of this server, or it has ended.',
};
const NO_SUCH_LINK: Problem = {
  code: 'login-code-invalid',
  detail: 'This link was used before, is too old, or its token has ended.',
};

/** Somebody pasted a token. */
export async function logInWithToken(
  request: FastifyRequest,
  reply: FastifyReply,
  parts: HttpParts,
): Promise<FastifyReply> {
  const { body } = request;
  if (!tokenBody.Check(body)) return refuseBody(reply, 'token');
  const secret = body.token.trim();
  await parts.authentication.lookFor(secret);
  return logIn(request, reply, parts, parts.authentication.apiTokenOf(secret), NO_SUCH_TOKEN);
}

/** Somebody opened a one-time link. */
export async function logInWithLink(
  request: FastifyRequest,
  reply: FastifyReply,
  parts: HttpParts,
): Promise<FastifyReply> {
  const { body } = request;
  if (!codeBody.Check(body)) return refuseBody(reply, 'code');
  const linked = await parts.login.links.redeem(body.code);
  // Another secret may have been given to it since: who has only the former one is let in no more.
  const token = linked === null ? null : await parts.authentication.tokenWith(linked.tokenId, linked.hash);
  return logIn(request, reply, parts, token, NO_SUCH_LINK);
}

/** Makes a one-time link for the token that asks for it. */
export const createLoginLink: Handler<typeof routes.createLoginLink> = async ({ principal }, { fleet, login }) => {
  const token = fleet.tokens.get(principal.tokenId);
  // Without authentication nobody has to log in.
  if (token === undefined) return value({ path: '/', expiresAt: null });
  if (token.kind !== 'api') {
    const detail = 'A link is made with a token; a browser that is logged in has none.';
    return { ok: false, problem: { code: 'forbidden', detail } };
  }
  return value({
    path: loginPath(await login.links.issue(linkedTo(token))),
    expiresAt: timestamp(fleet.now() + LOGIN_LINK_MS),
  });
};

async function logIn(
  request: FastifyRequest,
  reply: FastifyReply,
  parts: HttpParts,
  token: FleetToken | null,
  refusal: Problem,
): Promise<FastifyReply> {
  const { keeper, security, publicOrigin } = browserPartsOf(parts);
  const from = addressOf(request);
  if (!isOfThisOrigin(request, publicOrigin))
    return sendProblem(reply, { code: 'foreign-request', detail: 'A page of another site tried to log you in.' });
  if (token?.role === 'machine')
    return sendProblem(reply, { code: 'forbidden', detail: 'This is a token of a machine, which sees nothing.' });
  const isLive = token !== null && parts.authentication.isStillLive(token.id);
  const opened = isLive ? await keeper.openSessionWith(token, from) : null;
  if (opened === null) {
    keeper.noteRefusedLogin({ subject: null, reason: refusal.detail, from });
    return sendProblem(reply, refusal);
  }
  const { secret, expiresAt } = opened;
  const before = cookieOf(request, security, 'session');
  // What this browser was logged in as is over: nobody would ever end it.
  if (before !== undefined) await keeper.endSession(before);
  setCookie(reply, security, 'session', secret, expiresAt - parts.fleet.now());
  const principal = parts.authentication.principalOfSession(secret);
  if (principal === null) return sendProblem(reply, refusal);
  // The page asks on, maybe another server, that is to know of the session by then.
  tellRevision(reply, parts);
  return reply.send(sessionView({ secret, principal }, parts));
}

function refuseBody(reply: FastifyReply, field: string): FastifyReply {
  const detail = `The body must be { "${field}": "…" } and nothing else.`;
  return sendProblem(reply, { code: 'invalid-request', field, detail });
}
