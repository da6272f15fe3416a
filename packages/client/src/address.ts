/** Writes a route's path and query into an address, so that any id the API allows arrives as it was given. */

type Query = Readonly<Record<string, string | readonly string[] | undefined>>;

/**
 * The address of `path` (with `:name` parameters) under `baseUrl`, which may have a path of its own.
 * `null` when a parameter cannot be written: `.` and `..` are taken as steps by every HTTP client, even encoded, and
 * lone surrogates have no UTF-8.
 */
export function addressOf(
  baseUrl: string,
  path: string,
  parameters: Readonly<Record<string, string>>,
  query: Query = {},
): string | null {
  const segments: string[] = [];
  for (const segment of path.split('/')) {
    const value = segment.startsWith(':') ? parameters[segment.slice(1)] : undefined;
    if (value === '' || value === '.' || value === '..' || (value !== undefined && !isWellFormed(value))) return null;
    segments.push(value === undefined ? segment : encodeURIComponent(value));
  }
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (typeof value === 'string') search.append(name, value);
    else for (const item of value ?? []) search.append(name, item);
  }
  return `${baseUrl.replace(/\/+$/u, '')}${segments.join('/')}${search.size === 0 ? '' : `?${search.toString()}`}`;
}

function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text);
}
