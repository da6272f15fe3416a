/** No step back, over real sockets: what a client was shown, it asks for everywhere, and lets go of when it is no more. */
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { problemDocument } from '@sluice/contract';
import { afterEach, describe, expect, test } from 'vitest';
import { createClient } from './client.ts';

const servers: Server[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

type Answer = (response: ServerResponse) => unknown;

/** Each request is answered by the next of these, the last one for ever. */
async function listen(...answers: readonly Answer[]) {
  const asked: (string | undefined)[] = [];
  const seen: { readonly method: string | undefined; readonly headers: IncomingHttpHeaders }[] = [];
  const server = createServer(({ method, headers }, response) => {
    seen.push({ method, headers });
    asked.push(headers['sluice-min-revision']?.toString());
    answers[Math.min(seen.length, answers.length) - 1]?.(response);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === 'string') throw new Error('listening on a port');
  return { url: `http://127.0.0.1:${address.port}`, seen, asked };
}

const shows =
  (revision: number, status = 200): Answer =>
  (response) =>
    response
      .writeHead(status, {
        'content-type': 'application/json',
        'sluice-revision': String(revision),
        'sluice-lag-ms': '0',
      })
      .end(status === 304 ? undefined : '{"items":[]}');
const refuses =
  (code: 'behind' | 'node-not-found' | 'stopping', revision: number, lagMs = 0): Answer =>
  (response) => {
    const document = problemDocument({ code, detail: 'It is so.' }, 'request');
    response
      .writeHead(document.status, {
        'content-type': 'application/problem+json',
        'sluice-revision': String(revision),
        'sluice-lag-ms': String(lagMs),
        'retry-after': '0',
      })
      .end(JSON.stringify(document));
  };
const silent: Answer = (response) =>
  response.writeHead(200, { 'content-type': 'application/json' }).end('{"items":[]}');
const streams =
  (revision: number, text: string): Answer =>
  (response) =>
    response
      .writeHead(200, {
        'content-type': 'text/event-stream',
        'sluice-revision': String(revision),
        'sluice-lag-ms': '0',
      })
      .end(`retry: 5\n\n${text}`);
const ready = (sequence: number) => `id: ${sequence}\nevent: ready\ndata: {"sequence":${sequence}}\n\n`;
const event = (sequence: number) =>
  `id: ${sequence}\nevent: HoldPlaced\ndata: ${JSON.stringify({ sequence, nodeId: 'n', kind: 'HoldPlaced' })}\n\n`;

describe('what was shown is asked for', () => {
  test('by every request after it, whatever it is; the greatest counts, and a server that tells nothing changes nothing', async () => {
    const { url, asked } = await listen(shows(7), shows(9), shows(9, 304), silent, shows(12), shows(12));
    const client = createClient({ url });
    const first = await client.listNodes();
    await client.replaceMetadata({ id: 'n', body: { meta: 1 } });
    await client.listNodes(first.ok ? { previous: first } : {});
    await client.drainNode({ id: 'n' });
    await client.forgetNode({ id: 'n' });
    await client.getNode({ id: 'n' });
    expect(asked).toEqual([undefined, '7', '9', '9', '9', '12']);
  });

  test('from the first request on, where somebody else was shown it; other clients know nothing of it', async () => {
    const { url, asked } = await listen(shows(7));
    await createClient({ url, minRevision: 7 }).listNodes();
    await createClient({ url }).listNodes();
    expect(asked).toEqual(['7', undefined]);
  });

  test('also by an event, and by the stream itself', async () => {
    const { url, asked, seen } = await listen(
      shows(3),
      streams(4, ready(4) + event(5) + event(6)),
      streams(6, ready(6)),
      shows(6),
    );
    const client = createClient({ url });
    await client.listNodes();
    let opened = 0;
    for await (const item of client.events()) {
      if (item.kind === 'ready') opened += 1;
      if (opened === 2) break;
    }
    await client.listNodes();
    expect(asked).toEqual([undefined, '3', '6', '6']);
    expect(seen[2]?.headers['last-event-id']).toBe('6');
  });
});

describe('a server that is behind', () => {
  test('is asked again for the same, reads and changes alike, while it does not know what others show', async () => {
    const { url, asked, seen } = await listen(
      shows(7),
      refuses('behind', 5, 60_000),
      shows(7),
      refuses('behind', 6, 60_000),
      shows(8),
    );
    const client = createClient({ url });
    await client.listNodes();
    expect(await client.listNodes()).toMatchObject({ ok: true });
    expect(await client.replaceMetadata({ id: 'n', body: { meta: 1 } })).toMatchObject({ ok: true });
    expect(asked).toEqual([undefined, '7', '7', '7', '7']);
    expect(seen.map(({ method }) => method)).toEqual(['GET', 'GET', 'GET', 'PUT', 'PUT']);
  });

  test('for long: that is the answer, and the next call asks for the same', async () => {
    const { url, asked } = await listen(shows(7), refuses('behind', 5, 60_000));
    const client = createClient({ url });
    await client.listNodes();
    expect(await client.listNodes()).toMatchObject({ ok: false, problem: { code: 'behind', status: 503 } });
    expect(asked).toEqual([undefined, '7', '7', '7', '7']);
    await client.listNodes();
    expect(asked.at(-1)).toBe('7');
  });

  test('though it is up to date: the database was set back, and what it shows now counts', async () => {
    const { url, asked } = await listen(shows(7), refuses('behind', 4), shows(4), shows(5));
    const client = createClient({ url });
    await client.listNodes();
    expect(await client.drainNode({ id: 'n' })).toMatchObject({ ok: true });
    await client.listNodes();
    await client.listNodes();
    expect(asked).toEqual([undefined, '7', undefined, '4', '5']);
  });

  test('and answers all the same, such as one behind a proxy that drops the header: that counts', async () => {
    const { url, asked } = await listen(shows(7), shows(4));
    const client = createClient({ url });
    for (let count = 0; count < 3; count += 1) await client.listNodes();
    expect(asked).toEqual([undefined, '7', '4']);
  });

  test('a refusal says nothing of what is no more', async () => {
    const { url, asked } = await listen(shows(7), refuses('node-not-found', 4), refuses('stopping', 4), shows(7));
    const client = createClient({ url });
    for (let count = 0; count < 4; count += 1) await client.listNodes();
    expect(asked).toEqual([undefined, '7', '7', '7']);
  });
});

describe('a stream', () => {
  test('that is reset by a server of an earlier state takes all calls back to that', async () => {
    const reset = 'id: 3\nevent: reset\ndata: {"oldestSequence":1}\n\n';
    const { url, asked } = await listen(streams(9, ready(9)), streams(3, reset + ready(3)), shows(3));
    const client = createClient({ url });
    for await (const item of client.events()) if (item.kind === 'reset') break;
    await client.listNodes();
    expect(asked).toEqual([undefined, '9', '3']);
  });

  test('that is refused as behind is opened without, once the server is known to be up to date', async () => {
    const { url, asked } = await listen(
      shows(9),
      refuses('behind', 3, 60_000),
      refuses('behind', 3),
      streams(3, ready(3)),
    );
    const client = createClient({ url });
    await client.listNodes();
    const kinds: string[] = [];
    for await (const item of client.events()) {
      kinds.push(item.kind);
      if (item.kind === 'ready') break;
    }
    expect(kinds).toEqual(['interrupted', 'interrupted', 'ready']);
    expect(asked).toEqual([undefined, '9', '9', undefined]);
  });
});
