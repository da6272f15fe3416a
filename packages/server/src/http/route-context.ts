/** What a handler is given: the parts of the server, who asks, and the request's parts, typed by the route's schemas. */
import type { MassSilence, Route, ServerStatus } from '@sluice/contract';
import type { Static, TSchema } from 'typebox';
import type { Logger } from 'pino';
import type { Authentication } from '../authentication/authentication.ts';
import type { Principal } from '../authentication/principal.ts';
import type { Once } from '../fleet/execution.ts';
import type { EventFeed } from '../fleet/event-feed.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { History } from '../fleet/history.ts';
import type { SequenceWaits } from '../fleet/sequence-waits.ts';
import type { TlsMaterial } from '../tls/tls-files.ts';
import type { PersonLogin } from './login/login-parts.ts';
import type { LimitSettings } from '../limits/limit-settings.ts';
import type { ListBody, ListBytes } from './list-bytes.ts';
import type { RefusalLog } from './refusal-log.ts';
import type { Tracing } from '../observe/tracing.ts';
import type { Rollouts } from '../rollouts/rollouts.ts';
import type { ServerMetrics } from '../observe/server-metrics.ts';
import type { WebhookDeliveries } from '../webhooks/webhook-deliveries.ts';
import type { Result } from '@sluice/core';
import type { FleetServer } from '../fleet/servers.ts';

export interface HttpParts {
  readonly fleet: Fleet;
  readonly feed: EventFeed;
  /** Who waits for what other servers show already. */
  readonly sequenceWaits: SequenceWaits;
  /** By how many milliseconds memory may be behind what is committed now, whoever committed it. */
  readonly lagMs: () => number;
  /**
   * Brings memory up to date with what other servers of the store have committed; rejects with a `StoreUnavailableError` when it
   * cannot be asked. Absent: there are none.
   */
  readonly catchUp?: (() => Promise<void>) | undefined;
  readonly webhooks: WebhookDeliveries;
  readonly rollouts: Rollouts;
  readonly authentication: Authentication;
  readonly logger: Logger;
  readonly isStopping: () => boolean;
  /** What the status page tells of the server beside its fleet. */
  readonly about: AboutServer;
  /** How people log in. */
  readonly login: PersonLogin;
  readonly refusals: RefusalLog;
  readonly history: History;
  readonly limits: LimitSettings;
  readonly listBytes: ListBytes;
  readonly metrics: Pick<ServerMetrics, 'text'>;
  /** The built dashboard; `null`: there is none. */
  readonly dashboardDirectory: string | null;
  /** Absent or `null`: requests are not traced. */
  readonly tracing?: Pick<Tracing, 'traceRequests'> | null;
  /** `null`: plain HTTP. */
  readonly tls: TlsMaterial | null;
}

/** What is told of the servers that share a store. */
export interface ReplicasView {
  readonly id: string;
  readonly roll: readonly FleetServer[];
  /** Whose a duty is now; `null`: nobody's. */
  readonly doerOf: (duty: string) => string | null;
  /** This one hands its agents over and is about to go. */
  readonly isLeaving: boolean;
  /** Milliseconds since this one's memory was last known to show all that is committed. */
  readonly lagMs: () => number;
}

export interface AboutServer {
  /** Epoch milliseconds. */
  readonly startedAt: number;
  readonly storeKind: ServerStatus['store']['kind'];
  readonly retention: ServerStatus['retention'];
  /** The servers that share the store; `null`: there is but this one. */
  readonly replicas: ReplicasView | null;
  /** `null`: no more nodes are silent than usual. */
  readonly massSilence: () => MassSilence | null;
}

/** A request whose caller may make it, before its parts are checked. */
export interface RawRequest {
  readonly params: unknown;
  readonly query: unknown;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: unknown;
  /** The body as it was sent; metadata is taken from it without loss. Empty: there was none. */
  readonly bodyText: string;
  readonly principal: Principal;
  /** What makes a repetition of this request known as one; `null`: its sender gave no key. */
  readonly once: Once | null;
  readonly remoteAddress: string;
  /** Its id in the log. */
  readonly requestId: string;
  /** Makes a signal that is aborted when whoever asked is not there any more. */
  readonly gone: () => AbortSignal;
}

type Part<S> = S extends TSchema ? Static<S> : unknown;

/** A request whose parts are as the route's schemas say. */
export interface RouteRequest<R extends Route> extends RawRequest {
  readonly params: Part<R['params']>;
  readonly query: Part<R['query']>;
  readonly body: Part<R['body']>;
}

/**
 * A 200 with a value or with JSON text that is ready, or a 304 of a known ETag. On a route with a `responseMediaType` of its
 * own: a text, or a stream of texts that goes on until it has ended by itself or its signal is aborted (its reader is gone).
 */
export type Reply<T> =
  | { readonly kind: 'value'; readonly value: T; readonly etag?: string }
  | { readonly kind: 'json'; readonly json: string; readonly etag?: string }
  | { readonly kind: 'bytes'; readonly body: ListBody; readonly isPacked: boolean; readonly etag: string }
  | { readonly kind: 'not-modified'; readonly etag: string }
  | { readonly kind: 'text'; readonly text: string; readonly etag?: string }
  | {
      readonly kind: 'stream';
      readonly open: (signal: AbortSignal) => AsyncIterable<string | Buffer>;
      readonly etag?: string;
    };

export type Handler<R extends Route> = (
  request: RouteRequest<R>,
  parts: HttpParts,
) => Promise<Result<Reply<Static<R['response']>>>> | Result<Reply<Static<R['response']>>>;

export function value<T>(given: T): Result<Reply<T>> {
  return { ok: true, value: { kind: 'value', value: given } };
}
