/**
 * Bringing the node to the availability that is wanted: out of rotation, settle, drain hook, count to zero twice; and back.
 * Level-triggered: each call looks at the wish and at what is so, and begins the one next thing, if nothing is under way.
 */
import type { AvailabilitySet, DrainEvidence } from '@sluice/contract';
import { isSameValue } from '../is-same-value.ts';
import { type AgentState, type Convergence, NOT_CONVERGED, type SessionsReading } from './agent-state.ts';
import { hasTurned } from './journal.ts';
import { settledAt } from './out-of-rotation.ts';
import { begin, record, type StepDraft } from './step-draft.ts';

/** Milliseconds between two tries of a hook that failed. */
const HOOK_RETRY_MS = 2000;
/** How often a workload that may be drained is asked to undrain, in vain. */
const PRECAUTIONS_MAX = 5;
/** Milliseconds that sessions get to be gone after the hook that ends them; then the workload is replaced. */
const END_SESSIONS_WITHIN_MS = 10_000;

/**
 * Takes a wish that is not older than the one in the journal.
 * @param isWelcome What a welcome tells may have happened long ago; everything later is told as it happens.
 */
export function receiveAvailability(draft: StepDraft, message: AvailabilitySet, isWelcome: boolean): void {
  const { journal } = draft.state;
  if (message.generation < journal.generation) return;
  const forceAt = message.forceInMs === null ? null : draft.now + message.forceInMs;
  const isSame =
    message.generation === journal.generation &&
    message.availability === journal.availability &&
    isSameValue(message.holds, journal.holds) &&
    isSameDeadline(forceAt, journal.forceAt);
  if (isSame) return;
  if (hasTurned(journal, message)) {
    const { pending, hookedIncarnation } = draft.state.convergence;
    change(draft, { ...NOT_CONVERGED, pending, hookedIncarnation });
  }
  const { generation, availability, sinceGeneration, holds } = message;
  const wasMissed = isWelcome && hasTurned(journal, message);
  record(draft, { kind: 'availability', generation, availability, sinceGeneration, wasMissed, forceAt, holds });
}

/** The same deadline, told twice in relative time, differs by the way of the message. */
function isSameDeadline(one: number | null, other: number | null): boolean {
  return one === null || other === null ? one === other : Math.abs(one - other) < 500;
}

export function converge(draft: StepDraft): void {
  // One thing leads to the next without waiting; each round either begins something, waits, or is the last.
  for (let round = 0; round < 10; round += 1) {
    const before = draft.state;
    if (draft.state.convergence.pending !== null) return;
    if (draft.state.journal.availability === 'drain') convergeToDrain(draft);
    else convergeToActive(draft);
    if (draft.state === before) return;
  }
}

function convergeToActive(draft: StepDraft): void {
  const { convergence, journal } = draft.state;
  if (isDoorClosed(draft.state)) {
    if (convergence.isActive) change(draft, { isActive: false });
    if (convergence.retryAt !== null && draft.now < convergence.retryAt) return;
    draft.effects.push({ kind: 'CallHook', token: begin(draft, 'undrain-hook'), hook: 'undrain' });
    return;
  }
  if (convergence.isActive) return;
  // There is nothing to undo in a workload that does not run; should it start as a drained one all the same, it says so.
  if (journal.mustUndrain || journal.mayBeDrained) record(draft, { kind: 'undrain-hook-returned' });
  change(draft, { ...NOT_CONVERGED, openedIncarnation: convergence.openedIncarnation, isActive: true });
}

/** A workload that was never drained may well refuse to be undrained: that must not keep its node out for ever. */
function failPrecaution(draft: StepDraft): void {
  const { journal, convergence } = draft.state;
  if (journal.mustUndrain || !journal.mayBeDrained) return;
  const precautionsFailed = convergence.precautionsFailed + 1;
  change(draft, { precautionsFailed });
  if (precautionsFailed < PRECAUTIONS_MAX) return;
  record(draft, { kind: 'undrain-hook-returned' });
  change(draft, { precautionsFailed: 0, problem: null, retryAt: null });
}

