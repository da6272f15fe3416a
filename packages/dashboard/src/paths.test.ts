/** The addresses that people keep in bookmarks and chats. */
import { expect, test } from 'vitest';
import { paths } from './paths.ts';

test('every address', () => {
  const shown = Object.entries(paths).map(([name, path]) => `${name} ${path('a/b 节点')}`);
  expect(shown).toMatchInlineSnapshot(`
    [
      "fleet /",
      "nodes /nodes",
      "node /nodes/a%2Fb%20%E8%8A%82%E7%82%B9",
      "rollouts /rollouts",
      "newRollout /rollouts/new",
      "rollout /rollouts/a%2Fb%20%E8%8A%82%E7%82%B9",
      "operations /operations",
      "operation /operations/a%2Fb%20%E8%8A%82%E7%82%B9",
      "budgets /budgets",
      "audit /audit",
      "access /access",
    ]
  `);
});
