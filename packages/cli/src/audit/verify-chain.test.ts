/** What the verifier of a chain finds, and what it must not take for a fault. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { ChainedRecord } from '@sluice/contract';
import { hashOfEvent } from '@sluice/server';
import { describe, expect, test } from 'vitest';
import { lineOfChain, readChainFile } from './chain-file.ts';
import { ChainVerifier, type Fault, type Head } from './verify-chain.ts';

type Link = Pick<ChainedRecord, 'kind' | 'body'> & Partial<ChainedRecord>;

/** Events as a server would have committed them. */
function chainOf(links: readonly Link[], first = 1, before: string | null = null) {
  const events: ChainedRecord[] = [];
  let hash = before;
  for (const [index, link] of links.entries()) {
    const event = {
      sequence: first + index,
      nodeId: 'a',
      at: 1000 + index,
      actor: 'alice',
      previousHash: hash,
      ...link,
    };
    events.push(event);
    hash = hashOfEvent({ ...event, bodyText: event.body });
  }
  return { events, head: { sequence: first + links.length - 1, hash } };
}

function faultOf(
  events: readonly ChainedRecord[],
  head: Head,
  { after = null, expected = null }: { readonly after?: number | null; readonly expected?: Head | null } = {},
): Fault | null {
  const verifier = new ChainVerifier(expected);
  for (const event of events) {
    const fault = verifier.add(event);
    if (fault !== null) return fault;
  }
  return verifier.end(head, after);
}

const plain = (count: number): readonly Link[] =>
  Array.from({ length: count }, () => ({ kind: 'A', body: '{"kind":"A"}' }));
const whole = chainOf(plain(5));
const headAt = (sequence: number): Head => ({ sequence, hash: whole.events[sequence]?.previousHash ?? null });
/** The first three were removed by the retention, which said so. */
const pruned = (() => {
  const body = JSON.stringify({ kind: 'EventsRemoved', through: 3, hash: headAt(3).hash });
  const { events, head } = chainOf([...plain(5), { kind: 'EventsRemoved', body }]);
  return { events: events.slice(3), head };
})();

describe('is no fault', () => {
  test('a whole chain, a part of one, and one of which the retention has removed the beginning', () => {
    expect(faultOf(whole.events, whole.head, { expected: headAt(2) })).toBeNull();
    expect(faultOf(whole.events.slice(2), whole.head, { after: 2, expected: headAt(2) })).toBeNull();
    expect(faultOf(pruned.events, pruned.head, { expected: headAt(3) })).toBeNull();
    expect(faultOf([], { sequence: 0, hash: null })).toBeNull();
    expect(faultOf([], whole.head, { after: 5 })).toBeNull();
  });

  test('a store of a version without hashes, which removed old events without a word', () => {
    const old = chainOf(plain(2), 40).events.map((event) => ({ ...event, previousHash: null }));
    const last = old.at(-1);
    const next = chainOf(plain(2), 42, null);
    expect(last?.sequence).toBe(41);
    expect(faultOf([...old, ...next.events], next.head)).toBeNull();
  });
});

describe('is found', () => {
  const changed = (index: number, parts: Partial<ChainedRecord>) =>
    whole.events.map((event, place) => (place === index ? { ...event, ...parts } : event));

  test.each([
    ['an event that was hidden from the audit', changed(2, { actor: null }), 3],
    ['one that was given to somebody else', changed(2, { actor: 'bob' }), 3],
    ['one that was put in before the first', [...chainOf(plain(1), 0).events, ...whole.events], 0],
    ['one that was put in beyond the head', [...whole.events, ...chainOf(plain(1), 6, whole.head.hash).events], 6],
  ])('%s', (_what, events, sequence) => {
    expect(faultOf(events, whole.head)).toMatchObject({ sequence });
  });

  test('one more that is missing than the retention has removed', () => {
    expect(faultOf(pruned.events.slice(1), pruned.head)).toMatchObject({ sequence: 4 });
  });

  test('a chain that was written anew, and says that the head of before was removed by the retention', () => {
    const body = JSON.stringify({ kind: 'EventsRemoved', through: 90, hash: 'a'.repeat(64) });
    const forged = chainOf([...plain(2), { kind: 'EventsRemoved', body }], 91, 'a'.repeat(64));
    expect(faultOf(forged.events, forged.head)).toBeNull();
    expect(faultOf(forged.events, forged.head, { expected: headAt(3) })).toMatchObject({ sequence: 3 });
    expect(faultOf(forged.events, forged.head, { expected: { sequence: 90, hash: 'b'.repeat(64) } })).toMatchObject({
      sequence: 90,
    });
  });

  test('a head without a hash, where events have one', () => {
    expect(faultOf(whole.events.slice(0, 4), { sequence: 4, hash: null })).toMatchObject({ sequence: 4 });
  });
});

test('a file keeps what other readers take for the end of a line', async () => {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'sluice-chain-'));
  try {
    const file = path.join(directory, 'audit.jsonl');
    const odd = chainOf([{ kind: 'A', body: '{"reason":"one\u2028two\u2029three"}' }]);
    const items = [
      ...odd.events.map((event) => ({ kind: 'event' as const, event })),
      { kind: 'head' as const, head: odd.head, after: null },
    ];
    await writeFile(file, items.map(lineOfChain).join(''));
    const read = [];
    for await (const item of readChainFile(file, new AbortController().signal)) read.push(item);
    expect(read).toEqual(items);
  } finally {
    await rm(directory, { recursive: true });
  }
});
