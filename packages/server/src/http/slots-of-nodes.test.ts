/** Slots of machines that are nodes: drained before they are let go, counted once, and back in rotation with the slot. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { waitFor } from '../../../../tests/wait-for.ts';
import type { NodeOptions } from './agent-hello-under-test.ts';
import { type Answer, ServerUnderTest } from './server-under-test.ts';

let server: ServerUnderTest;
beforeEach(async () => {
  server = await ServerUnderTest.start();
});
afterEach(() => server.stop());

function ask(
  target: '/v1/pre-reboot' | '/v1/steady-state',
  group: string,
  id: string,
  token?: string,
): Promise<Answer> {
  return server.ask('POST', target, {
    headers: { 'fleet-lock-protocol': 'true' },
    body: JSON.stringify({ client_params: { id, group } }),
    ...(token === undefined ? {} : { token }),
  });
}

async function setBudget(name: string, maxUnavailable: number | string, selector: string | null = null) {
  const answer = await send('PUT', `/api/v1/budgets/${name}`, { selector, maxUnavailable });
  expect(answer).toMatchObject({ status: 200 });
}

function send(method: string, target: string, body: unknown): Promise<Answer> {
  return server.ask(method, target, { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
}

const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;

async function node(id: string): Promise<unknown> {
  return (await server.ask('GET', `/api/v1/nodes/${id}`)).json;
}

async function holdsOf(id: string): Promise<readonly unknown[]> {
  const holds = field(await node(id), 'holds');
  return Array.isArray(holds) ? holds.map((hold: unknown) => field(hold, 'name')) : [];
}

async function standing(name: string): Promise<unknown> {
  return field((await server.ask('GET', `/api/v1/budgets/${name}`)).json, 'standing');
}

/** The node's agent says that nobody is left; and resolves when the server knows it. */
async function empty(id: string, generation = 1): Promise<void> {
  const now = Date.now();
  server.say(id, {
    kind: 'availability.report',
    generation,
    availability: 'drain',
    reached: true,
    phase: 'drained',
    sessionsAtStart: 3,
    sessionsRemaining: 0,
    blockers: [],
    problem: null,
    evidence: { kind: 'counted', zeroSeenAt: [now - 1, now] },
  });
  await waitFor(`${id} to be drained`, async () => field(await node(id), 'status') === 'drained');
}

async function addNodes(ids: readonly string[], options: NodeOptions = {}): Promise<void> {
  for (const id of ids) await server.addNode(id, options);
}

