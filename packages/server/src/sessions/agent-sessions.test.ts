/** Agents' sessions over real WebSockets: what an agent says is checked, what it is told comes once, and silence is noticed. */
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { AGENT_SESSION_PATH, AGENT_SUBPROTOCOL, type Hello, Node, type ServerMessage } from '@sluice/contract';
import { Compile } from 'typebox/compile';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { waitFor } from '../../../../tests/wait-for.ts';
import { agentKeyUnderTest } from '../http/agent-key-under-test.ts';
import { loadServerConfig } from '../config.ts';
import type { LimitSettings } from '../limits/limit-settings.ts';
import { type RunningServer, startServer } from '../main.ts';

const ADMIN_TOKEN = 'slc_test-admin-token-0123456789abcdef';
const JOIN_TOKEN = 'slc_test-join-token-0123456789abcdef';
const LEASE_MS = 1200;
const nodeSchema = Compile(Node);

let directory: string;
let server: RunningServer;
const agents: PlayedAgent[] = [];

beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'sluice-sessions-'));
  await start();
});

afterEach(async () => {
  for (const agent of agents.splice(0)) agent.socket.terminate();
  await server.stop();
  await rm(directory, { recursive: true, force: true });
});

async function start(listen = '127.0.0.1:0', limits: Partial<LimitSettings> = {}): Promise<void> {
  const loaded = loadServerConfig({
    flags: { listen, data: path.join(directory, 'data'), logLevel: 'silent' },
    env: { SLUICE_ADMIN_TOKEN: ADMIN_TOKEN, SLUICE_JOIN_TOKEN: JOIN_TOKEN },
  });
  if (!loaded.ok) throw new Error(loaded.message);
  server = await startServer({
    ...loaded.config,
    limits: { ...loaded.config.limits, ...limits },
    heartbeatIntervalMs: 300,
    leaseMs: LEASE_MS,
  });
}

function hello(id: string, overrides: Partial<Hello> = {}): Hello {
  return {
    kind: 'hello',
    protocolVersions: [1],
    agentVersion: '0.1.0',
    instanceId: 'first',
    proof: null,
    node: { id, name: id, type: 'game-server', port: 7777, version: null, region: null, zone: null, labels: {} },
    resources: {},
    commands: [],
    availability: { generation: 0, availability: 'active', holds: [] },
    workload: {
      driver: 'process',
      phase: 'running',
      healthy: true,
      incarnation: 1,
      startedAt: 1,
      problem: null,
      countsSessions: true,
      stopGraceMs: 100,
      healthyWithinMs: 100,
      locks: [],
    },
    load: { sessions: 3, cpuPercent: 1, memoryBytes: 2, problem: null },
    journal: [],
    ...overrides,
  };
}

const keys = new Map<string, ReturnType<typeof agentKeyUnderTest>>();

/** The key of the node's agent, the same in each of its sessions. */
function keyOf(nodeId: string): ReturnType<typeof agentKeyUnderTest> {
  const key = keys.get(nodeId) ?? agentKeyUnderTest();
  keys.set(nodeId, key);
  return key;
}

/** The agent's side of a session, played by hand. */
class PlayedAgent {
  readonly socket: WebSocket;
  readonly received: ServerMessage[] = [];
  closed: { readonly code: number; readonly reason: string } | null = null;
  refusedWith: number | null = null;
  challenge: string | null = null;

  constructor(token = JOIN_TOKEN, subprotocol: string | null = AGENT_SUBPROTOCOL) {
    const url = `${server.url.replace('http', 'ws')}${AGENT_SESSION_PATH}`;
    this.socket = new WebSocket(url, subprotocol === null ? [] : [subprotocol], {
      headers: { authorization: `Bearer ${token}` },
      autoPong: true,
    });
    this.socket.on('message', (bytes: Buffer) => {
      const message: ServerMessage = JSON.parse(bytes.toString());
      if (message.kind === 'challenge') this.challenge = message.nonce;
      else this.received.push(message);
    });
    this.socket.on('close', (code, reason) => {
      this.closed = { code, reason: reason.toString() };
    });
    this.socket.on('unexpected-response', (request, response) => {
      this.refusedWith = response.statusCode ?? 0;
      request.destroy();
    });
    this.socket.on('error', () => undefined);
    agents.push(this);
  }

  static async connected(id: string, overrides: Partial<Hello> = {}): Promise<PlayedAgent> {
    const agent = new PlayedAgent();
    await agent.opened();
    await agent.sayHello(hello(id, overrides));
    await agent.message('welcome');
    return agent;
  }

