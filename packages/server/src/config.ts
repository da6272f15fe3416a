/** The server's settings: flag, then environment, then file, then default; parsed once, with errors that say what to do. */
import { readFileSync } from 'node:fs';
import { isIPv6 } from 'node:net';
import path from 'node:path';
import Type from 'typebox';
import { Compile } from 'typebox/compile';
import { parse } from 'yaml';
import type { OidcSettings } from './authentication/oidc/oidc-login.ts';
import type { SessionTimes } from './authentication/person-sessions.ts';
import { SECRET_LENGTH_MIN } from './authentication/secret.ts';
import { type ParsedSection, parseOidc, parseSessions } from './config-oidc.ts';
import { dashboardDirectory } from './http/dashboard-directory.ts';
import { Duration, durationMs } from './duration.ts';
import { ANSWERED_FOR_MS } from './fleet/execution.ts';
import type { RetentionSettings } from './fleet/retention.ts';
import { limitsOf, LimitsSection, type LimitSettings } from './limits/limit-settings.ts';
import { parseTracing, type TracingSettings } from './config-tracing.ts';
import type { TlsPaths } from './tls/tls-files.ts';
import type { LogLevel } from './observe/logger.ts';
import { parseWebhooks, type WebhookSettings, WebhooksSection } from './webhooks/webhook-settings.ts';

export interface ServerConfig {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** Not used, nor made, when there is a `databaseUrl`. */
  readonly dataDirectory: string;
  /** The address of a PostgreSQL database, its password in it: never logged. `null`: SQLite in `dataDirectory`. */
  readonly databaseUrl: string | null;
  /** Where agents and other servers reach this one, as they know it; `null`: the host's name and the port. */
  readonly advertisedUrl: string | null;
  /** `null`: the stored one, or a new one at the first start. */
  readonly adminToken: string | null;
  readonly joinToken: string | null;
  /** No authentication at all: only on loopback. */
  readonly isOpen: boolean;
  /** `null`: plain HTTP. */
  readonly tls: TlsPaths | null;
  readonly logLevel: LogLevel;
  /** The deadline of a drain that names none; `null`: none. */
  readonly defaultDrainTimeoutMs: number | null;
  readonly heartbeatIntervalMs: number;
  readonly leaseMs: number;
  /** How old an agent's key may grow before it is asked for a new one. */
  readonly agentKeyMaxAgeMs: number;
  /** Of several servers: how long one says that it is about to go before it hands its agents over. */
  readonly handOverNoticeMs: number;
  readonly retention: RetentionSettings;
  readonly limits: LimitSettings;
  /** Who logs people in; `null`: nobody. */
  readonly oidc: OidcSettings | null;
  readonly sessions: SessionTimes;
  /** The built dashboard; `null`: there is none, and its address says so. */
  readonly dashboardDirectory: string | null;
  readonly webhooks: WebhookSettings;
  /** Where traces are sent; `null`: nowhere, and nothing is traced. */
  readonly tracing: TracingSettings | null;
  /** What a person should know but need not mend, such as listening off loopback without TLS. */
  readonly warnings: readonly string[];
}

export interface ServerFlags {
  readonly config?: string | undefined;
  readonly listen?: string | undefined;
  readonly data?: string | undefined;
  readonly database?: string | undefined;
  readonly advertise?: string | undefined;
  readonly insecureNoAuth?: boolean | undefined;
  readonly logLevel?: string | undefined;
}

