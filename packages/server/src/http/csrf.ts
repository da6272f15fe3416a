/** Whether a request that a browser sent along with its cookie was made by a page of this server, and not by any other. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Problem } from '@sluice/contract';

/** The header that every unsafe request of a browser carries; its value is told by `GET /auth/session`. */
const CSRF_HEADER = 'x-sluice-csrf';
const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** What of a request these questions need; a `FastifyRequest` and an `IncomingMessage` of an upgrade have it. */
export interface AskedByBrowser {
  readonly method?: string | undefined;
  readonly headers: IncomingHttpHeaders;
}

/** Whether the method changes nothing, so that nobody gains by making a browser send it. */
function isSafeMethod(method: string | undefined): boolean {
  return SAFE_METHODS.has(method ?? '');
}

/** The value of `X-Sluice-Csrf` for a session: only who knows the session's secret, or is told by the server, has it. */
export function csrfTokenOf(sessionSecret: string): string {
  return createHmac('sha256', sessionSecret).update('sluice csrf').digest('base64url');
}

/**
 * For every unsafe request that was let in by a cookie.
 * @param publicOrigin Where browsers reach the server, when a proxy sends another Host; `null`: only the Host counts.
 * @returns Why it is refused; `null`: a page of this server made it.
 */
export function csrfRefusal(
  request: AskedByBrowser,
  sessionSecret: string,
  publicOrigin: string | null,
): Problem | null {
  if (isSafeMethod(request.method)) return null;
  if (!isOfThisOrigin(request, publicOrigin))
    return { code: 'foreign-request', detail: 'A page of another site made this request with your session.' };
  const given = request.headers[CSRF_HEADER];
  if (typeof given === 'string' && isEqual(given, csrfTokenOf(sessionSecret))) return null;
  const what = given === undefined ? 'is missing' : 'is not that of this session';
  return { code: 'foreign-request', detail: `The header X-Sluice-Csrf ${what}.` };
}

/**
 * For a server without authentication, where any page in a browser on this machine could do anything: whether a page of another
 * site made the request. A link that a person follows is not foreign; requests of other programs never are. Also for upgrades.
 */
export function originIsForeign(request: AskedByBrowser): boolean {
  const { headers, method } = request;
  const isFollowedLink =
    isSafeMethod(method) && headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document';
  return !isFollowedLink && !isOfThisOrigin(request, null);
}

/**
 * For a server without authentication: whether it was addressed as this machine. A name that an attacker lets point to 127.0.0.1
 * (DNS rebinding) makes a browser take their page for one of ours; the Host tells.
 */
export function hostIsLoopback(host: string | undefined): boolean {
  if (host === undefined || !URL.canParse(`http://${host}`)) return false;
  const { hostname, host: whole } = new URL(`http://${host}`);
  // Anything but HOST:PORT parses to something else.
  if (whole !== host.toLowerCase().replace(/:80$/u, '')) return false;
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/u.test(hostname);
}

/** By what browsers say themselves, which no page can change. Who says nothing is no browser, or none that sends cookies along. */
export function isOfThisOrigin({ headers }: AskedByBrowser, publicOrigin: string | null): boolean {
  const site = headers['sec-fetch-site'];
  // `none`: the person did it, such as by a bookmark.
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return false;
  const { origin, host } = headers;
  if (origin === undefined) return true;
  if (publicOrigin !== null && origin === publicOrigin) return true;
  // A proxy may have ended TLS: the scheme is not compared. The opaque origin `null` does not parse.
  if (host === undefined || !URL.canParse(origin)) return false;
  const from = new URL(origin);
  const isWeb = from.protocol === 'http:' || from.protocol === 'https:';
  return isWeb && URL.canParse(`${from.protocol}//${host}`) && new URL(`${from.protocol}//${host}`).host === from.host;
}

function isEqual(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
