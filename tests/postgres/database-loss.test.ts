/**
 * PostgreSQL is lost under load, by a crash and by a hang, and comes back: no agent is disconnected, nothing goes offline, nothing
 * acknowledged is lost, and nothing that was refused has happened; nobody restarts anything.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PostgresUnderTest } from '../../packages/server/src/store/postgres/postgres-under-test.ts';
import { ADMIN_TOKEN, FleetUnderTest } from '../end-to-end/fleet-under-test.ts';
import { waitFor } from '../wait-for.ts';

/** Milliseconds in which every answer comes: a statement's deadline, and what was waited for before it, with room for a busy machine. */
const ANSWER_MS_MAX = 25_000;
/** Milliseconds that a writer waits after a refusal: less than it is asked to, so that more is refused. */
const PATIENCE_MS = 100;
const NODES = ['n1', 'n2', 'n3'];

let postgres: PostgresUnderTest;
let databaseUrl: string;
let fleet: FleetUnderTest;

beforeAll(async () => {
  postgres = await PostgresUnderTest.start({ isDurable: true });
  databaseUrl = await postgres.newDatabase();
  // A lease that runs out several times while PostgreSQL is away.
  fleet = await FleetUnderTest.start({
    databaseUrl,
    serverConfig: { agents: { heartbeatInterval: '500ms', lease: '4s' } },
  });
  for (const nodeId of NODES) await fleet.addNode(nodeId);
  for (const nodeId of NODES) await fleet.nodeThat(nodeId, 'active', ({ status }) => status === 'active', 30_000);
}, 120_000);

afterAll(async () => {
  await fleet.stop();
  await postgres.destroy();
}, 60_000);

interface Answer {
  readonly status: number;
  readonly code: string | null;
  readonly retryAfter: string | null;
}

