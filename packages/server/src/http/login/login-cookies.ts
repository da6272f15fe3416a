/** The cookies of people's browsers: their session, a login that is under way, and a command line that waits for their word. */
import type { FastifyReply, FastifyRequest } from 'fastify';

type CookieKind = 'session' | 'login' | 'cli';

const NAMES: Readonly<Record<CookieKind, string>> = {
  session: 'sluice_session',
  login: 'sluice_login',
  cli: 'sluice_cli',
};

/** How browsers reach the server, as far as it knows. */
export type CookieSecurity = 'https' | 'http';

export function cookieSecurityOf(publicUrl: URL): CookieSecurity {
  return publicUrl.protocol === 'https:' ? 'https' : 'http';
}

/** @param lifetimeMs The browser forgets it then; the server does not rely on that. */
export function setCookie(
  reply: FastifyReply,
  security: CookieSecurity,
  kind: CookieKind,
  value: string,
  lifetimeMs: number,
): void {
  void reply.setCookie(nameOf(security, kind), value, {
    ...attributesOf(security),
    maxAge: Math.max(1, Math.floor(lifetimeMs / 1000)),
  });
}

export function clearCookie(reply: FastifyReply, security: CookieSecurity, kind: CookieKind): void {
  void reply.clearCookie(nameOf(security, kind), attributesOf(security));
}

/** `undefined`: the browser sent none. */
export function cookieOf(request: FastifyRequest, security: CookieSecurity, kind: CookieKind): string | undefined {
  return request.cookies[nameOf(security, kind)];
}

/** With the prefix, browsers take the cookie only from this very host and by https: no neighbour can plant one. */
function nameOf(security: CookieSecurity, kind: CookieKind): string {
  return `${security === 'https' ? '__Host-' : ''}${NAMES[kind]}`;
}

/** Lax: the provider sends the browser back from another site, and that request must carry the cookie. */
function attributesOf(security: CookieSecurity) {
  return { path: '/', httpOnly: true, sameSite: 'lax', secure: security === 'https' } as const;
}
