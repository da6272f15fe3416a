/** How plans and rollouts look: two nodes and two thousand, on a narrow and on a wide terminal, in the pictures of `golden/`. */
import fc from 'fast-check';
import type { Rollout, RolloutNodeStatus } from '@sluice/contract';
import { describe, expect, test } from 'vitest';
import { displayWidth } from '../output/display-width.ts';
import { renderPlanPage } from './plan-page.ts';
import { at, NOW_MS, nodeIdOf, planOf, viewOf } from './rollout-fixture.ts';
import { nodeInWords } from './node-in-words.ts';
import { remarkOnRollout, rolloutEndInWords } from './rollout-in-words.ts';
import { rolloutLines } from './rollout-lines.ts';
import { renderRolloutPage } from './rollout-page.ts';
import { renderRolloutPicture } from './rollout-picture.ts';
import { ROLLOUT_NODE_STATUSES } from './rollout-status.ts';

const plain = (text: string) => text;

/** A window that slides: what lies behind it has ended, what is in it is on its way. */
const sliding =
  (front: number, width: number, failed: readonly number[] = []) =>
  (position: number): RolloutNodeStatus => {
    if (position > front) return 'pending';
    if (failed.includes(position)) return 'failed';
    if (position <= front - width) return position % 97 === 0 ? 'skipped' : 'succeeded';
    const way = ['draining', 'draining', 'acting', 'undraining', 'settling', 'succeeded'] as const;
    return way[position % way.length] ?? 'draining';
  };

const paused: Partial<Rollout> = {
  status: 'paused',
  pause: {
    because: 'failures',
    detail: '2 nodes have failed, and 2 may not: lobby-113, lobby-77. What is under way finishes.',
    by: 'sluice',
    at: at(-5),
  },
};
const two = viewOf({ nodes: 2, batchSize: 1, statusOf: (position) => (position === 1 ? 'succeeded' : 'draining') });
const fourHundred = viewOf({
  nodes: 400,
  batchSize: 20,
  statusOf: sliding(226, 24, [77, 113]),
  rollout: paused,
  spec: { name: 'build 4182' },
});
const twoThousand = viewOf({
  nodes: 2000,
  batchSize: 40,
  statusOf: sliding(868, 44, [77, 413]),
  rollout: { waiting: "Budget 'eu' allows 40 of 2,000 nodes to be unavailable, and 40 are." },
});

describe('the live picture', () => {
  test.each([
    ['2-at-80', two, 80, 22],
    ['2-at-200', two, 200, 48],
    ['400-at-80', fourHundred, 80, 22],
    ['400-at-200', fourHundred, 200, 48],
    ['2000-at-80', twoThousand, 80, 22],
    ['2000-at-200', twoThousand, 200, 48],
  ])('%s', async (name, view, columns, rows) => {
    const picture = renderRolloutPicture(view, { columns, rows }, plain, NOW_MS);
    await expect(picture).toMatchFileSnapshot(`golden/picture-${name}.txt`);
  });

  test('it fits any terminal, whatever the rollout', () => {
    const shape = fc.record({
      nodes: fc.integer({ min: 1, max: 300 }),
      batchSize: fc.integer({ min: 1, max: 120 }),
      statuses: fc.array(fc.constantFrom(...ROLLOUT_NODE_STATUSES), { minLength: 1, maxLength: 40 }),
      columns: fc.integer({ min: 40, max: 220 }),
      rows: fc.integer({ min: 20, max: 60 }),
      isPaused: fc.boolean(),
    });
    fc.assert(
      fc.property(shape, ({ nodes, batchSize, statuses, columns, rows, isPaused }) => {
        const statusOf = (position: number) => statuses[position % statuses.length] ?? 'pending';
        const view = viewOf({ nodes, batchSize, statusOf, rollout: isPaused ? paused : {} });
        const lines = renderRolloutPicture(view, { columns, rows }, plain, NOW_MS).split('\n').slice(0, -1);
        expect(lines.length).toBeLessThanOrEqual(rows);
        for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(columns);
      }),
      { numRuns: 50 },
    );
  });

  test('a batch that nobody has read is drawn from its counts', () => {
    const unread = { ...twoThousand, nodes: new Map() };
    const picture = renderRolloutPicture(unread, { columns: 80, rows: 22 }, plain, NOW_MS);
    expect(picture).toContain('23–50  · 1,120 pending');
  });

  test('colours repeat what letters say: without them the picture is the same', () => {
    const marked = renderRolloutPicture(
      two,
      { columns: 80, rows: 22 },
      (text, colour) => `<${colour}>${text}</>`,
      NOW_MS,
    );
    expect(marked).toContain('<green>✓</> <yellow>D</>');
    expect(marked.replaceAll(/<[^>]*>/gu, '')).toBe(
      renderRolloutPicture(two, { columns: 80, rows: 22 }, plain, NOW_MS),
    );
  });
});

