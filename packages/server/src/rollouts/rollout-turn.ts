/** One turn of a rollout: everything that is asked of it, in order, and then one step; what comes of it is one commit. */
import type { Actor, Problem } from '@sluice/contract';
import {
  decideRollout,
  isEnded,
  type Result,
  type RolloutContext,
  type RolloutRequest,
  type RolloutState,
  type RolloutStep,
} from '@sluice/core';
import type { Note } from '../store/store.ts';
import { noteOfRollout } from './note-rollout.ts';

/** What is asked of a rollout, or has happened to it. */
export interface Asked {
  readonly request: RolloutRequest;
  readonly actor: Actor;
  /** Somebody who waits for the answer; `null`: it has happened, and must not be lost. */
  readonly resolve: ((result: Result<RolloutState>) => void) | null;
  /** Nobody knows whether it was recorded: it was if the rollout has this revision. */
  readonly recordedAtRevision: number | null;
}

export interface TurnParts extends Omit<RolloutContext, 'by'> {
  /** As whom the rollout itself acts. */
  readonly actor: Actor;
  /** Why nothing is done any more for who asks; `null`: it is. */
  readonly whyNot: (by: Actor) => Problem | null;
  /** `null`: it is too early for a step. */
  readonly step: (state: RolloutState) => RolloutStep | null;
}

export interface Turn {
  /** As it is then; `null`: there is none. */
  readonly state: RolloutState | null;
  /** For the history; empty: nothing has changed. */
  readonly notes: readonly Note[];
  /** What is told to those who asked, once it is committed. */
  readonly answers: readonly { readonly asked: Asked; readonly answer: Result<RolloutState> }[];
  /** `null`: none was taken. */
  readonly step: RolloutStep | null;
}

export function decideTurn(before: RolloutState | null, taken: readonly Asked[], parts: TurnParts): Turn {
  const { now, actor, othersUnended, unendedMax, whyNot } = parts;
  const notes: Note[] = [];
  const answers: { readonly asked: Asked; readonly answer: Result<RolloutState> }[] = [];
  let state = before;
  for (const asked of taken) {
    if (state !== null && asked.recordedAtRevision !== null && state.header.revision >= asked.recordedAtRevision)
      continue;
    const { request, actor: by } = asked;
    const ended = whyNot(by);
    const decided =
      ended === null
        ? decideRollout(state, request, { now, by: by.name, othersUnended, unendedMax })
        : ({ ok: false, problem: ended } as const);
    if (decided.ok) {
      ({ state } = decided.value);
      notes.push(...decided.value.events.map((event) => noteOfRollout(event, by, now)));
    }
    answers.push({ asked, answer: decided.ok ? { ok: true, value: decided.value.state } : decided });
  }
  const step = state === null || isEnded(state.header) ? null : parts.step(state);
  if (step !== null) {
    ({ state } = step);
    notes.push(...step.events.map((event) => noteOfRollout(event, actor, now)));
  }
  return { state, notes, answers, step };
}
