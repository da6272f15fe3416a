/** The catalogue of commands, and running them: the built-in ones too, and those that an agent declares badly. */
import type { DeclaredCommand } from '@sluice/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answer, ServerUnderTest } from './server-under-test.ts';

let server: ServerUnderTest;

function declared(
  name: string,
  parameters: DeclaredCommand['parameters'],
  overrides: Partial<DeclaredCommand> = {},
): DeclaredCommand {
  return { name, description: `${name} it`, parameters, disruptive: false, timeoutMs: 30_000, ...overrides };
}

const LEVEL = {
  type: 'object',
  properties: { level: { type: 'string', enum: ['soft', 'hard'], default: 'soft' } },
  additionalProperties: false,
};

beforeAll(async () => {
  server = await ServerUnderTest.start();
  await server.addNode('lobby', {
    type: 'lobby',
    commands: [declared('reload', LEVEL), declared('wipe', {}, { disruptive: true })],
  });
  await server.addNode('edge', {
    type: 'edge',
    commands: [declared('reload', LEVEL), declared('purge', {}), declared('restart', {})],
  });
  await server.addNode('arena', { type: 'arena', commands: [declared('reload', {})] });
  await server.addNode('hostile', {
    commands: [
      declared('no-such-reference', { $ref: '#/nowhere' }),
      declared('endless-reference', { $ref: '#' }),
      declared('broken-pattern', { properties: { text: { pattern: '(' } } }),
      declared('endless-pattern', { properties: { text: { pattern: '^(a+)+$' } } }),
      declared('nonsense', { type: 'frob', properties: 7, required: 'all', anyOf: {} }),
      declared('defaults', { properties: { __proto__: { default: 1 }, level: { default: { deep: [1] } } } }),
    ],
  });
});
afterAll(() => server.stop());

function run(node: string, name: string, body: unknown = {}): Promise<Answer> {
  return server.ask('POST', `/api/v1/nodes/${node}/commands/${name}`, {
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

describe('the catalogue', () => {
  test('has each name once: the built-in ones, then the declared ones in order', async () => {
    const { json } = await server.ask('GET', '/api/v1/nodes/commands');
    const allTypes = ['arena', 'edge', 'game-server', 'lobby'];
    expect(json).toMatchObject({
      items: expect.arrayContaining([
        {
          name: 'drain',
          builtIn: true,
          disruptive: false,
          nodeTypes: allTypes,
          variants: 1,
          description: expect.any(String),
          parameters: expect.objectContaining({ type: 'object' }),
        },
        {
          name: 'restart',
          builtIn: true,
          disruptive: true,
          nodeTypes: allTypes,
          variants: 1,
          description: expect.any(String),
          parameters: expect.any(Object),
        },
        {
          name: 'reload',
          builtIn: false,
          disruptive: false,
          nodeTypes: ['arena', 'edge', 'lobby'],
          variants: 2,
          description: 'reload it',
          parameters: expect.any(Object),
        },
        {
          name: 'wipe',
          builtIn: false,
          disruptive: true,
          nodeTypes: ['lobby'],
          variants: 1,
          description: 'wipe it',
          parameters: {},
        },
      ]),
    });
    const names = [...JSON.stringify(json).matchAll(/"name":"([^"]+)","description"/gu)].map(([, name]) => name ?? '');
    expect(names.slice(0, 3)).toEqual(['drain', 'restart', 'undrain']);
    expect(names).toEqual([...new Set(names)]);
    expect(names.slice(3)).toEqual(names.slice(3).toSorted());
  });

  test('of one node has what that node declares', async () => {
    const { json } = await server.ask('GET', '/api/v1/nodes/commands?node=edge');
    expect(json).toMatchObject({
      items: [
        { name: 'drain' },
        { name: 'restart', builtIn: true },
        { name: 'undrain' },
        { name: 'purge' },
        { name: 'reload', parameters: LEVEL, nodeTypes: ['edge'], variants: 1 },
      ],
    });
  });

  test('describes the built-in parameters as the routes take them', async () => {
    const { text } = await server.ask('GET', '/api/v1/nodes/commands');
    expect(text).toContain('"timeout":{"type":"integer","minimum":0,"maximum":604800');
    expect(text).not.toContain('"~');
  });
});

describe('running a declared command', () => {
  test('makes an operation with the parameters and their defaults', async () => {
    expect(await run('lobby', 'reload')).toMatchObject({
      status: 200,
      json: { command: 'reload', status: 'queued', nodeId: 'lobby', parameters: { level: 'soft' } },
    });
    expect(await run('lobby', 'reload', { params: { level: 'hard' }, reason: 'because' })).toMatchObject({
      status: 200,
      json: { parameters: { level: 'hard' }, reason: 'because' },
    });
  });

  test('takes the declaration of that very node', async () => {
    expect(await run('arena', 'reload', { params: { anything: [1] } })).toMatchObject({
      status: 200,
      json: { parameters: { anything: [1] } },
    });
    expect(await run('edge', 'reload', { params: { anything: [1] } })).toMatchObject({
      status: 400,
      json: { code: 'invalid-parameters', field: 'anything' },
    });
  });

  test('needs no body', async () => {
    expect(await server.ask('POST', '/api/v1/nodes/lobby/commands/wipe')).toMatchObject({
      status: 200,
      json: { command: 'wipe', parameters: {} },
    });
  });
});

describe('a declaration that is nonsense harms nobody', () => {
  test.each([
    ['endless-reference', {}, 400],
    ['broken-pattern', { text: 'a' }, 400],
    ['endless-pattern', { text: `${'a'.repeat(40)}b` }, 400],
    ['no-such-reference', {}, 400],
    ['nonsense', { a: 1 }, 200],
    ['defaults', {}, 200],
  ])('%s', async (name, params, status) => {
    const answer = await run('hostile', name, { params });
    expect(answer.status).toBe(status);
    if (status === 400) expect(answer.json).toMatchObject({ code: 'invalid-parameters' });
    expect(await server.ask('GET', '/readyz')).toMatchObject({ status: 200 });
  });
});

describe('the built-in names do what their own routes do', () => {
  test('drain', async () => {
    const answer = await run('arena', 'drain', {
      params: { timeout: 600, hold: 'maintenance', onDeadline: 'hold' },
      reason: 'new disks',
    });
    expect(answer).toMatchObject({
      status: 200,
      json: {
        command: 'drain',
        status: 'running',
        reason: 'new disks',
        parameters: { hold: 'maintenance', onDeadline: 'hold' },
        deadlineAt: expect.any(String),
      },
    });
  });

  test('undrain', async () => {
    expect(await run('arena', 'undrain')).toMatchObject({
      status: 200,
      json: {
        result: { released: [], remainingHolds: [{ name: 'maintenance', owner: 'admin', reason: 'new disks' }] },
      },
    });
    expect(await run('arena', 'undrain', { params: { hold: '*' } })).toMatchObject({
      status: 200,
      json: { command: 'undrain', parameters: { holds: ['maintenance'] } },
    });
  });

  test('restart, also where an agent declares that name', async () => {
    expect(await run('edge', 'restart', { params: { graceSeconds: 7 } })).toMatchObject({
      status: 200,
      json: { command: 'restart', parameters: { graceSeconds: 7, drainFirst: false, force: false } },
    });
  });
});