describe('a plan', () => {
  const budget = { allowed: 3, unavailable: 1, matching: 12 };
  const busy = planOf(2000, 40, {
    skipped: Array.from({ length: 7 }, (_, index) => ({ nodeId: nodeIdOf(index + 1), because: 'It is offline.' })),
    uncountedNodes: 3,
    budgets: [
      {
        ...budget,
        name: 'all',
        binds: false,
        detail: "Budget 'all' allows 100 of 2,000 nodes (5%), and 1 is out: lobby-4 (offline).",
      },
      {
        ...budget,
        name: 'lobby',
        binds: true,
        detail: "Budget 'lobby' allows 3 of 12 nodes to be unavailable (25%), and 1 is: lobby-4 (offline).",
      },
    ],
    duration: { expectedSeconds: 4300, pessimisticSeconds: 7300, basis: '312 restarts and 280 drains of this fleet.' },
    warnings: ['lobby-9 is held by ann (new disk): it stays drained afterwards.'],
    spec: {
      ...planOf(1, 1).spec,
      name: 'build 4182',
      canary: 5,
      maxFailures: '1%',
      window: { days: ['mon', 'tue', 'wed', 'thu', 'fri'], start: '02:00', end: '05:00', timeZone: 'Europe/Berlin' },
      metricGate: { url: 'https://metrics.example/ok' },
    },
  });

  test.each([
    ['2-at-80', planOf(2, 1), 80],
    ['2000-at-80', busy, 80],
    ['2000-at-200', busy, 200],
    ['2000-piped', busy, null],
  ])('%s', async (name, plan, columns) => {
    await expect(renderPlanPage(plan, columns, plain)).toMatchFileSnapshot(`golden/plan-${name}.txt`);
  });
});

describe('a page', () => {
  test.each([
    ['2-at-80', two, 80],
    ['400-at-80', fourHundred, 80],
    ['2000-piped', twoThousand, null],
  ])('%s', async (name, view, columns) => {
    await expect(renderRolloutPage(view, columns, plain, NOW_MS)).toMatchFileSnapshot(`golden/page-${name}.txt`);
  });
});

