/** Rollouts over HTTP, as far as no agent has to do anything: what is refused, what is the same request again, and who sees which. */
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { waitFor } from '../../../../tests/wait-for.ts';
import { backUpStore } from '../administration/back-up-store.ts';
import { restoreStore } from '../administration/restore-store.ts';
import { type Answer, ServerUnderTest } from './server-under-test.ts';

const JSON_TYPE = { 'content-type': 'application/json' };
const RESTART = { command: { kind: 'restart' } };

let server: ServerUnderTest;
beforeEach(async () => {
  server = await ServerUnderTest.start();
  for (const id of ['a', 'b']) await server.addNode(id, { labels: { team: id } });
});
afterEach(() => server.stop());

function post(
  path: string,
  body: object,
  headers: Readonly<Record<string, string>> = {},
  token?: string,
): Promise<Answer> {
  const text = JSON.stringify(body);
  return server.ask('POST', `/api/v1/rollouts${path}`, {
    body: text,
    headers: { ...JSON_TYPE, ...headers },
    ...(token === undefined ? {} : { token }),
  });
}

function idOf({ json }: Answer): string {
  if (typeof json !== 'object' || json === null || !('id' in json)) throw new Error(JSON.stringify(json));
  return String(json.id);
}

/** Nothing of it begins by itself: its only node is not there for it. */
async function waitingRollout(): Promise<string> {
  await server.ask('POST', '/api/v1/nodes/b/drain');
  return idOf(await post('', { ...RESTART, nodeIds: ['a', 'b'], order: { by: 'id' }, maxUnavailable: 1 }));
}

async function tokenFor(selector: string, name = selector): Promise<string> {
  const body = JSON.stringify({ name, role: 'operator', selector, expiresIn: 3600 });
  const { json } = await server.ask('POST', '/api/v1/tokens', { body, headers: JSON_TYPE });
  if (typeof json !== 'object' || json === null || !('secret' in json)) throw new Error(JSON.stringify(json));
  return String(json.secret);
}

describe('what is asked for', () => {
  test.each([
    ['no nodes', {}, 'selector'],
    ['nodes in two ways', { all: true, selector: 'team=a' }, 'selector'],
    [
      'a time zone that there is not',
      { all: true, window: { start: '01:00', end: '02:00', timeZone: 'Mars/Base' } },
      'window.timeZone',
    ],
    ['a gate on a private address', { all: true, metricGate: { url: 'http://127.0.0.1:9/' } }, 'metricGate.url'],
    [
      'a gate with a password',
      { all: true, metricGate: { url: 'https://me:secret@metrics.example/' } },
      'metricGate.url',
    ],
  ])('is refused with %s', async (_what, spec, field) => {
    for (const path of ['/plan', ''])
      expect(await post(path, { ...RESTART, ...spec })).toMatchObject({
        status: 400,
        json: { code: 'invalid-request', field },
      });
    expect((await server.ask('GET', '/api/v1/rollouts')).json).toEqual({ items: [], nextCursor: null });
  });

  test('is refused where it would release holds that whoever asks may not release', async () => {
    await server.ask('POST', '/api/v1/nodes/a/drain', { body: '{"hold":"security"}', headers: JSON_TYPE });
    const everyHold = { nodeIds: ['a'], command: { kind: 'undrain', hold: '*' } };
    expect(await post('', everyHold, {}, await tokenFor('team=a'))).toMatchObject({
      status: 403,
      json: { code: 'forbidden', detail: expect.stringContaining('needs the role admin') },
    });
    expect((await server.ask('GET', '/api/v1/rollouts')).json).toEqual({ items: [], nextCursor: null });
    expect(await post('', everyHold)).toMatchObject({ status: 200 });
  });

  test('says which setting would allow the address of a gate', async () => {
    const { text } = await post('/plan', { ...RESTART, all: true, metricGate: { url: 'http://10.0.0.1/' } });
    expect(text).toContain('webhooks.allowPrivateAddresses');
  });

  test('must select something, and nodes that there are', async () => {
    for (const spec of [{ selector: 'team=none' }, { nodeIds: ['a', 'nobody'] }])
      expect(await post('', { ...RESTART, ...spec })).toMatchObject({
        status: 409,
        json: { code: 'rollout-selects-nothing' },
      });
  });

  test('takes parameters only as the nodes declare them', async () => {
    const parameters = { type: 'object', properties: { level: { type: 'string', enum: ['soft', 'hard'] } } } as const;
    const reload = { name: 'reload', description: 'Reload', disruptive: false, parameters, timeoutMs: 30_000 };
    await server.addNode('c', { labels: { team: 'c' }, commands: [reload] });
    const command = { kind: 'run', name: 'reload', params: { level: 'medium' } };
    const refused = await post('/plan', { selector: 'team=c', command });
    expect(refused).toMatchObject({ status: 400, json: { code: 'invalid-parameters' } });
    expect(refused.text).toContain('For the node c');
  });
});

