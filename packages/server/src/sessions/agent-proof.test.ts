/** Who may speak for a node: join tokens, keys, rotation and revocation, over real sessions; and everybody who may not. */
import {
  AGENT_SESSION_PATH,
  AGENT_SUBPROTOCOL,
  type AgentMessage,
  type AgentProof,
  type ServerMessage,
} from '@sluice/contract';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { waitFor } from '../../../../tests/wait-for.ts';
import { agentKeyUnderTest, newKey } from '../http/agent-key-under-test.ts';
import { helloOf, type NodeOptions } from '../http/agent-hello-under-test.ts';
import { ServerUnderTest } from '../http/server-under-test.ts';

type Key = ReturnType<typeof agentKeyUnderTest>;

let server: ServerUnderTest;
const sockets: WebSocket[] = [];

beforeEach(async () => {
  server = await ServerUnderTest.start();
});

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.terminate();
  await server.stop();
});

interface Session {
  readonly nonce: string;
  readonly received: readonly ServerMessage[];
  /** `null`: it is open. */
  readonly closed: () => { readonly code: number; readonly reason: string } | null;
  readonly say: (message: AgentMessage) => void;
  readonly ping: () => void;
}

/** A connection that has been challenged. */
async function connected(token: string | null): Promise<Session> {
  const socket = new WebSocket(`ws://${server.url.host}${AGENT_SESSION_PATH}`, AGENT_SUBPROTOCOL, {
    headers: token === null ? {} : { authorization: `Bearer ${token}` },
  });
  sockets.push(socket);
  let closed: ReturnType<Session['closed']> = null;
  const received: ServerMessage[] = [];
  socket.on('message', (bytes: Buffer) => {
    const message: ServerMessage = JSON.parse(bytes.toString());
    received.push(message);
  });
  socket.on('close', (code, reason) => {
    closed = { code, reason: reason.toString() };
  });
  socket.on('error', () => undefined);
  const nonce = await waitFor('the challenge', () => {
    const [first] = received;
    return first?.kind === 'challenge' && first.nonce;
  });
  return {
    nonce,
    received,
    closed: () => closed,
    say: (message) => socket.send(JSON.stringify(message)),
    ping: () => socket.ping(),
  };
}

interface Joining {
  readonly id?: string;
  readonly token?: string | null;
  readonly key?: Key;
  readonly options?: NodeOptions;
  /** Instead of the right one. */
  readonly proof?: (nonce: string) => AgentProof;
}

/** Says hello; resolves when the server has answered. */
async function join({
  id = 'n1',
  token = null,
  key = agentKeyUnderTest(),
  options = {},
  proof,
}: Joining): Promise<Session> {
  const session = await connected(token);
  session.say(helloOf(id, options, proof?.(session.nonce) ?? key('hello', session.nonce, id)));
  await waitFor('the answer to the hello', () => isWelcome(session) || session.closed() !== null);
  return session;
}

function isWelcome({ received }: Session): boolean {
  return received.some(({ kind }) => kind === 'welcome');
}

/** `in`, or the reason of the refusal. */
function outcomeOf(session: Session): string {
  if (isWelcome(session)) return 'in';
  const { code, reason } = session.closed() ?? { code: 0, reason: 'nothing happened' };
  return `${code} ${reason}`;
}

async function joinToken(body: object = {}): Promise<{ readonly id: string; readonly secret: string }> {
  const { json } = await server.ask('POST', '/api/v1/join-tokens', {
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  });
  if (typeof json !== 'object' || json === null || !('secret' in json) || !('token' in json))
    throw new Error(JSON.stringify(json));
  const { token } = json;
  const id = typeof token === 'object' && token !== null && 'id' in token ? String(token.id) : '';
  return { id, secret: String(json.secret) };
}

async function usesOf(id: string): Promise<unknown> {
  const { json } = await server.ask('GET', '/api/v1/join-tokens?all=true');
  const items: readonly { readonly id: string; readonly uses: number }[] =
    typeof json === 'object' && json !== null && 'items' in json && Array.isArray(json.items) ? json.items : [];
  return items.find((token) => token.id === id)?.uses;
}

