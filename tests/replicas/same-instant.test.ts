/** Two servers asked at the same instant decide as one; and what one decides the other's agents hear at once. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { agentKeyUnderTest } from '../../packages/server/src/http/agent-key-under-test.ts';
import type { NodeOptions } from '../../packages/server/src/http/agent-hello-under-test.ts';
import { ServerUnderTest } from '../../packages/server/src/http/server-under-test.ts';
import { PostgresUnderTest } from '../../packages/server/src/store/postgres/postgres-under-test.ts';
import { ProxyUnderTest } from '../../packages/server/src/store/postgres/proxy-under-test.ts';
import { waitFor } from '../wait-for.ts';

const ROUNDS = 50;
/** Commands whose way to an agent is measured. */
const COMMANDS = 20;
/** Milliseconds until a commit is noticed of which no notification came, with room for a busy machine. */
const UNNOTIFIED_MS_MAX = 250 + 2000;

const GREET: NonNullable<NodeOptions['commands']>[number] = {
  name: 'greet',
  description: 'Says hello',
  parameters: { type: 'object', properties: {}, additionalProperties: false },
  disruptive: false,
  timeoutMs: 60_000,
};

let postgres: PostgresUnderTest;
let databaseUrl: string;
let a: ServerUnderTest;
let b: ServerUnderTest;
/** Hears of no commit. */
let deaf: ServerUnderTest;
let proxy: ProxyUnderTest;

beforeAll(async () => {
  postgres = await PostgresUnderTest.start({ isDurable: true });
  databaseUrl = await postgres.newDatabase();
  proxy = await ProxyUnderTest.start(postgres.port);
  proxy.loseNotifications();
  const start = (url: string) => ServerUnderTest.start(undefined, { databaseUrl: url, leaseMs: 600_000 });
  a = await start(databaseUrl);
  b = await start(databaseUrl);
  deaf = await start(databaseUrl.replace(`:${postgres.port}/`, `:${proxy.port}/`));
});
afterAll(async () => {
  for (const server of [a, b, deaf]) await server.stop();
  await proxy.stop();
  await postgres.destroy();
});

/** Asks with a body of JSON. */
function post(
  server: ServerUnderTest,
  target: string,
  body: object = {},
  headers: Readonly<Record<string, string>> = {},
) {
  return server.ask('POST', target, {
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...headers },
  });
}

/** A member of an answer that is a text. */
function textOf(json: unknown, name: string): string {
  const value: unknown = typeof json === 'object' && json !== null ? Reflect.get(json, name) : undefined;
  if (typeof value !== 'string') throw new Error(`there is no ${name} in ${JSON.stringify(json)}`);
  return value;
}

/** Waits until all servers know a node that has joined at one. */
async function known(nodeId: string): Promise<void> {
  for (const server of [a, b, deaf])
    await waitFor(
      'the node to be known',
      async () => (await server.ask('GET', `/api/v1/nodes/${nodeId}`)).status === 200,
    );
}

async function operationAt(server: ServerUnderTest, id: string): Promise<unknown> {
  return (await server.ask('GET', `/api/v1/operations/${id}`)).json;
}

test(`a budget with one place has one taker, in each of ${ROUNDS} rounds`, async () => {
  for (let round = 0; round < ROUNDS; round += 1) {
    const labels = { round: String(round) };
    const budget = await a.ask('PUT', `/api/v1/budgets/round-${round}`, {
      body: JSON.stringify({ selector: `round=${round}`, maxUnavailable: 1 }),
      headers: { 'content-type': 'application/json' },
    });
    expect(budget.status).toBe(200);
    await Promise.all([a.addNode(`a-${round}`, { labels }), b.addNode(`b-${round}`, { labels })]);
    const answers = await Promise.all([
      post(a, `/api/v1/nodes/a-${round}/drain`),
      post(b, `/api/v1/nodes/b-${round}/drain`),
    ]);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.find(({ status }) => status === 409)?.json).toMatchObject({ code: 'budget-exceeded' });
  }
});

test(`one Idempotency-Key is one operation, in each of ${ROUNDS} rounds`, async () => {
  await a.addNode('twice', { commands: [GREET] });
  await known('twice');
  const ids = new Set<string>();
  for (let round = 0; round < ROUNDS; round += 1) {
    const key = { 'idempotency-key': `same-${round}` };
    const answers = await Promise.all(
      [a, b, deaf].map((server) => post(server, '/api/v1/nodes/twice/commands/greet', {}, key)),
    );
    const [id, ...others] = answers.map(({ json }) => textOf(json, 'id'));
    expect(others).toEqual([id, id]);
    ids.add(id ?? '');
  }
  expect(ids.size).toBe(ROUNDS);
  const { json } = await b.ask('GET', '/api/v1/operations?node=twice&limit=1000');
  expect(json).toMatchObject({ items: { length: ROUNDS } });
});

