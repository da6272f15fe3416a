/** An agent that knows two servers: it has its session with one, goes to the other when that one is lost, and rests only when both are. */
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { serversInOrder } from '../../packages/agent/src/server-urls.ts';
import { waitFor } from '../wait-for.ts';
import { FleetUnderTest } from './fleet-under-test.ts';

// One agent for the whole story; the machine is busy with other tests.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

/** The agent is back well before anybody calls its node offline. */
const WELL_WITHIN_LEASE_MS = 15_000;
/** Milliseconds within which the next server is tried. */
const MOMENT_MS = 1000;

let nodeId: string;
/** What the node's agent tries first, and what it tries next. */
let first: FleetUnderTest;
let second: FleetUnderTest;

beforeAll(async () => {
  const [one, other] = await Promise.all([FleetUnderTest.start(), FleetUnderTest.start()]);
  nodeId = 'lobby-1';
  const [firstUrl] = serversInOrder(nodeId, [one.url, other.url]);
  [first, second] = firstUrl === one.url ? [one, other] : [other, one];
  await first.addNode(nodeId, { agent: { server: [one.url, other.url] } });
});

afterAll(async () => {
  await first.stop();
  await second.stop();
});

interface LoggedEvent {
  readonly event: string;
  readonly server: string;
  readonly next?: string;
  readonly code?: number;
  readonly waitMs?: number;
}

/** What the agent logged of its sessions, oldest first. */
function logged(event: string): readonly LoggedEvent[] {
  return first
    .agentOutput(nodeId)
    .split('\n')
    .filter((line) => line.startsWith('{') && line.endsWith('}'))
    .map((line) => {
      const entry: LoggedEvent = JSON.parse(line);
      return entry;
    })
    .filter((each) => each.event === event);
}

async function connectedTo(server: FleetUnderTest): Promise<void> {
  await server.nodeThat(nodeId, 'connected', ({ connected }) => connected, WELL_WITHIN_LEASE_MS);
}

/** The server knows of a session a moment before its agent does. */
async function openedLast(server: FleetUnderTest): Promise<void> {
  await waitFor('the agent to log its session', () => logged('session-opened').at(-1)?.server === server.url);
}

test('it begins at its own first choice', async () => {
  await connectedTo(first);
  await openedLast(first);
  expect(logged('session-opened')).toHaveLength(1);
  expect(logged('session-closed')).toEqual([]);
});

test('its server is killed: it is connected to the other one, well within its lease', async () => {
  await first.stopServer('SIGKILL');
  await connectedTo(second);
  const [lost] = logged('session-closed');
  expect(lost).toMatchObject({ server: first.url, next: second.url });
  expect(lost?.waitMs).toBeLessThanOrEqual(MOMENT_MS);
});

test('its first choice returns: it stays where it is until that session ends, and then goes back at once', async () => {
  await first.startServer();
  const before = logged('session-closed').length;
  await openedLast(second);
  await second.stopServer('SIGTERM');
  await connectedTo(first);
  // It left because the other one was stopping, and not before.
  const left = logged('session-closed')[before];
  expect(left).toMatchObject({ code: 4009, server: second.url, next: first.url });
  expect(left?.waitMs).toBeLessThanOrEqual(MOMENT_MS);
});

test('both are dead: it tries them in turn, a round at a time, and is back with the first that returns', async () => {
  const before = logged('session-closed').length;
  await first.stopServer('SIGKILL');
  const tries = await waitFor('some rounds in vain', () => {
    const ended = logged('session-closed').slice(before);
    return ended.length >= 7 && ended;
  });
  for (const [index, { server, next, waitMs }] of tries.entries()) {
    expect([server, next]).toEqual(index % 2 === 0 ? [first.url, second.url] : [second.url, first.url]);
    // The session that was lost, then rounds of two: after the second of each comes the rest.
    const rounds = Math.floor(index / 2);
    expect(waitMs).toBeLessThanOrEqual(index % 2 === 1 ? MOMENT_MS : Math.min(8000, MOMENT_MS * 2 ** rounds));
  }
  await second.startServer();
  await connectedTo(second);
});
