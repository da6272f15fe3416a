/** What the agent knows and wants, in memory: its journal, what it saw of the workload, and how far it has come with the wish. */
import type { AvailabilityReport, Blocker, DeclaredCommand, Load, RebootOffer, WorkloadReport } from '@sluice/contract';
import type { Journal } from './journal.ts';

/** What the agent's configuration says, as far as decisions depend on it. */
export interface AgentSettings {
  readonly settleMs: number;
  /** Whether a balancer is told of each change and confirms it. Absent: balancers ask, and `settleMs` begins with the change. */
  readonly confirmsRotation?: boolean;
  readonly hasSessionsProbe: boolean;
  readonly hasDrainHook: boolean;
  readonly hasUndrainHook: boolean;
  /** A hook that ends the sessions that remain; without one the workload is replaced. */
  readonly hasEndSessionsHook: boolean;
  readonly stopGraceMs: number;
  readonly healthyWithinMs: number;
  /** How long the machine gets for a reboot, from the command until the agent is back. `null` or absent: it may not be rebooted. */
  readonly rebootWithinMs?: number | null;
  /** Those of the configuration; the workload may offer more. */
  readonly commands: readonly DeclaredCommand[];
}

/** What the sessions probe said last. */
export type SessionsReading =
  | { readonly kind: 'none' }
  | { readonly kind: 'counted'; readonly sessions: number; readonly blockers: readonly Blocker[] }
  | { readonly kind: 'unreadable'; readonly problem: string };

/** Something that was begun outside and has not returned; at most one of the convergence is under way at a time. */
export type Pending = {
  readonly token: number;
  readonly kind: 'drain-hook' | 'undrain-hook' | 'end-sessions-hook' | 'replace-to-end';
  /** The workload that it was begun for: what it achieved is no other's. */
  readonly incarnation: number;
};

/** How far the node has come with the availability that is wanted of it. Not durable: after a crash it is found anew. */
export interface Convergence {
  /** Since when the node is out of rotation for a drain; `null`: it is not. */
  readonly outSince: number | null;
  readonly pending: Pending | null;
  /** The incarnation that the drain hook was called for, successfully. */
  readonly hookedIncarnation: number | null;
  readonly hookReturnedAt: number | null;
  /** The incarnation that the undrain hook was called for, successfully, since the last drain. */
  readonly openedIncarnation: number | null;
  readonly sessionsAtStart: number | null;
  /** When the probe said zero, in a row, since the hook returned; at most two are kept. */
  readonly zeroSeenAt: readonly number[];
  /** Readings above zero in a row, on a node that was empty. */
  readonly returned: number;
  /** The forced end: how many were on it, and when the hook that ends them returned (`null`: it has not, or there is none). */
  readonly forcing: { readonly sessionsBefore: number | null; readonly hookReturnedAt: number | null } | null;
  /** How often the hook failed that undrains a workload which only may be drained. */
  readonly precautionsFailed: number;
  /** Why it does not get on, and when to try again. */
  readonly problem: string | null;
  readonly retryAt: number | null;
  /** availability `active`: the node is back in rotation. */
  readonly isActive: boolean;
}

export const NOT_CONVERGED: Convergence = {
  outSince: null,
  pending: null,
  hookedIncarnation: null,
  hookReturnedAt: null,
  openedIncarnation: null,
  sessionsAtStart: null,
  zeroSeenAt: [],
  returned: 0,
  forcing: null,
  precautionsFailed: 0,
  problem: null,
  retryAt: null,
  isActive: false,
};

/** A restart, or a reboot, whose node gets out of rotation first, where it is in it. */
export interface LeavingRotation {
  readonly kind: 'leaving-rotation';
  readonly operationId: string;
  readonly since: { readonly at: number; readonly wasInRotation: boolean };
  /** When the requester’s time for the whole act is over. */
  readonly endBy: number;
}

/** The command that reboots the machine was given: this agent waits to be ended with its machine. */
export interface Rebooting {
  readonly kind: 'rebooting';
  readonly operationId: string;
  /** When the machine has not gone down in time. */
  readonly until: number;
  /** What the command has written; `null`: it has not returned, or nobody is left who could know. */
  readonly output: string | null;
}

/** The act that is being performed, step by step. */
export type Performing =
  | LeavingRotation
  | Rebooting
  | { readonly kind: 'replacing'; readonly operationId: string; readonly endBy: number }
  | {
      readonly kind: 'waiting-for-health';
      readonly operationId: string;
      readonly newIncarnation: number;
      readonly until: number;
    }
  | {
      readonly kind: 'collecting-output';
      readonly operationId: string;
      readonly code: string;
      readonly message: string;
      readonly newIncarnation: number | null;
    }
  | { readonly kind: 'running-command'; readonly operationId: string; readonly isStopping: boolean };

export interface AgentState {
  readonly settings: AgentSettings;
  /** The machine's present boot; `null`: nobody can tell. */
  readonly bootId: string | null;
  readonly journal: Journal;
  readonly isConnected: boolean;
  readonly workload: WorkloadReport;
  readonly load: Load;
  /** The commands that the workload offers; `null`: it has never offered any. */
  readonly offered: readonly DeclaredCommand[] | null;
  readonly reading: SessionsReading;
  readonly convergence: Convergence;
  readonly performing: Performing | null;
  /** Acts that the server has permitted while another was performed; they are begun after it, in this order. */
  readonly permitted: readonly string[];
  /** Numbers what is begun outside, so that a late return of an older one is known as such. */
  readonly nextToken: number;
  /** What the server was told last in this session; `null`: nothing yet. */
  readonly reported: AvailabilityReport | null;
  readonly rotation: RotationState;
  /** When the balancers that are told confirmed the present word; `null`: they have not. Without such balancers: when it was set. */
  readonly rotationConfirmedAt: number | null;
  /** Why a balancer could not be told, or did not confirm. */
  readonly rotationProblem: string | null;
}

/** What load balancers are told. */
export interface RotationState {
  readonly word: 'ready' | 'drain' | 'maint' | 'down';
  readonly reason: string;
}

/** Everything that the server may ask for. */
export function commandsOf({ settings, offered }: AgentState): readonly DeclaredCommand[] {
  return [...settings.commands, ...(offered ?? [])];
}

/** What the machine may be rebooted with; `null`: it may not be. */
export function rebootOfferOf({ settings, bootId }: AgentState): RebootOffer | null {
  const { rebootWithinMs = null } = settings;
  return rebootWithinMs === null || bootId === null ? null : { bootId, withinMs: rebootWithinMs };
}
