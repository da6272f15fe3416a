/** A server without authentication in a person's browser: its own pages and programs are served, foreign pages and names are not. */
import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadServerConfig } from '../config.ts';
import { type RunningServer, startServer } from '../main.ts';

let directory: string;
let server: RunningServer;

beforeAll(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'sluice-open-'));
  const loaded = loadServerConfig({
    flags: { listen: '127.0.0.1:0', data: directory, logLevel: 'silent', insecureNoAuth: true },
    env: {},
  });
  if (!loaded.ok) throw new Error(loaded.message);
  server = await startServer(loaded.config);
});
afterAll(async () => {
  await server.stop();
  await rm(directory, { recursive: true, force: true });
});

function ask(method: string, target: string, headers: Readonly<Record<string, string>>): Promise<string> {
  const { hostname, port } = new URL(server.url);
  return new Promise((resolve, reject) => {
    const asked = request({ hostname, port, method, path: target, headers, agent: false, timeout: 15_000 });
    asked.on('error', reject);
    asked.on('response', (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
      response.on('end', () => {
        const document: { readonly code?: string } = text.startsWith('{') ? JSON.parse(text) : {};
        resolve(`${response.statusCode ?? 0} ${document.code ?? 'served'}`);
      });
    });
    asked.end();
  });
}

test('programs, pages of its own and followed links are served', async () => {
  const { host } = new URL(server.url);
  const followed = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
  expect(await ask('GET', '/api/v1/nodes', {})).toBe('200 served');
  expect(await ask('GET', '/api/v1/nodes', { host: `localhost:${host.split(':')[1] ?? ''}` })).toBe('200 served');
  expect(await ask('GET', '/api/v1/nodes', { origin: server.url, 'sec-fetch-site': 'same-origin' })).toBe('200 served');
  expect(await ask('GET', '/docs/problems/internal', followed)).toBe('200 served');
});

test('foreign pages, and names that an attacker lets point here, are not', async () => {
  const origin = 'https://evil.example';
  expect(await ask('GET', '/api/v1/nodes', { origin, 'sec-fetch-site': 'cross-site' })).toBe('403 foreign-request');
  expect(await ask('POST', '/api/v1/nodes/a/drain', { origin })).toBe('403 foreign-request');
  expect(await ask('GET', '/api/v1/nodes', { host: 'evil.example' })).toBe('403 foreign-request');
  expect(await ask('GET', '/healthz', { host: 'evil.example:7070' })).toBe('403 foreign-request');
});