  opened(): Promise<true> {
    return waitFor('the session to open', () => this.socket.readyState === WebSocket.OPEN && (true as const));
  }

  send(message: object | string): void {
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  /** Proves the node's key for the session's challenge. */
  async sayHello(given: Hello): Promise<void> {
    const nonce = await waitFor('the challenge', () => this.challenge ?? undefined);
    this.send({ ...given, proof: keyOf(given.node.id)('hello', nonce, given.node.id) });
  }

  message<K extends ServerMessage['kind']>(
    kind: K,
    condition: (message: ServerMessage) => boolean = () => true,
  ): Promise<ServerMessage> {
    return waitFor(`${kind}`, () => this.received.find((message) => message.kind === kind && condition(message)), {
      seen: () => ({ received: this.received, closed: this.closed }),
    });
  }

  ended(): Promise<{ readonly code: number; readonly reason: string }> {
    return waitFor('the session to be closed', () => this.closed ?? undefined);
  }
}

async function ask(method: string, route: string, body?: object): Promise<unknown> {
  const answer = await fetch(`${server.url}${route}`, {
    method,
    headers: { authorization: ADMIN_TOKEN, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return answer.json();
}

function nodeThat(id: string, condition: (node: Node) => boolean): Promise<Node> {
  let seen: unknown;
  return waitFor(
    `${id} to be as wanted`,
    async () => {
      seen = await ask('GET', `/api/v1/nodes/${id}`);
      return nodeSchema.Check(seen) && condition(seen) ? seen : undefined;
    },
    { seen: () => seen },
  );
}

describe('hello', () => {
  test('registers the node, and is welcomed with everything that should be under way', async () => {
    const agent = await PlayedAgent.connected('n1');
    expect(agent.received[0]).toMatchObject({
      kind: 'welcome',
      protocolVersion: 1,
      heartbeatIntervalMs: 300,
      availability: { kind: 'availability.set', availability: 'active', forceInMs: null, holds: [] },
      metadata: { json: 'null', revision: 0 },
      operations: [],
    });
    expect(await nodeThat('n1', () => true)).toMatchObject({
      status: 'active',
      connected: true,
      ip: '127.0.0.1',
      load: { sessions: 3 },
    });
  });

  test('without the subprotocol is refused before the upgrade', async () => {
    const agent = new PlayedAgent(JOIN_TOKEN, null);
    expect(await waitFor('the refusal', () => agent.refusedWith ?? undefined)).toBe(400);
    expect(agent.received).toEqual([]);
  });

  test.each([
    ['text that is not JSON', '{', 'not JSON'],
    ['something else first', { kind: 'heartbeat' }, 'before hello'],
    ['an unknown message', { kind: 'reboot' }, 'does not validate'],
    ['a hello that lacks a field', { ...hello('n1'), instanceId: undefined }, 'instanceId'],
    ['a reserved node id', hello('commands'), 'reserved'],
    ['an id with a control character', hello('a\u0000b'), 'control'],
    ['an id of 256 characters', hello('x'.repeat(256)), '255'],
  ])('%s closes the session and names the fault', async (_what, message, words) => {
    const agent = new PlayedAgent();
    await agent.opened();
    agent.send(message);
    const { code, reason } = await agent.ended();
    expect(code).toBe(4000);
    expect(reason).toContain(words);
  });

  test('goes on after a message of a kind that only a newer version knows', async () => {
    const agent = new PlayedAgent();
    await agent.opened();
    await agent.sayHello(hello('n1'));
    await agent.message('welcome');
    agent.send({ kind: 'news', about: ['something'] });
    agent.send({ kind: 'heartbeat', load: { sessions: 7, cpuPercent: 1, memoryBytes: 2, problem: null } });
    expect(await nodeThat('n1', ({ load }) => load.sessions === 7)).toMatchObject({ connected: true });
  });

  test('of a version that the server does not speak is refused with the versions that it does', async () => {
    const agent = new PlayedAgent();
    await agent.opened();
    await agent.sayHello(hello('n1', { protocolVersions: [99] }));
    expect(await agent.ended()).toEqual({ code: 4010, reason: 'this server speaks 1' });
  });

  test('has its turn when many come at once, and takes none when its agent has gone', async () => {
    await server.stop();
    await start('127.0.0.1:0', { hellosPerSecond: 10 });
    const many = Array.from({ length: 8 }, (_, index) => ({ id: `n${index}`, agent: new PlayedAgent() }));
    for (const { agent } of many) await waitFor('the challenge', () => agent.challenge ?? undefined);
    const saidAt = performance.now();
    for (const { id, agent } of many) await agent.sayHello(hello(id));
    const gone = many.splice(4, 3);
    for (const { agent } of gone) agent.socket.terminate();
    for (const { agent } of many) await agent.message('welcome');
    // Four turns, a tenth of a second each, and not seven.
    expect(performance.now() - saidAt).toBeGreaterThan(300);
    expect(await ask('GET', '/api/v1/nodes')).toMatchObject({ items: { length: 5 } });
  });

  test('over 64 KiB ends the session', async () => {
    const agent = new PlayedAgent();
    await agent.opened();
    agent.send(hello('n1', { agentVersion: 'x'.repeat(70_000) }));
    expect((await agent.ended()).code).toBe(1009);
  });

  test('of an id of 255 characters with any letters works', async () => {
    const id = '节点/'.repeat(85);
    await PlayedAgent.connected(id);
    expect(await ask('GET', `/api/v1/nodes/${encodeURIComponent(id)}`)).toMatchObject({ id, status: 'active' });
  });
});

test.each(['//', '/%', '/api/v1/agent/session/', 'http://[', '*'])(
  'an upgrade of %s is refused, and the server lives on',
  async (target) => {
    // A path that no URL parser takes once ended the process.
    const { hostname, port } = new URL(server.url);
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(Number(port), hostname, () =>
        socket.write(`GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`),
      );
      let text = '';
      socket.on('data', (chunk) => {
        text += chunk.toString();
      });
      socket.on('close', () => resolve(text));
      socket.on('error', reject);
    });
    expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /u);
    expect(await ask('GET', '/healthz')).toEqual({ ok: true });
  },
);

describe('two agents with one node id', () => {
  test('the newer is refused while the older answers', async () => {
    const older = await PlayedAgent.connected('n1', { instanceId: 'first' });
    const newer = new PlayedAgent();
    await newer.opened();
    await newer.sayHello(hello('n1', { instanceId: 'second' }));
    expect(await newer.ended()).toMatchObject({ code: 4004, reason: expect.stringContaining('node-id-in-use') });
    expect(older.closed).toBeNull();
  });

  test('the newer takes over when the older does not answer', async () => {
    const older = await PlayedAgent.connected('n1', { instanceId: 'first' });
    older.socket.pause();
    const newer = await PlayedAgent.connected('n1', { instanceId: 'second' });
    expect(newer.closed).toBeNull();
    await nodeThat('n1', ({ connected }) => connected);
  });

  test('the newer is not let in when it has gone while the older was waited for', async () => {
    const older = await PlayedAgent.connected('n1', { instanceId: 'first' });
    older.socket.pause();
    const newer = new PlayedAgent();
    await newer.opened();
    await newer.sayHello(hello('n1', { instanceId: 'second' }));
    newer.socket.terminate();
    await nodeThat('n1', ({ status }) => status === 'offline');
    const history = await ask('GET', '/api/v1/history?node=n1');
    expect(JSON.stringify(history).match(/"kind":"AgentConnected"/gu)).toHaveLength(1);
  });

  test('the same agent coming back supersedes its own earlier session', async () => {
    const older = await PlayedAgent.connected('n1');
    const newer = await PlayedAgent.connected('n1');
    expect((await older.ended()).code).toBe(4003);
    expect(newer.closed).toBeNull();
    await nodeThat('n1', ({ connected }) => connected);
  });
});

describe('liveness', () => {
  test('a session that is silent for a lease is ended and its node is offline; a heartbeat keeps it', async () => {
    const silent = await PlayedAgent.connected('silent');
    const alive = await PlayedAgent.connected('alive');
    const beat = setInterval(() => alive.send({ kind: 'heartbeat' }), 200);
    await nodeThat('silent', ({ status }) => status === 'offline');
    await silent.ended();
    expect(await nodeThat('alive', () => true)).toMatchObject({ status: 'active', connected: true });
    clearInterval(beat);
  });

  test('a connection that is lost leaves the node believed for a lease', async () => {
    const agent = await PlayedAgent.connected('n1');
    agent.socket.terminate();
    expect((await nodeThat('n1', ({ connected }) => !connected)).status).toBe('active');
    await nodeThat('n1', ({ status }) => status === 'offline');
  });

  test('a goodbye makes it offline at once', async () => {
    const agent = await PlayedAgent.connected('n1');
    agent.send({ kind: 'goodbye', why: 'stopping' });
    const toldAt = Date.now();
    await nodeThat('n1', ({ status }) => status === 'offline');
    expect(Date.now() - toldAt).toBeLessThan(LEASE_MS);
    // The session is its agent's to close.
    agent.socket.close(1000);
    expect((await agent.ended()).code).toBe(1000);
  });

  test('a server that starts gives every node a full lease before it calls any offline', async () => {
    await PlayedAgent.connected('n1');
    const { host } = new URL(server.url);
    await server.stop();
    await start(host);
    const startedAt = Date.now();
    expect(await nodeThat('n1', ({ connected }) => !connected)).toMatchObject({ status: 'active' });
    await nodeThat('n1', ({ status }) => status === 'offline');
    expect(Date.now() - startedAt).toBeGreaterThan(LEASE_MS - 300);
  });
});

describe('when an agent was last heard', () => {
  const seenAt = async () => Date.parse((await nodeThat('n1', () => true)).lastSeenAt ?? '');
  const movesOn = async (say: () => void) => {
    const before = await seenAt();
    return waitFor('it to be heard', async () => {
      say();
      return (await seenAt()) > before;
    });
  };

  test('is told of each word, and kept when it goes and when the server does', async () => {
    const agent = await PlayedAgent.connected('n1');
    await movesOn(() => agent.send({ kind: 'heartbeat' }));
    await movesOn(() => agent.socket.ping());
    agent.socket.terminate();
    await nodeThat('n1', ({ connected }) => !connected);
    const last = await seenAt();
    await nodeThat('n1', ({ status }) => status === 'offline');
    expect(await seenAt()).toBe(last);
    await server.stop();
    await start();
    expect(await seenAt()).toBe(last);
    const again = await PlayedAgent.connected('n1');
    await movesOn(() => again.send({ kind: 'heartbeat' }));
  });

  test('is told of the one that has taken the place of a silent one, whoever else had wanted it', async () => {
    const silent = await PlayedAgent.connected('n1', { instanceId: 'first' });
    silent.socket.pause();
    const others = [new PlayedAgent(), new PlayedAgent()];
    for (const [index, other] of others.entries()) {
      await other.opened();
      await other.sayHello(hello('n1', { instanceId: `another ${index}` }));
    }
    const winner = await waitFor('one to be welcomed', () =>
      others.find(({ received }) => received.some(({ kind }) => kind === 'welcome')),
    );
    const beat = setInterval(() => winner.send({ kind: 'heartbeat' }), 200);
    expect(await others.find((other) => other !== winner)?.ended()).toMatchObject({ code: 4004 });
    clearInterval(beat);
    await movesOn(() => winner.send({ kind: 'heartbeat' }));
  });
});

describe('what the agent is told', () => {
  test('that the server is stopping, with a code of its own: there may be another one', async () => {
    const agent = await PlayedAgent.connected('n1');
    await server.stop();
    await waitFor('the session to be closed', () => agent.closed !== null);
    expect(agent.closed).toEqual({ code: 4009, reason: 'retry after 500 ms: the server is stopping' });
    await start();
  });

  test('a drain reaches it once in a session, and again in the next', async () => {
    const agent = await PlayedAgent.connected('n1');
    await ask('POST', '/api/v1/nodes/n1/drain', { timeout: 60, reason: 'new build' });
    const told = await agent.message('availability.set');
    expect(told).toMatchObject({
      availability: 'drain',
      generation: 1,
      holds: [{ name: 'operator', reason: 'new build' }],
    });
    await ask('PUT', '/api/v1/nodes/n1/meta', { meta: [1] });
    expect(await agent.message('metadata.changed')).toMatchObject({ json: '[1]', revision: 1 });
    expect(agent.received.filter(({ kind }) => kind === 'availability.set')).toHaveLength(1);
    const back = await PlayedAgent.connected('n1');
    expect(back.received[0]).toMatchObject({
      availability: { availability: 'drain', generation: 1 },
      metadata: { json: '[1]' },
    });
  });

  test('an act is acknowledged, which is the permission to begin, only once it is recorded as started', async () => {
    const agent = await PlayedAgent.connected('n1');
    const operation = await ask('POST', '/api/v1/nodes/n1/restart', { graceSeconds: 7 });
    const start = await agent.message('operation.start');
    expect(start).toMatchObject({ command: 'restart', expectedIncarnation: 1, graceMs: 7000 });
    expect(operation).toMatchObject({ status: 'queued' });
    if (start.kind !== 'operation.start') throw new Error('not a start');
    const { operationId } = start;
    const update = {
      kind: 'operation.update',
      operationId,
      status: 'running',
      phase: 'accepted',
      result: null,
      error: null,
      output: null,
    };
    agent.send({ ...update, sequence: 1 });
    expect(await agent.message('operation.ack')).toMatchObject({ operationId, sequence: 1 });
    expect(await ask('GET', `/api/v1/operations/${operationId}`)).toMatchObject({ status: 'running' });
    agent.send({
      ...update,
      sequence: 2,
      status: 'succeeded',
      phase: null,
      result: { oldIncarnation: 1, newIncarnation: 2 },
    });
    await agent.message('operation.ack', (message) => message.kind === 'operation.ack' && message.sequence === 2);
    expect(await ask('GET', `/api/v1/operations/${operationId}`)).toMatchObject({ status: 'succeeded' });
  });

  test('an act that this server does not know is stopped, not permitted', async () => {
    const agent = await PlayedAgent.connected('n1');
    agent.send({
      kind: 'operation.update',
      operationId: 'op_of_another_life',
      sequence: 1,
      status: 'running',
      phase: 'accepted',
      result: null,
      error: null,
      output: null,
    });
    await agent.message('operation.ack');
    expect(agent.received.map(({ kind }) => kind)).toEqual(['welcome', 'operation.cancel', 'operation.ack']);
  });

  test('a late report of an older wish marks nothing', async () => {
    const agent = await PlayedAgent.connected('n1');
    const report = {
      kind: 'availability.report',
      availability: 'drain',
      reached: true,
      phase: 'drained',
      sessionsAtStart: 0,
      sessionsRemaining: 0,
      blockers: [],
      problem: null,
    };
    const evidence = { kind: 'counted', zeroSeenAt: [1, 2] };
    await ask('POST', '/api/v1/nodes/n1/drain');
    await ask('POST', '/api/v1/nodes/n1/undrain');
    await ask('POST', '/api/v1/nodes/n1/drain');
    agent.send({ ...report, generation: 1, evidence });
    agent.send({ kind: 'heartbeat', load: { sessions: 9, cpuPercent: null, memoryBytes: null, problem: null } });
    expect((await nodeThat('n1', ({ load }) => load.sessions === 9)).status).toBe('draining');
    agent.send({ ...report, generation: 3, evidence });
    await nodeThat('n1', ({ status }) => status === 'drained');
  });
});

describe('many that fall silent together', () => {
  const reload = { name: 'reload', description: '', parameters: {}, disruptive: false, timeoutMs: 1000 };

  function status(): Promise<unknown> {
    return ask('GET', '/api/v1/server/status');
  }

  async function fallSilent(ids: readonly string[]): Promise<void> {
    for (const agent of agents.splice(0)) agent.socket.terminate();
    for (const id of ids) await nodeThat(id, (node) => node.status === 'offline');
  }

  test('are shown as offline, a banner says so, and nothing is done to those that return before it is confirmed', async () => {
    const ids = ['m1', 'm2', 'm3', 'm4', 'm5'];
    for (const id of ids) await PlayedAgent.connected(id, { commands: [reload] });
    expect(await status()).toMatchObject({ massSilence: null, nodes: { total: 5, connected: 5 } });
    for (const agent of agents.splice(0)) agent.socket.terminate();
    // Asked for while nobody knows yet that the nodes are gone.
    const operation = await ask('POST', '/api/v1/nodes/m1/commands/reload', {});
    expect(operation).toMatchObject({ status: 'queued', confirmationNeeded: null });
    await fallSilent(ids);
    await waitFor('the banner', async () => /"silentNodes":5,"ofNodes":5/u.test(JSON.stringify(await status())));
    const id = /"id":"([^"]+)"/u.exec(JSON.stringify(operation))?.[1] ?? '';
    await waitFor('the act to need a word', async () =>
      JSON.stringify(await ask('GET', `/api/v1/operations/${id}`)).includes('fell silent together'),
    );

    const back = await PlayedAgent.connected('m1', { commands: [reload] });
    const welcome = await back.message('welcome');
    expect(welcome).toMatchObject({ operations: [] });
    expect(await ask('GET', '/api/v1/nodes/m1/why')).toMatchObject({
      causes: expect.arrayContaining([
        expect.objectContaining({ text: expect.stringContaining(`sluice operations confirm ${id}`) }),
      ]),
    });
    expect(await ask('POST', `/api/v1/operations/${id}/confirm`, {})).toMatchObject({ confirmationNeeded: null });
    expect(await back.message('operation.start')).toMatchObject({ operationId: id });
  });

