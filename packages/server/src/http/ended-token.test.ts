/** A token that is revoked does nothing any more: not what was asked with it before and decided after, not through what it opened, and never the last one. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { PostgresUnderTest } from '../store/postgres/postgres-under-test.ts';
import { ServerUnderTest } from './server-under-test.ts';

const ROUNDS = 15;
const JSON_BODY = { 'content-type': 'application/json' };

let postgres: PostgresUnderTest;
let one: ServerUnderTest;
let other: ServerUnderTest;

beforeEach(async () => {
  // Waiting for its disk, so that what is asked meanwhile waits for its turn.
  postgres = await PostgresUnderTest.start({ isDurable: true });
  const databaseUrl = await postgres.newDatabase();
  one = await ServerUnderTest.start(undefined, { databaseUrl });
  other = await ServerUnderTest.start(undefined, { databaseUrl });
}, 90_000);
afterEach(async () => {
  await one.stop();
  await other.stop();
  await postgres.destroy();
});

interface Made {
  readonly id: string;
  readonly secret: string;
}

async function newAdmin(token?: string): Promise<Made> {
  const body = JSON.stringify({ name: 'x', role: 'admin', expiresIn: null });
  const asked = { body, headers: JSON_BODY, ...(token === undefined ? {} : { token }) };
  const { text } = await one.ask('POST', '/api/v1/tokens', asked);
  const made: { readonly token: { readonly id: string }; readonly secret: string } = JSON.parse(text);
  return { id: made.token.id, secret: made.secret };
}

const revoke = (server: ServerUnderTest, { id }: Made, token?: string) =>
  server.ask('DELETE', `/api/v1/tokens/${id}`, token === undefined ? {} : { token });

/** Something that is being committed meanwhile, as on any busy server. */
const keepBusy = () => one.ask('PUT', '/api/v1/budgets/busy', { body: '{"maxUnavailable":1}', headers: JSON_BODY });

test('it makes no other token, and drains no node, once its end is recorded: whichever server is asked', async () => {
  await one.addNode('n');
  for (let round = 0; round < ROUNDS; round += 1) {
    const leaked = await newAdmin();
    let isOver = false;
    const goOn = async (method: string, target: string, body: object) => {
      while (!isOver) {
        const answer = await other.ask(method, target, {
          token: leaked.secret,
          body: JSON.stringify(body),
          headers: JSON_BODY,
        });
        if (answer.status === 401) return;
      }
    };
    const attempts = [
      goOn('POST', '/api/v1/tokens', { name: 'minted', role: 'admin' }),
      goOn('POST', '/api/v1/nodes/n/drain', { hold: 'leaked' }),
      goOn('PUT', '/api/v1/budgets/leaked', { maxUnavailable: round }),
    ];
    await keepBusy();
    expect((await revoke(one, leaked)).status).toBe(200);
    isOver = true;
    await Promise.all(attempts);
  }
  const { text } = await one.ask('GET', '/api/v1/audit?limit=1000');
  const { items }: { readonly items: readonly Entry[] } = JSON.parse(text);
  const endedAt = new Map(
    items.flatMap((entry) => (entry.action === 'TokenRevoked' ? [[entry.before?.id, entry.sequence] as const] : [])),
  );
  const late = items.filter(
    ({ action, actor, sequence }) =>
      action !== 'RequestRefused' && sequence > (endedAt.get(actor?.tokenId) ?? Infinity),
  );
  expect(endedAt.size).toBe(ROUNDS);
  expect(late).toEqual([]);
});

interface Entry {
  readonly sequence: number;
  readonly action: string;
  readonly actor: { readonly tokenId?: string } | null;
  readonly before: { readonly id?: string } | null;
}

test('the session of a browser that is opened with it at that very moment ends with it', async () => {
  for (let round = 0; round < ROUNDS; round += 1) {
    const leaked = await newAdmin();
    const busy = keepBusy();
    const login = one.ask('POST', '/auth/token', {
      token: null,
      body: JSON.stringify({ token: leaked.secret }),
      headers: { ...JSON_BODY, origin: one.url.origin, 'sec-fetch-site': 'same-origin', host: one.url.host },
    });
    const [opened, revoked] = await Promise.all([login, revoke(one, leaked)]);
    await busy;
    expect(revoked.status).toBe(200);
    const [cookie = ''] = String(opened.headers['set-cookie'] ?? '').split(';');
    expect((await one.ask('GET', '/auth/session', { token: null, headers: { cookie } })).status).not.toBe(200);
  }
});

test('of the last two admin tokens one stays, also when both are revoked at the same instant', async () => {
  let [first, second] = [await newAdmin(), await newAdmin()];
  await revoke(one, { id: 'admin', secret: '' }, first.secret);
  for (let round = 0; round < ROUNDS; round += 1) {
    const answers = await Promise.all([
      revoke(one, first, first.secret),
      revoke(round % 2 === 0 ? one : other, second, second.secret),
    ]);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    const left = answers[0].status === 200 ? second : first;
    [first, second] = [left, await newAdmin(left.secret)];
  }
});