/** Whether the workload that runs was asked to drain, or was started as a drained one, and has not been asked to undrain since. */
function isDoorClosed({ convergence, journal, settings, workload }: AgentState): boolean {
  if (!settings.hasUndrainHook || workload.phase !== 'running') return false;
  if (journal.mustUndrain || journal.mayBeDrained) return true;
  return workload.startedAs === 'drain' && convergence.openedIncarnation !== workload.incarnation;
}

function convergeToDrain(draft: StepDraft): void {
  const { convergence, journal, performing, settings, workload } = draft.state;
  if (convergence.outSince === null) {
    const { reading } = draft.state;
    change(draft, { outSince: draft.now, sessionsAtStart: reading.kind === 'counted' ? reading.sessions : null });
    return;
  }
  if (workload.phase === 'stopped' || workload.phase === 'cannot-start' || workload.phase === 'crashed') {
    // In the middle of a restart it is about to run again.
    const isRestarting = performing !== null && performing.kind !== 'running-command';
    if (journal.evidence === null && !isRestarting) prove(draft, { kind: 'not-running', seenAt: draft.now });
    return;
  }
  if (journal.evidence === null && journal.forceAt !== null && !journal.wasDrained && draft.now >= journal.forceAt) {
    convergeByForce(draft);
    return;
  }
  const outAt = settledAt(draft.state, convergence.outSince);
  if (outAt === null || draft.now < outAt) return;
  if (settings.hasDrainHook && convergence.hookedIncarnation !== workload.incarnation) {
    if (workload.phase !== 'running' || (convergence.retryAt !== null && draft.now < convergence.retryAt)) return;
    if (!journal.mustUndrain) record(draft, { kind: 'drain-hook-called' });
    draft.effects.push({ kind: 'CallHook', token: begin(draft, 'drain-hook'), hook: 'drain' });
    return;
  }
  if (convergence.hookReturnedAt === null) {
    change(draft, { hookReturnedAt: draft.now, problem: null, retryAt: null });
    return;
  }
  if (journal.evidence !== null) return;
  if (!settings.hasSessionsProbe) {
    const { hookReturnedAt } = convergence;
    prove(
      draft,
      settings.hasDrainHook
        ? { kind: 'hook-returned', returnedAt: hookReturnedAt }
        : { kind: 'settled', settledAt: hookReturnedAt },
    );
    return;
  }
  const [first, second] = convergence.zeroSeenAt;
  if (first !== undefined && second !== undefined) prove(draft, { kind: 'counted', zeroSeenAt: [first, second] });
}

/** The deadline has passed: a hook may end the sessions; where it does not, or there is none, the workload is replaced. */
function convergeByForce(draft: StepDraft): void {
  const { convergence, settings, reading } = draft.state;
  if (convergence.retryAt !== null && draft.now < convergence.retryAt) return;
  const { forcing } = convergence;
  if (forcing === null) {
    const sessionsBefore = reading.kind === 'counted' ? reading.sessions : null;
    change(draft, { forcing: { sessionsBefore, hookReturnedAt: null }, zeroSeenAt: [] });
    if (settings.hasEndSessionsHook)
      draft.effects.push({ kind: 'CallHook', token: begin(draft, 'end-sessions-hook'), hook: 'end-sessions' });
    else draft.effects.push({ kind: 'EndSessionsByReplacing', token: begin(draft, 'replace-to-end') });
    return;
  }
  if (forcing.hookReturnedAt !== null && settings.hasSessionsProbe) {
    if (convergence.zeroSeenAt.length >= 2) {
      proveForced(draft, forcing.sessionsBefore);
      return;
    }
    if (draft.now < forcing.hookReturnedAt + END_SESSIONS_WITHIN_MS) return;
  }
  draft.effects.push({ kind: 'EndSessionsByReplacing', token: begin(draft, 'replace-to-end') });
}

