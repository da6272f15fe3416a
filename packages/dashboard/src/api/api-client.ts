/** The one client of the API: with the browser's session instead of a token, and the proof that it was this page that asked. */
import { type Client, createClient } from '@sluice/client';
import { begunOr } from './begun.ts';
import { revisionOfLogin } from './session.ts';

const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD']);

/** @param ended Called when the server says that nobody is logged in any more. */
export function createApi(origin: string, csrfToken: string | null, ended: () => void): Client {
  const minRevision = revisionOfLogin();
  return createClient({
    url: origin,
    ...(minRevision === null ? {} : { minRevision }),
    fetch: async (input, init) => {
      const isSafe = SAFE_METHODS.has(init?.method ?? 'GET');
      const headers = new Headers(init?.headers);
      if (!isSafe && csrfToken !== null) headers.set('x-sluice-csrf', csrfToken);
      const ask = () => fetch(input, { ...init, headers, credentials: 'same-origin', cache: 'no-store' });
      const response = await (isSafe ? begunOr(addressOf(input), ask) : ask());
      if (response.status === 401) ended();
      return response;
    },
  });
}

/** On this server. */
function addressOf(input: string | URL | Request): string {
  const { pathname, search } = new URL(input instanceof Request ? input.url : input);
  return `${pathname}${search}`;
}