describe('a join token', () => {
  test('lets one agent in, once; its key opens every session from then on', async () => {
    const { id, secret } = await joinToken();
    const key = agentKeyUnderTest();
    expect(outcomeOf(await join({ token: secret, key }))).toBe('in');
    expect(await usesOf(id)).toBe(1);
    expect(outcomeOf(await join({ key }))).toBe('in');
    // The welcome of before may have been lost: the same agent is no second one.
    expect(outcomeOf(await join({ token: secret, key }))).toBe('in');
    expect(await usesOf(id)).toBe(1);
    expect(outcomeOf(await join({ id: 'n2', token: secret }))).toMatch(/^4001 .*used up/u);
    await server.restart();
    expect(outcomeOf(await join({ key }))).toBe('in');
    expect(outcomeOf(await join({ id: 'n2', token: secret }))).toMatch(/^4001 .*used up/u);
  });

  test('that is counted lets in as many as it says, also when all come at once', async () => {
    const { id, secret } = await joinToken({ uses: 3 });
    const nodes = Array.from({ length: 8 }, (_, index) => `n${index}`);
    const sessions = await Promise.all(nodes.map((node) => join({ id: node, token: secret })));
    expect(sessions.filter(isWelcome)).toHaveLength(3);
    expect(await usesOf(id)).toBe(3);
  });

  test('that was revoked, is for another type, or is none at all lets nobody in', async () => {
    const { id, secret } = await joinToken({ uses: null });
    await server.ask('DELETE', `/api/v1/join-tokens/${id}`);
    expect(outcomeOf(await join({ token: secret }))).toMatch(/^4001 /u);
    const typed = await joinToken({ type: 'relay' });
    expect(outcomeOf(await join({ token: typed.secret }))).toMatch(/^4001 .*nodes of type relay/u);
    expect(outcomeOf(await join({ token: typed.secret, options: { type: 'relay' } }))).toBe('in');
    for (const token of [null, 'slc_nobody', 'slc_test-admin-token-0123456789abcdef'])
      expect(outcomeOf(await join({ id: 'n9', token }))).toMatch(/^4001 /u);
    expect((await server.ask('GET', '/api/v1/nodes/n9')).status).toBe(404);
  });
});

describe('an agent speaks for its own node only', () => {
  test('whoever has a join token does not take over a node, nor disturbs its agent', async () => {
    const own = await join({ token: (await joinToken()).secret, key: agentKeyUnderTest() });
    const { id, secret } = await joinToken({ uses: null });
    const outcomes = await Promise.all(Array.from({ length: 5 }, () => join({ token: secret })));
    for (const session of outcomes) expect(outcomeOf(session)).toMatch(/^4001 n1 has another key/u);
    expect(own.closed()).toBeNull();
    expect((await server.ask('GET', '/api/v1/nodes/n1')).json).toMatchObject({ connected: true });
    expect(await usesOf(id)).toBe(0);
  });

  test.each([
    [
      'none',
      (_key: Key, nonce: string) => ({ publicKey: 'A'.repeat(43), signature: `${nonce.slice(0, 0)}${'A'.repeat(86)}` }),
    ],
    ['one for another challenge', (key: Key) => key('hello', 'another-challenge', 'n1')],
    ['one for another node', (key: Key, nonce: string) => key('hello', nonce, 'n2')],
    ['one for something else', (key: Key, nonce: string) => key('key-offer', nonce, 'n1')],
    [
      'that of another key',
      (key: Key, nonce: string) => ({
        ...agentKeyUnderTest()('hello', nonce, 'n1'),
        publicKey: key('hello', nonce, 'n1').publicKey,
      }),
    ],
  ])('with a signature that is %s it is not let in', async (_what, forged) => {
    const key = agentKeyUnderTest();
    expect(outcomeOf(await join({ token: (await joinToken()).secret, key }))).toBe('in');
    const session = await join({ proof: (nonce) => forged(key, nonce) });
    expect(outcomeOf(session)).toMatch(/^4001 /u);
  });

  test('a key for which anybody can sign lets nobody in, whatever the signature happens to be right for', async () => {
    const { secret } = await joinToken({ uses: null });
    const weak = { publicKey: 'A'.repeat(43), signature: 'A'.repeat(86) };
    // It is right for one challenge in four.
    const sessions = await Promise.all(
      Array.from({ length: 16 }, (_, index) => join({ id: `weak-${index}`, token: secret, proof: () => weak })),
    );
    for (const session of sessions) expect(outcomeOf(session)).toMatch(/^4001 .*proved nothing/u);
  });

  test('a node that was forgotten needs a join token again', async () => {
    const key = agentKeyUnderTest();
    const session = await join({ token: (await joinToken()).secret, key });
    session.say({ kind: 'goodbye', why: 'stopping' });
    await waitFor(
      'the node to be forgotten',
      async () => (await server.ask('DELETE', '/api/v1/nodes/n1')).status === 200,
    );
    expect(outcomeOf(await join({ key }))).toMatch(/^4001 .*join token/u);
    expect(outcomeOf(await join({ key, token: (await joinToken()).secret }))).toBe('in');
  });
});

