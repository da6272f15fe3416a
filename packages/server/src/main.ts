/** Starts and stops a server: the only file that knows every part of it. */
import { randomBytes, randomUUID } from 'node:crypto';
import { Server as TlsServer } from 'node:tls';
import { METADATA_BYTES_MAX } from '@sluice/contract';
import { Authentication } from './authentication/authentication.ts';
import { LoginKeys } from './authentication/login-keys.ts';
import { OidcLogin } from './authentication/oidc/oidc-login.ts';
import { PersonSessions } from './authentication/person-sessions.ts';
import type { ServerConfig } from './config.ts';
import { watchClock } from './fleet/clock-watch.ts';
import { steadyClock, WallClock } from './fleet/system-clock.ts';
import { catchUp } from './fleet/catch-up.ts';
import { EventFeed } from './fleet/event-feed.ts';
import { Fleet } from './fleet/fleet.ts';
import { newOperationId } from './fleet/operation-id.ts';
import { Pause } from './fleet/pause.ts';
import { oneServer } from './fleet/servers.ts';
import { Retention } from './fleet/retention.ts';
import { SequenceWaits } from './fleet/sequence-waits.ts';
import { ListBytes } from './http/list-bytes.ts';
import { parametersCheck } from './http/command-parameters.ts';
import { createHttpApp } from './http/app.ts';
import type { AboutServer } from './http/route-context.ts';
import { secureContext } from './http/http-server.ts';
import { linkedTo, loginLinks, loginPath } from './http/login/login-link.ts';
import { RefusalLog } from './http/refusal-log.ts';
import { logLoudEvents } from './observe/log-loud-events.ts';
import { createLogger } from './observe/logger.ts';
import { ServerMetrics } from './observe/server-metrics.ts';
import { AgentSessions } from './sessions/agent-sessions.ts';
import { readTlsFiles, type TlsMaterial, watchTlsFiles } from './tls/tls-files.ts';
import { CutOff } from './replicas/cut-off.ts';
import { isReady } from './replicas/is-ready.ts';
import { Replicas } from './replicas/replicas.ts';
import { aboutReplica, newServerId } from './replicas/about-replica.ts';
import { Rollouts } from './rollouts/rollouts.ts';
import { WebhookDeliveries } from './webhooks/webhook-deliveries.ts';
import { openStore } from './store/open-store.ts';

/** Bytes of a challenge: nobody guesses it, and none comes twice. */
const NONCE_BYTES = 32;

/**
 * Connections that the system keeps for a server that is busy; Linux takes 4096 at most unless told otherwise. One that it does not
 * keep looks open to its agent, which waits for a welcome that never comes.
 */
const BACKLOG = 4096;

export interface RunningServer {
  /** Where it answers, such as `http://127.0.0.1:7070`. */
  readonly url: string;
  /** Made at this start, to be shown once; `null`: known from before, or given. */
  readonly newAdminToken: string | null;
  /** A one-time link into the dashboard for that token, below `url`; `null`: there is no such token, or no dashboard. */
  readonly newLoginPath: string | null;
  /** Resolves, with the reason, when its memory cannot be made true any more: it is to be stopped and started anew. */
  readonly superseded: Promise<string>;
  /** Ends cleanly: agents are told to come back, what was begun is committed. Workloads are untouched. */
  stop(): Promise<void>;
}

/**
 * @throws Error for the one who started it: the port is taken (its cause has the code `EADDRINUSE`), or the store cannot be opened.
 */
