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
  replicas: null,
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

test('several servers on one database, and what each does for all', () => {
  const replica = {
    id: 'sv_1',
    name: 'https://one.example:7070',
    url: 'https://one.example:7070',
    version: '1.2.3',
    startedAt: '2026-11-23T09:00:00.000Z',
    answering: true,
    leaving: false,
    sessions: 1,
    lagMs: 120,
    claims: { rollouts: 1, webhooks: 2, nodes: 3, retention: true },
  };
  const other = {
    ...replica,
    id: 'sv_2',
    name: 'two:7070',
    answering: false,
    leaving: true,
    sessions: 5000,
    claims: { rollouts: 0, webhooks: 0, nodes: 0, retention: false },
  };
  expect(page({ replicas: [replica, other] })).toContain(
    `Servers  https://one.example:7070 (this one): 1 agent · behind by 120 ms · 1 rollout · 2 webhooks · times of 3 nodes · retention · 1.2.3, started 3 h ago
         two:7070 (leaving): 5,000 agents · behind by 120 ms · 1.2.3, started 3 h ago
`,
  );
});
