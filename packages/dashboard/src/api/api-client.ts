/** The one client of the API: with the browser's session instead of a token, and the proof that it was this page that asked. */
import { type Client, createClient } from '@sluice/client';

const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD']);

/** @param ended Called when the server says that nobody is logged in any more. */
export function createApi(origin: string, csrfToken: string | null, ended: () => void): Client {
  return createClient({
    url: origin,
    newIdempotencyKey,
    fetch: async (input, init) => {
      const isSafe = SAFE_METHODS.has(init?.method ?? 'GET');
      const headers = new Headers(init?.headers);
      if (!isSafe && csrfToken !== null) headers.set('x-sluice-csrf', csrfToken);
      const response = await fetch(input, { ...init, headers, credentials: 'same-origin', cache: 'no-store' });
      if (response.status === 401) ended();
      return response;
    },
  });
}

/** Tells one press of a button from the next, so that what was sent twice is done once. Not by `randomUUID`: plain http has none. */
function newIdempotencyKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
