/**
 * FleetLock by its document, over raw HTTP as its clients write it.
 * https://coreos.github.io/zincati/development/fleetlock/protocol/
 */
import { routes } from '@sluice/contract';
import { Compile } from 'typebox/compile';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ADMIN_TOKEN, type Answer, ServerUnderTest } from './server-under-test.ts';

const slotsSchema = Compile(routes.listSlots.response);

let server: ServerUnderTest;
beforeAll(async () => {
  server = await ServerUnderTest.start();
});
afterAll(() => server.stop());

/** As reqwest writes `https://zincati:TOKEN@host/`: the token is the password, and nobody says what type the body has. */
const AS_ZINCATI = {
  authorization: `Basic ${Buffer.from(`zincati:${ADMIN_TOKEN}`).toString('base64')}`,
  'fleet-lock-protocol': 'true',
};

function bodyOf(group: string, id: string): string {
  return JSON.stringify({ client_params: { id, group } }, null, 2);
}

function preReboot(group: string, id: string): Promise<Answer> {
  return server.ask('POST', '/v1/pre-reboot', { token: null, headers: AS_ZINCATI, body: bodyOf(group, id) });
}

function steadyState(group: string, id: string): Promise<Answer> {
  return server.ask('POST', '/v1/steady-state', { token: null, headers: AS_ZINCATI, body: bodyOf(group, id) });
}

async function setBudget(name: string, maxUnavailable: number | string, selector: string | null = 'machine=none') {
  const answer = await server.ask('PUT', `/api/v1/budgets/${name}`, {
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ selector, maxUnavailable }),
  });
  expect(answer).toMatchObject({ status: 200 });
}

async function holders(group: string): Promise<readonly string[]> {
  const { json, text } = await server.ask('GET', `/api/v1/slots?group=${group}`);
  if (!slotsSchema.Check(json)) throw new Error(text);
  return json.items.map(({ id }) => id);
}

