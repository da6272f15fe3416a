/** Requests in the very bytes in which go-zero's `httpc` has Go's net/http write them (go-zero rest/httpc/requests.go, Go net/http/request.go). */

export interface HttpcRequest {
  readonly method: 'GET' | 'POST' | 'PUT';
  /** With `:name` where a `path` field goes. */
  readonly path: string;
  /** The struct's `path`, `form` and `json` fields. httpc writes each of them, also empty and zero ones. */
  readonly pathFields?: Readonly<Record<string, string>>;
  readonly formFields?: Readonly<Record<string, string>>;
  readonly jsonFields?: Readonly<Record<string, unknown>>;
  /** The value of `Authorization`, which the caller's own code sets. */
  readonly authorization: string;
}

/** Header lines in Go's order: host and agent, the length, then what was set, by name, and what the transport adds. */
export function httpcBytes(host: string, request: HttpcRequest): string {
  const { method, path, pathFields = {}, formFields = {}, jsonFields, authorization } = request;
  const segments = path
    .split('/')
    .map((segment) => (segment.startsWith(':') ? escapeInPath(pathFields[segment.slice(1)] ?? '') : segment));
  const query = new URLSearchParams(Object.entries(formFields).toSorted(byName)).toString();
  const body = jsonFields === undefined ? '' : goJson(jsonFields);
  const lines = [
    `${method} ${segments.join('/')}${query === '' ? '' : `?${query}`} HTTP/1.1`,
    `Host: ${host}`,
    'User-Agent: Go-http-client/1.1',
    // A body that is none is told of where a method usually has one.
    ...(method === 'GET' ? [] : [`Content-Length: ${Buffer.byteLength(body)}`]),
    `Authorization: ${authorization}`,
    ...(jsonFields === undefined ? [] : ['Content-Type: application/json; charset=utf-8']),
    // httpc starts a trace for each request.
    'Traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    'Accept-Encoding: gzip',
  ];
  return `${lines.join('\r\n')}\r\n\r\n${body}`;
}

/** What Go's `URL.EscapedPath` leaves alone in a path: more than encodeURIComponent does, and without `!'()*`. */
function escapeInPath(text: string): string {
  return encodeURIComponent(text)
    .replaceAll(/%(24|26|2B|2C|2F|3A|3B|3D|40)/gu, (escaped) => decodeURIComponent(escaped))
    .replaceAll(/[!'()*]/gu, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** Go's `json.Encoder`: names in order, what HTML minds escaped, a line break at the end. */
function goJson(fields: Readonly<Record<string, unknown>>): string {
  const text = JSON.stringify(Object.fromEntries(Object.entries(fields).toSorted(byName)));
  return `${text
    .replaceAll('<', String.raw`\u003c`)
    .replaceAll('>', String.raw`\u003e`)
    .replaceAll('&', String.raw`\u0026`)}\n`;
}

function byName([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one < other ? -1 : 1;
}
