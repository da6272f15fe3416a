/** One minor version older or newer, on either side, works: recorded conversations are played to what is built now. */
import { AgentMessage, ServerMessage } from '@sluice/contract';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FleetUnderTest } from '../end-to-end/fleet-under-test.ts';
import { readRecorded } from './conversation.ts';
import { asNextMinor, NEW, newKindOfMessage } from './next-minor.ts';
import { nodeUnderRecord } from './record-conversation.ts';
import { asRecorded, playAgent, type Played, type PlayedAs } from './recorded-agent.ts';
import { RecordedServer } from './recorded-server.ts';

const nextMinor: PlayedAs = { message: asNextMinor, between: () => [newKindOfMessage()] };
const recordings = readRecorded();
/** That the agent ended when it was stopped. */
const ONE_SESSION: Played = { notUnderstood: [], closed: [{ code: 1000, reason: 'goodbye' }] };

let fleet: FleetUnderTest;
beforeEach(async () => {
  fleet = await FleetUnderTest.start();
});
afterEach(() => fleet.stop());

describe.each(recordings)('the conversation of $version', (recorded) => {
  test('its agent is understood by the present server, and understands it', { timeout: 60_000 }, async () => {
    expect(await playAgent(recorded, fleet, asRecorded)).toEqual({ notUnderstood: [], closed: [] });
    expect(await endsOfOperations(fleet)).toEqual({
      greet: 'succeeded',
      wait: 'cancelled',
      restart: 'succeeded',
      drain: 'succeeded',
      undrain: 'succeeded',
    });
  });

  test('its server is understood by the present agent, and understands it', { timeout: 60_000 }, async () => {
    expect(await playServer(asRecorded)).toEqual(ONE_SESSION);
  });

  test(
    'an agent that is newer by fields and messages works, and nothing of them is kept',
    { timeout: 60_000 },
    async () => {
      expect(await playAgent(recorded, fleet, nextMinor)).toEqual({ notUnderstood: [], closed: [] });
      expect(Object.values(await endsOfOperations(fleet))).toEqual(expect.arrayContaining(['succeeded', 'cancelled']));
      for (const route of ['/api/v1/nodes', '/api/v1/operations', '/api/v1/nodes/commands', '/api/v1/audit'])
        expect(JSON.stringify((await fleet.request('GET', route)).json)).not.toContain(NEW);
    },
  );

  test('a server that is newer by fields and messages works', { timeout: 60_000 }, async () => {
    expect(await playServer(nextMinor)).toEqual(ONE_SESSION);
  });

  async function playServer(playedAs: PlayedAs): Promise<Played> {
    const server = await RecordedServer.start(recorded);
    try {
      await fleet.addNode('recorded-1', nodeUnderRecord(server.url));
      return await server.play(fleet, playedAs);
    } finally {
      await server.stop();
    }
  }
});

test('a conversation has every message of its version in it', () => {
  const present = recordings.at(-1);
  const said = (from: string) =>
    new Set(present?.lines.flatMap((line) => (line.from === from && 'message' in line ? [line.message.kind] : [])));
  expect(said('agent')).toEqual(new Set(AgentMessage.anyOf.map(({ properties }) => properties.kind.const)));
  expect(said('server')).toEqual(new Set(ServerMessage.anyOf.map(({ properties }) => properties.kind.const)));
});

async function endsOfOperations(of: FleetUnderTest): Promise<Readonly<Record<string, unknown>>> {
  const { json } = await of.request('GET', '/api/v1/operations');
  const items: unknown = typeof json === 'object' && json !== null && 'items' in json ? json.items : [];
  const ends = (Array.isArray(items) ? items : []).map((item: unknown): [string, unknown] =>
    typeof item === 'object' && item !== null && 'command' in item && 'status' in item
      ? [String(item.command), item.status]
      : ['?', item],
  );
  return Object.fromEntries(ends);
}
