/** Webhooks with real processes: a server that is killed while it delivers, a receiver that goes away, and the commands that people type. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { AuditEntry, Webhook } from '@sluice/contract';
import Type from 'typebox';
import { Compile } from 'typebox/compile';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import {
  checkSignature,
  type Received,
  ReceiverUnderTest,
} from '../../packages/server/src/webhooks/receiver-under-test.ts';
import { waitFor } from '../wait-for.ts';
import { ADMIN_TOKEN, FleetUnderTest, freePort } from './fleet-under-test.ts';
import { type Ended, startSluice } from './sluice-process.ts';

vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

const workspace = new URL('../../', import.meta.url);
const audit = Compile(Type.Object({ items: Type.Array(AuditEntry) }));
const webhooks = Compile(Type.Object({ items: Type.Array(Webhook) }));

let fleet: FleetUnderTest;
let receiver: ReceiverUnderTest;
const outputs: string[] = [];

beforeAll(async () => {
  receiver = await ReceiverUnderTest.start();
  fleet = await FleetUnderTest.start({
    env: { SLUICE_LOG_LEVEL: 'debug' },
    serverConfig: {
      webhooks: { allowPrivateAddresses: ['127.0.0.0/8'], retryAfter: ['100ms', '100ms'], timeout: '5s' },
    },
  });
  await fleet.addNode('lobby-1');
  await fleet.nodeThat('lobby-1', 'active', ({ status }) => status === 'active');
});
afterAll(async () => {
  await fleet.stop();
  await receiver.close();
});

async function run(...args: readonly string[]): Promise<Ended> {
  const ended = await startSluice(fleet.url, args).ended;
  outputs.push(ended.out, ended.error);
  return ended;
}

async function made(...args: readonly string[]): Promise<{ readonly id: string; readonly secret: string }> {
  const { exitCode, out, error } = await startSluice(fleet.url, ['webhooks', 'create', ...args]).ended;
  expect({ exitCode, out }).toMatchObject({ exitCode: 0, out: expect.stringMatching(/^whsec_\S+\n$/u) });
  return { id: /wh_[0-9a-f]+/u.exec(error)?.[0] ?? '', secret: out.trim() };
}

/** Sequence numbers of everything that was committed and should come, oldest first. */
async function committed(): Promise<readonly number[]> {
  const { json } = await fleet.request('GET', '/api/v1/audit?action=HoldPlaced,HoldReleased&limit=500');
  if (!audit.Check(json)) throw new Error(JSON.stringify(json));
  return json.items.map(({ sequence }) => sequence).toReversed();
}

const sequenceOf = ({ event }: Received) => Number(/^evt_(\d+)_/u.exec(String(event['id']))?.[1]);

test('a server that is killed in the middle delivers everything, in order, under the same ids', async () => {
  const { id, secret } = await made(receiver.url, '--kind', 'HoldPlaced,HoldReleased', '--node', 'lobby-1');
  const { exitCode, out } = await run('webhooks', 'test', id);
  expect({ exitCode, out }).toEqual({
    exitCode: 0,
    out: expect.stringMatching(/^Delivered: answered 204 in \d+ ms\.\n$/u),
  });
  receiver.received.length = 0;
  const unanswered: unknown[] = [];
  for (let round = 0; round < 3; round += 1) {
    const before = receiver.received.length;
    // The fifth is not answered: the server is killed while it waits for that.
    receiver.behave((_received, count) => (count < before + 5 ? 204 : () => undefined));
    for (let count = 0; count < 10; count += 1) {
      await fleet.post('lobby-1', 'drain');
      await fleet.post('lobby-1', 'undrain');
    }
    await waitFor('the one that is not answered', () => receiver.received.length >= before + 5);
    unanswered.push(receiver.ids.at(-1));
    await fleet.stopServer('SIGKILL');
    receiver.behave(() => 204);
    await fleet.startServer();
  }
  const expected = await committed();
  expect(expected.length).toBeGreaterThanOrEqual(60);
  await waitFor('the last of them', () => receiver.received.some((each) => sequenceOf(each) === expected.at(-1)), {
    seen: () => receiver.received.map(sequenceOf),
  });
  const firstTimes = [...new Set(receiver.received.map(sequenceOf))];
  expect(firstTimes).toEqual(expected);
  expect(new Set(receiver.ids).size).toBe(expected.length);
  for (const messageId of unanswered)
    expect(receiver.ids.filter((each) => each === messageId).length).toBeGreaterThan(1);
  for (const received of receiver.received) checkSignature(received, secret);
  expect((await run('webhooks', 'remove', id)).out).toBe(`127.0.0.1:${new URL(receiver.url).port} (${id}): removed\n`);
});

