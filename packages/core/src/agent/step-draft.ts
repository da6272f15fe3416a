/** A step in the making: state, journal entries and effects as they come together. */
import type { AgentMessage } from '@sluice/contract';
import type { AgentEffect } from './agent-io.ts';
import type { AgentState, Pending } from './agent-state.ts';
import { applyEntry, type JournalEntry } from './journal.ts';

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
  draft.state = {
    ...draft.state,
    nextToken: token + 1,
    convergence: {
      ...draft.state.convergence,
      pending: { token, kind, incarnation: draft.state.workload.incarnation },
    },
  };
  return token;
}

/** Sends while connected; else drops: everything that matters is sent anew when a session opens. */
export function send(draft: StepDraft, message: AgentMessage): void {
  if (draft.state.isConnected) draft.effects.push({ kind: 'Send', message });
}