export async function startServer(config: ServerConfig): Promise<RunningServer> {
  const logger = createLogger(config.logLevel);
  for (const warning of config.warnings) logger.warn({ event: 'configuration-warning' }, warning);
  const clock = new WallClock();
  // What was opened is closed in the opposite order, at the end or when something after it cannot be opened.
  const closings: (() => Promise<void>)[] = [];
  const closeAll = async () => {
    for (let close = closings.pop(); close !== undefined; close = closings.pop()) await close();
  };
  let isStopping = false;
  let sessionsOf: AgentSessions | null = null;
  let supersede: (reason: string) => void = () => undefined;
  const superseded = new Promise<string>((resolve) => {
    supersede = resolve;
  });
  try {
    // First: what is most often wrong at a start is said before anything is opened.
    const tls = config.tls === null ? null : readTlsFiles(config.tls);
    const store = await openStore(config, logger);
    closings.push(() => store.close());
    // Before anything is written: how it was left.
    const age = await store.age();
    const replicas =
      store.shared === null
        ? null
        : await Replicas.enter({
            shared: store.shared,
            clock: steadyClock,
            logger,
            newId: newServerId,
            about: aboutReplica(config, clock.now(), () => sessionsOf?.size ?? 0),
            givenUp: () => sessionsOf?.endAll(),
          });
    closings.push(async () => replicas?.stop());
    const servers = replicas ?? oneServer(newServerId());
    const { adminToken, joinToken, isOpen, heartbeatIntervalMs, leaseMs } = config;
    const metrics = new ServerMetrics();
    // Loaded only where it is wanted: without it no request and no start pays for it.
    const tracing =
      config.tracing === null ? null : (await import('./observe/tracing.ts')).startTracing(config.tracing, logger);
    closings.push(async () => tracing?.stop());
    const fleet = await Fleet.open({
      store,
      clock,
      servers,
      superseded: (reason) => {
        logger.fatal({ event: 'superseded', reason }, 'this server starts anew');
        supersede(reason);
      },
      settings: { defaultDrainTimeoutMs: config.defaultDrainTimeoutMs, metadataBytesMax: METADATA_BYTES_MAX },
      newOperationId,
      logger,
      committed: (durationMs) => metrics.committed(durationMs),
      tracing: tracing ?? undefined,
    });
    closings.push(() => fleet.stop());
    const look = store.shared === null ? undefined : () => catchUp(fleet);
    const authentication = new Authentication({ fleet, adminToken, joinToken, isOpen, catchUp: look });
    for (const id of authentication.revokedIds) {
      const sentence = `the ${id} token of the configuration was revoked and opens nothing; give the server another secret`;
      logger.warn({ event: 'token-revoked-before', token: id }, sentence);
    }
    const rollouts = new Rollouts({
      fleet,
      servers,
      store,
      clock,
      logger,
      allowed: config.webhooks.allowed,
      massSilence: () => sessions.massSilence()?.detail ?? null,
      parametersCheck,
      defaultDrainTimeoutMs: config.defaultDrainTimeoutMs,
    });
    closings.push(() => rollouts.stop());
    const stopWatching = watchClock({
      clock,
      shiftTimes: (byMs, anchor) =>
        fleet.shiftTimes(byMs, () => {
          anchor();
          rollouts.clockShifted(byMs);
        }),
      hasOthers: () => servers.hasOthers,
      logger,
    });
    closings.push(stopWatching);
    fleet.subscribeToEvents(logLoudEvents(logger));
    if (tracing !== null) fleet.subscribeToEvents((events) => tracing.follow(events));
    const retention = new Retention({ store, fleet, servers, clock, settings: config.retention, logger });
    closings.push(() => retention.stop());
    const refusals = new RefusalLog({ fleet, clock, logger });
    closings.push(async () => refusals.flush());
    const about: AboutServer = {
      startedAt: clock.now(),
      storeKind: config.databaseUrl === null ? 'sqlite' : 'postgres',
      retention: config.retention,
      replicas,
      massSilence: () => sessions.massSilence(),
    };
    const feed = new EventFeed(fleet, clock);
    const webhooks = await WebhookDeliveries.open({
      fleet,
      servers,
      feed,
      store: store.webhooks,
      clock,
      logger,
      settings: config.webhooks,
      attempted: (result) => metrics.attempted(result),
    });
    closings.push(() => webhooks.stop());
    metrics.watch({
      webhooks,
      fleet,
      hasMassSilence: () => sessions.massSilence() !== null,
      replicas,
      storeKind: about.storeKind,
    });
    closings.push(async () => metrics.stop());
    const links = loginLinks(store.logins, () => clock.now());
    const app = await createHttpApp({
      fleet,
      feed,
      sequenceWaits: new SequenceWaits(fleet, steadyClock),
      lagMs: replicas?.lagMs ?? (() => 0),
      catchUp: look,
      webhooks,
      rollouts,
      authentication,
      logger,
      isStopping: () => isStopping,
      about,
      login: {
        keeper: new PersonSessions(fleet, config.sessions, logger),
        oidc:
          config.oidc === null
            ? null
            : new OidcLogin(config.oidc, await LoginKeys.open(store.logins), () => clock.now()),
        links,
        codes: store.logins,
      },
      dashboardDirectory: config.dashboardDirectory,
      refusals,
      history: store,
      limits: config.limits,
      listBytes: new ListBytes(),
      metrics,
      tracing,
      tls,
    });
    if (config.tls !== null && tls !== null) {
      const { server } = app;
      const use = (material: TlsMaterial) => {
        if (server instanceof TlsServer) server.setSecureContext(secureContext(material));
      };
      const stopWatchingFiles = watchTlsFiles(config.tls, tls, use, logger);
      closings.push(async () => stopWatchingFiles());
    }
    closings.push(() => app.close());
    // Again, and first: a request that waits for a receiver would hold the app up.
    closings.push(() => webhooks.stop());
    const sessions = new AgentSessions({
      fleet,
      servers,
      catchUp: look,
      authentication,
      clock: steadyClock,
      times: { heartbeatIntervalMs, leaseMs },
      newSessionId: randomUUID,
      newNonce: () => randomBytes(NONCE_BYTES).toString('base64url'),
      limits: config.limits,
      keyMaxAgeMs: config.agentKeyMaxAgeMs,
      massSilenceChanged: () => rollouts.massSilenceChanged(),
      refused: (nodeId, address, detail) =>
        refusals.note({
          actor: { name: 'agent', address },
          route: 'agentSession',
          code: 'agent-refused',
          detail,
          nodeId,
        }),
      logger,
    });
    sessionsOf = sessions;
    const cutOff = replicas && new CutOff({ replicas, clock: steadyClock, isReady, logger, agents: sessions });
    closings.push(async () => cutOff?.stop());
    closings.push(() => sessions.stop());
    sessions.attach(app.server);
    rollouts.begin(age);
    const address = await listen(app, config);
    const url = tls === null ? address : address.replace(/^http:/u, 'https:');
    await authentication.keepNewTokens();
    const { newAdminToken } = authentication;
    const admin = newAdminToken === null ? null : authentication.apiTokenOf(newAdminToken);
    logger.info({ event: 'server-started', url, nodes: fleet.size }, 'serving');

    let stopped: Promise<void> | null = null;
    const stop = async () => {
      logger.info({ event: 'server-stopping' }, 'stopping');
      if (replicas?.hasOthers === true) {
        // Balancers are to notice it before anything is refused.
        await replicas.leave();
        await new Pause(steadyClock).for(config.handOverNoticeMs);
        await sessions.handOver();
      }
      isStopping = true;
      await closeAll();
      logger.info({ event: 'server-stopped' }, 'stopped');
    };
    return {
      url,
      newAdminToken,
      newLoginPath:
        admin === null || config.dashboardDirectory === null ? null : loginPath(await links.issue(linkedTo(admin))),
      superseded,
      stop: () => (stopped ??= stop()),
    };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

async function listen(app: Awaited<ReturnType<typeof createHttpApp>>, { host, port }: ServerConfig): Promise<string> {
  try {
    return await app.listen({ host, port, backlog: BACKLOG });
  } catch (error) {
    const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
    const what = isTaken
      ? 'is in use by another program. Stop that, or choose another address with --listen HOST:PORT.'
      : 'cannot be listened on.';
    throw new Error(`${host}:${port} ${what}`, { cause: error });
  }
}
