/** A rollout in words: how far it is, what it waits for, what came of it, and what can be done. */
import type { Rollout } from '@sluice/contract';
import { durationInWords, isEnded } from '@sluice/core';
import { countInWords, numberInWords } from '../output/count-in-words.ts';
import { untilInWords } from '../output/time-in-words.ts';
import { withoutFullStop } from './node-in-words.ts';
import { subjectInWords } from './spec-in-words.ts';

export function rolloutTitle({ spec, counts }: Rollout): string {
  return spec.name ?? subjectInWords(spec, counts.nodes);
}

/** Nodes that have ended, in whatever way. */
export function endedCount({ counts }: Rollout): number {
  return counts.succeeded + counts.failed + counts.skipped;
}

/** `212 of 400 done · 3 failed · 7 skipped`. */
export function doneInWords({ counts }: Rollout): string {
  const { nodes, succeeded, failed, skipped } = counts;
  return [
    `${numberInWords(succeeded)} of ${numberInWords(nodes)} done`,
    ...(failed === 0 ? [] : [`${numberInWords(failed)} failed`]),
    ...(skipped === 0 ? [] : [`${numberInWords(skipped)} skipped`]),
  ].join(' · ');
}

/** `about 38 min left`; `null` where nobody knows, or it does not run. */
export function timeLeftInWords({ status, expectedEndAt }: Rollout, nowMs: number): string | null {
  if (status !== 'running' || expectedEndAt === null) return null;
  return Date.parse(expectedEndAt) <= nowMs
    ? 'takes longer than expected'
    : `about ${untilInWords(expectedEndAt, nowMs)} left`;
}

/** Why it does not go on, in sentences; `null`: it does. That it has its hands full is no hindrance. */
export function hindranceInWords({ status, pause, waiting, counts, unavailable }: Rollout): string | null {
  if (status === 'paused' && pause !== null) {
    return `Paused${pause.because === 'operator' ? ` by ${pause.by}` : ''}: ${pause.detail}`;
  }
  const isBusy = counts.inProgress > 0 && counts.inProgress >= unavailable.allowed;
  return status === 'running' && waiting !== null && !isBusy ? `Waits: ${waiting}` : null;
}

/** The commands that bring a paused or ended rollout on; empty when nothing is to be done. */
export function nextCommands({ id, status, pause, counts }: Rollout): readonly string[] {
  const cancel = `No more of it: sluice rollouts cancel ${id}`;
  if (status === 'paused') {
    if (pause?.because === 'canary') return [`The others follow: sluice rollouts approve ${id}`, cancel];
    if (counts.failed === 0) return [`Go on: sluice rollouts resume ${id}`, cancel];
    return [
      `What failed: sluice rollouts nodes ${id} --status failed`,
      `Try that again: sluice rollouts retry ${id}`,
      `Go on with the others: sluice rollouts resume ${id}`,
      cancel,
    ];
  }
  if (!isEnded({ status }) || counts.failed === 0) return [];
  return [`What failed: sluice rollouts nodes ${id} --status failed`, `Try that again: sluice rollouts retry ${id}`];
}

/** What came of one that has ended, in one sentence without a full stop. */
export function rolloutOutcome(rollout: Rollout): string {
  const { status, counts, error, createdAt, endedAt } = rollout;
  const took = endedAt === null ? '' : ` after ${durationInWords(Date.parse(endedAt) - Date.parse(createdAt))}`;
  const never = counts.pending === 0 ? '' : `; ${countInWords(counts.pending, 'node')} never begun`;
  const why = error === null ? '' : `: ${withoutFullStop(error)}`;
  return `${status}${took}; ${doneInWords(rollout)}${never}${why}`;
}

/** The same with which rollout it is: what a command that followed it says at its end. */
export function rolloutEndInWords(rollout: Rollout): string {
  return `${rollout.id}: ${isEnded(rollout) ? rolloutOutcome(rollout) : `${rollout.status}; ${doneInWords(rollout)}`}`;
}

/** What somebody who reads a list should see beside its status; what it is for where there is nothing. */
export function remarkOnRollout(rollout: Rollout, nowMs: number): string {
  const { spec, error } = rollout;
  const hindrance = hindranceInWords(rollout) ?? error ?? timeLeftInWords(rollout, nowMs);
  return [spec.name ?? spec.reason, hindrance].filter((text) => text !== undefined && text !== null).join(' · ');
}
