/** The one-time link that somebody came by: `/login#code=…`. The code leaves the address before anything else happens. */

const LOGIN_PATH = '/login';

/** @returns `null`: the page was not opened by such a link, or its code was taken before. */
export function takeLoginCode(): string | null {
  if (location.pathname !== LOGIN_PATH) return null;
  const code = new URLSearchParams(location.hash.slice(1)).get('code');
  history.replaceState(null, '', '/');
  return code === '' ? null : code;
}
