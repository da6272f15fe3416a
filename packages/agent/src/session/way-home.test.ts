/** An agent that is not with its own server goes back there when that one is back, and loses nothing on the way. */
import type { Clock } from '@sluice/core';
import { AGENT_CLOSE } from '@sluice/contract';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { AgentConnection } from './agent-connection.ts';
import type { AgentSocketEvents } from './agent-socket.ts';
import { welcomeUnderTest } from './welcome-under-test.ts';

const HOME = 'http://home';
const OTHER = 'http://other';
const LOOKS_AFTER_MS = 600_000;

const WELCOME = welcomeUnderTest({ heartbeatIntervalMs: 3_600_000, leaseMs: 10_800_000 });

/** One attempt of the agent to connect, as its server sees it. */
interface Attempt {
  readonly server: string;
  readonly events: AgentSocketEvents;
  readonly sent: string[];
  closed: string | null;
}

/** An agent that came to its other server because its own was away. */
class AwayAgent {
  readonly attempts: Attempt[] = [];
  readonly happened: string[] = [];
  readonly connection: AgentConnection;
  #now = 0;
  #wakes: { readonly at: number; readonly wake: () => void }[] = [];

  constructor() {
    const clock: Clock = {
      now: () => this.#now,
      wakeAt: (at, wake) => {
        const entry = { at, wake };
        this.#wakes.push(entry);
        return () => {
          this.#wakes = this.#wakes.filter((each) => each !== entry);
        };
      },
    };
    this.connection = new AgentConnection({
      servers: [HOME, OTHER],
      connect: (server, events) => {
        const attempt: Attempt = { server, events, sent: [], closed: null };
        this.attempts.push(attempt);
        return {
          send: (text) => attempt.sent.push(text),
          close: (code) => (attempt.closed ??= `closed ${code}`),
          ping: () => undefined,
          terminate: () => (attempt.closed ??= 'terminated'),
        };
      },
      clock,
      random: () => 0.5,
      events: {
        hello: () => ({ kind: 'heartbeat' }),
        received: ({ kind }) => this.happened.push(kind),
        credential: () => undefined,
        refused: () => false,
        closed: () => this.happened.push('closed'),
        heartbeat: () => undefined,
      },
      logger: pino({ level: 'silent' }),
    });
    this.connection.start();
    this.last.events.closed(1006, '');
    while (this.attempts.length < 2) this.pass(100);
    this.welcome();
  }

  get last(): Attempt {
    const attempt = this.attempts.at(-1);
    if (attempt === undefined) throw new Error('it has not tried to connect');
    return attempt;
  }

  get servers(): readonly string[] {
    return this.attempts.map(({ server }) => server);
  }

  pass(ms: number): void {
    const until = this.#now + ms;
    for (;;) {
      const [next] = this.#wakes.filter(({ at }) => at <= until).toSorted((one, other) => one.at - other.at);
      if (next === undefined) break;
      this.#wakes = this.#wakes.filter((each) => each !== next);
      this.#now = Math.max(this.#now, next.at);
      next.wake();
    }
    this.#now = until;
  }

  challenge(): void {
    this.last.events.received(JSON.stringify({ kind: 'challenge', nonce: 'n'.repeat(43) }), false);
  }

  welcome(): void {
    this.challenge();
    this.last.events.received(JSON.stringify(WELCOME), false);
  }
}

test('when its own server gives it a challenge it says hello there, and the other one hears where it went', () => {
  const agent = new AwayAgent();
  const [, away] = agent.attempts;
  expect(agent.connection.server).toBe(OTHER);
  agent.pass(LOOKS_AFTER_MS);
  expect(agent.servers).toEqual([HOME, OTHER, HOME]);
  expect(agent.connection.server).toBe(OTHER);
  agent.connection.send({ kind: 'heartbeat' });
  expect(away?.sent).toHaveLength(2);
  agent.challenge();
  expect(agent.last.sent).toHaveLength(1);
  expect(away?.closed).toBe(`closed ${AGENT_CLOSE.moving}`);
  agent.last.events.received(JSON.stringify(WELCOME), false);
  expect(agent.connection.server).toBe(HOME);
  expect(agent.happened).toEqual(['welcome', 'closed', 'welcome']);
  // What its old session still says, or that it is over, concerns nobody.
  away?.events.received(JSON.stringify({ kind: 'metadata.changed', json: '1', revision: 1 }), false);
  away?.events.closed(AGENT_CLOSE.moving, '');
  agent.pass(10 * LOOKS_AFTER_MS);
  expect(agent.servers).toHaveLength(3);
  expect(agent.happened).toHaveLength(3);
});

test('while its own server is away, or does not let it in, it stays where it is, and looks again', () => {
  const agent = new AwayAgent();
  for (let times = 1; times <= 3; times += 1) {
    agent.pass(LOOKS_AFTER_MS);
    expect(agent.servers.filter((server) => server === HOME)).toHaveLength(times + 1);
    if (times === 2) agent.last.events.refused(503, '1');
    agent.last.events.closed(1006, '');
  }
  // One that takes the connection and then says nothing is given up.
  agent.pass(LOOKS_AFTER_MS);
  agent.pass(15_000);
  expect(agent.last.closed).toBe('terminated');
  expect(agent.connection.server).toBe(OTHER);
  expect(agent.happened).toEqual(['welcome']);
});

test('when the other server is lost first, the way home is an attempt like any other', () => {
  const agent = new AwayAgent();
  agent.pass(LOOKS_AFTER_MS);
  const [, away, wayHome] = agent.attempts;
  away?.events.closed(1006, '');
  expect(wayHome?.closed).toBe('terminated');
  wayHome?.events.closed(1006, '');
  agent.pass(60_000);
  expect(agent.servers).toEqual([HOME, OTHER, HOME, HOME]);
  agent.welcome();
  expect(agent.connection.server).toBe(HOME);
});

test('who is stopped looks for nothing any more', async () => {
  const agent = new AwayAgent();
  agent.pass(LOOKS_AFTER_MS);
  const [, away, wayHome] = agent.attempts;
  const stopped = agent.connection.stop('stopping');
  away?.events.closed(1000, '');
  await stopped;
  wayHome?.events.received(JSON.stringify({ kind: 'challenge', nonce: 'n'.repeat(43) }), false);
  expect(wayHome).toMatchObject({ closed: 'terminated', sent: [] });
});
