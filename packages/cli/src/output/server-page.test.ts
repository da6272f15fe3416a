/** The page of a server says first what is wrong with it. */
import type { ServerStatus } from '@sluice/contract';
import { expect, test } from 'vitest';
import { renderServerPage } from './server-page.ts';

const status: ServerStatus = {
  version: '1.2.3',
  startedAt: '2026-11-23T09:00:00.000Z',
  now: '2026-11-23T12:10:00.000Z',
  nodes: {
    total: 12,
    connected: 9,
    byStatus: { active: 7, draining: 2, drained: 0, restarting: 0, unhealthy: 0, offline: 3 },
  },
  store: { kind: 'postgres', bytes: 5_242_880, problem: null, lastSequence: 1_234_567 },
  retention: {
    eventsMaxAgeMs: 7_776_000_000,
    eventsMaxCount: 1_000_000,
    operationsMaxAgeMs: 86_400_000,
    operationsMaxCount: 100_000,
  },
  massSilence: null,
};
const page = (changed: Partial<ServerStatus>) => renderServerPage({ ...status, ...changed }, (text) => text);

test('in health', () => {
  expect(page({})).toBe(
    `Sluice 1.2.3  ● serving
Started  3 h ago (2026-11-23T09:00:00.000Z)
Nodes    12, 9 with their agent connected · 7 ● active · 2 ◐ draining · 3 ✕ offline
Store    PostgreSQL, 5.0 MiB
Events   the newest has the number 1,234,567
Kept     events for 90 d, at most 1,000,000
         operations for 1 d, at most 100,000
`,
  );
});

test('a store that cannot be written', () => {
  const shown = page({ store: { ...status.store, problem: 'The disk that holds the database is full.' } });
  expect(shown).toMatch(
    /^Sluice 1\.2\.3 {2}✕ its store cannot be written\nProblem .*The disk that holds the database is full/u,
  );
});

test('many nodes that fell silent together', () => {
  const massSilence = {
    since: '2026-11-23T12:09:30.000Z',
    silentNodes: 5,
    ofNodes: 12,
    detail: 'Look at the network.',
  };
  expect(page({ massSilence })).toMatch(
    /^Sluice 1\.2\.3 {2}▲ many nodes fell silent together\nSilence +5 of 12 nodes fell silent 30 s ago\n +Look at the network\.\n/u,
  );
});
