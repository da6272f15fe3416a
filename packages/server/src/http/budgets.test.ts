/** Budgets over HTTP: set, seen, and kept, also when two ask at the same instant. */
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Answer, ServerUnderTest } from './server-under-test.ts';

const NODES = ['l1', 'l2', 'l3', 'l4', 'other'] as const;

/** Nobody falls silent by chance, however slow the machine is. */
const LEASE_MS = 3_600_000;

let server: ServerUnderTest;
beforeAll(async () => {
  server = await ServerUnderTest.start(undefined, { leaseMs: LEASE_MS });
  for (const id of NODES)
    await server.addNode(id, {
      labels: { game: id === 'other' ? 'go' : 'chess', team: id === 'l1' ? 'in' : 'out' },
      commands: [
        { name: 'wipe', description: 'Wipe', parameters: {}, disruptive: true, timeoutMs: 30_000 },
        { name: 'reload', description: 'Reload', parameters: {}, disruptive: false, timeoutMs: 30_000 },
      ],
    });
});
afterAll(() => server.stop());
afterEach(async () => {
  const { json } = await server.ask('GET', '/api/v1/budgets');
  for (const [, name] of JSON.stringify(json).matchAll(/"name":"([\w.-]+)","selector"/gu))
    await server.ask('DELETE', `/api/v1/budgets/${name}`);
  const { text } = await server.ask('GET', '/api/v1/operations?status=queued');
  for (const [, id] of text.matchAll(/"id":"(op_\w+)"/gu)) await post(`/api/v1/operations/${id}/cancel`, {});
  await post('/api/v1/commands/undrain', { nodeIds: NODES, params: { hold: '*' } });
});

const JSON_BODY = { 'content-type': 'application/json' };
function post(path: string, body: object, token?: string): Promise<Answer> {
  return server.ask('POST', path, {
    body: JSON.stringify(body),
    headers: JSON_BODY,
    ...(token === undefined ? {} : { token }),
  });
}
function set(name: string, body: object): Promise<Answer> {
  return server.ask('PUT', `/api/v1/budgets/${name}`, { body: JSON.stringify(body), headers: JSON_BODY });
}
const drain = (id: string, body: object = {}) => post(`/api/v1/nodes/${id}/drain`, body);
const ofChess = (maxUnavailable: number | string) => ({ selector: 'game=chess', maxUnavailable });

async function tokenFor(selector: string, role: string): Promise<string> {
  const { text } = await post('/api/v1/tokens', { name: `${selector} ${randomUUID()}`, role, selector });
  return /"secret":"([^"]+)"/u.exec(text)?.[1] ?? '';
}

describe('a budget', () => {
  test('is made, changed, seen with its arithmetic, and removed; each is in the audit', async () => {
    const made = await set('lobby', { ...ofChess('50%'), description: 'the lobby' });
    const standing = { matching: 4, allowed: 2, unavailable: 0, left: 2, nodes: [] };
    expect(made).toMatchObject({
      status: 200,
      json: {
        name: 'lobby',
        selector: 'game=chess',
        maxUnavailable: '50%',
        description: 'the lobby',
        revision: 1,
        standing,
      },
    });
    await drain('l2');
    const now = { ...standing, unavailable: 1, left: 1, nodes: [{ id: 'l2', because: 'draining' }] };
    expect((await server.ask('GET', '/api/v1/budgets/lobby')).json).toMatchObject({ standing: now });
    await set('all', { selector: null, maxUnavailable: 0 });
    expect((await server.ask('GET', '/api/v1/budgets')).json).toMatchObject({
      items: [{ name: 'all', standing: { matching: 5, allowed: 0, unavailable: 1, left: 0 } }, { name: 'lobby' }],
    });
    expect(await set('lobby', ofChess(1))).toMatchObject({
      json: { revision: 2, description: null, standing: { left: 0 } },
    });
    expect(await server.ask('DELETE', '/api/v1/budgets/lobby')).toMatchObject({ status: 200, json: { name: 'lobby' } });
    expect(await server.ask('GET', '/api/v1/budgets/lobby')).toMatchObject({
      status: 404,
      json: { code: 'budget-not-found' },
    });
    expect(await server.ask('DELETE', '/api/v1/budgets/lobby')).toMatchObject({ status: 404 });
    const { json } = await server.ask('GET', '/api/v1/audit?limit=20');
    expect(json).toMatchObject({
      items: expect.arrayContaining([
        expect.objectContaining({ action: 'BudgetRemoved', before: expect.objectContaining({ maxUnavailable: 1 }) }),
        expect.objectContaining({
          action: 'BudgetSet',
          before: expect.objectContaining({ maxUnavailable: '50%' }),
          after: expect.objectContaining({ maxUnavailable: 1 }),
        }),
      ]),
    });
  });

  test('that is set to what it says already is not changed', async () => {
    await set('lobby', ofChess(1));
    expect(await set('lobby', ofChess(1))).toMatchObject({ status: 200, json: { revision: 1 } });
  });

  test.each([
    ['a selector that cannot be read', { selector: '((', maxUnavailable: 1 }, 'invalid-selector', 'selector'],
    ['a selector by status', { selector: 'status=active', maxUnavailable: 1 }, 'invalid-selector', 'selector'],
    ['an empty selector', { selector: '', maxUnavailable: 1 }, 'invalid-request', 'selector'],
    ['no selector: all must be said', { maxUnavailable: 1 }, 'invalid-request', 'selector'],
    ['a negative number', ofChess(-1), 'invalid-request', 'maxUnavailable'],
    ['a share above all', ofChess('101%'), 'invalid-request', 'maxUnavailable'],
    ['a fraction', ofChess(1.5), 'invalid-request', 'maxUnavailable'],
  ])('refuses %s', async (_what, body, code, field) => {
    expect(await set('lobby', body)).toMatchObject({ status: 400, json: { code, field } });
    expect(await server.ask('GET', '/api/v1/budgets/lobby')).toMatchObject({ status: 404 });
  });

  test('refuses a name that could not stand in a path', async () => {
    expect(await set('a%2Fb', ofChess(1))).toMatchObject({ status: 400 });
    expect(await set('-a', ofChess(1))).toMatchObject({ status: 400 });
  });

  test('is there after a restart of the server, and what it counts', async () => {
    const own = await ServerUnderTest.start(undefined, { leaseMs: LEASE_MS });
    try {
      await own.addNode('a');
      await own.addNode('b');
      const body = { body: '{"selector":null,"maxUnavailable":1}', headers: JSON_BODY };
      await own.ask('PUT', '/api/v1/budgets/all', body);
      await own.ask('POST', '/api/v1/nodes/a/drain');
      await own.restart();
      const { json } = await own.ask('GET', '/api/v1/budgets/all');
      expect(json).toMatchObject({
        standing: { matching: 2, unavailable: 1, nodes: [{ id: 'a', because: 'draining' }] },
      });
      expect(await own.ask('POST', '/api/v1/nodes/b/drain')).toMatchObject({ status: 409 });
    } finally {
      await own.stop();
    }
  });
});