describe('credentials', () => {
  async function offered(session: Session, key: Key): Promise<boolean> {
    session.say({ kind: 'key.offer', proof: key('key-offer', session.nonce, 'n1') });
    return waitFor('the new key to be taken', () => session.received.some(({ kind }) => kind === 'key.accepted'));
  }

  test('are rotated when somebody asks: the old key ends when the new one has opened a session', async () => {
    const [old, next] = [agentKeyUnderTest(), agentKeyUnderTest()];
    const session = await join({ token: (await joinToken()).secret, key: old });
    expect((await server.ask('POST', '/api/v1/nodes/n1/credentials/rotate')).json).toMatchObject({
      isRotationWanted: true,
    });
    await waitFor('the agent to be asked', () => session.received.some(({ kind }) => kind === 'key.rotate'));
    await offered(session, next);
    expect((await server.ask('GET', '/api/v1/nodes/n1/credentials')).json).toMatchObject({
      keys: [{ revokedAt: null }, { revokedAt: null }],
      isRotationWanted: false,
    });
    // The answer may have been lost: the agent comes with its old key, and offers again.
    const again = await join({ key: old });
    expect(outcomeOf(again)).toBe('in');
    await offered(again, next);
    expect(outcomeOf(await join({ key: next }))).toBe('in');
    expect(outcomeOf(await join({ key: old }))).toMatch(/^4001 .*revoked/u);
  });

  test('are rotated when they are old, also of an agent that says nothing but that it is there', async () => {
    await server.stop();
    server = await ServerUnderTest.start(undefined, { agentKeyMaxAgeMs: 300 });
    const session = await join({ token: (await joinToken()).secret });
    await waitFor('the agent to be asked', () => {
      session.say({ kind: 'heartbeat' });
      session.ping();
      return session.received.some(({ kind }) => kind === 'key.rotate');
    });
    expect(await offered(session, agentKeyUnderTest())).toBe(true);
  });

  test('that were revoked end the session at once, and open none again', async () => {
    const key = agentKeyUnderTest();
    const session = await join({ token: (await joinToken()).secret, key });
    const answer = await server.ask('POST', '/api/v1/nodes/n1/credentials/revoke');
    expect(answer).toMatchObject({ status: 200, json: { keys: [{ revokedAt: expect.any(String) }] } });
    await waitFor('the session to be closed', () => session.closed() !== null);
    expect(session.closed()).toMatchObject({ code: 4001, reason: expect.stringContaining('revoked') });
    expect(outcomeOf(await join({ key }))).toMatch(/^4001 .*revoked/u);
    expect(outcomeOf(await join({ key, token: (await joinToken()).secret }))).toMatch(/^4001 .*revoked/u);
    expect(outcomeOf(await join({ token: (await joinToken()).secret }))).toBe('in');
  });

  test('a revoked key does not come again under another spelling of its name', async () => {
    const pair = newKey();
    // The last of 43 characters carries two bits that say nothing.
    const misspelt = (publicKey: string) => {
      const last = publicKey.at(-1) ?? '';
      return publicKey.slice(0, -1) + String.fromCodePoint((last.codePointAt(0) ?? 0) + 1);
    };
    expect(outcomeOf(await join({ token: (await joinToken()).secret, key: agentKeyUnderTest(pair) }))).toBe('in');
    await server.ask('POST', '/api/v1/nodes/n1/credentials/revoke');
    const again = await join({ token: (await joinToken()).secret, key: agentKeyUnderTest(pair, misspelt) });
    expect(outcomeOf(again)).toMatch(/^4001 /u);
  });

  test('a key that is offered with a signature that does not fit ends the session', async () => {
    const session = await join({ token: (await joinToken()).secret });
    session.say({ kind: 'key.offer', proof: agentKeyUnderTest()('hello', session.nonce, 'n1') });
    await waitFor('the session to be closed', () => session.closed() !== null);
    expect(session.closed()?.code).toBe(4000);
  });
});
