/** The dashboard's files over a real socket: its page for every address of the app, and nothing of it for the API's. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ServerUnderTest } from './server-under-test.ts';

const PAGE =
  '<!doctype html><meta property="csp-nonce" nonce="__SLUICE_CSP_NONCE__"><script src="/assets/app-1a2b.js"></script>';
const SCRIPT = `console.log('${'sluice '.repeat(500)}');`;
const AS_BROWSER = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

let built: string;
let server: ServerUnderTest;

beforeAll(async () => {
  built = await mkdtemp(path.join(os.tmpdir(), 'sluice-dashboard-'));
  await mkdir(path.join(built, 'assets'));
  await writeFile(path.join(built, 'index.html'), PAGE);
  await writeFile(path.join(built, 'sluice.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
  await writeFile(path.join(built, 'assets', 'app-1a2b.js'), SCRIPT);
  await writeFile(path.join(built, 'assets', 'app-1a2b.js.gz'), gzipSync(SCRIPT));
  server = await ServerUnderTest.start(undefined, { dashboardDirectory: built });
});
afterAll(async () => {
  await server.stop();
  await rm(built, { recursive: true, force: true });
});

const get = (target: string, headers: Readonly<Record<string, string>> = AS_BROWSER) =>
  server.ask('GET', target, { token: null, headers });

describe('the page', () => {
  test('is at / for everybody, and at every address that only the app knows', async () => {
    for (const target of ['/', '/nodes/lobby-1', '/nodes?status=offline', '/login', '/nodes/a.b']) {
      const { status, headers, text } = await get(target);
      expect({ target, status, type: headers['content-type'] }).toEqual({
        target,
        status: 200,
        type: 'text/html; charset=utf-8',
      });
      expect(text).toContain('/assets/app-1a2b.js');
    }
    expect((await get('/', {})).status).toBe(200);
  });

  test('lets only files of this server run, and only styles with the nonce of this very answer', async () => {
    const [first, second] = [await get('/'), await get('/nodes')];
    const nonces = [first, second].map(({ text }) => /nonce="([^"]+)"/u.exec(text)?.[1]);
    expect(new Set(nonces).size).toBe(2);
    expect(first.headers).toMatchObject({
      'content-security-policy': expect.stringContaining(`style-src 'self' 'nonce-${nonces[0]}'`),
      'cache-control': 'no-cache',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
    });
    expect(first.headers['content-security-policy']).toContain("script-src 'self';");
    expect(first.headers['content-security-policy']).not.toContain('unsafe');
  });

  test.each([
    '/api/v1/nodess',
    '/api',
    '/docs/nothing',
    '/assets/gone.js',
    '/auth/nothing',
    '/metrics/x',
    '/healthz/x',
  ])('is not at %s, which is none of the app', async (target) => {
    expect(await get(target)).toMatchObject({ status: 404, json: { code: 'route-not-found' } });
  });

  test('is not for programs: an address that is written wrongly is told so', async () => {
    expect(await get('/nodes', { accept: '*/*' })).toMatchObject({ status: 404, json: { code: 'route-not-found' } });
    expect(await server.ask('POST', '/nodes', { headers: AS_BROWSER })).toMatchObject({ status: 404 });
  });
});

describe('its files', () => {
  test('are kept for ever where their name changes with what is in them, and packed where they were packed', async () => {
    const plain = await get('/assets/app-1a2b.js', {});
    expect(plain).toMatchObject({
      status: 200,
      text: SCRIPT,
      headers: {
        'cache-control': 'public, max-age=31536000, immutable',
        'content-type': expect.stringContaining('javascript'),
        'x-content-type-options': 'nosniff',
        vary: expect.stringMatching(/accept-encoding/iu),
      },
    });
    const response = await fetch(new URL('/assets/app-1a2b.js', server.url), {
      headers: { 'accept-encoding': 'gzip' },
    });
    expect(response.headers.get('content-encoding')).toBe('gzip');
    expect(await response.text()).toBe(SCRIPT);
    expect(Number(response.headers.get('content-length'))).toBe(gzipSync(SCRIPT).length);
  });

  test('are asked for again where their name stays', async () => {
    const { status, headers } = await get('/sluice.svg');
    expect(status).toBe(200);
    expect(headers).toMatchObject({ 'cache-control': 'public, max-age=0', 'content-type': 'image/svg+xml' });
    expect((await get('/sluice.svg', { 'if-none-match': String(headers['etag']) })).status).toBe(304);
  });

  test('are those of its folder alone', async () => {
    for (const target of ['/assets/../index.html', '/assets/%2e%2e/index.html', '/assets/..%2findex.html', '/assets/'])
      expect({ target, status: (await get(target)).status }).not.toMatchObject({ status: 200 });
  });
});

test('where it was not built, its address says so in plain words', async () => {
  const bare = await ServerUnderTest.start();
  try {
    for (const target of ['/', '/nodes']) {
      const { status, text } = await bare.ask('GET', target, { token: null, headers: AS_BROWSER });
      expect(status).toBe(404);
      expect(text).toContain('npm run build');
    }
    expect((await bare.ask('GET', '/auth/style.css', { token: null })).status).toBe(200);
    const forPrograms = await bare.ask('GET', '/', { token: null });
    expect(forPrograms.status).toBe(404);
    expect(JSON.parse(forPrograms.text)).toMatchObject({
      code: 'route-not-found',
      detail: expect.stringContaining('npm run build'),
    });
  } finally {
    await bare.stop();
  }
});