describe('what would break a budget', () => {
  test('is refused with the arithmetic, in words and for programs, and changes nothing', async () => {
    await set('lobby', ofChess('25%'));
    await drain('l3');
    const refused = await drain('l1');
    expect(refused).toMatchObject({
      status: 409,
      json: {
        code: 'budget-exceeded',
        detail:
          "Budget 'lobby' allows 1 of 4 nodes to be unavailable (25%), and 1 is: l3 (draining). To do it all the same, use force and give a reason.",
        budget: { name: 'lobby', maxUnavailable: '25%', matching: 4, allowed: 1, unavailable: 1, nodeIds: ['l3'] },
      },
    });
    expect((await server.ask('GET', '/api/v1/nodes/l1')).json).toMatchObject({ availability: 'active' });
    for (const path of ['restart', 'commands/wipe', 'commands/restart', 'commands/drain'])
      expect(await post(`/api/v1/nodes/l1/${path}`, {})).toMatchObject({
        status: 409,
        json: { code: 'budget-exceeded' },
      });
    // What is out already takes no further place, what interrupts nobody takes none, and other nodes are not its concern.
    for (const path of ['l3/drain', 'l3/restart', 'l1/commands/reload', 'other/drain'])
      expect(await post(`/api/v1/nodes/${path}`, {})).toMatchObject({ status: 200 });
    const { json } = await server.ask('GET', '/api/v1/nodes/l1/why');
    expect(json).toMatchObject({ causes: expect.arrayContaining([expect.objectContaining({ code: 'budget-full' })]) });
  });

  test('is let through by force with a reason, which the history tells with the name of the budget', async () => {
    await set('lobby', ofChess(0));
    for (const body of [{ force: true }, { force: true, reason: '' }])
      expect(await drain('l1', body)).toMatchObject({
        status: 409,
        json: { code: 'budget-exceeded', field: 'reason', detail: expect.stringContaining('must give a reason') },
      });
    const forced = await drain('l1', { force: true, reason: 'it burns' });
    expect(forced).toMatchObject({ status: 200, json: { command: 'drain', reason: 'it burns' } });
    const { json } = await server.ask('GET', '/api/v1/audit?node=l1&limit=20');
    expect(json).toMatchObject({
      items: expect.arrayContaining([
        expect.objectContaining({
          action: 'BudgetOverridden',
          after: [{ name: 'lobby', matching: 4, allowed: 0, unavailable: 0 }],
        }),
      ]),
    });
    expect(await post('/api/v1/nodes/l2/restart', { force: true, reason: 'it burns too' })).toMatchObject({
      status: 200,
    });
    expect(await post('/api/v1/nodes/l3/commands/wipe', { force: true, reason: 'all of it' })).toMatchObject({
      status: 200,
    });
  });

  test('gives back its place with an undrain, and with the cancellation of a restart', async () => {
    await set('lobby', ofChess(1));
    await drain('l1');
    expect(await drain('l2')).toMatchObject({ status: 409 });
    await post('/api/v1/nodes/l1/undrain', {});
    const { json } = await post('/api/v1/nodes/l2/restart', {});
    expect(json).toMatchObject({ command: 'restart', status: 'queued' });
    expect(await drain('l1')).toMatchObject({
      status: 409,
      json: { detail: expect.stringContaining('l2 (restart queued)') },
    });
    const id = typeof json === 'object' && json !== null && 'id' in json ? String(json.id) : '';
    await post(`/api/v1/operations/${id}/cancel`, {});
    expect(await drain('l1')).toMatchObject({ status: 200 });
  });

  test('of many nodes in one request is refused node by node, each with its own arithmetic', async () => {
    await set('lobby', ofChess(2));
    const { json } = await post('/api/v1/commands/drain', { nodeIds: NODES });
    const refused = (nodeIds: readonly string[]) => ({
      operation: null,
      problem: { status: 409, code: 'budget-exceeded', budget: { unavailable: 2, nodeIds } },
    });
    expect(json).toMatchObject({
      items: [
        { nodeId: 'l1', problem: null },
        { nodeId: 'l2', problem: null },
        { nodeId: 'l3', ...refused(['l1', 'l2']) },
        { nodeId: 'l4', ...refused(['l1', 'l2']) },
        { nodeId: 'other', problem: null },
      ],
    });
    const forced = await post('/api/v1/commands/drain', { nodeIds: ['l3', 'l4'], force: true, reason: 'it burns' });
    expect(forced.json).toMatchObject({ items: [{ problem: null }, { problem: null }] });
  });

  test('at the same instant: 50 rounds, of all who ask exactly as many get a place as there are', async () => {
    for (let round = 0; round < 50; round += 1) {
      const places = round % 4;
      await set('lobby', ofChess(places));
      const asked = [
        ...['l1', 'l2', 'l3', 'l4'].map((id) => drain(id)),
        ...['l1', 'l3'].map((id) => post(`/api/v1/nodes/${id}/restart`, {})),
        post('/api/v1/commands/drain', { nodeIds: ['l2', 'l4'] }),
      ];
      await Promise.all(asked);
      const { json } = await server.ask('GET', '/api/v1/budgets/lobby');
      expect({ round, json }).toMatchObject({
        round,
        json: { standing: { allowed: places, unavailable: places, left: 0 } },
      });
      const { text } = await server.ask('GET', '/api/v1/operations?status=queued');
      for (const [, id] of text.matchAll(/"id":"(op_\w+)"/gu)) await post(`/api/v1/operations/${id}/cancel`, {});
      await post('/api/v1/commands/undrain', { nodeIds: NODES, params: { hold: '*' } });
    }
  }, 120_000);
});

