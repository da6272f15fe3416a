/** Where a browser is sent after a login: a path of this server and nothing else, whatever the address asked for. */

/** Characters of a path that is remembered over a login: it travels in a cookie. */
const PATH_LENGTH_MAX = 1000;
const START = '/';
/** Any origin will do, as long as a path that leaves it is noticed. */
const HERE = 'http://here.invalid';

/** The path with its query, as it was asked for; `/` for whatever is none, or would lead elsewhere, or would log in again. */
export function localPathOf(asked: unknown): string {
  if (typeof asked !== 'string' || asked.length > PATH_LENGTH_MAX || !/^\/(?![/\\])[\x21-\x7e]*$/u.test(asked))
    return START;
  if (asked.includes('\\') || !URL.canParse(asked, HERE)) return START;
  const { origin, pathname, search, hash } = new URL(asked, HERE);
  // `/.//evil.example` becomes `//evil.example`, which is another server.
  if (origin !== HERE || pathname.startsWith('//') || pathname.startsWith('/auth/')) return START;
  return `${pathname}${search}${hash}`;
}
