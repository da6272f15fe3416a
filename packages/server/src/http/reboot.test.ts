/** The command `reboot` over HTTP: where it is allowed, what it takes, and what else may be called so. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answer, ServerUnderTest } from './server-under-test.ts';

const OFFER = { bootId: 'boot-1', withinMs: 60_000 };
const OWN = {
  name: 'reboot',
  description: 'The operator’s own, of before',
  parameters: { type: 'object', properties: {}, additionalProperties: false },
  disruptive: true,
  timeoutMs: 30_000,
};

let server: ServerUnderTest;
beforeAll(async () => {
  server = await ServerUnderTest.start();
  await server.addNode('open-1', { type: 'lobby', reboot: OFFER });
  await server.addNode('open-2', { type: 'lobby', reboot: OFFER });
  await server.addNode('locked', { type: 'lobby', reboot: OFFER, lockedBecause: 'finals are played' });
  await server.addNode('closed', { type: 'edge' });
});
afterAll(() => server.stop());

function post(route: string, body: unknown = {}): Promise<Answer> {
  return server.ask('POST', route, {
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

function reboot(node: string, body: unknown = {}): Promise<Answer> {
  return post(`/api/v1/nodes/${node}/commands/reboot`, body);
}

describe('the catalogue', () => {
  test('has it as built in and disruptive, of the types whose machines may be rebooted', async () => {
    const { json } = await server.ask('GET', '/api/v1/nodes/commands');
    expect(json).toMatchObject({
      items: expect.arrayContaining([
        {
          name: 'reboot',
          builtIn: true,
          disruptive: true,
          nodeTypes: ['lobby'],
          variants: 1,
          description: expect.stringContaining('reboot its machine'),
          parameters: expect.objectContaining({
            properties: expect.objectContaining({ drainFirst: expect.anything(), undrainAfter: expect.anything() }),
          }),
        },
      ]),
    });
  });

  test('of a node that does not allow it has no such command', async () => {
    const { text } = await server.ask('GET', '/api/v1/nodes/commands?node=closed');
    expect(text).not.toContain('"reboot"');
  });
});

describe('asking for it', () => {
  test('drains first and undrains after, unless told otherwise', async () => {
    expect(await reboot('open-1', { reason: 'kernel 6.12' })).toMatchObject({
      status: 200,
      json: {
        command: 'reboot',
        status: 'queued',
        reason: 'kernel 6.12',
        parameters: { drainFirst: true, undrainAfter: true, force: false },
      },
    });
    const { json } = await server.ask('GET', '/api/v1/nodes/open-1');
    expect(json).toMatchObject({ status: 'draining', holds: [{ name: expect.stringMatching(/^reboot\/op_/u) }] });
    expect(await reboot('open-2', { params: { drainFirst: false, undrainAfter: false } })).toMatchObject({
      status: 200,
      json: { parameters: { drainFirst: false, undrainAfter: false }, phase: null },
    });
  });

  test('where it is not allowed is refused, with what to write', async () => {
    expect(await reboot('closed')).toMatchObject({
      status: 409,
      json: {
        code: 'reboot-not-allowed',
        detail: expect.stringContaining("no section 'reboot'"),
      },
    });
    const { json } = await server.ask('GET', '/api/v1/operations?node=closed');
    expect(json).toMatchObject({ items: [] });
  });

  test('while the workload is locked is refused, unless forced', async () => {
    expect(await reboot('locked')).toMatchObject({
      status: 423,
      json: { code: 'workload-locked', detail: expect.stringContaining('finals are played') },
    });
    expect(await reboot('locked', { force: true, params: { drainFirst: false } })).toMatchObject({ status: 200 });
  });

  test.each([
    [{ drainFirst: 'yes' }, 'drainFirst'],
    [{ drainTimeout: -1 }, 'drainTimeout'],
    [{ drainTimeout: 1.5 }, 'drainTimeout'],
    [{ onDeadline: 'explode' }, 'onDeadline'],
    [{ undrainAfter: 1 }, 'undrainAfter'],
  ])('with %j is refused', async (params, field) => {
    expect(await reboot('open-1', { params })).toMatchObject({
      status: 400,
      json: { code: 'invalid-parameters', field },
    });
  });

  test('of many answers for each of them', async () => {
    const nodeIds = ['open-1', 'closed', 'nowhere'];
    expect(await post('/api/v1/commands/reboot', { nodeIds })).toMatchObject({
      status: 200,
      json: {
        items: [
          { nodeId: 'open-1', operation: { command: 'reboot' }, problem: null },
          { nodeId: 'closed', operation: null, problem: { code: 'reboot-not-allowed' } },
          { nodeId: 'nowhere', operation: null, problem: { code: 'node-not-found' } },
        ],
      },
    });
  });
});

describe('a command of that name that an agent declares', () => {
  test('is that command where the machine may not be rebooted otherwise, and nothing else', async () => {
    await server.addNode('own', { type: 'own', commands: [OWN] });
    expect(await reboot('own')).toMatchObject({ status: 200, json: { command: 'reboot', parameters: {} } });
    expect(await reboot('own', { params: { drainFirst: true } })).toMatchObject({
      status: 400,
      json: { code: 'invalid-parameters', field: 'drainFirst' },
    });
    const { json } = await server.ask('GET', '/api/v1/nodes/commands?node=own');
    expect(json).toMatchObject({
      items: expect.arrayContaining([expect.objectContaining({ name: 'reboot', builtIn: false })]),
    });
    const all = await server.ask('GET', '/api/v1/nodes/commands');
    expect(all.json).toMatchObject({
      items: expect.arrayContaining([expect.objectContaining({ name: 'reboot', builtIn: true, variants: 2 })]),
    });
  });
});