test('what a receiver that was away did not get is listed, and sent again by one command', async () => {
  const { id, secret } = await made(receiver.url, '--name', 'on call', '--kind', 'HoldPlaced,HoldReleased');
  await receiver.close();
  receiver.received.length = 0;
  await fleet.post('lobby-1', 'drain');
  await fleet.post('lobby-1', 'undrain');
  await waitFor('both to be given up', async () => {
    const { json } = await fleet.request('GET', '/api/v1/webhooks');
    return webhooks.Check(json) && json.items.some(({ delivery }) => delivery.deadLetters === 2);
  });
  const list = await run('webhooks', 'list');
  expect(list.out).toMatch(/WEBHOOK +NAME +STATUS +DEAD/u);
  expect(list.out).toMatch(/on call +✗ failing +2 +refused the connection/u);
  const letters = await run('webhooks', 'dead-letters', id);
  expect(letters.out).toMatch(
    /\d+ +sluice\.HoldPlaced +lobby-1[^\n]*refused the connection[^\n]*\n\d+ +sluice\.HoldReleased/u,
  );
  expect(await run('webhooks', 'resend', id)).toMatchObject({ exitCode: 2 });
  expect(await run('webhooks', 'resend', id, '--all')).toMatchObject({
    exitCode: 1,
    error: expect.stringContaining('2 of 2 are left'),
  });
  await receiver.listen();
  receiver.behave(() => 204);
  expect((await run('webhooks', 'resend', id, '--all')).out).toMatch(/^\d+: delivered\n\d+: delivered\n$/u);
  expect(receiver.types).toEqual(['sluice.HoldPlaced', 'sluice.HoldReleased']);
  for (const received of receiver.received) checkSignature(received, secret);
  expect((await run('webhooks', 'dead-letters', id)).error).toContain('No dead letters.');
  expect((await run('webhooks', 'get', id)).out).toMatch(/on call +/u);
  expect((await run('webhooks', 'update', id, '--disable')).out).toBe(`on call (${id}): disabled\n`);
  expect((await run('audit', 'list', '--action', 'WebhookChanged')).out).toContain('WebhookChanged');
  const metrics = await fetch(`${fleet.url}/metrics`, { headers: { authorization: `Bearer ${ADMIN_TOKEN}` } });
  const figures = await metrics.text();
  expect(figures).toMatch(/sluice_webhook_attempts_total\{result="given-up"\} 2\n/u);
  expect(figures).toMatch(/sluice_webhooks\{state="disabled"\} 1\n/u);
  expect(figures).toMatch(/sluice_webhook_dead_letters 0\n/u);
  for (const text of [...outputs, fleet.serverOutput()]) expect(text).not.toContain(secret.slice('whsec_'.length));
});

/** The receivers of docs/webhooks.md, as they stand there; Python is on every machine that builds this. */
const RECEIVERS = [
  { language: 'js', command: process.execPath, args: ['--input-type=module', '-e'] },
  { language: 'python', command: 'python3', args: ['-c'] },
];

test.each(RECEIVERS)('the receiver in $language of the page takes what is ours, and nothing else', async (each) => {
  const page = await readFile(new URL('docs/webhooks.md', workspace), 'utf8');
  const code = new RegExp(`\`\`\`${each.language}\\n([\\s\\S]*?)\`\`\``, 'u').exec(page)?.[1];
  if (code === undefined) throw new Error('the page has no such receiver');
  const port = await freePort();
  const { id, secret } = await made(`http://127.0.0.1:${port}/`, '--name', each.language, '--kind', 'TokenRevoked');
  const start = (WEBHOOK_SECRET: string) =>
    spawn(each.command, [...each.args, code], {
      cwd: fileURLToPath(workspace),
      env: { PATH: process.env['PATH'] ?? '', WEBHOOK_SECRET, PORT: String(port) },
    });
  for (const [given, expected] of [
    [secret, /^Delivered: answered 204/u],
    [`whsec_${Buffer.alloc(32).toString('base64')}`, /the receiver answered 401/u],
  ] as const) {
    const receiving = start(given);
    const ended = once(receiving, 'close');
    try {
      await waitFor('the receiver to listen', () => isListening(port));
      const { out, error } = await run('webhooks', 'test', id);
      expect(out + error).toMatch(expected);
    } finally {
      receiving.kill();
      await ended;
    }
  }
});

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

test('an address that is not allowed is refused with what to do', async () => {
  expect(await run('webhooks', 'create', 'http://10.0.0.1/')).toMatchObject({
    exitCode: 2,
    error: expect.stringContaining('webhooks.allowPrivateAddresses'),
  });
  expect(await run('webhooks', 'create', 'https://hooks.example/', '--kind', 'NodeGone')).toMatchObject({
    exitCode: 2,
    error: expect.stringContaining("no kind of event 'NodeGone'"),
  });
});