describe('a machine that is a node', () => {
  test('is drained under a hold of its own before it is let go, and is counted once', async () => {
    await addNodes(['web-1', 'web-2', 'web-3']);
    await setBudget('web', 1);
    expect(await ask('/v1/pre-reboot', 'web', 'web-1')).toMatchObject({
      status: 409,
      json: { kind: 'draining', code: 'slot-draining', value: expect.stringContaining('web-1 has to drain') },
    });
    expect(await node('web-1')).toMatchObject({
      status: 'draining',
      holds: [{ name: 'fleetlock/web', owner: 'admin' }],
    });
    expect(await standing('web')).toMatchObject({ unavailable: 1, left: 0, nodes: [{ id: 'web-1' }] });
    // Asking again changes nothing while it drains.
    const revision = field(await node('web-1'), 'revision');
    expect(await ask('/v1/pre-reboot', 'web', 'web-1')).toMatchObject({ status: 409, json: { kind: 'draining' } });
    expect(field(await node('web-1'), 'revision')).toBe(revision);
    await empty('web-1');
    expect(await ask('/v1/pre-reboot', 'web', 'web-1')).toMatchObject({
      status: 200,
      json: { slot: { id: 'web-1', nodeIds: ['web-1'] } },
    });
    expect(await standing('web')).toMatchObject({ unavailable: 1 });
    expect(await ask('/v1/pre-reboot', 'web', 'web-2')).toMatchObject({
      status: 409,
      json: { kind: 'failed_lock_semaphore_full' },
    });
    expect(await holdsOf('web-2')).toEqual([]);
    expect(await ask('/v1/steady-state', 'web', 'web-1')).toMatchObject({ status: 200, json: { released: true } });
    expect(await holdsOf('web-1')).toEqual([]);
    expect(await server.ask('GET', '/api/v1/slots')).toMatchObject({ json: { items: [] } });
    // Giving back what is not held makes no operation.
    const operations = (await server.ask('GET', '/api/v1/operations?node=web-1')).text;
    expect(await ask('/v1/steady-state', 'web', 'web-1')).toMatchObject({ status: 200, json: { released: false } });
    expect((await server.ask('GET', '/api/v1/operations?node=web-1')).text).toBe(operations);
  });

  test('is still held when the server starts again, and given back with its hold', async () => {
    await addNodes(['web-1', 'web-2']);
    await setBudget('web', 1);
    await ask('/v1/pre-reboot', 'web', 'web-1');
    await empty('web-1');
    await server.restart();
    expect(await ask('/v1/pre-reboot', 'web', 'web-1')).toMatchObject({ status: 200 });
    expect(await ask('/v1/pre-reboot', 'web', 'web-2')).toMatchObject({ status: 409 });
    expect(await ask('/v1/steady-state', 'web', 'web-1')).toMatchObject({ status: 200, json: { released: true } });
    expect(await holdsOf('web-1')).toEqual([]);
  });

  test('that was drained already by somebody else takes no further place, and stays out for them', async () => {
    await addNodes(['web-1', 'web-2']);
    await setBudget('web', 1);
    await send('POST', '/api/v1/nodes/web-1/drain', {});
    await empty('web-1');
    expect(await ask('/v1/pre-reboot', 'web', 'web-1')).toMatchObject({ status: 200 });
    expect(await holdsOf('web-1')).toEqual(['operator', 'fleetlock/web']);
    await send('POST', '/api/v1/nodes/web-1/undrain', {});
    expect(await node('web-1')).toMatchObject({ status: 'drained' });
    await send('POST', '/api/v1/nodes/web-1/drain', {});
    await ask('/v1/steady-state', 'web', 'web-1');
    expect(await holdsOf('web-1')).toEqual(['operator']);
  });

  test('whose hold somebody released is drained again before it is let go', async () => {
    await addNodes(['web-1']);
    await setBudget('web', 1);
    await ask('/v1/pre-reboot', 'web', 'web-1');
    await empty('web-1');
    await send('POST', '/api/v1/nodes/web-1/undrain', { hold: 'fleetlock/web' });
    // The slot is still held, so the place is still taken.
    expect(await standing('web')).toMatchObject({ unavailable: 1 });
    expect(await ask('/v1/pre-reboot', 'web', 'web-1')).toMatchObject({ status: 409, json: { kind: 'draining' } });
    expect(await holdsOf('web-1')).toEqual(['fleetlock/web']);
  });

  test('may ask under an id of its own, which it says by a label', async () => {
    await addNodes(['web-1', 'web-2'], { labels: { pool: 'a' } });
    await addNodes(['web-3'], { labels: { pool: 'a', 'fleetlock-id': 'c988d250' } });
    await setBudget('web', 1, 'pool=a');
    expect(await ask('/v1/pre-reboot', 'web', 'c988d250')).toMatchObject({ status: 409, json: { kind: 'draining' } });
    expect(await holdsOf('web-3')).toEqual(['fleetlock/web']);
    expect(await standing('web')).toMatchObject({ unavailable: 1, nodes: [{ id: 'web-3' }] });
    await empty('web-3');
    expect(await ask('/v1/pre-reboot', 'web', 'c988d250')).toMatchObject({
      status: 200,
      json: { slot: { id: 'c988d250', nodeIds: ['web-3'] } },
    });
    expect(await server.ask('DELETE', '/api/v1/slots/web/c988d250')).toMatchObject({ json: { nodeIds: ['web-3'] } });
    expect(await holdsOf('web-3')).toEqual([]);
  });
});

