/**
 * Every route × role × scope, from the contract's own list: what is not in the table below does not typecheck, and what a
 * handler lets through that its route forbids is found here.
 */
import { type Role, type Route, type RouteName, routes } from '@sluice/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hashOf } from '../authentication/secret.ts';
import { tokenOf } from '../fleet/token.ts';
import { openSqliteStore } from '../store/sqlite/sqlite-store.ts';
import { ADMIN_TOKEN, type Answer, JOIN_TOKEN, ServerUnderTest } from './server-under-test.ts';

/** What makes a request of the route as valid as it can be without changing who may do what. */
const SAMPLES: {
  readonly [Name in RouteName]: { readonly body?: unknown; readonly path?: Readonly<Record<string, string>> };
} = {
  listNodes: {},
  drainNode: { body: { reason: 'the table' } },
  getMetadata: {},
  replaceMetadata: { body: { meta: { table: true } } },
  restartNode: { body: {} },
  undrainNode: { body: {} },
  listCommands: {},
  getNode: {},
  forgetNode: {},
  whyNode: {},
  mergeMetadata: { body: { meta: { table: 1 } } },
  runCommand: { body: {}, path: { name: 'drain' } },
  runOnNodes: { body: { nodeIds: ['inside'] }, path: { name: 'drain' } },
  listOperations: {},
  getOperation: {},
  operationOutput: {},
  cancelOperation: { body: {} },
  confirmOperation: { body: {} },
  events: {},
  listHistory: {},
  loadHistory: {},
  getCredentials: {},
  rotateCredentials: { body: {} },
  revokeCredentials: { body: {} },
  whoAmI: {},
  createLoginLink: {},
  listTokens: {},
  createToken: { body: { name: 'made by the table', role: 'viewer', expiresIn: 60 } },
  revokeToken: { path: { id: 'tok_nobody' } },
  listJoinTokens: {},
  createJoinToken: { body: {} },
  revokeJoinToken: { path: { id: 'tok_nobody' } },
  listBudgets: {},
  getBudget: { path: { name: 'of-the-table' } },
  setBudget: { path: { name: 'made-by-the-table' }, body: { selector: 'team=nobody', maxUnavailable: 1 } },
  removeBudget: { path: { name: 'nobody' } },
  planRollout: { body: { all: true, command: { kind: 'restart' } } },
  startRollout: { body: { nodeIds: ['inside'], command: { kind: 'drain' } } },
  listRollouts: {},
  getRollout: {},
  listRolloutNodes: {},
  pauseRollout: { body: {} },
  resumeRollout: { body: {} },
  approveRollout: { body: {} },
  cancelRollout: { body: {} },
  retryRollout: { body: {} },
  listWebhooks: {},
  // No address that can be reached.
  createWebhook: { body: { url: 'https://receiver.invalid/' } },
  getWebhook: { path: { id: 'wh_nobody' } },
  updateWebhook: { path: { id: 'wh_nobody' }, body: {} },
  deleteWebhook: { path: { id: 'wh_nobody' } },
  rotateWebhookSecret: { path: { id: 'wh_nobody' } },
  testWebhook: { path: { id: 'wh_nobody' } },
  listDeadLetters: { path: { id: 'wh_nobody' } },
  resendDeadLetter: { path: { id: 'wh_nobody', sequence: '1' } },
  listSlots: {},
  releaseSlot: { path: { group: 'nobody' } },
  fleetLockPreReboot: { body: { client_params: { group: 'nobody', id: 'inside' } } },
  fleetLockSteadyState: { body: { client_params: { group: 'nobody', id: 'inside' } } },
  listAudit: {},
  readChain: {},
  serverStatus: {},
  metrics: {},
  prometheusTargets: {},
  livenessCheck: {},
  readinessCheck: {},
};

/** Filtered, but about one thing: where none of its nodes exists for the token, neither does the thing. */
const ABOUT_ONE_ROLLOUT = [
  'getRollout',
  'listRolloutNodes',
  'pauseRollout',
  'resumeRollout',
  'approveRollout',
  'cancelRollout',
  'retryRollout',
] as const;
const ABOUT_ONE_OF_NODES: ReadonlySet<RouteName> = new Set(['getBudget', ...ABOUT_ONE_ROLLOUT] as const);
/** What may be done at all is not the question here: a rollout that has ended cannot be paused by anybody. */
const MAY_CONFLICT: ReadonlySet<RouteName> = new Set(['planRollout', 'startRollout', ...ABOUT_ONE_ROLLOUT.slice(2)]);