describe('without a terminal', () => {
  const shape = { nodes: 3, batchSize: 1 };
  const lines = (before: readonly RolloutNodeStatus[] | null, now: readonly RolloutNodeStatus[], rollout = {}) => {
    const view = (statuses: readonly RolloutNodeStatus[], change: Partial<Rollout>) =>
      viewOf({ ...shape, statusOf: (position) => statuses[position - 1] ?? 'pending', rollout: change });
    return rolloutLines(before === null ? null : view(before, {}), view(now, rollout));
  };

  test('the first look tells how everything stands that is under way', () => {
    expect(lines(null, ['succeeded', 'draining', 'pending'])).toEqual([
      'ro_01jd2x8q: restart of 3 nodes that game=chess matches, running; 1 of 3 done',
      'lobby-2: draining',
    ]);
  });

  test('then a line for each change, and none for what is as it was', () => {
    const before = ['draining', 'acting', 'pending'] as const;
    expect(lines(before, before)).toEqual([]);
    expect(lines(before, ['acting', 'failed', 'skipped'])).toEqual([
      'lobby-1: restarting',
      'lobby-2: failed after 52 s: It did not become healthy within 10 min: the health check gave no answer',
      'lobby-3: skipped: It was offline at its turn',
    ]);
  });

  test('a pause comes with what can be done about it', () => {
    expect(lines(['failed', 'failed', 'pending'], ['failed', 'failed', 'pending'], paused)).toEqual([
      'Paused: 2 nodes have failed, and 2 may not: lobby-113, lobby-77. What is under way finishes.',
      '→ What failed: sluice rollouts nodes ro_01jd2x8q --status failed',
      '→ Try that again: sluice rollouts retry ro_01jd2x8q',
      '→ Go on with the others: sluice rollouts resume ro_01jd2x8q',
      '→ No more of it: sluice rollouts cancel ro_01jd2x8q',
    ]);
    const canary = {
      ...paused,
      pause: { because: 'canary', detail: 'The first 1 went well.', by: 'sluice', at: at(0) },
    };
    expect(lines(['succeeded', 'pending', 'pending'], ['succeeded', 'pending', 'pending'], canary)).toEqual([
      'Paused: The first 1 went well.',
      '→ The others follow: sluice rollouts approve ro_01jd2x8q',
      '→ No more of it: sluice rollouts cancel ro_01jd2x8q',
    ]);
  });

  test('what it waits for, and new nodes', () => {
    const change = { waiting: 'The window opens at 02:00.', newNodesCount: 2, newNodes: ['x', 'y'] };
    expect(lines(['pending', 'pending', 'pending'], ['pending', 'pending', 'pending'], change)).toEqual([
      '2 new nodes that it selects, not taken',
      'Waits: The window opens at 02:00.',
    ]);
  });
});

describe('in words', () => {
  const ended = (change: Partial<Rollout>, ...statuses: readonly RolloutNodeStatus[]) =>
    viewOf({
      nodes: statuses.length,
      batchSize: 1,
      statusOf: (position) => statuses[position - 1] ?? 'pending',
      rollout: { endedAt: at(0), ...change },
    }).rollout;

  test.each([
    [ended({ status: 'succeeded' }, 'succeeded', 'skipped'), 'succeeded after 30 min; 1 of 2 done · 1 skipped'],
    [
      ended({ status: 'failed', error: 'lobby-1 failed.' }, 'failed', 'pending'),
      'failed after 30 min; 0 of 2 done · 1 failed; 1 node never begun: lobby-1 failed',
    ],
    [ended({ status: 'cancelled' }, 'succeeded', 'pending'), 'cancelled after 30 min; 1 of 2 done; 1 node never begun'],
    [ended({ status: 'running', endedAt: null }, 'succeeded', 'pending'), 'running; 1 of 2 done'],
  ])('%#', (rollout, words) => expect(rolloutEndInWords(rollout)).toBe(`ro_01jd2x8q: ${words}`));

  test('the remark of a list says what keeps it, else how long it takes', () => {
    expect(remarkOnRollout(ended({ endedAt: null }, 'pending'), NOW_MS)).toBe('build 4182 · about 38 min left');
    expect(remarkOnRollout({ ...ended(paused, 'failed'), spec: { command: { kind: 'drain' } } }, NOW_MS)).toMatch(
      /^Paused: /u,
    );
  });

  test('a second attempt is told', () => {
    const node = two.nodes.get(2);
    if (node === undefined) throw new Error('no second node');
    expect(nodeInWords({ ...node, attempt: 2 }, { kind: 'reboot' })).toBe('draining (attempt 2)');
    expect(nodeInWords({ ...node, status: 'acting' }, { kind: 'reboot' })).toBe('rebooting');
    expect(nodeInWords({ ...node, status: 'acting' }, { kind: 'run', name: 'x' })).toBe('running');
  });
});
