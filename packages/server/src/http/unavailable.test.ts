/** A store that cannot be written, and a server that is stopping: nothing is half done, and the answer says to come back. */
import { oneServer } from '../fleet/servers.ts';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { METADATA_BYTES_MAX } from '@sluice/contract';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Authentication } from '../authentication/authentication.ts';
import { PersonSessions } from '../authentication/person-sessions.ts';
import { steadyClock } from '../fleet/system-clock.ts';
import { EventFeed } from '../fleet/event-feed.ts';
import { Fleet } from '../fleet/fleet.ts';
import { SequenceWaits } from '../fleet/sequence-waits.ts';
import { newOperationId } from '../fleet/operation-id.ts';
import { createLogger } from '../observe/logger.ts';
import { openSqliteStore } from '../store/sqlite/sqlite-store.ts';
import { Rollouts } from '../rollouts/rollouts.ts';
import { parametersCheck } from './command-parameters.ts';
import { createHttpApp } from './app.ts';
import { ServerMetrics } from '../observe/server-metrics.ts';
import { ListBytes } from './list-bytes.ts';
import { limitsOf } from '../limits/limit-settings.ts';
import { OneTimeCodes } from './login/one-time-codes.ts';
import { WebhookDeliveries } from '../webhooks/webhook-deliveries.ts';
import { parseWebhooks } from '../webhooks/webhook-settings.ts';
import { RefusalLog } from './refusal-log.ts';
import { ServerUnderTest } from './server-under-test.ts';

let server: ServerUnderTest;

beforeAll(async () => {
  server = await ServerUnderTest.start();
  await server.addNode('n1');
});
afterAll(() => server.stop());

test('a store that cannot be written: 503 for changes, reads go on, and it heals by itself', async () => {
  const other = new Database(path.join(server.directory, 'sluice.db'));
  try {
    other.exec('BEGIN IMMEDIATE');
    const refused = await server.ask('POST', '/api/v1/nodes/n1/drain');
    expect(refused).toMatchObject({
      status: 503,
      json: { code: 'store-unavailable', detail: expect.stringContaining('Another program') },
      headers: { 'retry-after': '1' },
    });
    expect(await server.ask('GET', '/readyz')).toMatchObject({ status: 503, json: { code: 'store-unavailable' } });
    expect(await server.ask('GET', '/healthz')).toMatchObject({ status: 200 });
    expect(await server.ask('GET', '/api/v1/nodes/n1')).toMatchObject({
      status: 200,
      json: { availability: 'active' },
    });
  } finally {
    other.exec('ROLLBACK');
    other.close();
  }
  expect(await server.ask('GET', '/api/v1/operations')).toMatchObject({ status: 200, json: { items: [] } });
  expect(await server.ask('POST', '/api/v1/nodes/n1/drain')).toMatchObject({ status: 200 });
  expect(await server.ask('GET', '/readyz')).toMatchObject({ status: 200 });
});

test('a server that is stopping takes nothing new, and says so', async () => {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'sluice-stopping-'));
  const store = await openSqliteStore(directory);
  const logger = createLogger('silent');
  const fleet = await Fleet.open({
    servers: oneServer('server'),
    store,
    clock: steadyClock,
    settings: { defaultDrainTimeoutMs: null, metadataBytesMax: METADATA_BYTES_MAX },
    newOperationId,
    logger,
  });
  const authentication = new Authentication({ fleet, adminToken: null, joinToken: null, isOpen: true });
  const day = 86_400_000;
  const about = {
    startedAt: Date.now(),
    storeKind: 'sqlite' as const,
    retention: { eventsMaxAgeMs: day, eventsMaxCount: 1000, operationsMaxAgeMs: day, operationsMaxCount: 1000 },
    replicas: null,
    massSilence: () => null,
  };
  const feed = new EventFeed(fleet, steadyClock);
  const parsed = parseWebhooks();
  if (!parsed.ok) throw new Error(parsed.message);
  const webhooks = await WebhookDeliveries.open({
    servers: oneServer('server'),
    fleet,
    feed,
    store: store.webhooks,
    clock: steadyClock,
    logger,
    settings: parsed.value,
    attempted: () => undefined,
  });
  const rollouts = new Rollouts({
    servers: oneServer('server'),
    fleet,
    store,
    clock: steadyClock,
    logger,
    allowed: [],
    massSilence: () => null,
    parametersCheck,
    defaultDrainTimeoutMs: null,
  });
  let isStopping = false;
  const app = await createHttpApp({
    fleet,
    authentication,
    logger,
    isStopping: () => isStopping,
    about,
    login: {
      keeper: new PersonSessions(fleet, { idleMs: day, absoluteMs: day, cliTokenMs: day }, logger),
      oidc: null,
      links: new OneTimeCodes(day, () => Date.now()),
    },
    dashboardDirectory: null,
    feed,
    sequenceWaits: new SequenceWaits(fleet, steadyClock),
    lagMs: () => 0,
    webhooks,
    rollouts,
    history: store,
    limits: limitsOf({}),
    listBytes: new ListBytes(),
    metrics: new ServerMetrics(),
    tls: null,
    refusals: new RefusalLog({ fleet, clock: steadyClock, logger }),
  });
  try {
    const url = await app.listen({ host: '127.0.0.1', port: 0 });
    expect((await fetch(`${url}/api/v1/nodes`)).status).toBe(200);
    isStopping = true;
    for (const [target, status] of [
      ['/api/v1/nodes', 503],
      ['/readyz', 503],
      ['/healthz', 200],
    ] as const) {
      const response = await fetch(`${url}${target}`);
      expect({ target, status: response.status }).toEqual({ target, status });
      if (status === 503) {
        expect(response.headers.get('retry-after')).toBe('1');
        expect(await response.json()).toMatchObject({ code: 'stopping' });
      }
    }
  } finally {
    await app.close();
    await webhooks.stop();
    await rollouts.stop();
    await fleet.stop();
    await store.close();
    await rm(directory, { recursive: true, force: true });
  }
});
