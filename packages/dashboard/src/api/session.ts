/** Who this browser is logged in as, and how somebody may log in. The routes are the server's login, not part of the API's contract. */
import { MIN_REVISION_HEADER, problems, REVISION_HEADER, revisionIn, type Role } from '@sluice/contract';
import { begunOr } from './begun.ts';
import { ProblemError, problemIn } from './problem-error.ts';

export interface Session {
  readonly name: string;
  readonly role: Role;
  /** Only nodes that it matches exist for them; `null`: all. */
  readonly selector: string | null;
  /** Goes with every request that changes something; `null`: the server asks nobody who they are. */
  readonly csrfToken: string | null;
  readonly expiresAt: string | null;
}

export interface LoginWays {
  readonly token: boolean;
  readonly singleSignOn: boolean;
}

/** The newest event that the login has shown: of what it has made, such as the session, the next server knows by that event. */
let shown: number | null = null;

/** What answers to whoever is logged in have to show at least; `null`: anything. */
export function revisionOfLogin(): number | null {
  return shown;
}

/** @returns `null`: nobody is logged in. Throws a `ProblemError` when the server cannot be asked. */
export async function readSession(): Promise<Session | null> {
  const response = await ask('/auth/session');
  if (response.status === 401) return null;
  const body: unknown = await response.json().catch(() => null);
  if (response.ok && isSession(body)) return body;
  throw new ProblemError(problemIn(body, response.status));
}

/** A server that does not tell offers both; the one that is not there then says so itself. */
export async function readLoginWays(): Promise<LoginWays> {
  const response = await ask('/auth/ways');
  const body: unknown = await response.json().catch(() => null);
  if (!response.ok || typeof body !== 'object' || body === null) return { token: true, singleSignOn: true };
  return { token: Reflect.get(body, 'token') === true, singleSignOn: Reflect.get(body, 'singleSignOn') === true };
}

/** Opens a session for whoever the token is. Throws a `ProblemError` when it opens nothing. */
export async function logInWithToken(token: string): Promise<void> {
  await change('/auth/token', { token }, null);
}

/** Opens a session by a one-time link, whose code is used up. Throws a `ProblemError` when it opens nothing. */
export async function logInWithCode(code: string): Promise<void> {
  await change('/auth/link', { code }, null);
}

/** @returns Where to end the login at the provider as well; `null`: nowhere. */
export async function logOut(csrfToken: string | null): Promise<string | null> {
  const body = await change('/auth/logout', {}, csrfToken);
  const address: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, 'providerLogoutUrl') : null;
  return typeof address === 'string' && /^https?:/u.test(address) ? address : null;
}

/** Where single sign-on begins; it leads back to where the person is now. */
export function singleSignOnAddress(returnTo: string): string {
  return `/auth/login?${new URLSearchParams({ returnTo }).toString()}`;
}

async function change(path: string, body: object, csrfToken: string | null): Promise<unknown> {
  const response = await ask(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(csrfToken === null ? {} : { 'x-sluice-csrf': csrfToken }) },
    body: JSON.stringify(body),
  });
  const answer: unknown = await response.json().catch(() => null);
  if (!response.ok) throw new ProblemError(problemIn(answer, response.status));
  return answer;
}

async function ask(path: string, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  if (shown !== null) headers.set(MIN_REVISION_HEADER, String(shown));
  try {
    const send = () => fetch(path, { ...init, headers, credentials: 'same-origin', cache: 'no-store' });
    const response = await (init.method === undefined ? begunOr(path, send) : send());
    // One that does not come to show it may be of an earlier state that the database was set back to: it is asked anew.
    if (response.status === problems.behind.status) shown = null;
    shown = revisionIn(response.headers.get(REVISION_HEADER) ?? '') ?? shown;
    return response;
  } catch (cause) {
    throw new ProblemError(problemIn(null, null), { cause });
  }
}

function isSession(body: unknown): body is Session {
  return typeof body === 'object' && body !== null && 'name' in body && 'role' in body && 'csrfToken' in body;
}
