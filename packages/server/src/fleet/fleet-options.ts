/** What a fleet is opened with. */
import type { Clock } from '@sluice/core';
import type { Logger } from 'pino';
import type { Store } from '../store/store.ts';
import type { CommandTracing } from './command-tracing.ts';
import type { FleetSettings } from './execution.ts';
import type { Servers } from './servers.ts';

export interface FleetOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly settings: FleetSettings;
  /** Makes the id of an operation, which nobody can guess. */
  readonly newOperationId: (now: number) => string;
  readonly logger: Logger;
  /** Told how long each write took. */
  readonly committed?: (durationMs: number) => void;
  /** The servers that share the store, this one among them. */
  readonly servers: Servers;
  /** Memory cannot be made true any more: the server is to start anew. Absent: with one server that does not happen. */
  readonly superseded?: (reason: string) => void;
  /** Traces commands of requests that are traced; absent: nothing is. */
  readonly tracing?: CommandTracing | undefined;
}
