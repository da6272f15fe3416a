/** Webhooks over HTTP: made with a secret that is shown once, changed, removed, told by the audit, and refused in words that help. */
import { Webhook, WEBHOOKS_MAX } from '@sluice/contract';
import Type from 'typebox';
import { Compile } from 'typebox/compile';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answer, ServerUnderTest } from './server-under-test.ts';

const Created = Type.Object({ webhook: Webhook, secret: Type.String() });
const created = Compile(Created);

let server: ServerUnderTest;
beforeAll(async () => {
  server = await ServerUnderTest.start();
});
afterAll(() => server.stop());

/** No address that anybody has; what is sent there fails, and that is not what is tested here. */
const URL_OF_NOBODY = 'https://receiver.invalid/hook?key=not-for-others';

function send(
  method: string,
  target: string,
  body: object = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  return server.ask(method, target, {
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...headers },
  });
}

async function create(body: object = {}): Promise<Type.Static<typeof Created>> {
  const { json, text } = await send('POST', '/api/v1/webhooks', { url: URL_OF_NOBODY, ...body });
  if (!created.Check(json)) throw new Error(text);
  return json;
}

describe('a new webhook', () => {
  test('has a secret that is shown once, and nowhere else', async () => {
    const { webhook, secret } = await create({ name: 'on call', kinds: ['NodeDrained'] });
    expect(secret).toMatch(/^whsec_[\w+/]{43}=$/u);
    expect(webhook).toMatchObject({
      name: 'on call',
      url: URL_OF_NOBODY,
      kinds: ['NodeDrained'],
      nodeId: null,
      selector: null,
      enabled: true,
      disabledBecause: null,
      delivery: { attempts: 0, deadLetters: 0, missed: 0 },
    });
    for (const target of [
      '/api/v1/webhooks',
      `/api/v1/webhooks/${webhook.id}`,
      `/api/v1/webhooks/${webhook.id}/dead-letters`,
      '/api/v1/audit',
      '/api/v1/audit/chain',
      '/api/v1/server/status',
      '/metrics',
    ]) {
      const { status, text } = await server.ask('GET', target);
      expect({ target, status, isThere: text.includes(secret) }).toEqual({ target, status: 200, isThere: false });
    }
    const removed = await server.ask('DELETE', `/api/v1/webhooks/${webhook.id}`);
    expect(removed.json).toMatchObject({ id: webhook.id });
    expect(removed.text).not.toContain(secret);
  });

  test('is called like its host when nobody says otherwise', async () => {
    expect((await create()).webhook.name).toBe('receiver.invalid');
  });

  test.each([
    [{ url: 'nowhere' }, 'url', 'https://'],
    [{ url: 'ftp://receiver.invalid/' }, 'url', 'https://'],
    [{ url: 'https://user:word@receiver.invalid/' }, 'url', 'password'],
    [{ url: 'http://127.0.0.1:1/' }, 'url', 'webhooks.allowPrivateAddresses'],
    [{ url: 'http://2130706433/' }, 'url', 'webhooks.allowPrivateAddresses'],
    [{ url: 'http://[fd00::1]/' }, 'url', 'webhooks.allowPrivateAddresses'],
    [{ url: 'http://169.254.169.254/latest' }, 'url', 'webhooks.allowPrivateAddresses'],
    [{ url: `https://receiver.invalid/${'x'.repeat(2000)}` }, 'url', '2000'],
    [{ kinds: ['NodeDrainde'] }, 'kinds', 'NodeDrained'],
    [{ kinds: [] }, 'kinds', ''],
    [{ nodeId: 'a\u0000b' }, 'nodeId', ''],
    [{ selector: '((' }, 'selector', 'key=value'],
    [{ selector: 'status=offline' }, 'selector', 'kinds'],
    [{ name: '' }, 'name', ''],
  ])('%j is refused, and makes nothing', async (body, field, words) => {
    const before = await server.ask('GET', '/api/v1/webhooks');
    const answer = await send('POST', '/api/v1/webhooks', { url: URL_OF_NOBODY, ...body });
    expect(answer).toMatchObject({ status: 400, json: { field, detail: expect.stringContaining(words) } });
    expect((await server.ask('GET', '/api/v1/webhooks')).json).toEqual(before.json);
  });

  test('is made once by a request that comes twice', async () => {
    const key = { 'idempotency-key': 'a-key-of-the-client' };
    const first = await send('POST', '/api/v1/webhooks', { url: URL_OF_NOBODY }, key);
    expect(first.status).toBe(200);
    const again = await send('POST', '/api/v1/webhooks', { url: URL_OF_NOBODY }, key);
    expect(again).toMatchObject({ status: 409, json: { code: 'webhook-made-before' } });
  });
});