describe('the same request again', () => {
  test('is answered with the same rollout; another one under its key is refused', async () => {
    const key = { 'idempotency-key': 'k1' };
    const spec = { ...RESTART, all: true, drainFirst: false };
    const first = await post('', spec, key);
    expect(first.status).toBe(200);
    expect(idOf(await post('', spec, key))).toBe(idOf(first));
    const other = await post('', { ...spec, maxUnavailable: 2 }, key);
    expect(other).toMatchObject({ status: 422, json: { code: 'idempotency-key-reused' } });
    const { json } = await server.ask('GET', '/api/v1/rollouts');
    expect(json).toMatchObject({ items: [{ id: idOf(first) }], nextCursor: null });
  });
});

describe('rollouts', () => {
  test('are listed newest first, page by page, and read one by one', async () => {
    const ids: string[] = [];
    for (let count = 0; count < 3; count += 1) ids.unshift(await waitingRollout());
    const page = await server.ask('GET', '/api/v1/rollouts?limit=2');
    expect(page.json).toMatchObject({ items: [{ id: ids[0], batches: [] }, { id: ids[1] }] });
    const cursor = /"nextCursor":"([^"]+)"/u.exec(page.text)?.[1];
    const rest = await server.ask('GET', `/api/v1/rollouts?limit=2&cursor=${cursor}`);
    expect(rest.json).toMatchObject({ items: [{ id: ids[2] }], nextCursor: null });
    const one = await server.ask('GET', `/api/v1/rollouts/${ids[0]}`);
    expect(one.json).toMatchObject({
      id: ids[0],
      status: 'running',
      counts: { nodes: 2 },
      batches: [{ number: 1 }, { number: 2 }],
    });
    const nodes = await server.ask('GET', `/api/v1/rollouts/${ids[0]}/nodes?limit=1`);
    expect(nodes.json).toMatchObject({ items: [{ nodeId: 'a', position: 1 }], nextAfter: 1 });
    expect((await server.ask('GET', `/api/v1/rollouts/${ids[0]}/nodes?after=1&status=pending`)).json).toMatchObject({
      items: [{ nodeId: 'b', position: 2, status: 'pending' }],
      nextAfter: null,
    });
    expect(await server.ask('GET', '/api/v1/rollouts/ro_none')).toMatchObject({
      status: 404,
      json: { code: 'rollout-not-found' },
    });
  });

  test('outlive their server, paused as they were', async () => {
    const id = await waitingRollout();
    expect((await post(`/${id}/pause`, { reason: 'lunch' })).json).toMatchObject({ status: 'paused' });
    await server.restart();
    const { json } = await server.ask('GET', `/api/v1/rollouts/${id}`);
    expect(json).toMatchObject({
      status: 'paused',
      pause: { because: 'operator', detail: expect.stringContaining('lunch') },
    });
    expect((await post(`/${id}/approve`, {})).json).toMatchObject({ code: 'rollout-not-possible' });
    expect((await post(`/${id}/cancel`, {})).status).toBe(200);
    expect((await server.ask('GET', `/api/v1/rollouts/${id}`)).text).toMatch(/"status":"cancell(ing|ed)"/u);
  });

  test('are no more of than the server looks after', async () => {
    for (let count = 0; count < 20; count += 1) expect(await waitingRollout()).toMatch(/^ro_/u);
    const refused = await post('', { ...RESTART, nodeIds: ['a', 'b'] });
    expect(refused).toMatchObject({ status: 409, json: { code: 'too-many-rollouts' } });
  });

  test('are told of in the history and the audit, and counted', async () => {
    const id = await waitingRollout();
    await post(`/${id}/pause`, {});
    const history = await server.ask('GET', '/api/v1/history?kind=RolloutStarted,RolloutPaused');
    expect(history.json).toMatchObject({ items: [{ kind: 'RolloutPaused' }, { kind: 'RolloutStarted', nodes: 2 }] });
    const audit = await server.ask('GET', '/api/v1/audit');
    expect(audit.text).toContain('RolloutStarted');
    const { text } = await server.ask('GET', '/metrics');
    expect(text).toContain('sluice_rollouts{status="paused"} 1');
    expect(text).toContain('sluice_rollouts_ended_total{status="failed"} 0');
  });
});