  test('come back, and the banner goes', async () => {
    const ids = ['m1', 'm2', 'm3', 'm4', 'm5'];
    for (const id of ids) await PlayedAgent.connected(id);
    await fallSilent(ids);
    await waitFor('the banner', async () => JSON.stringify(await status()).includes('"silentNodes":5'));
    const returned: PlayedAgent[] = [];
    for (const id of ids) returned.push(await PlayedAgent.connected(id));
    const beat = setInterval(() => {
      for (const agent of returned) agent.send({ kind: 'heartbeat' });
    }, 200);
    try {
      await waitFor('the banner to go', async () => JSON.stringify(await status()).includes('"massSilence":null'));
      expect(await status()).toMatchObject({ nodes: { connected: 5 } });
    } finally {
      clearInterval(beat);
    }
  });

  test('whose machines are being rebooted are no silence', async () => {
    const ids = ['m1', 'm2', 'm3', 'm4', 'm5'];
    for (const id of ids) {
      const agent = await PlayedAgent.connected(id, { reboot: { bootId: 'boot-1', withinMs: 60_000 } });
      await ask('POST', `/api/v1/nodes/${id}/commands/reboot`, { params: { drainFirst: false } });
      const start = await agent.message('operation.start');
      expect(start).toMatchObject({ command: 'reboot', expectedBootId: 'boot-1', deadlineInMs: 120_100 });
      agent.send({
        kind: 'operation.update',
        operationId: start.kind === 'operation.start' ? start.operationId : '',
        sequence: 1,
        status: 'running',
        phase: 'rebooting the machine',
        result: null,
        error: null,
        output: null,
      });
      await nodeThat(id, (node) => node.status === 'restarting');
    }
    await fallSilent(ids);
    expect(await status()).toMatchObject({ massSilence: null });
  });

