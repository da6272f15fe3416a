/** The agent protocol against generated and mutated messages: no crash, no other node touched, and what is refused has changed nothing. */
import { AGENT_SESSION_PATH, AGENT_SUBPROTOCOL, AgentMessage, Hello, unknownKindOf } from '@sluice/contract';
import { Compile } from 'typebox/compile';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { agentKeyUnderTest } from '../../packages/server/src/http/agent-key-under-test.ts';
import { helloOf } from '../../packages/server/src/http/agent-hello-under-test.ts';
import { JOIN_TOKEN, ServerUnderTest } from '../../packages/server/src/http/server-under-test.ts';
import { Random } from '../simulation/random.ts';
import { Committed } from './committed.ts';
import { firstSeed, howToRepeat, inputs, isLong } from './fuzz-settings.ts';
import { generate, mutate, pickOf } from './generate.ts';
import { heapAfterCollection } from './heap.ts';
import { HOSTILE_JSON } from './hostile-values.ts';

const UNLIMITED = 1_000_000_000;
/** Agents that say wrong things, one after the other; so few that they come back as what they were. */
const AGENTS = 20;
/** Milliseconds that a hello may wait for its answer, on a machine that is busy. */
const ANSWER_WITHIN_MS = 15_000;
/** Bytes of heap that a session that was refused may leave behind, on average over hundreds: nothing, but for what a cache has room for. */
const LEFT_BYTES_MAX = 2000;
const agentMessage = Compile(AgentMessage);
/** What the end of a session records by itself. */
const OF_THE_END: readonly string[] = ['AgentDisconnected', 'LeaseExpired'];

let server: ServerUnderTest;
let committed: Committed;
const keys = new Map<string, ReturnType<typeof agentKeyUnderTest>>();

beforeAll(async () => {
  server = await ServerUnderTest.start(undefined, {
    limits: { hellosPerSecond: UNLIMITED, sessionsPerAddress: UNLIMITED },
  });
  await server.addNode('victim');
  committed = new Committed(server.directory);
});

afterAll(async () => {
  committed.close();
  await server.stop();
});

interface Session {
  readonly socket: WebSocket;
  readonly closed: () => number | null;
}

/** A session that is welcomed, unless its hello is another one: then as soon as that was answered. */
function session(id: string, hello: (nonce: string) => string): Promise<Session> {
  const socket = new WebSocket(`ws://${server.url.host}${AGENT_SESSION_PATH}`, AGENT_SUBPROTOCOL, {
    headers: { authorization: `Bearer ${JOIN_TOKEN}` },
  });
  let closed: number | null = null;
  socket.setMaxListeners(0);
  return new Promise((resolve, reject) => {
    const late = AbortSignal.timeout(ANSWER_WITHIN_MS);
    const giveUp = () => reject(new Error(`the hello of ${id} was not answered`));
    late.addEventListener('abort', giveUp);
    const answered = () => {
      late.removeEventListener('abort', giveUp);
      resolve({ socket, closed: () => closed });
    };
    socket.on('error', () => undefined);
    socket.on('close', (code) => {
      closed = code;
      answered();
    });
    socket.on('message', (bytes: Buffer) => {
      const nonce = /"nonce":"([^"]+)"/u.exec(bytes.toString())?.[1];
      if (nonce === undefined) answered();
      else socket.send(hello(nonce));
    });
  });
}

function helloText(id: string, nonce: string): string {
  const key = keys.get(id) ?? agentKeyUnderTest();
  keys.set(id, key);
  return JSON.stringify(helloOf(id, {}, key('hello', nonce, id)));
}

/** Resolves when the server has taken what was said before: it answers a ping only after that. */
function settled({ socket, closed }: Session): Promise<void> {
  return new Promise((resolve) => {
    if (closed() !== null) {
      resolve();
      return;
    }
    const done = () => {
      socket.off('close', done);
      resolve();
    };
    socket.once('pong', () => setImmediate(done));
    socket.once('close', done);
    socket.ping();
  });
}

/** Resolves when the server has ended the session. @param what Was said last. */
function ended({ socket, closed }: Session, what: string): Promise<void> {
  return new Promise((resolve, reject) => {
    if (closed() !== null) {
      resolve();
      return;
    }
    const late = AbortSignal.timeout(ANSWER_WITHIN_MS);
    const giveUp = () => reject(new Error(`the session was not ended after ${what}`));
    late.addEventListener('abort', giveUp);
    socket.once('close', () => {
      late.removeEventListener('abort', giveUp);
      resolve();
    });
  });
}

function messageOf(random: Random): string {
  if (random.chance(0.1)) return pickOf(random, HOSTILE_JSON) ?? '';
  const valid = generate(pickOf(random, AgentMessage.anyOf), random);
  return JSON.stringify(random.chance(0.6) ? mutate(valid, random) : valid) ?? '';
}

