/**
 * `agentStep`: what the agent does about something that happened. Pure: the shell around it appends `entries` to the journal,
 * syncs them, and only then does `effects`, in order. A crash between any two of these loses nothing and doubles nothing.
 */
import type { NodeMessage } from '@sluice/contract';
import { beginPermitted, receiveAck, receiveCancel, receiveStart } from './acts.ts';
import { updatesToSend } from './act-updates.ts';
import type { AgentEffect, AgentInput } from './agent-io.ts';
import { type AgentState, commandsOf, type RotationState } from './agent-state.ts';
import { availabilityReport } from './availability-report.ts';
import { converge, onPendingReturned, onReading, receiveAvailability } from './converge.ts';
import { isReboot, type JournalEntry } from './journal.ts';
import { finishPerforming, onCommandEnded, onOutput, onReplaced, performNext } from './perform-act.ts';
import { onRebootCommandEnded } from './reboot.ts';
import { resumeActs } from './resume-acts.ts';
import { record, send, type StepDraft } from './step-draft.ts';

export interface AgentStep {
  readonly state: AgentState;
  readonly entries: readonly JournalEntry[];
  readonly effects: readonly AgentEffect[];
}

export function agentStep(state: AgentState, input: AgentInput, now: number): AgentStep {
  const draft: StepDraft = { state, now, entries: [], effects: [] };
  receive(draft, input);
  beginPermitted(draft);
  performNext(draft);
  converge(draft);
  finishPerforming(draft);
  beginPermitted(draft);
  performNext(draft);
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
      // What changed between the hello and the welcome could not be sent: it is told now.
      send(draft, { kind: 'heartbeat', workload: draft.state.workload, load: draft.state.load });
      if (draft.state.offered !== null) send(draft, { kind: 'heartbeat', commands: [...commandsOf(draft.state)] });
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
    case 'CommandsOffered':
      draft.state = { ...draft.state, offered: input.commands };
      send(draft, { kind: 'heartbeat', commands: [...commandsOf(draft.state)] });
      return;
    case 'SessionsRead':
      onReading(draft, input.reading);
      return;
    case 'LoadMeasured':
      draft.state = { ...draft.state, load: input.load };
      send(draft, { kind: 'heartbeat', load: input.load });
      return;
    case 'RotationTold':
      onRotationTold(draft, input.word, input.problem);
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
    case 'RebootCommandEnded':
      onRebootCommandEnded(draft, input);
      return;
    case 'Woken':
      return;
  }
}

function receiveMessage(draft: StepDraft, message: NodeMessage): void {
  switch (message.kind) {
    case 'welcome':
      receiveAvailability(draft, message.availability, true);
      draft.effects.push({ kind: 'KeepMetadata', json: message.metadata.json, revision: message.metadata.revision });
      for (const start of message.operations) receiveStart(draft, start);
      return;
    case 'availability.set':
      receiveAvailability(draft, message, false);
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

/** What is told of a word that is not the present one any more says nothing. */
function onRotationTold(draft: StepDraft, word: RotationState['word'], problem: string | null): void {
  const { rotation, rotationConfirmedAt } = draft.state;
  if (word !== rotation.word) return;
  // A balancer that ends later takes nothing back: what it confirmed has been so since.
  const confirmedAt = rotationConfirmedAt ?? (problem === null ? draft.now : null);
  draft.state = { ...draft.state, rotationConfirmedAt: confirmedAt, rotationProblem: problem };
}

/** Load balancers are told at once, and before anything else is done about a drain. */
function turnRotation(draft: StepDraft): void {
  const rotation = rotationOf(draft.state);
  const { word, reason } = draft.state.rotation;
  if (rotation.word === word && rotation.reason === reason) return;
  draft.state = { ...draft.state, rotation };
  if (rotation.word !== word) {
    const { confirmsRotation } = draft.state.settings;
    const rotationConfirmedAt = confirmsRotation === true ? null : draft.now;
    draft.state = { ...draft.state, rotationConfirmedAt, rotationProblem: null };
  }
  draft.effects.unshift({ kind: 'SetRotation', rotation });
}

function rotationOf(state: AgentState): RotationState {
  const { journal, convergence, performing, workload } = state;
  if (journal.availability === 'drain' || !convergence.isActive) {
    const reason = journal.holds.map((hold) => hold.reason ?? `held by ${hold.owner}`).join('; ');
    return { word: 'drain', reason: reason === '' ? 'going back into rotation' : reason };
  }
  if (performing !== null && performing.kind !== 'running-command')
    return { word: 'maint', reason: isReboot(journal, performing) ? 'rebooting' : 'restarting' };
  if (workload.phase !== 'running' || workload.healthy !== true)
    return { word: 'down', reason: workload.problem ?? 'the workload is not healthy' };
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
