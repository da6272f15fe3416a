/** The event stream of a real server process: a reader misses nothing and is told nothing twice, whatever becomes of the server. */
import { createClient, type EventsItem } from '@sluice/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { waitFor } from '../wait-for.ts';
import { ADMIN_TOKEN, FleetUnderTest } from './fleet-under-test.ts';

const CHANGES = 1000;
const WRITERS = 8;

let fleet: FleetUnderTest;

beforeAll(async () => {
  fleet = await FleetUnderTest.start();
  await fleet.addNode('lobby-1');
  await fleet.nodeThat('lobby-1', 'there', ({ connected }) => connected);
});
afterAll(() => fleet.stop());

/** Keeps what a stream gives until it is ended. */
function follow(request: { readonly after?: number; readonly kinds?: readonly string[] }) {
  const ending = new AbortController();
  const items: EventsItem[] = [];
  const client = createClient({ url: fleet.url, token: ADMIN_TOKEN });
  const ended = (async () => {
    for await (const item of client.events({ ...request, signal: ending.signal })) items.push(item);
  })();
  return {
    items,
    sequences: () => items.flatMap((item) => (item.kind === 'event' ? [item.event.sequence] : [])),
    end: () => {
      ending.abort();
      return ended;
    },
  };
}

test('no gap and no repeat while a thousand changes are made and the server is killed and stopped', async () => {
  const all = follow({ after: 0 });
  const filtered = follow({ kinds: ['MetadataReplaced'] });
  await waitFor('both streams to be ready', () => all.items.length > 0 && filtered.items.length > 0);

  const acknowledged = new Set<number>();
  let next = 0;
  const client = createClient({ url: fleet.url, token: ADMIN_TOKEN });
  const write = async () => {
    while (next < CHANGES) {
      const change = next;
      next += 1;
      const answer = await client.replaceMetadata({ id: 'lobby-1', body: { meta: { change } } });
      // What was not acknowledged is written again: then it may be there twice, but it is there.
      if (answer.ok) acknowledged.add(change);
      else await waitFor('it to be written', async () => (await rewrite(change)) || undefined);
    }
  };
  const rewrite = async (change: number): Promise<boolean> => {
    const answer = await client.replaceMetadata({ id: 'lobby-1', body: { meta: { change } } });
    if (answer.ok) acknowledged.add(change);
    return answer.ok;
  };
  const disturb = async () => {
    await waitFor('some changes', () => acknowledged.size > 200);
    await fleet.stopServer('SIGKILL');
    await fleet.startServer();
    await waitFor('more changes', () => acknowledged.size > 600);
    await fleet.stopServer('SIGTERM');
    await fleet.startServer();
  };
  await Promise.all([disturb(), ...Array.from({ length: WRITERS }, write)]);
  expect(acknowledged.size).toBe(CHANGES);

  const { json } = await fleet.request('PUT', '/api/v1/nodes/lobby-1/meta', { meta: 'the last' });
  expect(json).toMatchObject({ meta: 'the last' });
  const isLast = (item: EventsItem | undefined) => item?.kind === 'event' && item.event['after'] === '"the last"';
  for (const { items } of [all, filtered])
    await waitFor('the last change to be told', () => items.some(isLast), { seen: () => items.slice(-3) });
  await Promise.all([all.end(), filtered.end()]);

  const sequences = all.sequences();
  expect(sequences).toEqual(Array.from({ length: sequences.length }, (_each, index) => index + 1));
  const changesOf = ({ items }: typeof all) =>
    items.flatMap((item) => (item.kind === 'event' && item.event.kind === 'MetadataReplaced' ? [item.event] : []));
  expect(changesOf(filtered)).toEqual(changesOf(all));
  const told = new Set(changesOf(all).map(({ after }) => after));
  for (const change of acknowledged) expect(told.has(JSON.stringify({ change }))).toBe(true);
  expect(all.items.filter(({ kind }) => kind === 'interrupted').length).toBeGreaterThanOrEqual(2);
  expect(all.items.some(({ kind }) => kind === 'reset')).toBe(false);
});
