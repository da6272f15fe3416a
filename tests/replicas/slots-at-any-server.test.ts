/** Machines ask for slots, and give them back, at a server that is behind what the others have committed. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AskOptions, ServerUnderTest } from '../../packages/server/src/http/server-under-test.ts';
import { waitFor } from '../wait-for.ts';
import { type OneBehind, startOneBehind } from './one-behind.ts';

/** Once in a while the server that is behind has just looked by itself. */
const ROUNDS = 5;

let servers: OneBehind;
let prompt: ServerUnderTest;
let behind: ServerUnderTest;

beforeAll(async () => {
  servers = await startOneBehind();
  ({ prompt, behind } = servers);
  await send(prompt, 'PUT', '/api/v1/budgets/web', { selector: null, maxUnavailable: 100 });
}, 120_000);
afterAll(() => servers.stop());

function send(server: ServerUnderTest, method: string, target: string, body: object, options: AskOptions = {}) {
  const headers = { 'content-type': 'application/json', 'fleet-lock-protocol': 'true' };
  return server.ask(method, target, { body: JSON.stringify(body), headers, ...options });
}

function lock(server: ServerUnderTest, verb: 'pre-reboot' | 'steady-state', id: string, options?: AskOptions) {
  return send(server, 'POST', `/v1/${verb}`, { client_params: { group: 'web', id } }, options);
}

/** As the server that changed them last knows them. */
async function slots(server: ServerUnderTest) {
  return (await server.ask('GET', '/api/v1/slots')).json;
}

describe('a slot that another server has just given', () => {
  test('is given back', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      expect(await lock(prompt, 'pre-reboot', 'machine')).toMatchObject({ status: 200 });
      const given = await lock(behind, 'steady-state', 'machine');
      expect(given).toMatchObject({ status: 200, json: { released: true } });
      expect(await slots(behind)).toEqual({ items: [] });
    }
  });

  test('is freed by hand', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      expect(await lock(prompt, 'pre-reboot', 'machine')).toMatchObject({ status: 200 });
      expect(await behind.ask('DELETE', '/api/v1/slots/web/machine')).toMatchObject({ status: 200 });
      expect(await slots(behind)).toEqual({ items: [] });
    }
  });

  test('is not said to be given back by a server that does not reach the database', async () => {
    servers.database.cut();
    try {
      expect(await lock(prompt, 'pre-reboot', 'machine')).toMatchObject({ status: 200 });
      expect(await lock(behind, 'steady-state', 'machine')).toMatchObject({
        status: 503,
        json: { kind: 'store_unavailable' },
      });
      expect(await slots(prompt)).toMatchObject({ items: [{ id: 'machine' }] });
    } finally {
      servers.database.mend();
    }
    await waitFor('it to be given back', async () => (await lock(behind, 'steady-state', 'machine')).status === 200);
    expect(await slots(behind)).toEqual({ items: [] });
  });
});

describe('a node that has just joined at another server', () => {
  test('is drained before its machine is let go', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const id = `fresh-${round}`;
      await prompt.addNode(id);
      expect(await lock(behind, 'pre-reboot', id)).toMatchObject({ status: 409, json: { kind: 'draining' } });
      const node = await behind.ask('GET', `/api/v1/nodes/${id}`);
      expect(node).toMatchObject({ json: { status: 'draining', holds: [{ name: 'fleetlock/web' }] } });
    }
  });

  test('is known to a token for such nodes', async () => {
    const wish = { name: 'pool a', role: 'machine', selector: 'pool=a' };
    const { json } = await send(behind, 'POST', '/api/v1/tokens', wish);
    const token = String(Reflect.get(Object(json), 'secret'));
    for (let round = 0; round < ROUNDS; round += 1) {
      const id = `pooled-${round}`;
      await prompt.addNode(id, { labels: { pool: 'a' } });
      expect(await lock(behind, 'pre-reboot', id, { token })).toMatchObject({
        status: 409,
        json: { kind: 'draining' },
      });
      const given = await lock(behind, 'steady-state', id, { token });
      expect(given).toMatchObject({ status: 200, json: { released: true } });
    }
  });
});
