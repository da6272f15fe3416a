/** What the routes of the login share: who keeps sessions, the cookies' kind, the provider, and words for what nobody configured. */
import type { Problem } from '@sluice/contract';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { OidcLogin } from '../../authentication/oidc/oidc-login.ts';
import type { CodeStore } from '../../authentication/one-time-codes.ts';
import type { SessionKeeper } from '../../authentication/oidc/session-keeper.ts';
import { sendProblem } from '../problem-response.ts';
import type { HttpParts } from '../route-context.ts';
import { type CookieSecurity, cookieSecurityOf } from './login-cookies.ts';
import type { LoginLinks } from './login-link.ts';

export interface PersonLogin {
  readonly keeper: SessionKeeper;
  /** The provider at which people log in; `null`: only who has a token does. */
  readonly oidc: OidcLogin | null;
  /** Links that log in whoever opens them, each with the token that it was made with. */
  readonly links: LoginLinks;
  /** Where one-time codes are kept. */
  readonly codes: CodeStore;
}

export interface BrowserParts {
  readonly keeper: SessionKeeper;
  readonly security: CookieSecurity;
  /** As browsers write it in `Origin`; `null`: only the Host tells where they are. */
  readonly publicOrigin: string | null;
}

export interface LoginParts extends BrowserParts {
  readonly oidc: OidcLogin;
}

export function browserPartsOf({ login: { keeper, oidc }, tls }: Pick<HttpParts, 'login' | 'tls'>): BrowserParts {
  if (oidc === null) return { keeper, security: tls === null ? 'http' : 'https', publicOrigin: null };
  const { publicUrl } = oidc.settings;
  return { keeper, security: cookieSecurityOf(publicUrl), publicOrigin: publicUrl.origin };
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