describe('a token with a selector', () => {
  test('starts rollouts over its own nodes only, whatever it asks for', async () => {
    const token = await tokenFor('team=a');
    const plan = await post('/plan', { ...RESTART, all: true }, {}, token);
    expect(plan.json).toMatchObject({ nodes: 1, spec: { selector: 'team=a' } });
    expect(plan.text).not.toContain('"b"');
    const refused = await post('', { ...RESTART, nodeIds: ['a', 'b'] }, {}, token);
    expect(refused).toMatchObject({
      status: 409,
      json: { code: 'rollout-selects-nothing', detail: "The fleet has no node 'b'." },
    });
  });

  test('sees and steers those whose nodes are all its own', async () => {
    const token = await tokenFor('team=a');
    const both = await waitingRollout();
    const own = idOf(await post('', { ...RESTART, selector: 'team=a' }));
    const { text } = await server.ask('GET', '/api/v1/rollouts', { token });
    expect(text).toContain(own);
    expect(text).not.toContain(both);
    expect((await server.ask('GET', `/api/v1/rollouts/${both}/nodes`, { token })).status).toBe(404);
    expect((await post(`/${both}/pause`, {}, {}, token)).status).toBe(404);
    expect((await post(`/${own}/pause`, {}, {}, token)).status).toBe(200);
  });

  describe('whose rollout has a node that is not its own any more', () => {
    let token: string;
    let id: string;

    /** A place for one of them is not free; then one gets another label. */
    beforeEach(async () => {
      for (const node of ['moved', 'stays', 'waited-for']) await server.addNode(node, { labels: { team: 'x' } });
      await server.ask('PUT', '/api/v1/budgets/x', {
        body: JSON.stringify({ selector: null, maxUnavailable: 1 }),
        headers: JSON_TYPE,
      });
      await server.ask('POST', '/api/v1/nodes/waited-for/drain');
      token = await tokenFor('team=x', 'ci');
      const spec = { ...RESTART, selector: 'team=x', offline: 'wait', maxUnavailable: 3, order: { by: 'id' } };
      id = idOf(await post('', spec, {}, token));
      await server.dropAgent('moved');
      await server.addNode('moved', { labels: { team: 'other' } });
    });

    test('its owner sees it without that node, and stops it; nobody else does', async () => {
      for (const target of [`/${id}`, `/${id}/nodes`, '']) {
        const { status, text } = await server.ask('GET', `/api/v1/rollouts${target}`, { token });
        expect([target, status]).toEqual([target, 200]);
        expect(text).toContain(target.endsWith('/nodes') ? 'stays' : id);
        expect(text).not.toContain('moved');
      }
      for (const other of [await tokenFor('team=x', 'other'), await tokenFor('team=other', 'ci')]) {
        expect((await server.ask('GET', `/api/v1/rollouts/${id}`, { token: other })).status).toBe(404);
        expect((await post(`/${id}/cancel`, {}, {}, other)).status).toBe(404);
      }
      const paused = await post(`/${id}/pause`, { reason: 'moved has moved' }, {}, token);
      expect(paused).toMatchObject({ status: 200, json: { status: 'paused', pause: { because: 'operator' } } });
      expect(paused.text).not.toContain('moved');
      // A token that was made anew is theirs as well.
      const again = await tokenFor('team=x', 'ci');
      expect((await post(`/${id}/cancel`, {}, {}, again)).status).toBe(200);
    });

    test('the node is skipped at its turn, and nothing is asked of it', async () => {
      await server.ask('PUT', '/api/v1/budgets/x', {
        body: JSON.stringify({ selector: null, maxUnavailable: 3 }),
        headers: JSON_TYPE,
      });
      await waitFor('the others to have their turn', async () => {
        const { json } = await server.ask('GET', `/api/v1/rollouts/${id}`);
        return JSON.stringify(json).includes('"inProgress":2');
      });
      const { json } = await server.ask('GET', `/api/v1/rollouts/${id}/nodes?status=skipped`);
      expect(json).toMatchObject({
        items: [{ nodeId: 'moved', detail: 'It had left the nodes upon which ci may act.', operationIds: [] }],
      });
      expect((await server.ask('GET', '/api/v1/nodes/moved')).json).toMatchObject({ status: 'active', holds: [] });
    });
  });
});

test('one that was cancelled since the backup does not run again after a restore', async () => {
  const id = await waitingRollout();
  const { signal } = new AbortController();
  const file = path.join(server.directory, 'backup.db');
  expect(await backUpStore({ dataDirectory: server.directory, file, overwrite: false, signal })).toMatchObject({
    ok: true,
  });
  expect((await post(`/${id}/cancel`, {})).status).toBe(200);
  const restored = await ServerUnderTest.start(async (dataDirectory) => {
    expect(await restoreStore({ dataDirectory, file, signal })).toMatchObject({ ok: true });
  });
  try {
    const read = async () => (await restored.ask('GET', `/api/v1/rollouts/${id}`)).json;
    const paused = { status: 'paused', pause: { because: 'restored', by: 'server' } };
    await expect.poll(read).toMatchObject(paused);
    await restored.restart();
    await expect.poll(read).toMatchObject(paused);
  } finally {
    await restored.stop();
  }
});
