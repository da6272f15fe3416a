/** Which requests of a browser are those of our own pages, as a table of what browsers send. */
import { describe, expect, test } from 'vitest';
import { csrfRefusal, csrfTokenOf, hostIsLoopback, originIsForeign } from './csrf.ts';

const SECRET = 'slc_a-session';
const host = 'sluice.example';

type Headers = Readonly<Record<string, string>>;

describe('a request that came with the cookie of a session', () => {
  const refusal = (method: string, headers: Headers, publicOrigin: string | null = null) =>
    csrfRefusal({ method, headers: { host, ...headers } }, SECRET, publicOrigin)?.detail ?? null;
  const token = { 'x-sluice-csrf': csrfTokenOf(SECRET) };

  test.each<[string, Headers]>([
    ['from a page of ours', { origin: 'https://sluice.example', 'sec-fetch-site': 'same-origin' }],
    ['behind a proxy that ends TLS', { origin: 'https://sluice.example' }],
    ['with the port written out', { origin: 'https://sluice.example', host: 'sluice.example:443' }],
    ['by the person themselves', { 'sec-fetch-site': 'none' }],
    ['of a browser that says nothing', {}],
  ])('is carried out %s', (_name, headers) => {
    expect(refusal('POST', { ...headers, ...token })).toBeNull();
  });

  test.each<[string, Headers]>([
    ['of another site', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }],
    ['of another site, in an older browser', { origin: 'https://evil.example' }],
    ['of a neighbour', { 'sec-fetch-site': 'same-site' }],
    ['of another port', { origin: 'https://sluice.example:8443' }],
    ['of a longer name', { origin: 'https://sluice.example.evil.example' }],
    ['of a sandboxed frame', { origin: 'null' }],
    ['of an extension', { origin: 'chrome-extension://sluice.example' }],
    ['of something that is no origin', { origin: 'sluice.example' }],
  ])('is refused with the right token from a page %s', (_name, headers) => {
    expect(refusal('DELETE', { ...headers, ...token })).toContain('another site');
  });

  test('needs the token of this session', () => {
    expect(refusal('PUT', {})).toContain('is missing');
    expect(refusal('PUT', { 'x-sluice-csrf': csrfTokenOf('slc_another') })).toContain('not that of this session');
    expect(refusal('PUT', { 'x-sluice-csrf': '' })).toContain('not that of this session');
    expect(csrfTokenOf(SECRET)).not.toContain(SECRET);
  });

  test('that changes nothing needs none, and unknown methods change something', () => {
    for (const method of ['GET', 'HEAD', 'OPTIONS'])
      expect(refusal(method, { origin: 'https://evil.example' })).toBeNull();
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'TRACE', 'get']) expect(refusal(method, {})).not.toBeNull();
  });

  test('where a proxy sends another Host, the public address counts', () => {
    const behind = { host: '10.0.0.7:7070', origin: 'https://sluice.example', ...token };
    expect(refusal('POST', behind)).not.toBeNull();
    expect(refusal('POST', behind, 'https://sluice.example')).toBeNull();
  });
});

describe('without authentication', () => {
  const own = { host: '127.0.0.1:7070' };
  test.each<[string, string, Headers, boolean]>([
    ['a program', 'POST', {}, false],
    ['a page of ours', 'POST', { origin: 'http://127.0.0.1:7070', 'sec-fetch-site': 'same-origin' }, false],
    [
      'a followed link',
      'GET',
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' },
      false,
    ],
    [
      'a frame of a foreign page',
      'GET',
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' },
      true,
    ],
    [
      'a form of a foreign page',
      'POST',
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' },
      true,
    ],
    ['a picture in a foreign page', 'GET', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }, true],
    ['a page of another port', 'GET', { origin: 'http://127.0.0.1:3000', 'sec-fetch-site': 'same-site' }, true],
    ['a WebSocket of a foreign page', 'GET', { origin: 'https://evil.example' }, true],
  ])('%s', (_name, method, headers, isForeign) => {
    expect(originIsForeign({ method, headers: { ...own, ...headers } })).toBe(isForeign);
  });

  test.each([
    ['127.0.0.1:7070', true],
    ['127.8.9.10', true],
    ['localhost:7070', true],
    ['LOCALHOST', true],
    ['localhost:80', true],
    ['[::1]:7070', true],
    ['evil.example', false],
    ['127.0.0.1.evil.example', false],
    ['localhost.evil.example:7070', false],
    ['evil.example@127.0.0.1', false],
    ['127.0.0.1/evil', false],
    ['0.0.0.0:7070', false],
    ['', false],
    [undefined, false],
  ])('the host %s', (given, expected) => {
    expect(hostIsLoopback(given)).toBe(expected);
  });
});
