/** Hooks against a real server and real commands: done, or a sentence why not. */
import { createServer } from 'node:http';
import os from 'node:os';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { callHook, type HookContext } from './call-hook.ts';

const seen: { readonly method: string | undefined; readonly body: string }[] = [];
const server = createServer((request, response) => {
  let body = '';
  request.on('data', (chunk: Buffer) => {
    body += chunk.toString();
  });
  request.on('end', () => {
    seen.push({ method: request.method, body });
    if (request.url === '/hang') return;
    response.writeHead(request.url === '/drain' ? 202 : 409).end('a match is   being\nplayed');
  });
});
let url: string;

beforeAll(async () => {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
});

afterAll(() => {
  server.close();
  server.closeAllConnections();
});

const context: HookContext = {
  sendSignal: () => ({ ok: true }),
  environment: { PATH: process.env['PATH'] ?? '', SLUICE_NODE_ID: 'lobby-1' },
  cwd: os.tmpdir(),
};

describe('callHook', () => {
  test('http: any 2xx is done, and the body arrives', async () => {
    const outcome = await callHook(
      { kind: 'http', method: 'PUT', url: `${url}/drain`, body: '{"drain":true}', timeoutMs: 5000 },
      context,
    );
    expect(outcome).toEqual({ ok: true, text: `PUT ${url}/drain answered 202.` });
    expect(seen).toContainEqual({ method: 'PUT', body: '{"drain":true}' });
  });

  test('http: a refusal is told with what was said', async () => {
    expect(
      await callHook({ kind: 'http', method: 'POST', url: `${url}/no`, body: null, timeoutMs: 5000 }, context),
    ).toEqual({
      ok: false,
      problem: `POST ${url}/no answered 409, expected 200 to 299: a match is being played`,
    });
  });

  test('http: who does not answer is given up in time', async () => {
    expect(
      await callHook({ kind: 'http', method: 'POST', url: `${url}/hang`, body: null, timeoutMs: 200 }, context),
    ).toEqual({
      ok: false,
      problem: `POST ${url}/hang did not answer within 200 ms.`,
    });
  });

  test('signal: sent, or why not', async () => {
    const hook = { kind: 'signal', signal: 'SIGUSR1', timeoutMs: 5000 } as const;
    expect(await callHook(hook, context)).toEqual({ ok: true, text: 'SIGUSR1 was sent.' });
    const refused = { ok: false, problem: 'SIGUSR1 was not sent: the workload does not run.' } as const;
    expect(await callHook(hook, { ...context, sendSignal: () => refused })).toEqual(refused);
  });

  test('exec: done by exit code 0, and the command knows the node', async () => {
    const hook = (source: string) =>
      ({ kind: 'exec', command: [process.execPath, '-e', source], timeoutMs: 10_000 }) as const;
    expect(
      await callHook(hook("process.exit(process.env.SLUICE_NODE_ID === 'lobby-1' ? 0 : 1)"), context),
    ).toMatchObject({ ok: true });
    expect(await callHook(hook("console.error('busy'); process.exit(3)"), context)).toMatchObject({
      ok: false,
      problem: expect.stringContaining('exited with code 3; its last output: busy'),
    });
  });
});