type Expected = 'understood' | 'passed-over' | 'ended';

/** What becomes of it: a kind that no version has yet might be one of a newer version. */
function expectedOf(text: string): Expected {
  try {
    const message: unknown = JSON.parse(text);
    if (unknownKindOf('agent', message) !== null) return 'passed-over';
    return agentMessage.Check(message) ? 'understood' : 'ended';
  } catch {
    // No JSON, which is one of the things that are tried.
    return 'ended';
  }
}

function changesSince(sequence: number): readonly string[] {
  return (
    committed
      .since(sequence)
      // What time does by itself (a hold that expires, a deadline) is no agent's.
      .filter(({ kind, body }) => !OF_THE_END.includes(kind) && !body.includes('"actor":{"name":"server"'))
      .map(({ kind, node_id, body }) => `${kind} of ${node_id}: ${body.slice(0, 200)}`)
  );
}

test(`${inputs} messages from seed ${firstSeed} on`, { timeout: isLong ? 7_200_000 : 120_000 }, async () => {
  // It says nothing, and so falls silent in a long run.
  const victim = () =>
    committed.since(0).filter(({ node_id, kind }) => node_id === 'victim' && !OF_THE_END.includes(kind)).length;
  const victimBefore = victim();
  let open: Session | null = null;
  for (let count = 0; count < inputs; count += 1) {
    const seed = firstSeed + count;
    const random = new Random(seed, 'agent');
    const id = `fuzz-${random.between(1, AGENTS)}`;
    if (open === null || open.closed() !== null) open = await session(id, (nonce) => helloText(id, nonce));
    await settled(open);
    const before = committed.newest();
    const text = messageOf(random);
    open.socket.send(text);
    const { closed } = open;
    // What is not as the protocol says ends the session, always; what is may do so as well, where it makes no sense.
    const expected = expectedOf(text);
    if (expected === 'ended') await ended(open, `${text.slice(0, 500)}; ${howToRepeat(seed)}`);
    else await settled(open);
    if ((closed() === 4000 || expected === 'passed-over') && changesSince(before).length > 0)
      throw new Error(
        `${expected}, and yet ${changesSince(before).join('; ')}: ${text.slice(0, 500)}; ${howToRepeat(seed)}`,
      );
    if (random.chance(0.1)) open.socket.terminate();
    const code = open.closed();
    expect(
      [null, 1000, 1006, 1009, 4000, 4001, 4003, 4004, 4008, 4010],
      `${text.slice(0, 500)}; ${howToRepeat(seed)}`,
    ).toContain(code);
  }
  open?.socket.terminate();
  expect(victim()).toBe(victimBefore);
  expect(await server.ask('GET', '/readyz')).toMatchObject({ status: 200 });
});

test('hellos that are nearly right', { timeout: isLong ? 7_200_000 : 120_000 }, async () => {
  const rounds = Math.ceil(inputs / 5);
  for (let count = 0; count < rounds; count += 1) {
    const seed = firstSeed + count;
    const random = new Random(seed, 'hello');
    const before = committed.newest();
    let said = '';
    const { closed, socket } = await session('any', (nonce) => {
      const right: unknown = JSON.parse(helloText(`hello-${random.between(1, AGENTS)}`, nonce));
      said = JSON.stringify(random.chance(0.2) ? generate(Hello, random) : mutate(right, random)) ?? '';
      return said;
    });
    const code = closed();
    const changes = changesSince(before);
    if (code !== null && changes.length > 0)
      throw new Error(
        `closed with ${code}, and yet ${changes.join('; ')}: ${said.slice(0, 500)}; ${howToRepeat(seed)}`,
      );
    socket.terminate();
  }
  expect(await server.ask('GET', '/readyz')).toMatchObject({ status: 200 });
  const list = await server.ask('GET', '/api/v1/nodes');
  expect(list.status).toBe(200);
  expect(Object.prototype).not.toHaveProperty('admin');
});

test('sessions that are refused leave nothing in memory', { timeout: 120_000 }, async () => {
  const refused = async (times: number) => {
    for (let count = 0; count < times; count += 1) {
      const random = new Random(firstSeed + count, 'memory');
      const { socket } = await session('any', (nonce) =>
        helloText(`hello-${random.between(1, AGENTS)}`, nonce).replace(
          '"kind"',
          random.pick('"__proto__"', '"a"', '"KIND"'),
        ),
      );
      socket.terminate();
    }
  };
  await refused(300);
  const before = heapAfterCollection();
  await refused(300);
  expect((heapAfterCollection() - before) / 300).toBeLessThan(LEFT_BYTES_MAX);
});