  test('that said goodbye are no silence', async () => {
    const ids = ['m1', 'm2', 'm3', 'm4', 'm5'];
    for (const id of ids) (await PlayedAgent.connected(id)).send({ kind: 'goodbye', why: 'stopping' });
    await fallSilent(ids);
    expect(await status()).toMatchObject({ massSilence: null });
  });
});

describe('an agent that lies or breaks', () => {
  test('a message that is nested without end is refused, and the server goes on', async () => {
    const agent = new PlayedAgent();
    await agent.opened();
    const nested = `${'{"a":'.repeat(3000)}1${'}'.repeat(3000)}`;
    const said = JSON.stringify(
      hello('deep', { commands: [{ name: 'x', description: '', parameters: {}, disruptive: false, timeoutMs: 1 }] }),
    );
    agent.send(said.replace('"parameters":{}', `"parameters":${nested}`));
    expect(await agent.ended()).toMatchObject({ code: 4000, reason: expect.stringContaining('nested') });
    await PlayedAgent.connected('n1');
  });

  test('an instant that no date can say is refused', async () => {
    const agent = new PlayedAgent();
    await agent.opened();
    await agent.sayHello(hello('late', { workload: { ...hello('late').workload, startedAt: 9e15 } }));
    expect(await agent.ended()).toMatchObject({ code: 4000 });
  });

  test('what a session says after a newer one has replaced it changes nothing', async () => {
    const first = await PlayedAgent.connected('n1');
    const second = await PlayedAgent.connected('n1', {
      workload: { ...hello('n1').workload, incarnation: 2, healthy: false, problem: 'down' },
    });
    first.send({ kind: 'heartbeat', workload: hello('n1').workload });
    await first.ended();
    second.send({ kind: 'heartbeat' });
    expect(await nodeThat('n1', ({ connected }) => connected)).toMatchObject({ status: 'unhealthy' });
  });

  test('more than a hello before the welcome is not kept', async () => {
    const agent = new PlayedAgent();
    await agent.opened();
    for (let count = 0; count < 50; count += 1) agent.send({ kind: 'heartbeat' });
    await agent.ended();
    expect(agent.received).toEqual([]);
  });
});
