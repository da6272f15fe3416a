/** The seven routes as go-zero's `httpc` calls them: its bytes on one kept connection, as Go reuses it, and answers as it reads them. */
import { connect, type Socket } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ADMIN_TOKEN, ServerUnderTest } from '../../packages/server/src/http/server-under-test.ts';
import { waitFor } from '../wait-for.ts';
import { httpcBytes, type HttpcRequest } from './go-httpc.ts';

let server: ServerUnderTest;
let connection: KeptConnection;

beforeAll(async () => {
  server = await ServerUnderTest.start();
  for (const id of ['lobby-1', 'rack:7', '大厅-一号', 'a+b@c;d,e=f$g&h', 'space and "quotes"', '100%', "(it's)*!"])
    await server.addNode(id, { type: 'game-server' });
  connection = await KeptConnection.open(server.url);
});
afterAll(async () => {
  connection.close();
  await server.stop();
});

/** A connection that Go's transport keeps: one request after the other. */
class KeptConnection {
  readonly #socket: Socket;
  readonly #host: string;
  #received = Buffer.alloc(0);
  #isClosed = false;

  private constructor(socket: Socket, host: string) {
    this.#socket = socket;
    this.#host = host;
    socket.on('data', (chunk) => (this.#received = Buffer.concat([this.#received, chunk])));
    socket.on('close', () => (this.#isClosed = true));
  }

  static open(url: URL): Promise<KeptConnection> {
    return new Promise((resolve, reject) => {
      const socket = connect(Number(url.port), url.hostname, () => resolve(new KeptConnection(socket, url.host)));
      socket.once('error', reject);
    });
  }

  async call(request: Omit<HttpcRequest, 'authorization'>, authorization = ADMIN_TOKEN) {
    this.#received = Buffer.alloc(0);
    this.#socket.write(httpcBytes(this.#host, { ...request, authorization }));
    const { head, body } = await waitFor('a whole answer', () => wholeAnswer(this.#received), {
      seen: () => this.#received.toString(),
    });
    const json: unknown = JSON.parse((/^content-encoding: gzip$/imu.test(head) ? gunzipSync(body) : body).toString());
    return { status: Number(head.split(' ')[1]), head, json };
  }

  get isOpen(): boolean {
    return !this.#isClosed;
  }

  close(): void {
    this.#socket.destroy();
  }
}

/** Its head and body once all of it is there; every answer of these routes tells its length. */
function wholeAnswer(received: Buffer): { readonly head: string; readonly body: Buffer } | undefined {
  const end = received.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const head = received.subarray(0, end).toString();
  const body = received.subarray(end + 4);
  return body.length === Number(/^content-length: (\d+)$/imu.exec(head)?.[1]) ? { head, body } : undefined;
}

const node = { id: 'lobby-1' };

test('the bytes are those that Go writes', () => {
  expect(
    httpcBytes('sluice:7070', {
      method: 'POST',
      path: '/api/v1/nodes/:id/drain',
      pathFields: { id: 'rack 7:大' },
      jsonFields: { timeout: 0 },
      authorization: 'TOKEN',
    }),
  ).toBe(
    'POST /api/v1/nodes/rack%207:%E5%A4%A7/drain HTTP/1.1\r\nHost: sluice:7070\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 14\r\n' +
      'Authorization: TOKEN\r\nContent-Type: application/json; charset=utf-8\r\n' +
      'Traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\nAccept-Encoding: gzip\r\n\r\n{"timeout":0}\n',
  );
});

describe('the seven routes, each with status 200 and JSON', () => {
  const ROUTES: readonly (readonly [string, Omit<HttpcRequest, 'authorization'>, object])[] = [
    [
      'list nodes',
      { method: 'GET', path: '/api/v1/nodes', formFields: { type: '', status: '' } },
      { items: expect.any(Array) },
    ],
    [
      'drain a node',
      { method: 'POST', path: '/api/v1/nodes/:id/drain', pathFields: node, jsonFields: { timeout: 0 } },
      { command: 'drain', nodeId: 'lobby-1', deadlineAt: null },
    ],
    [
      'drain a node within a time',
      { method: 'POST', path: '/api/v1/nodes/:id/drain', pathFields: node, jsonFields: { timeout: 30 } },
      { command: 'drain', deadlineAt: expect.any(String) },
    ],
    [
      'update node metadata',
      {
        method: 'PUT',
        path: '/api/v1/nodes/:id/meta',
        pathFields: node,
        jsonFields: { meta: { page: '<a href="?x&y">' } },
      },
      { meta: { page: '<a href="?x&y">' } },
    ],
    [
      'get node metadata',
      { method: 'GET', path: '/api/v1/nodes/:id/meta', pathFields: node },
      { meta: { page: '<a href="?x&y">' } },
    ],
    ['restart a node', { method: 'POST', path: '/api/v1/nodes/:id/restart', pathFields: node }, { command: 'restart' }],
    ['undrain a node', { method: 'POST', path: '/api/v1/nodes/:id/undrain', pathFields: node }, { command: 'undrain' }],
    [
      'list node commands',
      { method: 'GET', path: '/api/v1/nodes/commands' },
      { items: expect.arrayContaining([expect.objectContaining({ name: 'drain', description: expect.any(String) })]) },
    ],
  ];

  test.each(ROUTES)('%s', async (_what, request, json) => {
    const answer = await connection.call(request);
    expect(answer).toMatchObject({ status: 200, json });
    expect(answer.head).toMatch(/^content-type: application\/json; charset=utf-8$/imu);
  });

  test('all of them on the one connection', () => {
    expect(connection.isOpen).toBe(true);
  });
});

test('the token may be bare or with its scheme', async () => {
  for (const authorization of [ADMIN_TOKEN, `Bearer ${ADMIN_TOKEN}`])
    expect(await connection.call({ method: 'GET', path: '/api/v1/nodes/commands' }, authorization)).toMatchObject({
      status: 200,
    });
});

test.each(['rack:7', '大厅-一号', 'a+b@c;d,e=f$g&h', 'space and "quotes"', '100%', "(it's)*!"])(
  'the id %s is matched as Go escapes it',
  async (id) => {
    const request = { method: 'POST', path: '/api/v1/nodes/:id/undrain', pathFields: { id } } as const;
    expect(await connection.call(request)).toMatchObject({ status: 200, json: { nodeId: id } });
  },
);

test('a nil interface is metadata, and comes back as null', async () => {
  const pathFields = node;
  const path = '/api/v1/nodes/:id/meta';
  expect(await connection.call({ method: 'PUT', path, pathFields, jsonFields: { meta: null } })).toMatchObject({
    status: 200,
    json: { meta: null },
  });
});

test('an error has its status and a problem as its body, and the connection is kept', async () => {
  const answer = await connection.call({
    method: 'POST',
    path: '/api/v1/nodes/:id/drain',
    pathFields: { id: 'nobody' },
    jsonFields: { timeout: 0 },
  });
  expect(answer).toMatchObject({ status: 404, json: { code: 'node-not-found' } });
  expect(answer.head).toMatch(/^content-type: application\/problem\+json/imu);
  expect(connection.isOpen).toBe(true);
});