test('one Idempotency-Key is one rollout', async () => {
  await a.addNode('rolled', { labels: { rolled: 'yes' }, commands: [GREET] });
  await known('rolled');
  const spec = { selector: 'rolled=yes', command: { kind: 'run', name: 'greet' } };
  for (let round = 0; round < 10; round += 1) {
    const key = { 'idempotency-key': `rollout-${round}` };
    const answers = await Promise.all([a, b, deaf].map((server) => post(server, '/api/v1/rollouts', spec, key)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    const [id = '', ...others] = answers.map(({ json }) => textOf(json, 'id'));
    expect(others).toEqual([id, id]);
    const [row] = await postgres.query<{ started: number }>(
      `select count(*)::int as started from events where kind = 'RolloutStarted' and body like '%"${id}"%'`,
      databaseUrl,
    );
    expect(row).toEqual({ started: 1 });
    await post(b, `/api/v1/rollouts/${id}/cancel`);
  }
});

test('a join token for one agent lets one in', async () => {
  for (let round = 0; round < 10; round += 1) {
    const made = await post(a, '/api/v1/join-tokens', { uses: 1 });
    const joinToken = textOf(made.json, 'secret');
    const joined = await Promise.allSettled([
      a.addNode(`joins-a-${round}`, { joinToken }),
      b.addNode(`joins-b-${round}`, { joinToken }),
    ]);
    expect(joined.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  }
});

describe('a command that one server is asked for reaches an agent at another', () => {
  /** Milliseconds from the request, and from its answer, until the agent was told; the medians. */
  async function mediansTo(server: ServerUnderTest, nodeId: string): Promise<{ asked: number; answered: number }> {
    await server.addNode(nodeId, { commands: [GREET] });
    await known(nodeId);
    const took: { readonly asked: number; readonly answered: number }[] = [];
    for (let index = 0; index < COMMANDS; index += 1) {
      const askedAt = performance.now();
      const id = textOf((await post(a, `/api/v1/nodes/${nodeId}/commands/greet`)).json, 'id');
      const answeredAt = performance.now();
      const { at } = await waitFor('the agent to be told', () =>
        server.toldTo(nodeId).find(({ message }) => message.kind === 'operation.start' && message.operationId === id),
      );
      took.push({ asked: at - askedAt, answered: at - answeredAt });
      await say(server, nodeId, id, 1, 'succeeded');
      await waitFor('it to have ended', async () => textOf(await operationAt(server, id), 'status') === 'succeeded');
    }
    return { asked: median(took.map(({ asked }) => asked)), answered: median(took.map(({ answered }) => answered)) };
  }

  test('by a notification, or else by looking', async () => {
    const own = await mediansTo(a, 'here');
    const others = await mediansTo(b, 'there');
    const unnotified = await mediansTo(deaf, 'unnotified');
    const shown = ({ asked, answered }: typeof own) => `${asked.toFixed(1)} (${answered.toFixed(1)})`;
    console.info(
      `told after the request (after its answer), median of ${COMMANDS} in ms: same server ${shown(own)}, ` +
        `another server ${shown(others)}, another one without notifications ${shown(unnotified)}`,
    );
    expect(unnotified.answered).toBeLessThan(UNNOTIFIED_MS_MAX);
    expect(others.answered).toBeLessThan(unnotified.answered);
  });
});

test('an agent that moves takes what runs along; what its old session still says does not count', async () => {
  const options = { commands: [GREET], key: agentKeyUnderTest(), instanceId: 'moving' };
  await a.addNode('moving', options);
  await known('moving');
  const id = textOf((await post(b, '/api/v1/nodes/moving/commands/greet')).json, 'id');
  await waitFor('the agent to be told', () =>
    a.toldTo('moving').some(({ message }) => message.kind === 'operation.start' && message.operationId === id),
  );
  await say(a, 'moving', id, 1, 'accepted');
  await say(a, 'moving', id, 2, 'running');
  await waitFor('it to run', async () => textOf(await operationAt(b, id), 'status') === 'running');
  await b.addNode('moving', options);
  // Said at the old place after the agent had moved: it may not even have heard yet that its session is over.
  if (!a.hasEnded('moving')) await say(a, 'moving', id, 3, 'failed');
  await waitFor('the old session to be ended', () => a.hasEnded('moving'));
  expect(await operationAt(a, id)).toMatchObject({ status: 'running' });
  await say(b, 'moving', id, 3, 'succeeded');
  await waitFor('it to have ended', async () => textOf(await operationAt(deaf, id), 'status') === 'succeeded');
  expect((await a.ask('GET', '/api/v1/nodes/moving')).json).toMatchObject({ connected: true });
  expect(b.hasEnded('moving')).toBe(false);
});

async function say(
  server: ServerUnderTest,
  nodeId: string,
  operationId: string,
  sequence: number,
  status: 'accepted' | 'running' | 'succeeded' | 'failed',
): Promise<void> {
  server.say(nodeId, {
    kind: 'operation.update',
    operationId,
    sequence,
    status,
    phase: status === 'running' ? 'greeting' : null,
    result: status === 'succeeded' ? { exitCode: 0 } : null,
    error: status === 'failed' ? { code: 'failed', message: 'said too late' } : null,
    output: null,
  });
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
}