export interface ServerSources {
  readonly flags: ServerFlags;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export type LoadedConfig =
  | { readonly ok: true; readonly config: ServerConfig }
  | { readonly ok: false; readonly message: string };

const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;

const Keep = Type.Object(
  { maxAge: Type.Optional(Duration), maxCount: Type.Optional(Type.Integer({ minimum: 1000 })) },
  { additionalProperties: false },
);

/** The server's configuration file. Durations are written `90s`, `15m`, `2h`, `7d`. */
const ConfigFile = Type.Object(
  {
    /** HOST:PORT; `[::1]:7070` for IPv6. */
    listen: Type.Optional(Type.String()),
    data: Type.Optional(Type.String()),
    database: Type.Optional(Type.String()),
    /** http(s)://HOST:PORT: this one of several servers on one database. */
    advertise: Type.Optional(Type.String()),
    logLevel: Type.Optional(Type.String()),
    tls: Type.Optional(
      Type.Object(
        { cert: Type.String(), key: Type.String(), clientCa: Type.Optional(Type.String()) },
        { additionalProperties: false },
      ),
    ),
    retention: Type.Optional(
      Type.Object({ events: Type.Optional(Keep), operations: Type.Optional(Keep) }, { additionalProperties: false }),
    ),
    /** Both are checked by config-oidc.ts. */
    oidc: Type.Optional(Type.Unknown()),
    sessions: Type.Optional(Type.Unknown()),
    limits: Type.Optional(LimitsSection),
    webhooks: Type.Optional(WebhooksSection),
    /** Address of an OTLP/HTTP collector, such as http://127.0.0.1:4318. */
    tracing: Type.Optional(Type.Object({ endpoint: Type.String() }, { additionalProperties: false })),
    handOver: Type.Optional(Type.Object({ notice: Type.Optional(Duration) }, { additionalProperties: false })),
    drain: Type.Optional(Type.Object({ defaultTimeout: Type.Optional(Duration) }, { additionalProperties: false })),
    agents: Type.Optional(
      Type.Object(
        {
          heartbeatInterval: Type.Optional(Duration),
          lease: Type.Optional(Duration),
          keyMaxAge: Type.Optional(Duration),
        },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false },
);
type ConfigFile = Type.Static<typeof ConfigFile>;

const configFile = Compile(ConfigFile);

/** Never throws: what is wrong is said in a sentence for the one who started the server. */
export function loadServerConfig({ flags, env }: ServerSources): LoadedConfig {
  try {
    return { ok: true, config: readConfig(flags, env) };
  } catch (error) {
    if (error instanceof ConfigError) return { ok: false, message: error.message };
    throw error;
  }
}

/** A setting that cannot be used; its message is for a person. */
class ConfigError extends Error {}

function readConfig(flags: ServerFlags, env: ServerSources['env']): ServerConfig {
  const file = flags.config === undefined ? {} : readFile(flags.config);
  const { host, port } = parseListen(flags.listen ?? env['SLUICE_LISTEN'] ?? file.listen ?? '127.0.0.1:7070');
  const isLoopback = host === 'localhost' || host === '::1' || host.startsWith('127.');
  const isOpen = flags.insecureNoAuth ?? false;
  if (isOpen && !isLoopback) {
    throw new ConfigError(
      `--insecure-no-auth works on loopback only, and ${host} is not. Leave it out, or listen on 127.0.0.1.`,
    );
  }
  const heartbeatIntervalMs = durationMs(file.agents?.heartbeatInterval ?? '10s');
  const leaseMs = durationMs(file.agents?.lease ?? `${heartbeatIntervalMs * 3}ms`);
  if (heartbeatIntervalMs < 100 || leaseMs < 2 * heartbeatIntervalMs) {
    throw new ConfigError(
      'agents.lease must be at least twice agents.heartbeatInterval, and that at least 100ms; else nodes go offline by chance.',
    );
  }
  const { defaultTimeout } = file.drain ?? {};
  const tls = tlsPaths(file, path.dirname(path.resolve(flags.config ?? '.')));
  const address = databaseUrl(flags.database ?? env['SLUICE_DATABASE_URL'] ?? file.database);
  return {
    host,
    port,
    databaseUrl: address,
    advertisedUrl: advertisedUrl(flags.advertise ?? env['SLUICE_ADVERTISE'] ?? file.advertise),
    dataDirectory: path.resolve(flags.data ?? env['SLUICE_DATA'] ?? file.data ?? './sluice-data'),
    adminToken: secret(env, 'SLUICE_ADMIN_TOKEN'),
    joinToken: secret(env, 'SLUICE_JOIN_TOKEN'),
    isOpen,
    tls,
    logLevel: logLevel(flags.logLevel ?? env['SLUICE_LOG_LEVEL'] ?? file.logLevel ?? 'info'),
    defaultDrainTimeoutMs: defaultTimeout === undefined ? null : durationMs(defaultTimeout),
    heartbeatIntervalMs,
    leaseMs,
    handOverNoticeMs: durationMs(file.handOver?.notice ?? '5s'),
    agentKeyMaxAgeMs: durationMs(file.agents?.keyMaxAge ?? '30d'),
    retention: retention(file),
    limits: limitsOf(file.limits),
    oidc: sectionOf(parseOidc(file.oidc, env['SLUICE_OIDC_CLIENT_SECRET'])),
    sessions: sectionOf(parseSessions(file.sessions)),
    dashboardDirectory: dashboardDirectory(),
    webhooks: sectionOf(parseWebhooks(file.webhooks)),
    tracing: sectionOf(parseTracing(file.tracing?.endpoint, env)),
    warnings: [
      ...(isLoopback || tls !== null
        ? []
        : [
            `Listening on ${host} WITHOUT TLS: tokens, metadata and commands cross the network in the clear, for anybody on the way to read and use. Give the server a certificate (tls.cert and tls.key in its configuration file), or listen on 127.0.0.1 behind a proxy that has one.`,
          ]),
      ...(address !== null && flags.data !== undefined
        ? ['--data is not used: everything is kept in the PostgreSQL database.']
        : []),
    ],
  };
}

function advertisedUrl(given: string | undefined): string | null {
  if (given === undefined) return null;
  const url = URL.canParse(given) ? new URL(given) : null;
  if (url === null || !/^https?:$/u.test(url.protocol) || url.username !== '' || url.pathname !== '/')
    throw new ConfigError(`--advertise '${given}' is no address of a server; write it as http(s)://HOST:PORT.`);
  return url.origin;
}

function readFile(file: string): ConfigFile {
  let value: unknown;
  try {
    value = parse(readFileSync(file, 'utf8')) ?? {};
  } catch (error) {
    throw new ConfigError(
      `The configuration file ${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  if (configFile.Check(value)) return value;
  const [fault] = configFile.Errors(value);
  throw new ConfigError(
    `${file}: ${fault?.instancePath || 'the file'} ${fault?.message ?? 'is not valid'}. Known are listen, data, database, advertise, logLevel, tls.cert, tls.key, tls.clientCa, handOver.notice, drain.defaultTimeout, agents.heartbeatInterval, agents.lease, agents.keyMaxAge, retention.events, retention.operations (maxAge, maxCount), oidc, sessions, limits, webhooks (allowPrivateAddresses, retryAfter, timeout, source) and tracing.endpoint.`,
  );
}

function sectionOf<T>(parsed: ParsedSection<T>): T {
  if (parsed.ok) return parsed.value;
  throw new ConfigError(parsed.message);
}

/** A million events are some 500 MB; what a fleet of a thousand nodes does in three months. */
function retention({ retention: given }: ConfigFile): RetentionSettings {
  const settings = {
    eventsMaxAgeMs: durationMs(given?.events?.maxAge ?? '90d'),
    eventsMaxCount: given?.events?.maxCount ?? 1_000_000,
    operationsMaxAgeMs: durationMs(given?.operations?.maxAge ?? '90d'),
    operationsMaxCount: given?.operations?.maxCount ?? 100_000,
  };
  if (settings.operationsMaxAgeMs < ANSWERED_FOR_MS)
    throw new ConfigError(
      'retention.operations.maxAge must be at least 1d: a request with an Idempotency-Key is answered by its operation for that long.',
    );
  return settings;
}

/** Relative to the configuration file. */
function tlsPaths({ tls }: ConfigFile, directory: string): TlsPaths | null {
  if (tls === undefined) return null;
  const { cert, key, clientCa } = tls;
  return {
    cert: path.resolve(directory, cert),
    key: path.resolve(directory, key),
    clientCa: clientCa === undefined ? null : path.resolve(directory, clientCa),
  };
}

function parseListen(text: string): { readonly host: string; readonly port: number } {
  const groups = /^(?:\[(?<ipv6>[^\]]+)\]|(?<host>[^:[\]]+)):(?<port>\d{1,5})$/u.exec(text)?.groups;
  const host = groups?.['ipv6'] ?? groups?.['host'];
  const port = Number(groups?.['port'] ?? Number.NaN);
  if (host === undefined || !(port <= 65_535) || (groups?.['ipv6'] !== undefined && !isIPv6(host))) {
    throw new ConfigError(
      `'${text}' is no address to listen on; write HOST:PORT, such as 127.0.0.1:7070 or [::1]:7070.`,
    );
  }
  return { host, port };
}

/** @param text Not repeated in an error: it may hold a password. An empty one is none, as an unset variable of a container is. */
function databaseUrl(text = ''): string | null {
  if (text === '') return null;
  if (/^postgres(?:ql)?:\/\//u.test(text)) return text;
  throw new ConfigError(
    'The address of the database must begin with postgres://, such as postgres://sluice:PASSWORD@db.example:5432/sluice. ' +
      'To keep everything in SQLite, leave it out and give a directory with --data DIR.',
  );
}

function logLevel(text: string): LogLevel {
  const level = LOG_LEVELS.find((known) => known === text);
  if (level === undefined) throw new ConfigError(`'${text}' is no log level; choose one of ${LOG_LEVELS.join(', ')}.`);
  return level;
}

function secret(env: ServerSources['env'], name: string): string | null {
  const value = env[name];
  if (value === undefined || value === '') return null;
  if (value.length < SECRET_LENGTH_MIN)
    throw new ConfigError(`${name} has ${value.length} characters; a token has at least ${SECRET_LENGTH_MIN}.`);
  return value;
}