describe('a machine that is no node', () => {
  test('takes a slot, has it as often as it asks, and gives it back as often as it asks', async () => {
    await setBudget('recursive', 1);
    expect(await preReboot('recursive', 'c988d2509fdf4cdcbed39037c56406fb')).toMatchObject({ status: 200 });
    expect(await preReboot('recursive', 'c988d2509fdf4cdcbed39037c56406fb')).toMatchObject({
      status: 200,
      json: { slot: { group: 'recursive', id: 'c988d2509fdf4cdcbed39037c56406fb', nodeIds: [], takenBy: 'admin' } },
    });
    expect(await holders('recursive')).toEqual(['c988d2509fdf4cdcbed39037c56406fb']);
    expect(await steadyState('recursive', 'c988d2509fdf4cdcbed39037c56406fb')).toMatchObject({
      status: 200,
      json: { released: true },
    });
    expect(await steadyState('recursive', 'c988d2509fdf4cdcbed39037c56406fb')).toMatchObject({
      status: 200,
      json: { released: false },
    });
    expect(await holders('recursive')).toEqual([]);
  });

  test('waits while all places are taken, and only the holder makes room', async () => {
    await setBudget('full', 1);
    expect(await preReboot('full', 'one')).toMatchObject({ status: 200 });
    const refused = await preReboot('full', 'two');
    expect(refused).toMatchObject({
      status: 409,
      json: {
        kind: 'failed_lock_semaphore_full',
        value: expect.stringMatching(/^Budget 'full' allows 1 of 0 nodes .*: one \(holds a slot\)\. Ask again/u),
        code: 'budget-exceeded',
        budget: { name: 'full', allowed: 1, unavailable: 1, nodeIds: ['one'] },
      },
    });
    // Unlocking what somebody else holds unlocks nothing.
    expect(await steadyState('full', 'two')).toMatchObject({ status: 200, json: { released: false } });
    expect(await preReboot('full', 'two')).toMatchObject({ status: 409 });
    expect(await steadyState('full', 'one')).toMatchObject({ status: 200 });
    expect(await preReboot('full', 'two')).toMatchObject({ status: 200 });
    expect(await holders('full')).toEqual(['two']);
  });

  test('of twenty at the same instant two get the two places', async () => {
    await setBudget('crowded', 2);
    const ids = Array.from({ length: 20 }, (_each, index) => `machine-${index}`);
    const answers = await Promise.all(ids.map((id) => preReboot('crowded', id)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(2);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(18);
    expect(await holders('crowded')).toHaveLength(2);
    // The same twenty once more: the two that hold one have it again.
    const again = await Promise.all(ids.map((id) => preReboot('crowded', id)));
    expect(again.map(({ status }) => status)).toEqual(answers.map(({ status }) => status));
  });

  test('the same machine twenty times at the same instant has one slot', async () => {
    await setBudget('repeated', 5);
    const answers = await Promise.all(Array.from({ length: 20 }, () => preReboot('repeated', 'one')));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(await holders('repeated')).toEqual(['one']);
  });

  test('ids are told apart by case, groups from each other', async () => {
    await setBudget('case-1', 1);
    await setBudget('case-2', 1);
    expect(await preReboot('case-1', 'Machine')).toMatchObject({ status: 200 });
    expect(await preReboot('case-1', 'machine')).toMatchObject({ status: 409 });
    expect(await preReboot('case-2', 'machine')).toMatchObject({ status: 200 });
  });
});

describe('a request that is not as the protocol says', () => {
  const target = '/v1/pre-reboot';
  const whole = bodyOf('default', 'one');

  test.each([
    ['without the header', 400, 'missing_header', { 'fleet-lock-protocol': undefined }, whole],
    ['with another value of the header', 400, 'missing_header', { 'fleet-lock-protocol': 'false' }, whole],
    ['without a body', 400, 'invalid_request', {}, undefined],
    ['that is no JSON', 400, 'invalid_request', {}, 'id=one'],
    ['without client_params', 400, 'invalid_request', {}, '{}'],
    ['without an id', 400, 'invalid_request', {}, '{"client_params":{"group":"default"}}'],
    ['without a group', 400, 'invalid_request', {}, '{"client_params":{"id":"one"}}'],
    ['with an empty id', 400, 'invalid_request', {}, bodyOf('default', '')],
    ['with an empty group', 400, 'invalid_request', {}, bodyOf('', 'one')],
    ['with a group that is none', 400, 'invalid_request', {}, bodyOf('not a group!', 'one')],
    ['with an id that is no text', 400, 'invalid_request', {}, '{"client_params":{"id":1,"group":"default"}}'],
    ['with a control character in the id', 400, 'invalid_request', {}, bodyOf('default', 'a\nb')],
    ['of a group that nobody has made', 404, 'unknown_group', {}, whole],
    ['without a token', 401, 'unauthenticated', { authorization: undefined }, whole],
    ['with another password', 401, 'unauthenticated', { authorization: basic('zincati', 'slc_wrong') }, whole],
    ['with the token as the user', 401, 'unauthenticated', { authorization: basic(ADMIN_TOKEN, '') }, whole],
    ['with what is no Basic authentication', 401, 'unauthenticated', { authorization: 'Basic !' }, whole],
  ] as const)('%s is refused with an error that says so', async (_what, status, kind, changed, body) => {
    const headers = Object.fromEntries(
      Object.entries({ ...AS_ZINCATI, ...changed }).filter(
        (entry): entry is [string, string] => entry[1] !== undefined,
      ),
    );
    const answer = await server.ask('POST', target, {
      token: null,
      headers,
      ...(body === undefined ? {} : { body }),
    });
    expect(answer).toMatchObject({ status, json: { kind, value: expect.stringMatching(/./u) } });
    expect(answer.text).not.toContain(ADMIN_TOKEN);
  });

  test('a group that is unknown is told how it is made', async () => {
    expect(await preReboot('workers', 'one')).toMatchObject({
      status: 404,
      json: { value: expect.stringContaining('sluice budgets set workers --max-unavailable 1') },
    });
    expect(await steadyState('workers', 'one')).toMatchObject({ status: 200, json: { released: false } });
  });

  test('another method is refused in the same form', async () => {
    expect(await server.ask('GET', target, { headers: AS_ZINCATI })).toMatchObject({
      status: 405,
      json: { kind: 'method_not_allowed' },
    });
  });

  test.each(['application/json', 'application/x-www-form-urlencoded', 'text/plain'])(
    'the body is JSON, also where it is said to be %s (curl -d)',
    async (type) => {
      await setBudget('typed', 1);
      const answer = await server.ask('POST', target, {
        headers: { 'fleet-lock-protocol': 'true', 'content-type': type },
        body: bodyOf('typed', 'one'),
      });
      expect(answer).toMatchObject({ status: 200 });
    },
  );

  test('elsewhere a password opens nothing', async () => {
    expect(await server.ask('GET', '/api/v1/nodes', { token: null, headers: AS_ZINCATI })).toMatchObject({
      status: 401,
    });
  });
});

function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

describe('slots', () => {
  test('are listed by age, freed by hand, told by the audit and by the budget, and outlive the server', async () => {
    await setBudget('kept', 2);
    await preReboot('kept', 'first');
    await preReboot('kept', 'second');
    await server.restart();
    expect(await holders('kept')).toEqual(['first', 'second']);
    expect(await preReboot('kept', 'third')).toMatchObject({ status: 409 });
    expect(await server.ask('GET', '/api/v1/budgets/kept')).toMatchObject({
      json: {
        standing: {
          unavailable: 2,
          left: 0,
          nodes: [
            { id: 'first', because: 'holds a slot' },
            { id: 'second', because: 'holds a slot' },
          ],
        },
      },
    });
    const freed = await server.ask('DELETE', '/api/v1/slots/kept/first');
    expect(freed).toMatchObject({ status: 200, json: { group: 'kept', id: 'first', nodeIds: [] } });
    expect(await server.ask('DELETE', '/api/v1/slots/kept/first')).toMatchObject({
      status: 404,
      json: { code: 'slot-not-found' },
    });
    expect(await preReboot('kept', 'third')).toMatchObject({ status: 200 });
    const { json } = await server.ask('GET', '/api/v1/audit?action=SlotTaken,SlotReleased&limit=3');
    expect(json).toMatchObject({
      items: [
        { action: 'SlotTaken', after: { group: 'kept', id: 'third', nodeIds: [] }, actor: { name: 'admin' } },
        { action: 'SlotReleased', before: { group: 'kept', id: 'first' } },
        { action: 'SlotTaken', after: { id: 'second' } },
      ],
    });
  });

  test('that a machine has to wait is no refusal for the audit', async () => {
    await setBudget('polled', 0);
    for (let count = 0; count < 3; count += 1) expect(await preReboot('polled', 'one')).toMatchObject({ status: 409 });
    const { text } = await server.ask('GET', '/api/v1/audit?action=RequestRefused');
    expect(text).not.toContain('fleetLockPreReboot","code":"budget-exceeded');
    expect(text).not.toContain("Budget 'polled'");
  });
});