describe('a token with a selector', () => {
  test('sees the budgets of its nodes with their numbers, and names no other node', async () => {
    await set('lobby', ofChess(1));
    await set('elsewhere', { selector: 'game=go', maxUnavailable: 1 });
    await drain('l2');
    const token = await tokenFor('team=in', 'operator');
    const list = await server.ask('GET', '/api/v1/budgets', { token });
    expect(list.json).toMatchObject({
      items: [{ name: 'lobby', standing: { matching: 4, unavailable: 1, left: 0, nodes: [] } }],
    });
    expect(list.text).not.toMatch(/elsewhere|l2/u);
    expect(await server.ask('GET', '/api/v1/budgets/elsewhere', { token })).toMatchObject({ status: 404 });
    const refused = await post('/api/v1/nodes/l1/drain', {}, token);
    expect(refused).toMatchObject({ status: 409, json: { budget: { name: 'lobby', unavailable: 1, nodeIds: [] } } });
    expect(refused.text).not.toContain('l2');
    const why = await server.ask('GET', '/api/v1/nodes/l1/why', { token });
    expect(why.text).toContain('budget-full');
    expect(why.text).not.toContain('l2');
  });

  test('sets and removes none', async () => {
    const token = await tokenFor('team=in', 'admin');
    const body = { body: JSON.stringify(ofChess(1)), headers: JSON_BODY, token };
    expect(await server.ask('PUT', '/api/v1/budgets/lobby', body)).toMatchObject({ status: 403 });
    expect(await server.ask('DELETE', '/api/v1/budgets/lobby', { token })).toMatchObject({ status: 403 });
  });
});

test('there are at most a hundred', async () => {
  for (let index = 0; index < 100; index += 1) await set(`b${index}`, { selector: 'team=nobody', maxUnavailable: 1 });
  expect(await set('one-more', ofChess(1))).toMatchObject({ status: 409, json: { code: 'too-many-budgets' } });
  expect(await set('b7', ofChess(1))).toMatchObject({ status: 200, json: { revision: 2 } });
});
