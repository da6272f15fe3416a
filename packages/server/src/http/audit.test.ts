/** The audit over HTTP: who did what, from where, with which token, what was before and after, what came of it; and what was refused. */
import { AuditEntry } from '@sluice/contract';
import { Compile } from 'typebox/compile';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { waitFor } from '../../../../tests/wait-for.ts';
import { type Answer, ServerUnderTest } from './server-under-test.ts';

const entrySchema = Compile(AuditEntry);
const JSON_BODY = { 'content-type': 'application/json' };
let server: ServerUnderTest;
let operator: { readonly id: string; readonly secret: string };
let scoped: { readonly id: string; readonly secret: string };

beforeAll(async () => {
  server = await ServerUnderTest.start();
  await server.addNode('n1', { labels: { team: 'in' } });
  await server.addNode('n2', { labels: { team: 'out' } });
  operator = await made({ name: 'olga', role: 'operator' });
  scoped = await made({ name: 'sam', role: 'operator', selector: 'team=in' });
});
afterAll(() => server.stop());

async function made(body: object): Promise<{ readonly id: string; readonly secret: string }> {
  const { text } = await server.ask('POST', '/api/v1/tokens', { body: JSON.stringify(body), headers: JSON_BODY });
  return { id: /"id":"([^"]+)"/u.exec(text)?.[1] ?? '', secret: /"secret":"([^"]+)"/u.exec(text)?.[1] ?? '' };
}

function entriesIn({ json }: Answer): readonly AuditEntry[] {
  const items =
    typeof json === 'object' && json !== null && 'items' in json && Array.isArray(json.items) ? json.items : [];
  return items.filter((item: unknown) => entrySchema.Check(item));
}

async function audit(query = '', token?: string): Promise<readonly AuditEntry[]> {
  const answer = await server.ask('GET', `/api/v1/audit?limit=1000&${query}`, token === undefined ? {} : { token });
  expect(answer.status).toBe(200);
  return entriesIn(answer);
}

describe('what somebody did', () => {
  test('is told with before and after, address, token, and what came of it', async () => {
    const put = (meta: unknown) =>
      server.ask('PUT', '/api/v1/nodes/n1/meta', {
        body: JSON.stringify({ meta }),
        headers: JSON_BODY,
        token: operator.secret,
      });
    await put({ color: 'red' });
    await put({ color: 'blue' });
    const [entry] = await audit('action=MetadataReplaced');
    expect(entry).toMatchObject({
      action: 'MetadataReplaced',
      actor: { name: 'olga', address: '127.0.0.1', tokenId: operator.id },
      nodeId: 'n1',
      before: { color: 'red' },
      after: { color: 'blue' },
      result: { status: 'done' },
      hash: expect.stringMatching(/^[0-9a-f]{64}$/u),
    });
    const { text } = await server.ask('POST', '/api/v1/nodes/n1/restart', { token: operator.secret });
    const operationId = /"id":"(op_[^"]+)"/u.exec(text)?.[1] ?? '';
    const asked = async () => (await audit('action=OperationRequested')).find((one) => one.operationId === operationId);
    expect(await asked()).toMatchObject({ result: { status: 'queued' }, after: { kind: 'restart' } });
    await server.ask('POST', `/api/v1/operations/${operationId}/cancel`);
    await waitFor('the end of it in the audit', async () => (await asked())?.result.status === 'cancelled');
  });

  test('holds tell the hold of before, wishes the wish of before', async () => {
    const drain = (reason: string) =>
      server.ask('POST', '/api/v1/nodes/n1/drain', { body: JSON.stringify({ reason }), headers: JSON_BODY });
    await drain('first');
    await drain('second');
    const [second, first] = await audit('action=HoldPlaced');
    expect(first).toMatchObject({ before: null, after: { reason: 'first' } });
    expect(second).toMatchObject({ before: { reason: 'first' }, after: { reason: 'second' } });
    await server.ask('POST', '/api/v1/nodes/n1/undrain');
    expect((await audit('action=HoldReleased'))[0]).toMatchObject({ before: { reason: 'second' }, after: null });
    expect((await audit('action=AvailabilityWished'))[0]).toMatchObject({ before: 'drain', after: 'active' });
  });

  test('a rollout is told with what it was asked for with, and how it was steered and why', async () => {
    const post = (path: string, body: object) =>
      server.ask('POST', path, { body: JSON.stringify(body), headers: JSON_BODY, token: operator.secret });
    const spec = { name: 'kernel', nodeIds: ['n2'], command: { kind: 'drain' } };
    const { text } = await post('/api/v1/rollouts', spec);
    const id = /"id":"(ro_[^"]+)"/u.exec(text)?.[1] ?? '';
    await post(`/api/v1/rollouts/${id}/cancel`, { reason: 'not today' });
    const [started] = await audit('action=RolloutStarted');
    expect(started).toMatchObject({ actor: { name: 'olga' }, before: null, after: { id, ...spec } });
    const [cancelled] = await audit('action=RolloutCancelled');
    expect(cancelled).toMatchObject({ after: { id }, result: { status: 'done', detail: 'not today' } });
  });

  test('of agents only what changes who gets in is told', async () => {
    const actions = new Set((await audit()).map(({ action }) => action));
    expect(actions).toContain('AgentEnrolled');
    expect(actions).toContain('TokenCreated');
    for (const kind of ['AgentConnected', 'NodeDescribed', 'WorkloadChanged']) expect(actions).not.toContain(kind);
  });
});

