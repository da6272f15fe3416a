/** The path of a request's address, as the router finds its route by it. */

/** @param url As it stands in the request: also with the server's name before it, as proxies are asked. */
export function pathOf(url: string): string {
  const path = url.replace(/^https?:\/\/[^/?#]*/iu, '').split(/[?#]/u, 1)[0] ?? '';
  try {
    return decodeURI(path);
  } catch {
    return path;
  }
}
