/** What the configuration says of probes and hooks: what to ask, and how long to wait for it. */
import type { CommandLine } from '../run-command.ts';

export type HealthCheck =
  /** Healthy: GET answers 200 to 299. */
  | { readonly kind: 'http'; readonly url: string }
  /** Healthy: a connection is accepted. */
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  /** Healthy: it exits with 0. */
  | { readonly kind: 'exec'; readonly command: CommandLine };

export type SessionsSource =
  /** A whole number at the JSON pointer, or an array whose items are the sessions. */
  | { readonly kind: 'http'; readonly url: string; readonly pointer: string }
  /** The connections to a port of this machine. */
  | { readonly kind: 'tcp-port'; readonly port: number }
  /** The last line that it prints is the number. */
  | { readonly kind: 'exec'; readonly command: CommandLine }
  /** The workload counts them itself, at the agent's socket. */
  | { readonly kind: 'library' };

/** Where and how long probes and hooks run. */
export interface ProbeContext {
  readonly timeoutMs: number;
  /** For commands: their environment, and the directory they run in. */
  readonly environment: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly signal?: AbortSignal;
}
