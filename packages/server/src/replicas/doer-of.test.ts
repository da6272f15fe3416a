/** Who does what, of several servers. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { doerOf } from './doer-of.ts';

const ids = fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 8 });

test('the same everywhere, in whichever order the servers are known', () => {
  fc.assert(
    fc.property(fc.string(), ids, (duty, servers) => {
      const doer = doerOf(duty, servers);
      expect(servers).toContain(doer);
      expect(doerOf(duty, servers.toReversed())).toBe(doer);
    }),
  );
});

test('nobody, where nobody is', () => {
  expect(doerOf('pruning', [])).toBeNull();
});

test('when a server goes only its own duties move; when one comes it only takes', () => {
  fc.assert(
    fc.property(fc.string(), ids, fc.nat(), (duty, servers, pick) => {
      const gone = servers[pick % servers.length];
      const left = servers.filter((id) => id !== gone);
      const doer = doerOf(duty, servers);
      if (doer !== gone) expect(doerOf(duty, left)).toBe(doer);
    }),
  );
});

test('a fair share each, also of names that differ by little', () => {
  const servers = ['sv_1', 'sv_2', 'sv_3'];
  const counts = new Map(servers.map((id) => [id, 0]));
  for (let index = 0; index < 30_000; index += 1) {
    const doer = doerOf(`node:n-${index}`, servers) ?? '';
    counts.set(doer, (counts.get(doer) ?? 0) + 1);
  }
  for (const count of counts.values()) expect(Math.abs(count - 10_000)).toBeLessThan(500);
});
