/** An operation in a few words: how far it is, and what came of it. What server and agent say themselves stays as they say it. */
import type { Operation } from '@sluice/contract';
import { isTerminal } from '@sluice/core';
import type { Words } from '../i18n/words.tsx';

type Evidence = NonNullable<NonNullable<Operation['result']>['evidence']>;

/** The most telling first. */
export function operationInWords(operation: Operation, words: Words): readonly string[] {
  if (!isTerminal(operation.status)) return progressInWords(operation, words);
  return operation.error === null ? successInWords(operation, words) : failureInWords(operation.error, words);
}

function progressInWords({ phase, progress, status }: Operation, words: Words): readonly string[] {
  const { problem = null, sessionsRemaining = null, sessionsAtStart = null, estimatedMsLeft = null } = progress ?? {};
  const parts = [
    problem,
    sessionsRemaining === null ? null : words.nodes.sessionsLeft(sessionsRemaining, sessionsAtStart),
    estimatedMsLeft === null ? null : words.node.drainOf.ends(words.durations.duration(estimatedMsLeft)),
    phase === null ? null : phaseInWords(phase, words),
  ].filter((part) => part !== null);
  return parts.length === 0 && status === 'queued' ? [words.operations.waitsForAgent] : parts;
}

/** The phases of a drain have words of ours; whatever else an agent does it says itself. */
function phaseInWords(phase: string, words: Words): string {
  const phases: Readonly<Record<string, string>> = words.status.drainPhase;
  const name = phase.replaceAll(' ', '-');
  return (Object.hasOwn(phases, name) ? phases[name] : undefined) ?? phase;
}

function failureInWords({ message, outcome }: NonNullable<Operation['error']>, words: Words): readonly string[] {
  return outcome === 'unknown' ? [message, words.node.unknownOutcome] : [message];
}

function successInWords({ command, result }: Operation, words: Words): readonly string[] {
  if (result === null) return [words.operations.done];
  const { evidence, note } = result;
  if (evidence !== undefined) {
    // Of a forced end the note says the same once more.
    const more = evidence.kind === 'forced' || note === undefined ? [] : [note];
    return [drainedInWords(evidence, words), ...more];
  }
  const parts = command === 'undrain' ? undrainedInWords(result, words) : actedInWords(result, words);
  const all = note === undefined ? parts : [...parts, note];
  return all.length === 0 ? [words.operations.done] : all;
}

function drainedInWords(evidence: Evidence, words: Words): string {
  switch (evidence.kind) {
    case 'counted':
      return words.operations.drainedCounted;
    case 'hook-returned':
    case 'settled':
      return words.operations.drainedUncounted;
    case 'forced':
      return words.operations.drainedForced(evidence.sessionsEnded);
    case 'not-running':
      return words.operations.drainedStopped;
  }
}

type Result = NonNullable<Operation['result']>;

function undrainedInWords({ released = [], remainingHolds = [] }: Result, words: Words): readonly string[] {
  const nothing = released.length === 0 ? [words.operations.nothingReleased] : [];
  if (remainingHolds.length === 0) return nothing.length === 0 ? [words.operations.backInRotation] : nothing;
  const holds = remainingHolds.map(({ name, owner, reason }) => words.actions.hold(name, owner, reason)).join(', ');
  return [...nothing, words.operations.stillHeld(holds)];
}

function actedInWords(
  { alreadyRestarted, oldIncarnation, newIncarnation, alreadyRebooted, newBootId, exitCode }: Result,
  words: Words,
): readonly string[] {
  if (alreadyRestarted === true) return [words.operations.restartedSince];
  if (alreadyRebooted === true) return [words.operations.rebootedSince];
  if (newBootId !== undefined) return [words.operations.rebooted(newBootId)];
  if (exitCode !== undefined) return [words.node.exitCode(exitCode)];
  if (newIncarnation === undefined) return [];
  return oldIncarnation === undefined
    ? [words.operations.restarted]
    : [words.operations.restarted, words.node.incarnations(oldIncarnation, newIncarnation)];
}

/** The instants at which the evidence was seen, epoch milliseconds. */
export function evidenceSeenAt(evidence: Evidence): readonly number[] {
  switch (evidence.kind) {
    case 'counted':
      return evidence.zeroSeenAt;
    case 'hook-returned':
      return [evidence.returnedAt];
    case 'settled':
      return [evidence.settledAt];
    case 'forced':
      return [evidence.forcedAt];
    case 'not-running':
      return [evidence.seenAt];
  }
}
