/** What a command is executed with, and what comes of it. */
import type { OperationRecord } from '@sluice/contract';
import type { NodeState } from '@sluice/core';

/** Milliseconds for which a request with an `Idempotency-Key` is remembered. */
export const ANSWERED_FOR_MS = 86_400_000;

/** What came of a command, as committed. */
export interface Executed {
  /** `null`: the node was forgotten. */
  readonly node: NodeState | null;
  /** The operation that the command is about, where it is about one. */
  readonly operation: OperationRecord | null;
  /** The command had been carried out before, under the same key, as this operation; nothing was done again. */
  readonly repeatOf: string | null;
}

/** What makes a repetition of a request known as one. */
export interface Once {
  /** Who asks, and the key that they chose. */
  readonly key: string;
  /** SHA-256 of what is asked, in hexadecimal. */
  readonly fingerprint: string;
  /** Asked at its turn: whether only what was done under the key before is wanted, and the command refused without that. Absent: it is done then. */
  readonly isOnlyRepeat?: () => boolean;
}

export interface FleetSettings {
  /** The deadline of a drain that names none; `null`: none. */
  readonly defaultDrainTimeoutMs: number | null;
  readonly metadataBytesMax: number;
}