describe('what was refused', () => {
  test('is told: to nobody known, for the role, for the state, for the scope', async () => {
    await server.ask('GET', '/api/v1/nodes', { token: 'slc_guessed' });
    await server.ask('DELETE', '/api/v1/tokens/admin', { token: operator.secret });
    await server.ask('DELETE', '/api/v1/nodes/n1');
    await server.ask('POST', '/api/v1/nodes/n2/drain', { token: scoped.secret });
    const refused = await waitFor('the refusals', async () => {
      const found = await audit('result=refused');
      return found.length >= 4 && found;
    });
    expect(refused.map(({ result, actor, nodeId }) => [result.code, actor.name, nodeId]).toReversed()).toEqual([
      ['unauthenticated', 'unknown', null],
      ['forbidden', 'olga', null],
      ['node-connected', 'admin', 'n1'],
      ['node-not-found', 'sam', 'n2'],
    ]);
    expect(refused[0]).toMatchObject({
      actor: { tokenId: scoped.id, address: '127.0.0.1' },
      result: { status: 'refused' },
    });
    expect(JSON.stringify(refused)).not.toContain('slc_guessed');
  });

  test('a flood is one entry and a count, and costs the store nothing', async () => {
    const before = (await audit('result=refused')).length;
    for (let count = 0; count < 50; count += 1)
      await server.ask('POST', '/api/v1/nodes/n1/drain', { token: `slc_${count}` });
    await waitFor('the first of them', async () => (await audit('result=refused')).length > before);
    expect((await audit('result=refused')).length).toBe(before + 1);
    // What was only counted is told when the server stops, and every minute.
    await server.restart();
    const [newest] = await audit('result=refused');
    expect(newest).toMatchObject({ result: { code: 'unauthenticated', count: 49 } });
    await server.addNode('n1', { labels: { team: 'in' } });
    await server.addNode('n2', { labels: { team: 'out' } });
  });
});

describe('filters', () => {
  test('by node, actor, token, action, time; a page at a time', async () => {
    const all = await audit();
    const only = async (query: string, is: (entry: AuditEntry) => boolean) => {
      const found = await audit(query);
      expect(found.length).toBeGreaterThan(0);
      expect(found).toEqual(all.filter(is));
    };
    await only('node=n1', ({ nodeId }) => nodeId === 'n1');
    await only('actor=olga', ({ actor }) => actor.name === 'olga');
    await only(`token=${scoped.id}`, ({ actor }) => actor.tokenId === scoped.id);
    await only('action=HoldPlaced,HoldReleased', ({ action }) => action.startsWith('Hold'));
    await only('result=refused', ({ result }) => result.status === 'refused');
    const middle = all[Math.floor(all.length / 2)]?.at ?? '';
    await only(`since=${middle}`, ({ at }) => at >= middle);
    await only(`until=${middle}`, ({ at }) => at < middle);
    const paged: AuditEntry[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const answer = await server.ask('GET', `/api/v1/audit?limit=3&cursor=${cursor}`);
      paged.push(...entriesIn(answer));
      const { json } = answer;
      const next = typeof json === 'object' && json !== null && 'nextCursor' in json ? json.nextCursor : null;
      cursor = typeof next === 'string' ? next : null;
    }
    expect(paged).toEqual(all);
  });

  test.each(['limit=0', 'limit=x', 'since=yesterday', 'until=1', 'cursor=x', 'result=maybe'])(
    '%s is refused',
    async (query) => {
      const answer = await server.ask('GET', `/api/v1/audit?${query}`);
      expect(answer).toMatchObject({ status: 400, json: { code: 'invalid-request', field: query.split('=')[0] } });
    },
  );

  test('a token with a selector is told of its nodes only', async () => {
    const entries = await audit('', scoped.secret);
    expect(entries.length).toBeGreaterThan(0);
    expect(new Set(entries.map(({ nodeId }) => nodeId))).toEqual(new Set(['n1']));
  });
});
