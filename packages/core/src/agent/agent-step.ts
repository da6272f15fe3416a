/**
 * `agentStep`: what the agent does about something that happened. Pure: the shell around it appends `entries` to the journal,
 * syncs them, and only then does `effects`, in order. A crash between any two of these loses nothing and doubles nothing.
 */
import type { AgentMessage, Load, OperationError, OperationResult, ServerMessage, WorkloadReport } from '@sluice/contract';
import type { Json } from '@sluice/contract';
import { finishPerforming, onOutput, onReplaced, onCommandEnded, performNext, receiveAck, receiveCancel, receiveStart, resumeActs, updatesToSend } from './acts.ts';
import { availabilityReport } from './availability-report.ts';
import { converge, onPendingReturned, onReading, receiveAvailability } from './converge.ts';
import { applyEntry, type JournalEntry } from './journal.ts';
import type { AgentState, Pending, RotationState, SessionsReading } from './agent-state.ts';

export type AgentInput =
  /** The driver has started or adopted the workload; comes first, once. */
  | { readonly kind: 'AgentStarted'; readonly workload: WorkloadReport }
  | { readonly kind: 'SessionOpened' }
  | { readonly kind: 'SessionClosed' }
  | { readonly kind: 'MessageReceived'; readonly message: ServerMessage }
  | { readonly kind: 'WorkloadObserved'; readonly workload: WorkloadReport }
  | { readonly kind: 'SessionsRead'; readonly reading: SessionsReading }
  | { readonly kind: 'LoadMeasured'; readonly load: Load }
  | { readonly kind: 'PendingReturned'; readonly token: number; readonly ok: boolean; readonly problem: string | null }
  | { readonly kind: 'WorkloadReplaced'; readonly operationId: string; readonly ok: boolean; readonly incarnation: number; readonly problem: string | null }
  | { readonly kind: 'OutputCollected'; readonly operationId: string; readonly output: string }
  | {
      readonly kind: 'CommandEnded';
      readonly operationId: string;
      readonly status: 'succeeded' | 'failed' | 'cancelled';
      readonly result: OperationResult | null;
      readonly error: OperationError | null;
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
  | { readonly kind: 'ReplaceWorkload'; readonly operationId: string; readonly graceMs: number; readonly previousIncarnation: number }
  | { readonly kind: 'RunCommand'; readonly operationId: string; readonly name: string; readonly params: Readonly<Record<string, Json>>; readonly timeoutMs: number }
  | { readonly kind: 'StopCommand'; readonly operationId: string }
  | { readonly kind: 'CollectOutput'; readonly operationId: string }
  | { readonly kind: 'KeepMetadata'; readonly json: string; readonly revision: number };

export interface AgentStep {
  readonly state: AgentState;
  readonly entries: readonly JournalEntry[];
  readonly effects: readonly AgentEffect[];
}

/** A step in the making. Journal entries change the state's journal as they are recorded. */
export interface StepDraft {
  state: AgentState;
  readonly now: number;
  readonly entries: JournalEntry[];
  readonly effects: AgentEffect[];
}

export function record(draft: StepDraft, entry: JournalEntry): void {
  draft.entries.push(entry);
  draft.state = { ...draft.state, journal: applyEntry(draft.state.journal, entry) };
}

/** Begins something outside that will return with its token. */
export function begin(draft: StepDraft, kind: Pending['kind']): number {
  const token = draft.state.nextToken;
  draft.state = { ...draft.state, nextToken: token + 1, convergence: { ...draft.state.convergence, pending: { token, kind } } };
  return token;
}

export function agentStep(state: AgentState, input: AgentInput, now: number): AgentStep {
  const draft: StepDraft = { state, now, entries: [], effects: [] };
  receive(draft, input);
  performNext(draft);
  converge(draft);
  finishPerforming(draft);
  turnRotation(draft);
  report(draft);
  return { state: draft.state, entries: draft.entries, effects: draft.effects };
}

function receive(draft: StepDraft, input: AgentInput): void {
  switch (input.kind) {
    case 'AgentStarted':
      draft.state = { ...draft.state, workload: input.workload };
      record(draft, { kind: 'agent-started' });
      resumeActs(draft);
      return;
    case 'SessionOpened':
      draft.state = { ...draft.state, isConnected: true, reported: null };
      for (const message of updatesToSend(draft.state)) draft.effects.push({ kind: 'Send', message });
      return;
    case 'SessionClosed':
      draft.state = { ...draft.state, isConnected: false, reported: null };
      return;
    case 'MessageReceived':
      receiveMessage(draft, input.message);
      return;
    case 'WorkloadObserved':
      draft.state = { ...draft.state, workload: input.workload };
      send(draft, { kind: 'heartbeat', workload: input.workload });
      return;
    case 'SessionsRead':
      onReading(draft, input.reading);
      return;
    case 'LoadMeasured':
      draft.state = { ...draft.state, load: input.load };
      send(draft, { kind: 'heartbeat', load: input.load });
      return;
    case 'PendingReturned':
      onPendingReturned(draft, input);
      return;
    case 'WorkloadReplaced':
      onReplaced(draft, input);
      return;
    case 'OutputCollected':
      onOutput(draft, input.operationId, input.output);
      return;
    case 'CommandEnded':
      onCommandEnded(draft, input);
      return;
    case 'Woken':
      return;
  }
}

function receiveMessage(draft: StepDraft, message: ServerMessage): void {
  switch (message.kind) {
    case 'welcome':
      receiveAvailability(draft, message.availability);
      draft.effects.push({ kind: 'KeepMetadata', json: message.metadata.json, revision: message.metadata.revision });
      for (const start of message.operations) receiveStart(draft, start);
      return;
    case 'availability.set':
      receiveAvailability(draft, message);
      return;
    case 'metadata.changed':
      draft.effects.push({ kind: 'KeepMetadata', json: message.json, revision: message.revision });
      return;
    case 'operation.start':
      receiveStart(draft, message);
      return;
    case 'operation.cancel':
      receiveCancel(draft, message.operationId, message.reason);
      return;
    case 'operation.ack':
      receiveAck(draft, message.operationId, message.sequence);
      return;
  }
}

/** Sends while connected; else drops: everything that matters is sent anew when a session opens. */
export function send(draft: StepDraft, message: AgentMessage): void {
  if (draft.state.isConnected) draft.effects.push({ kind: 'Send', message });
}

/** Load balancers are told at once, and before anything else is done about a drain. */
function turnRotation(draft: StepDraft): void {
  const rotation = rotationOf(draft.state);
  const { word, reason } = draft.state.rotation;
  if (rotation.word === word && rotation.reason === reason) return;
  draft.state = { ...draft.state, rotation };
  draft.effects.unshift({ kind: 'SetRotation', rotation });
}

function rotationOf(state: AgentState): RotationState {
  const { journal, convergence, performing, workload } = state;
  if (journal.availability === 'drain' || !convergence.isActive) {
    const reason = journal.holds.map((hold) => hold.reason ?? `held by ${hold.owner}`).join('; ');
    return { word: 'drain', reason: reason === '' ? 'going back into rotation' : reason };
  }
  if (performing !== null && performing.kind !== 'running-command') return { word: 'maint', reason: 'restarting' };
  if (workload.phase !== 'running' || workload.healthy !== true) return { word: 'down', reason: workload.problem ?? 'the workload is not healthy' };
  return { word: 'ready', reason: 'active' };
}

/** Tells the server how far the node has come, when that is something else than it was told last. */
function report(draft: StepDraft): void {
  if (!draft.state.isConnected) return;
  const next = availabilityReport(draft.state);
  if (JSON.stringify(next) === JSON.stringify(draft.state.reported)) return;
  draft.state = { ...draft.state, reported: next };
  draft.effects.push({ kind: 'Send', message: next });
}