describe('a webhook', () => {
  test('is changed in what is given, and in nothing else', async () => {
    const { webhook } = await create({ name: 'before', kinds: ['NodeDrained'], selector: 'game=chess' });
    const target = `/api/v1/webhooks/${webhook.id}`;
    expect((await send('PATCH', target, { name: 'after', selector: null, enabled: false })).json).toMatchObject({
      name: 'after',
      kinds: ['NodeDrained'],
      selector: null,
      enabled: false,
    });
    expect(await send('PATCH', target, { url: 'http://10.0.0.1/' })).toMatchObject({ status: 400 });
    expect((await server.ask('GET', target)).json).toMatchObject({ name: 'after', url: URL_OF_NOBODY });
  });

  test('gets a new secret; the one of before signs for a day more', async () => {
    const { webhook, secret } = await create();
    const { json } = await send('POST', `/api/v1/webhooks/${webhook.id}/secret`);
    if (!created.Check(json)) throw new Error(JSON.stringify(json));
    expect(json.secret).toMatch(/^whsec_/u);
    expect(json.secret).not.toBe(secret);
    const leftMs = Date.parse(json.webhook.previousSecretUntil ?? '') - Date.now();
    expect(Math.round(leftMs / 3_600_000)).toBe(24);
  });

  test('that is not there is said so', async () => {
    for (const [method, target] of [
      ['GET', ''],
      ['PATCH', ''],
      ['DELETE', ''],
      ['POST', '/secret'],
      ['POST', '/test'],
      ['GET', '/dead-letters'],
      ['POST', '/dead-letters/1/resend'],
    ] as const) {
      const answer = await (method === 'GET' || method === 'DELETE'
        ? server.ask(method, `/api/v1/webhooks/wh_nobody${target}`)
        : send(method, `/api/v1/webhooks/wh_nobody${target}`));
      expect(answer).toMatchObject({ status: 404, json: { code: 'webhook-not-found' } });
    }
    const { webhook } = await create();
    for (const sequence of ['1', 'x', '999999999999999999'])
      expect(await send('POST', `/api/v1/webhooks/${webhook.id}/dead-letters/${sequence}/resend`)).toMatchObject({
        status: 404,
        json: { code: 'dead-letter-not-found' },
      });
    expect(await server.ask('GET', `/api/v1/webhooks/${webhook.id}/dead-letters?limit=0`)).toMatchObject({
      status: 400,
      json: { field: 'limit' },
    });
  });

  test('is told of by the audit, without what may be a secret in its address', async () => {
    const { webhook } = await create({ name: 'audited' });
    const target = `/api/v1/webhooks/${webhook.id}`;
    await send('PATCH', target, { enabled: false });
    await send('POST', `${target}/secret`);
    await server.ask('DELETE', target);
    const { text } = await server.ask(
      'GET',
      '/api/v1/audit?action=WebhookCreated,WebhookChanged,WebhookSecretRotated,WebhookRemoved&limit=4',
    );
    const audit: unknown = JSON.parse(text);
    const about = { id: webhook.id, name: 'audited', origin: 'https://receiver.invalid' };
    expect(audit).toMatchObject({
      items: [
        { action: 'WebhookRemoved', before: { ...about, isEnabled: false }, after: null },
        { action: 'WebhookSecretRotated' },
        { action: 'WebhookChanged', before: { ...about, isEnabled: true }, after: { ...about, isEnabled: false } },
        { action: 'WebhookCreated', before: null, after: about, actor: { name: 'admin' } },
      ],
    });
    expect(text).not.toContain('not-for-others');
  });

  test('is one too many when there are as many as a server serves', async () => {
    const { json } = await server.ask('GET', '/api/v1/webhooks');
    const before = JSON.stringify(json).split('"wh_').length - 1;
    const asked = Array.from({ length: WEBHOOKS_MAX - before + 5 }, () =>
      send('POST', '/api/v1/webhooks', { url: URL_OF_NOBODY }),
    );
    const answers = await Promise.all(asked);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(WEBHOOKS_MAX - before);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(5);
  });
});