describe('a machine with two nodes', () => {
  const labels = { 'fleetlock-id': 'machine-1', pool: 'a' };

  test('has both drained before it is let go', async () => {
    await addNodes(['game-1', 'game-2'], { labels });
    await setBudget('games', 2);
    expect(await ask('/v1/pre-reboot', 'games', 'machine-1')).toMatchObject({
      status: 409,
      json: { kind: 'draining' },
    });
    await empty('game-1');
    expect(await ask('/v1/pre-reboot', 'games', 'machine-1')).toMatchObject({
      status: 409,
      json: { value: expect.not.stringContaining('game-1') },
    });
    await empty('game-2');
    expect(await ask('/v1/pre-reboot', 'games', 'machine-1')).toMatchObject({ status: 200 });
    expect(await standing('games')).toMatchObject({ unavailable: 2 });
    await ask('/v1/steady-state', 'games', 'machine-1');
    expect([await holdsOf('game-1'), await holdsOf('game-2')]).toEqual([[], []]);
  });

  test('needs two places, and drains neither without', async () => {
    await addNodes(['game-1', 'game-2'], { labels });
    await setBudget('games', 1);
    expect(await ask('/v1/pre-reboot', 'games', 'machine-1')).toMatchObject({
      status: 409,
      json: { code: 'budget-exceeded', value: expect.stringContaining('machine-1 needs 2 places') },
    });
    expect([await holdsOf('game-1'), await holdsOf('game-2')]).toEqual([[], []]);
    expect(await server.ask('GET', '/api/v1/slots')).toMatchObject({ json: { items: [] } });
  });
});

describe('several budgets', () => {
  test('must all have a place for the node', async () => {
    await addNodes(['web-1', 'web-2'], { labels: { pool: 'a' } });
    await setBudget('reboots', 5);
    await setBudget('pool-a', 0, 'pool=a');
    expect(await ask('/v1/pre-reboot', 'reboots', 'web-1')).toMatchObject({
      status: 409,
      json: { kind: 'failed_lock_semaphore_full', value: expect.stringContaining("Budget 'pool-a'") },
    });
    expect(await holdsOf('web-1')).toEqual([]);
    expect(await server.ask('GET', '/api/v1/slots')).toMatchObject({ json: { items: [] } });
  });

  test('the group that is not for the node gives a place of its own', async () => {
    await addNodes(['web-1', 'web-2'], { labels: { pool: 'a' } });
    await setBudget('reboots', 1, 'pool=none');
    expect(await ask('/v1/pre-reboot', 'reboots', 'web-1')).toMatchObject({ json: { kind: 'draining' } });
    expect(await standing('reboots')).toMatchObject({ matching: 0, unavailable: 1, nodes: [{ id: 'web-1' }] });
    expect(await ask('/v1/pre-reboot', 'reboots', 'web-2')).toMatchObject({
      json: { kind: 'failed_lock_semaphore_full' },
    });
  });
});

describe('a token for some nodes', () => {
  test('takes and gives back the slots of these, and sees no others', async () => {
    await addNodes(['web-1'], { labels: { pool: 'a' } });
    await addNodes(['web-2'], { labels: { pool: 'b' } });
    await setBudget('web', 5);
    const made = await send('POST', '/api/v1/tokens', { name: 'pool a', role: 'operator', selector: 'pool=a' });
    const token = String(field(made.json, 'secret'));
    expect(await ask('/v1/pre-reboot', 'web', 'web-1', token)).toMatchObject({ json: { kind: 'draining' } });
    expect(await ask('/v1/pre-reboot', 'web', 'web-2', token)).toMatchObject({
      status: 404,
      json: { kind: 'node_not_found' },
    });
    expect(await ask('/v1/pre-reboot', 'web', 'nobody', token)).toMatchObject({ status: 404 });
    await ask('/v1/pre-reboot', 'web', 'web-2');
    expect(await server.ask('GET', '/api/v1/slots', { token })).toMatchObject({ json: { items: [{ id: 'web-1' }] } });
    expect(await server.ask('DELETE', '/api/v1/slots/web/web-2', { token })).toMatchObject({
      status: 404,
      json: { code: 'slot-not-found' },
    });
    expect(await ask('/v1/steady-state', 'web', 'web-2', token)).toMatchObject({ status: 404 });
    expect(await holdsOf('web-2')).toEqual(['fleetlock/web']);
    expect(await server.ask('DELETE', '/api/v1/slots/web/web-1', { token })).toMatchObject({ status: 200 });
  });
});
