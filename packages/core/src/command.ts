/** Everything that can be asked of, or told about, a node: the first argument of `decide`. */
import type {
  Actor,
  AvailabilityReport,
  DeclaredCommand,
  Hello,
  Json,
  OnDeadline,
  OperationUpdate,
  WorkloadReport,
} from '@sluice/contract';
import type { FullBudget } from './budget/standing.ts';

export type Command =
  /** A person or program asks. */
  | {
      readonly kind: 'DrainNode';
      readonly hold: string;
      /** `null`: the configured default. */
      readonly timeoutMs: number | null;
      readonly onDeadline: OnDeadline;
      readonly expiresInMs: number | null;
      /** Also where a budget has no place left; then with a reason. */
      readonly force: boolean;
      readonly reason: string | null;
    }
  | {
      readonly kind: 'ReleaseHold';
      /** `null`: every hold. */ readonly hold: string | null;
      readonly reason: string | null;
    }
  | {
      readonly kind: 'RestartWorkload';
      readonly graceMs: number | null;
      /** `null`: derived from the node's configured times. */
      readonly executeWithinMs: number | null;
      readonly drainFirst: { readonly timeoutMs: number | null; readonly onDeadline: OnDeadline } | null;
      readonly force: boolean;
      readonly reason: string | null;
      /** Refused without this hold; absent: it hangs on none. */
      readonly onlyWhileHeldBy?: string;
    }
  | {
      readonly kind: 'RebootMachine';
      /** `null`: without a drain; a rollout drains by a hold of its own. */
      readonly drainFirst: { readonly timeoutMs: number | null; readonly onDeadline: OnDeadline } | null;
      /** Whether the hold of `drainFirst` is released when the machine is back. */
      readonly undrainAfter: boolean;
      readonly force: boolean;
      readonly reason: string | null;
      /** See `RestartWorkload`. */
      readonly onlyWhileHeldBy?: string;
    }
  | {
      readonly kind: 'RunDeclaredCommand';
      readonly name: string;
      /** Validated against the declared schema by the caller. */
      readonly params: Readonly<Record<string, Json>>;
      readonly force: boolean;
      readonly reason: string | null;
      /** See `RestartWorkload`. */
      readonly onlyWhileHeldBy?: string;
    }
  | {
      readonly kind: 'ReplaceMetadata';
      readonly json: string;
      /** `null`: whatever it is now. */ readonly ifRevision: number | null;
    }
  | { readonly kind: 'MergeMetadata'; readonly patch: string; readonly ifRevision: number | null }
  | { readonly kind: 'CancelOperation'; readonly operationId: string; readonly reason: string | null }
  | { readonly kind: 'ConfirmOperation'; readonly operationId: string }
  | {
      readonly kind: 'ForgetNode';
      /** Also one whose revoked certificates would open it again, once nobody remembers that they were. */
      readonly force: boolean;
    }
  | { readonly kind: 'RevokeAgentCredentials'; readonly reason: string | null }
  /** A person or program asks, or the server notices that the key is old. */
  | { readonly kind: 'RequestKeyRotation' }
  /** The agent tells. */
  | {
      readonly kind: 'RegisterNode';
      readonly hello: Hello;
      readonly sessionId: string;
      /** The server that has the session. */
      readonly serverId?: string;
      readonly remoteIp: string;
      readonly credentials: Credentials;
    }
  | {
      readonly kind: 'OfferKey';
      readonly publicKey: string;
      /** The key that the agent's session was opened with. */
      readonly provedKey: string;
    }
  | { readonly kind: 'RecordWorkload'; readonly workload: WorkloadReport }
  | { readonly kind: 'RecordCommands'; readonly commands: readonly DeclaredCommand[] }
  | { readonly kind: 'RecordAvailability'; readonly report: AvailabilityReport }
  | { readonly kind: 'RecordOperation'; readonly update: OperationUpdate }
  /** The server notices. */
  | { readonly kind: 'RecordDisconnect'; readonly sessionId: string; readonly goodbye: boolean; readonly why: string }
  /** Nothing was heard since the end of the session that was known to be the last: if there was another one since, that is not so. */
  | { readonly kind: 'ExpireLease'; readonly afterSession: string | null; readonly lastHeardAt: number | null }
  /** The node was among many that fell silent together: what waits for it is not delivered unasked. */
  | { readonly kind: 'RequireConfirmation'; readonly because: string }
  /** The clock that the server reads was set by this many milliseconds. */
  | { readonly kind: 'ShiftTimes'; readonly byMs: number }
  | {
      readonly kind: 'PassTime';
      /** Since when the server could hear agents without a break: what they said before may still be on its way. */
      readonly heardSince: number;
    };

/** What an agent proved of who it is. The proof itself has been checked. */
export type Credentials =
  /** This server asks nobody. */
  | { readonly kind: 'unasked' }
  | { readonly kind: 'none' }
  | { readonly kind: 'key'; readonly publicKey: string; readonly joinTokenId: string | null }
  | {
      readonly kind: 'certificate';
      readonly fingerprint: string;
      readonly names: readonly string[];
      /** Epoch milliseconds. */
      readonly issuedAt: number;
    };

/** A join token that still opens something. */
export interface JoinGrant {
  readonly tokenId: string;
  /** Only nodes of this type; `null`: any. */
  readonly nodeType: string | null;
}

/** What a decision may know besides the state. Values only, so that it can be replayed. */
export interface Context {
  /** Epoch milliseconds. */
  readonly now: number;
  readonly actor: Actor;
  /** The id for the operation, should one be created. */
  readonly operationId: string;
  /** W3C trace context of the request; absent: nobody traces it. */
  readonly traceparent?: string | undefined;
  /** The session that an agent said it in: refused when that is not its node's any more. Absent: no agent said it. */
  readonly saidIn?: string | undefined;
  /** The deadline of a drain that names none; `null`: none. */
  readonly defaultDrainTimeoutMs: number | null;
  /** Bytes that a node's metadata may have as JSON in UTF-8. */
  readonly metadataBytesMax: number;
  /** For a registration: the join token that the agent came with, if it still opens anything. */
  readonly joinGrant: JoinGrant | null;
  /** The budgets that are for the node and have no place left for it, as they stand before the command. */
  readonly fullBudgets: readonly FullBudget[];
}