/** Who may call a route of each access, said once more: not by the rule that is tested. */
const MAY: Readonly<Record<Role, readonly Role[]>> = {
  viewer: ['viewer', 'operator', 'admin'],
  operator: ['operator', 'admin'],
  admin: ['admin'],
  machine: ['machine', 'operator', 'admin'],
};
const ROLES: readonly Role[] = ['viewer', 'operator', 'admin', 'machine'];
/** Whose scope the node `inside` is in, and whose it is not. */
const SELECTORS = { 'all nodes': null, 'its own nodes': 'team=in', 'other nodes': 'team=other' } as const;
type ScopeName = keyof typeof SELECTORS;
const SCOPE_NAMES: readonly ScopeName[] = ['all nodes', 'its own nodes', 'other nodes'];

const secretOf = (role: Role, scope: ScopeName) => `slc_${role}-${scope.replaceAll(' ', '-')}-0123456789`;

let server: ServerUnderTest;
const operationIds = new Map<string, string>();
/** Of the node `inside`. */
let rolloutId = '';

beforeAll(async () => {
  server = await ServerUnderTest.start(async (directory) => {
    const store = await openSqliteStore(directory);
    const tokens = ROLES.flatMap((role) =>
      SCOPE_NAMES.map((scope) =>
        tokenOf({
          id: `${role} ${scope}`,
          kind: 'api',
          name: `${role} of ${scope}`,
          role,
          selector: SELECTORS[scope],
          hash: hashOf(secretOf(role, scope)),
          createdAt: 0,
        }),
      ),
    );
    await store.commit([], [], { tokens });
    await store.close();
  });
  await server.addNode('inside', { labels: { team: 'in' } });
  await server.addNode('outside', { labels: { team: 'out' } });
  const budget = { body: '{"selector":null,"maxUnavailable":10}', headers: { 'content-type': 'application/json' } };
  await server.ask('PUT', '/api/v1/budgets/of-the-table', budget);
  for (const id of ['inside', 'outside']) {
    const { json } = await server.ask('POST', `/api/v1/nodes/${id}/drain`);
    if (typeof json !== 'object' || json === null || !('id' in json)) throw new Error(JSON.stringify(json));
    operationIds.set(id, String(json.id));
  }
  const rollout = { nodeIds: ['inside'], command: { kind: 'restart' } };
  const headers = { 'content-type': 'application/json' };
  const { json } = await server.ask('POST', '/api/v1/rollouts', { body: JSON.stringify(rollout), headers });
  if (typeof json !== 'object' || json === null || !('id' in json)) throw new Error(JSON.stringify(json));
  rolloutId = String(json.id);
});
afterAll(() => server.stop());

function ask(name: RouteName, nodeId: string, token: string | null): Promise<Answer> {
  const route: Route = routes[name];
  const { body, path = {} } = SAMPLES[name];
  const isOfRollout = ABOUT_ONE_ROLLOUT.some((each) => each === name);
  const idOfPath = isOfRollout ? rolloutId : nodeId;
  const id = route.scope === 'operation' ? (operationIds.get(nodeId) ?? 'op_unknown') : idOfPath;
  const target = Object.entries({ id, ...path }).reduce(
    (text, [key, value]) => text.replace(`:${key}`, encodeURIComponent(value)),
    route.path,
  );
  const type = route.bodyMediaTypes?.[0] ?? 'application/json';
  return server.ask(route.method, target, {
    token,
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': type } }),
  });
}

/** An answer without what differs from request to request. */
function withoutRequest({ status, json }: Answer): unknown {
  return { status, json: { ...(typeof json === 'object' ? json : {}), requestId: null, instance: null } };
}

/** Whoever asks without a token needs none for a public route. */
function callersOf({ access }: Route): readonly (readonly [Role, ScopeName])[] {
  return access === 'public' ? [] : ROLES.flatMap((role) => SCOPE_NAMES.map((scopeName) => [role, scopeName] as const));
}

const names = Object.values(routes).map(({ name }) => name) satisfies readonly RouteName[];

