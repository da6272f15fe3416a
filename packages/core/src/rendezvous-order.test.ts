/** Rendezvous hashing: keys are spread evenly, those of a lost member as well, and nothing moves that need not. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { rendezvousOrder } from './rendezvous-order.ts';

const KEYS = 10_000;

/** How many of the keys have each of the members in a place of their order. */
function countsAt(keys: readonly string[], members: readonly string[], place: number): readonly number[] {
  const counts = new Map(members.map((member) => [member, 0]));
  for (const key of keys) {
    const member = rendezvousOrder(key, members)[place] ?? '';
    counts.set(member, (counts.get(member) ?? 0) + 1);
  }
  return [...counts.values()];
}

function nodesNamed(prefix: string, count = KEYS): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}${index}`);
}

/** Each within a share of what is even. */
function expectEven(counts: readonly number[], total: number, share: number): void {
  const even = total / counts.length;
  for (const count of counts) expect(Math.abs(count - even) / even).toBeLessThan(share);
}

const addresses = fc.uniqueArray(fc.webUrl({ withFragments: false, withQueryParameters: false }), {
  minLength: 3,
  maxLength: 3,
});

test.each([
  ['addresses', ['http://10.0.0.1:7070', 'http://10.0.0.2:7070', 'http://10.0.0.3:7070']],
  ['names of a set', ['https://sluice-0.sluice:7070', 'https://sluice-1.sluice:7070', 'https://sluice-2.sluice:7070']],
])('10,000 nodes over three %s: a third each, and of one that is gone half to each of the others', (_, members) => {
  const nodes = nodesNamed('lobby-');
  expectEven(countsAt(nodes, members, 0), KEYS, 0.04);
  for (const gone of members) {
    const orphans = nodes.filter((node) => rendezvousOrder(node, members)[0] === gone);
    const others = members.filter((member) => member !== gone);
    expectEven(countsAt(orphans, others, 0), orphans.length, 0.06);
  }
});

test('so it is with whatever names and addresses (six times the deviation of a fair die)', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 20 }), addresses, (prefix, members) => {
      const nodes = nodesNamed(prefix);
      expectEven(countsAt(nodes, members, 0), KEYS, 0.085);
      const orphans = nodes.filter((node) => rendezvousOrder(node, members)[0] === members[0]);
      expectEven(countsAt(orphans, members.slice(1), 0), orphans.length, 0.105);
    }),
    { numRuns: 8 },
  );
});

test('without one of the members the others keep their order, in whatever order they are given', () => {
  fc.assert(
    fc.property(fc.string(), fc.uniqueArray(fc.string(), { minLength: 1, maxLength: 12 }), fc.nat(), (key, all, at) => {
      const order = rendezvousOrder(key, all);
      expect(order.toSorted()).toEqual(all.toSorted());
      expect(rendezvousOrder(key, all.toReversed())).toEqual(order);
      const gone = all[at % all.length];
      const others = all.filter((each) => each !== gone);
      expect(rendezvousOrder(key, others)).toEqual(order.filter((each) => each !== gone));
    }),
  );
});