async function ask(method: string, route: string, body?: unknown): Promise<Answer> {
  const response = await fetch(`${fleet.url}${route}`, {
    method,
    headers: {
      authorization: `Bearer ${ADMIN_TOKEN}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(ANSWER_MS_MAX),
  });
  const json: unknown = await response.json();
  const code = typeof json === 'object' && json !== null && 'code' in json ? String(json.code) : null;
  return { status: response.status, code, retryAfter: response.headers.get('retry-after') };
}

/** Writes numbers to the metadata of one node, one after the other, and keeps what was answered to each. */
class Writer {
  readonly answers = new Map<number, Answer>();
  readonly #nodeId: string;
  readonly #done: Promise<void>;
  #isStopped = false;

  /** @param first The first number; those of all writers differ. */
  constructor(nodeId: string, first: number) {
    this.#nodeId = nodeId;
    this.#done = this.#write(first);
  }

  get acknowledged(): readonly number[] {
    return this.#answered(({ status }) => status === 200);
  }

  /** Nothing of it may be there. */
  get refused(): readonly number[] {
    return this.#answered(({ code }) => code === 'store-unavailable');
  }

  /** Neither is wrong. */
  get unknown(): readonly number[] {
    return this.#answered(({ code }) => code === 'outcome-unknown');
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#done;
  }

  async #write(first: number): Promise<void> {
    for (let number = first; !this.#isStopped; number += 1) {
      const answer = await ask('PUT', `/api/v1/nodes/${this.#nodeId}/meta`, { meta: { number } });
      this.answers.set(number, answer);
      const triedAgainAt = performance.now() + (answer.status === 200 ? 0 : PATIENCE_MS);
      await waitFor('the next try', () => performance.now() >= triedAgainAt);
    }
  }

  #answered(condition: (answer: Answer) => boolean): readonly number[] {
    return [...this.answers].filter(([, answer]) => condition(answer)).map(([number]) => number);
  }
}

/** The numbers that were ever written, by the history in the database itself. */
async function writtenNumbers(): Promise<ReadonlySet<number>> {
  const rows = await postgres.query<{ body: string }>(
    "select body from events where kind = 'MetadataReplaced'",
    databaseUrl,
  );
  return new Set(rows.flatMap(({ body }) => [...body.matchAll(/number\\?":(\d+)/gu)].map((match) => Number(match[1]))));
}

/** By node, with the sessions' ids: other ones would mean that agents had to connect again. */
async function agentSessions(): Promise<readonly unknown[]> {
  return postgres.query(
    "select node_id, state::json -> 'session' ->> 'sessionId' as id from nodes order by node_id",
    databaseUrl,
  );
}

async function expectAllConnected(): Promise<void> {
  for (const nodeId of NODES) {
    const node = await fleet.node(nodeId);
    expect(node).toMatchObject({ connected: true });
    expect(node?.status).not.toBe('offline');
  }
}

describe.each([
  {
    loss: 'killed',
    first: 1_000_000,
    lose: () => postgres.kill(),
    bring: () => postgres.startAgain(),
    awayMsMin: 6000,
  },
  { loss: 'frozen', first: 5_000_000, lose: () => postgres.freeze(), bring: () => postgres.thaw(), awayMsMin: 13_000 },
])('PostgreSQL is $loss', ({ first, lose, bring, awayMsMin }) => {
  test('changes are refused in time, the rest goes on, and all is well when it is back', async () => {
    const sessionsBefore = await agentSessions();
    expect(sessionsBefore).toEqual(NODES.map((nodeId) => ({ node_id: nodeId, id: expect.any(String) })));
    await fleet.game('n3', 'POST', '/players', { seconds: 3 });
    const drain = await fleet.post('n3', 'drain', { timeout: 120 });
    const writers = NODES.map((nodeId, index) => new Writer(nodeId, first + index * 1_000_000));
    await waitFor('some writes', () => writers.every(({ acknowledged }) => acknowledged.length > 5));
    await lose();
    const lostAt = performance.now();
    await waitFor('writes to be refused', () => writers.every(({ refused }) => refused.length > 0), {
      withinMs: ANSWER_MS_MAX,
      seen: () => writers.map(({ answers }) => [...answers].slice(-3)),
    });
    // A refusal that is known beforehand takes no time.
    const askedAt = performance.now();
    expect(await ask('POST', '/api/v1/nodes/n1/restart', {})).toEqual({
      status: 503,
      code: 'store-unavailable',
      retryAfter: '1',
    });
    expect(performance.now() - askedAt).toBeLessThan(ANSWER_MS_MAX);
    expect((await ask('GET', '/readyz')).status).toBe(503);
    await waitFor(
      'several leases to pass',
      async () => {
        expect((await ask('GET', '/api/v1/nodes')).status).toBe(200);
        await expectAllConnected();
        return performance.now() - lostAt > awayMsMin;
      },
      { withinMs: 2 * awayMsMin },
    );
    const history = await ask('GET', '/api/v1/operations');
    expect(history).toMatchObject({ status: 503, code: 'store-unavailable', retryAfter: '1' });

    await bring();
    const refusedBefore = writers.map(({ acknowledged }) => acknowledged.length);
    await waitFor(
      'writes to be taken again',
      () => writers.every(({ acknowledged }, index) => acknowledged.length > (refusedBefore[index] ?? 0) + 3),
      {
        withinMs: 30_000,
        seen: () => [writers.map(({ answers }) => [...answers].slice(-3)), fleet.serverOutput().slice(-3000)],
      },
    );
    await Promise.all(writers.map((writer) => writer.stop()));

    const written = await writtenNumbers();
    for (const { answers, acknowledged, refused, unknown } of writers) {
      expect(acknowledged.filter((number) => !written.has(number))).toEqual([]);
      expect(refused.filter((number) => written.has(number))).toEqual([]);
      expect(acknowledged.length + refused.length + unknown.length).toBe(answers.size);
      for (const { status, retryAfter } of answers.values())
        if (status !== 200) expect({ status, retryAfter }).toEqual({ status: 503, retryAfter: '1' });
    }
    for (const [index, nodeId] of NODES.entries()) {
      const last = writers[index]?.acknowledged.at(-1);
      expect(await fleet.request('GET', `/api/v1/nodes/${nodeId}/meta`)).toMatchObject({
        json: { meta: { number: last } },
      });
    }
    expect(await fleet.ended(drain.id, 30_000)).toMatchObject({ status: 'succeeded', result: { forced: false } });
    await expectAllConnected();
    expect((await ask('GET', '/readyz')).status).toBe(200);
    expect(await agentSessions()).toEqual(sessionsBefore);
    const undrain = await fleet.post('n3', 'undrain');
    expect(await fleet.ended(undrain.id)).toMatchObject({ status: 'succeeded' });
    const restart = await fleet.post('n1', 'restart');
    expect(await fleet.ended(restart.id, 30_000)).toMatchObject({ status: 'succeeded' });
  }, 180_000);
});
