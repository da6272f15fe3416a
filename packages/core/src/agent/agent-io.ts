/** What the agent's pure half is told, and what it wants done: the seam between it and the shell. */
import type {
  AgentMessage,
  DeclaredCommand,
  Json,
  Load,
  OperationError,
  OperationResult,
  NodeMessage,
  WorkloadReport,
} from '@sluice/contract';
import type { RotationState, SessionsReading } from './agent-state.ts';

export type AgentInput =
  /** The driver has started or adopted the workload; comes first, once. */
  | { readonly kind: 'AgentStarted'; readonly workload: WorkloadReport }
  | { readonly kind: 'SessionOpened' }
  | { readonly kind: 'SessionClosed' }
  | { readonly kind: 'MessageReceived'; readonly message: NodeMessage }
  | { readonly kind: 'WorkloadObserved'; readonly workload: WorkloadReport }
  /** The workload offers these commands now, and no others. */
  | { readonly kind: 'CommandsOffered'; readonly commands: readonly DeclaredCommand[] }
  | { readonly kind: 'SessionsRead'; readonly reading: SessionsReading }
  | { readonly kind: 'LoadMeasured'; readonly load: Load }
  /** What became of telling the balancers a word; `null`: they confirmed it. Only where `confirmsRotation` is set. */
  | { readonly kind: 'RotationTold'; readonly word: RotationState['word']; readonly problem: string | null }
  | { readonly kind: 'PendingReturned'; readonly token: number; readonly ok: boolean; readonly problem: string | null }
  | {
      readonly kind: 'WorkloadReplaced';
      readonly operationId: string;
      readonly ok: boolean;
      readonly incarnation: number;
      readonly problem: string | null;
    }
  | { readonly kind: 'OutputCollected'; readonly operationId: string; readonly output: string }
  | {
      readonly kind: 'CommandEnded';
      readonly operationId: string;
      readonly status: 'succeeded' | 'failed' | 'cancelled';
      readonly result: OperationResult | null;
      readonly error: OperationError | null;
      readonly output: string;
    }
  /** The command that was to reboot the machine has returned, and the agent still lives. */
  | {
      readonly kind: 'RebootCommandEnded';
      readonly operationId: string;
      /** Why the machine will not go down because of it; `null`: it was accepted, or ended as things end when a machine goes down. */
      readonly error: OperationError | null;
      readonly exitCode: number | null;
      readonly output: string;
    }
  /** Time passed: the instant that `wakeAtOf` named has come. */
  | { readonly kind: 'Woken' };

export type AgentEffect =
  | { readonly kind: 'Send'; readonly message: AgentMessage }
  | { readonly kind: 'SetRotation'; readonly rotation: RotationState }
  | { readonly kind: 'CallHook'; readonly token: number; readonly hook: 'drain' | 'undrain' | 'end-sessions' }
  /** Ends what remains by replacing the workload, which starts anew as a drained one. */
  | { readonly kind: 'EndSessionsByReplacing'; readonly token: number }
  | {
      readonly kind: 'ReplaceWorkload';
      readonly operationId: string;
      readonly graceMs: number;
      readonly previousIncarnation: number;
    }
  | {
      readonly kind: 'RunCommand';
      readonly operationId: string;
      readonly name: string;
      readonly params: Readonly<Record<string, Json>>;
      readonly timeoutMs: number;
      readonly traceparent: string | undefined;
    }
  /** Gives the command that reboots the machine. */
  | { readonly kind: 'RebootMachine'; readonly operationId: string; readonly timeoutMs: number }
  | { readonly kind: 'StopCommand'; readonly operationId: string }
  | { readonly kind: 'CollectOutput'; readonly operationId: string }
  | { readonly kind: 'KeepMetadata'; readonly json: string; readonly revision: number };