/** Something that was begun has returned. What was begun for a wish that is no more is still taken note of. */
export function onPendingReturned(
  draft: StepDraft,
  input: { readonly token: number; readonly ok: boolean; readonly problem: string | null },
): void {
  const { convergence, settings, journal } = draft.state;
  const { pending } = convergence;
  if (pending === null || pending.token !== input.token) return;
  change(draft, { pending: null });
  if (!input.ok) {
    // A failed try to end sessions is begun anew from the start: a hook first, where there is one.
    const forcing =
      pending.kind === 'end-sessions-hook' || pending.kind === 'replace-to-end' ? null : convergence.forcing;
    change(draft, { problem: input.problem, retryAt: draft.now + HOOK_RETRY_MS, forcing });
    if (pending.kind === 'undrain-hook') failPrecaution(draft);
    return;
  }
  switch (pending.kind) {
    case 'drain-hook':
      change(draft, {
        hookedIncarnation: pending.incarnation,
        hookReturnedAt: draft.now,
        problem: null,
        retryAt: null,
        zeroSeenAt: [],
      });
      return;
    case 'undrain-hook':
      record(draft, { kind: 'undrain-hook-returned' });
      change(draft, { hookedIncarnation: null, openedIncarnation: pending.incarnation, problem: null, retryAt: null });
      return;
    case 'end-sessions-hook':
    case 'replace-to-end': {
      if (journal.availability !== 'drain' || convergence.forcing === null) return;
      const { sessionsBefore } = convergence.forcing;
      change(draft, { problem: null, retryAt: null });
      // What a hook ended can be counted; a replaced process cannot have kept anybody.
      if (pending.kind === 'end-sessions-hook' && settings.hasSessionsProbe)
        change(draft, { forcing: { sessionsBefore, hookReturnedAt: draft.now } });
      else proveForced(draft, sessionsBefore);
      return;
    }
  }
}

/** Two zeros in a row after the workload was asked prove emptiness; two above zero on an empty node take the proof away. */
export function onReading(draft: StepDraft, reading: SessionsReading): void {
  const { journal, convergence } = draft.state;
  draft.state = { ...draft.state, reading };
  if (journal.availability !== 'drain') return;
  if (reading.kind !== 'counted') {
    change(draft, { zeroSeenAt: [], returned: 0 });
    return;
  }
  if (convergence.sessionsAtStart === null || reading.sessions > convergence.sessionsAtStart) {
    change(draft, { sessionsAtStart: reading.sessions });
  }
  const mayCount = convergence.hookReturnedAt !== null || convergence.forcing !== null;
  if (reading.sessions === 0) {
    change(draft, { zeroSeenAt: mayCount ? [...convergence.zeroSeenAt, draft.now].slice(-2) : [], returned: 0 });
    return;
  }
  change(draft, { zeroSeenAt: [], returned: convergence.returned + 1 });
  if (journal.evidence !== null && convergence.returned + 1 >= 2) record(draft, { kind: 'sessions-returned' });
}

function proveForced(draft: StepDraft, sessionsBefore: number | null): void {
  prove(draft, { kind: 'forced', forcedAt: draft.now, sessionsEnded: sessionsBefore });
  change(draft, { forcing: null });
}

function prove(draft: StepDraft, evidence: DrainEvidence): void {
  record(draft, { kind: 'drained', evidence });
  change(draft, { problem: null, retryAt: null, returned: 0 });
}

function change(draft: StepDraft, changes: Partial<Convergence>): void {
  draft.state = { ...draft.state, convergence: { ...draft.state.convergence, ...changes } };
}

/** The instants at which time alone leads further. */
export function convergenceInstants(state: AgentState): readonly number[] {
  const { convergence, journal } = state;
  if (convergence.pending !== null) return [];
  const instants: number[] = [];
  if (convergence.retryAt !== null) instants.push(convergence.retryAt);
  if (journal.availability === 'drain' && journal.evidence === null) {
    const outAt = convergence.outSince === null ? null : settledAt(state, convergence.outSince);
    if (outAt !== null) instants.push(outAt);
    if (journal.forceAt !== null && !journal.wasDrained) instants.push(journal.forceAt);
    if (convergence.forcing?.hookReturnedAt != null)
      instants.push(convergence.forcing.hookReturnedAt + END_SESSIONS_WITHIN_MS);
  }
  return instants;
}
