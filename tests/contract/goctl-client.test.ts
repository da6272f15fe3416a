/** The seven routes as goctl's TypeScript client calls them: what it sends, seen on the wire, and what it makes of the answers. */
import { createServer, connect, type Server } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ADMIN_TOKEN, ServerUnderTest } from '../../packages/server/src/http/server-under-test.ts';
import { GoctlClient } from './goctl-client.ts';

let server: ServerUnderTest;
let wire: Server;
let client: GoctlClient;
/** All that the client has sent in this test. */
let sent = '';

beforeAll(async () => {
  server = await ServerUnderTest.start();
  for (const id of ['lobby-1', 'eu/west/大厅']) await server.addNode(id, { type: 'game-server' });
  wire = createServer((socket) => {
    const upstream = connect(Number(server.url.port), server.url.hostname);
    socket.on('data', (chunk) => (sent += chunk.toString()));
    socket.on('error', () => upstream.destroy()).pipe(upstream);
    upstream.on('error', () => socket.destroy()).pipe(socket);
  });
  await new Promise<void>((resolve) => wire.listen(0, '127.0.0.1', resolve));
  const address = wire.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  client = new GoctlClient(new URL(`http://127.0.0.1:${port}`), {
    headers: { 'Content-Type': 'application/json', Authorization: ADMIN_TOKEN },
  });
});
afterAll(async () => {
  wire.close();
  await server.stop();
});
beforeEach(() => {
  sent = '';
});

/** The request line, the headers that matter, and the body, as they went over the wire. */
function onTheWire(): { readonly line: string; readonly type: string; readonly length: string; readonly body: string } {
  const [head = '', body = ''] = sent.split('\r\n\r\n');
  const header = (name: string) => new RegExp(`^${name}: (.*)$`, 'imu').exec(head)?.[1] ?? 'none';
  return { line: head.split('\r\n')[0] ?? '', type: header('content-type'), length: header('content-length'), body };
}

describe('each route is called and read', () => {
  test('list nodes: parameters in the query, a content type, no body', async () => {
    expect(await client.listNodes({ type: 'game-server', status: '' })).toMatchObject({
      items: [{ id: 'eu/west/大厅' }, { id: 'lobby-1' }],
    });
    expect(onTheWire()).toEqual({
      line: 'GET /api/v1/nodes?type=game-server&status= HTTP/1.1',
      type: 'application/json',
      length: 'none',
      body: '',
    });
    expect(await client.listNodes({})).toMatchObject({ items: [{}, {}] });
  });

  test.each([
    ['restart', () => client.restartNode('lobby-1')],
    ['undrain', () => client.undrainNode('lobby-1')],
    ['drain', () => client.drainNode(undefined, 'lobby-1')],
  ])('%s: a content type, and a body of no length', async (command, call) => {
    expect(await call()).toMatchObject({ command, nodeId: 'lobby-1', id: expect.stringMatching(/^op_/u) });
    expect(onTheWire()).toEqual({
      line: `POST /api/v1/nodes/lobby-1/${command} HTTP/1.1`,
      type: 'application/json',
      length: '0',
      body: '',
    });
  });

  test('drain: an empty request, one with a timeout, and one of a newer goctl, which loses it', async () => {
    expect(await client.drainNode({}, 'lobby-1')).toMatchObject({ command: 'drain', deadlineAt: null });
    expect(onTheWire().body).toBe('{}');
    expect(await client.drainNode({ timeout: 30 }, 'lobby-1')).toMatchObject({ deadlineAt: expect.any(String) });
    sent = '';
    expect(await client.drainNodeByParameters({}, { timeout: 30 }, 'lobby-1')).toMatchObject({ deadlineAt: null });
    expect(onTheWire()).toMatchObject({ type: 'application/json', body: '{}' });
  });

  test('metadata: any JSON, back as it was sent', async () => {
    for (const meta of [{ 键: [1, null] }, ['a'], 'text', 0, false, null]) {
      expect(await client.updateMetadata({ meta }, 'lobby-1')).toEqual({ meta });
      expect(await client.getMetadata('lobby-1')).toEqual({ meta });
    }
  });

  test('list commands', async () => {
    expect(await client.listCommands()).toMatchObject({ items: expect.any(Array) });
  });
});

test('an id that its caller has encoded arrives as it is', async () => {
  expect(await client.undrainNode(encodeURIComponent('eu/west/大厅'))).toMatchObject({ nodeId: 'eu/west/大厅' });
});

test('an error is read as JSON too, and says what is wrong', async () => {
  expect(await client.drainNode({}, 'nobody')).toMatchObject({ status: 404, code: 'node-not-found' });
});
