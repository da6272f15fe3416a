/** Test support: the parts of a server and its HTTP app, over a store that the test gives, so that several can share one. */
import type { FastifyInstance } from 'fastify';
import { METADATA_BYTES_MAX } from '@sluice/contract';
import type { Clock } from '@sluice/core';
import { Authentication, type AuthenticationOptions } from '../authentication/authentication.ts';
import { LoginKeys } from '../authentication/login-keys.ts';
import { OidcLogin, type OidcSettings } from '../authentication/oidc/oidc-login.ts';
import { PersonSessions, type SessionTimes } from '../authentication/person-sessions.ts';
import { EventFeed } from '../fleet/event-feed.ts';
import { Fleet } from '../fleet/fleet.ts';
import type { FleetOptions } from '../fleet/fleet-options.ts';
import { oneServer } from '../fleet/servers.ts';
import { newOperationId } from '../fleet/operation-id.ts';
import { SequenceWaits } from '../fleet/sequence-waits.ts';
import { steadyClock } from '../fleet/system-clock.ts';
import { limitsOf } from '../limits/limit-settings.ts';
import { createLogger } from '../observe/logger.ts';
import { ServerMetrics } from '../observe/server-metrics.ts';
import { Rollouts } from '../rollouts/rollouts.ts';
import { WebhookDeliveries } from '../webhooks/webhook-deliveries.ts';
import { parseWebhooks } from '../webhooks/webhook-settings.ts';
import { createHttpApp } from './app.ts';
import { parametersCheck } from './command-parameters.ts';
import { ListBytes } from './list-bytes.ts';
import { loginLinks } from './login/login-link.ts';
import { RefusalLog } from './refusal-log.ts';

const DAY_MS = 86_400_000;

export interface AppOptions extends Partial<Pick<AuthenticationOptions, 'adminToken' | 'isOpen'>> {
  readonly store: FleetOptions['store'];
  readonly clock?: Clock;
  readonly isStopping?: () => boolean;
  readonly oidc?: OidcSettings;
  readonly sessions?: SessionTimes;
  /** Brings memory up to date with what others have committed to the store; absent: nobody else does. */
  readonly catchUp?: (fleet: Fleet) => Promise<void>;
}

export interface AppUnderTest {
  readonly fleet: Fleet;
  readonly authentication: Authentication;
  readonly sessions: PersonSessions;
  readonly app: FastifyInstance;
  /** Where it answers. */
  readonly url: string;
  /** Stops it; the store is the test's to close. */
  stop(): Promise<void>;
}

export async function startApp(options: AppOptions): Promise<AppUnderTest> {
  const { store, clock = steadyClock, catchUp } = options;
  const logger = createLogger('silent');
  const servers = oneServer('server');
  const fleet = await Fleet.open({
    servers,
    store,
    clock,
    settings: { defaultDrainTimeoutMs: null, metadataBytesMax: METADATA_BYTES_MAX },
    newOperationId,
    logger,
  });
  const look = catchUp === undefined ? undefined : () => catchUp(fleet);
  const authentication = new Authentication({
    fleet,
    adminToken: options.adminToken ?? null,
    joinToken: null,
    isOpen: options.isOpen ?? false,
    catchUp: look,
  });
  const feed = new EventFeed(fleet, clock);
  const parsed = parseWebhooks();
  if (!parsed.ok) throw new Error(parsed.message);
  const settings = parsed.value;
  const attempted = () => undefined;
  const webhooks = await WebhookDeliveries.open({
    servers,
    fleet,
    feed,
    store: store.webhooks,
    clock,
    logger,
    settings,
    attempted,
  });
  const massSilence = () => null;
  const rollouts = new Rollouts({
    servers,
    fleet,
    store,
    clock,
    logger,
    allowed: [],
    massSilence,
    parametersCheck,
    defaultDrainTimeoutMs: null,
  });
  const now = () => fleet.now();
  const times = options.sessions ?? { idleMs: DAY_MS, absoluteMs: DAY_MS, cliTokenMs: DAY_MS };
  const sessions = new PersonSessions(fleet, times, logger);
  const { oidc } = options;
  const app = await createHttpApp({
    fleet,
    authentication,
    logger,
    isStopping: options.isStopping ?? (() => false),
    about: {
      startedAt: now(),
      storeKind: 'sqlite',
      replicas: null,
      retention: {
        eventsMaxAgeMs: DAY_MS,
        eventsMaxCount: 1000,
        operationsMaxAgeMs: DAY_MS,
        operationsMaxCount: 1000,
      },
      massSilence,
    },
    login: {
      keeper: sessions,
      oidc: oidc === undefined ? null : new OidcLogin(oidc, await LoginKeys.open(store.logins), now),
      links: loginLinks(store.logins, now),
      codes: store.logins,
    },
    dashboardDirectory: null,
    feed,
    webhooks,
    rollouts,
    history: store,
    sequenceWaits: new SequenceWaits(fleet, clock),
    lagMs: () => 0,
    catchUp: look,
    limits: limitsOf({}),
    listBytes: new ListBytes(),
    metrics: new ServerMetrics(),
    tls: null,
    refusals: new RefusalLog({ fleet, clock, logger }),
  });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const stop = async () => {
    await app.close();
    await webhooks.stop();
    await rollouts.stop();
    await fleet.stop();
  };
  return { fleet, authentication, sessions, app, url, stop };
}
