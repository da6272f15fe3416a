/** What the routes of the login share: the provider, the cookies' kind, who keeps sessions, and words for what nobody configured. */
import type { Problem } from '@sluice/contract';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { OidcLogin } from '../../authentication/oidc/oidc-login.ts';
import type { SessionKeeper } from '../../authentication/oidc/session-keeper.ts';
import { sendProblem } from '../problem-response.ts';
import { type CookieSecurity, cookieSecurityOf } from './login-cookies.ts';

export interface PersonLogin {
  readonly oidc: OidcLogin;
  readonly keeper: SessionKeeper;
}

export interface LoginParts extends PersonLogin {
  readonly security: CookieSecurity;
  /** As browsers write it in `Origin`. */
  readonly publicOrigin: string;
}

export function loginPartsOf({ oidc, keeper }: PersonLogin): LoginParts {
  const { publicUrl } = oidc.settings;
  return { oidc, keeper, security: cookieSecurityOf(publicUrl), publicOrigin: publicUrl.origin };
}

const LOGIN_IS_OFF: Problem = {
  code: 'single-sign-on-off',
  detail: 'Nobody can log in here: this server has no section `oidc` in its configuration file.',
};

/** An IPv4 caller of a socket that takes both kinds is still an IPv4 caller. */
export function addressOf(request: FastifyRequest): string {
  return request.ip.replace(/^::ffff:/u, '');
}

export function sendLoginIsOff(reply: FastifyReply): FastifyReply {
  return sendProblem(reply, LOGIN_IS_OFF);
}

/** The query as it was sent, without its `?`. */
export function queryTextOf({ url }: FastifyRequest): string {
  const start = url.indexOf('?');
  return start === -1 ? '' : url.slice(start + 1);
}