describe.each(names)('%s', (name) => {
  const route: Route = routes[name];
  const { access, scope } = route;

  test('is for nobody without a valid token', async () => {
    for (const token of [null, 'slc_nobody-has-this-token', JOIN_TOKEN]) {
      const { status } = await ask(name, 'inside', token);
      expect({ token, status }).toEqual({ token, status: access === 'public' ? 200 : 401 });
    }
  });

  test.each(callersOf(route))('for a %s of %s', async (role, scopeName) => {
    const token = secretOf(role, scopeName);
    const answer = await ask(name, 'inside', token);
    const isRoleTooLow = access !== 'public' && !MAY[access].includes(role);
    const isScoped = scopeName !== 'all nodes';
    if (isRoleTooLow || (scope === 'fleet' && isScoped)) {
      expect(answer).toMatchObject({ status: 403, json: { code: 'forbidden' } });
      return;
    }
    expect([401, 403]).not.toContain(answer.status);
    const isAboutOne = scope === 'node' || scope === 'operation';
    if (isAboutOne && scopeName === 'other nodes') {
      // Not told apart from what is not there at all.
      const unknown = await ask(name, 'nobody', token);
      const asIfUnknown = JSON.stringify(withoutRequest(unknown)).replaceAll(/nobody|op_unknown/gu, '…');
      const told = JSON.stringify(withoutRequest(answer));
      expect(told.replaceAll(/inside/gu, '…').replaceAll(operationIds.get('inside') ?? '', '…')).toBe(asIfUnknown);
      expect(answer.status).toBe(404);
    } else if (isAboutOne) {
      expect(answer.status).not.toBe(404);
    }
    if (scope === 'filtered') {
      const isNothingOfIts = scopeName === 'other nodes' && ABOUT_ONE_OF_NODES.has(name);
      const isConflict = answer.status === 409 && MAY_CONFLICT.has(name);
      if (!isConflict) expect(answer.status).toBe(isNothingOfIts ? 404 : 200);
      if (isScoped) expect(answer.text).not.toContain('outside');
    }
  });
});

describe('a token with a selector', () => {
  const token = secretOf('admin', 'its own nodes');

  test('sees its nodes only: in lists, counts, commands, operations', async () => {
    const nodes = await server.ask('GET', '/api/v1/nodes', { token });
    expect(nodes.json).toMatchObject({ items: [{ id: 'inside' }] });
    const asked = await server.ask('GET', '/api/v1/nodes?selector=team%3Dout', { token });
    expect(asked.json).toEqual({ items: [] });
    const status = await server.ask('GET', '/api/v1/server/status', { token });
    expect(status.json).toMatchObject({ nodes: { total: 1 } });
    const operations = await server.ask('GET', '/api/v1/operations?node=outside', { token });
    expect(operations.json).toEqual({ items: [], nextCursor: null });
    const commands = await server.ask('GET', '/api/v1/nodes/commands?node=outside', { token });
    expect(commands).toMatchObject({ status: 404, json: { code: 'node-not-found' } });
  });

  test('pages through its operations, however many of others lie between', async () => {
    for (let count = 0; count < 5; count += 1) {
      await server.ask('POST', '/api/v1/nodes/outside/drain');
      await server.ask('POST', '/api/v1/nodes/outside/undrain');
    }
    await server.ask('POST', '/api/v1/nodes/inside/drain');
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const { json } = await server.ask('GET', `/api/v1/operations?limit=1&cursor=${cursor}`, { token });
      if (typeof json !== 'object' || json === null || !('items' in json) || !('nextCursor' in json)) break;
      const items: readonly { readonly nodeId: string }[] = Array.isArray(json.items) ? json.items : [];
      seen.push(...items.map(({ nodeId }) => nodeId));
      cursor = typeof json.nextCursor === 'string' ? json.nextCursor : null;
    }
    const whole = await server.ask('GET', '/api/v1/operations?node=inside');
    expect(new Set(seen)).toEqual(new Set(['inside']));
    expect(whole.text.split('"nodeId":"inside"').length - 1).toBe(seen.length);
  });

  test('touches nothing else', async () => {
    const before = await server.ask('GET', '/api/v1/nodes/outside');
    for (const route of ['drain', 'restart', 'undrain', 'credentials/revoke'])
      expect(await server.ask('POST', `/api/v1/nodes/outside/${route}`, { token })).toMatchObject({ status: 404 });
    const body = { body: '{"meta":1}', headers: { 'content-type': 'application/json' }, token };
    expect(await server.ask('PUT', '/api/v1/nodes/outside/meta', body)).toMatchObject({ status: 404 });
    const after = await server.ask('GET', '/api/v1/nodes/outside');
    expect(after.json).toMatchObject({
      ...(typeof before.json === 'object' ? before.json : {}),
      lastSeenAt: expect.anything(),
    });
  });

  test('that cannot be read opens nothing', async () => {
    const bad = await server.ask('POST', '/api/v1/tokens', {
      token: ADMIN_TOKEN,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'x', role: 'viewer', selector: '((' }),
    });
    expect(bad).toMatchObject({ status: 400, json: { code: 'invalid-selector' } });
  });
});
