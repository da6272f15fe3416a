/** Operations in sentences: how far one is, and what came of it. */
import type { Operation } from '@sluice/contract';
import { drainProgressParts } from '../output/status.ts';
import { durationInWords } from '@sluice/core';

type Evidence = NonNullable<NonNullable<Operation['result']>['evidence']>;

export function hasEnded(operation: Operation): boolean {
  return operation.status !== 'queued' && operation.status !== 'running';
}

/** Whether it is a command that the node's agent declares, and so has an output of its own. */
export function isDeclared({ command }: Operation): boolean {
  return command !== 'drain' && command !== 'undrain' && command !== 'restart';
}

/** What an operation is doing now, most telling first. */
export function progressParts(operation: Operation, nowMs: number): readonly string[] {
  const counted =
    operation.progress === null
      ? []
      : drainProgressParts({ ...operation.progress, deadlineAt: operation.deadlineAt, nowMs });
  const trouble = operation.progress?.problem ?? null;
  const parts = trouble === null ? counted : [trouble, ...counted];
  // A restart that drains first is queued, and tells of the drain that it waits for.
  if (operation.status === 'queued')
    return operation.phase === null ? ['waiting for its agent'] : [operation.phase, ...parts];
  return parts.length === 0 ? [operation.phase ?? 'running'] : parts;
}

/** What came of an operation that has ended, in one sentence without a full stop. */
export function outcomeInWords(operation: Operation): string {
  switch (operation.status) {
    case 'succeeded':
      return successInWords(operation);
    case 'failed':
    case 'cancelled':
    case 'expired':
      return `${operation.command} ${operation.status}: ${failureInWords(operation)}`;
    case 'queued':
    case 'running':
      return `${operation.command} ${operation.status}`;
  }
}

function successInWords(operation: Operation): string {
  const { command, result } = operation;
  const note = result?.note === undefined ? '' : ` (${withoutFullStop(result.note)})`;
  const took = operation.endedAt === null ? 0 : Date.parse(operation.endedAt) - Date.parse(operation.createdAt);
  const after = took < 1000 ? '' : ` after ${durationInWords(took)}`;
  if (result?.evidence !== undefined) {
    // Of a forced end the note says the same once more.
    const more = result.evidence.kind === 'forced' ? '' : note;
    return `drained${after}; ${evidenceInWords(result.evidence)}${more}`;
  }
  if (result?.remainingHolds !== undefined && result.remainingHolds.length > 0) {
    const holds = result.remainingHolds.map(
      ({ name, owner, reason }) => `${name} by ${owner}${reason === null ? '' : ` (${reason})`}`,
    );
    const done = result.released?.length === 0 ? 'nothing was released' : 'hold released';
    return `${done}; the node stays out of rotation, still held: ${holds.join(', ')}`;
  }
  if (command === 'undrain')
    return result?.released?.length === 0 ? `nothing to release${note}` : `back in rotation${note}`;
  if (result?.alreadyRebooted === true) return `already rebooted since; not rebooted again${note}`;
  if (result?.newBootId !== undefined) return `rebooted and healthy${after}; boot ${result.newBootId}${note}`;
  if (result?.alreadyRestarted === true) return `already restarted since; not restarted again${note}`;
  if (result?.newIncarnation !== undefined) {
    const old = result.oldIncarnation === undefined ? '' : `${result.oldIncarnation} → `;
    return `restarted and healthy${after}; incarnation ${old}${result.newIncarnation}${note}`;
  }
  if (result?.exitCode !== undefined) return `${command} done, exit code ${result.exitCode}${note}`;
  if (result?.value !== undefined) return `${command} done: ${JSON.stringify(result.value)}${note}`;
  return `${command} done${note}`;
}

function evidenceInWords(evidence: Evidence): string {
  switch (evidence.kind) {
    case 'counted':
      return 'no session is left, and none was cut';
    case 'hook-returned':
      return 'its drain hook returned; nobody counted sessions';
    case 'settled':
      return 'the settling time passed; nobody counted sessions';
    case 'forced':
      return evidence.sessionsEnded === null
        ? 'the deadline ended what was left; nobody could count'
        : `the deadline ended ${evidence.sessionsEnded} ${evidence.sessionsEnded === 1 ? 'session' : 'sessions'}`;
    case 'not-running':
      return 'its workload is not running';
  }
}

function failureInWords(operation: Operation): string {
  const { error, result } = operation;
  const text = error?.message ?? result?.note ?? 'no reason was given';
  const unknown = error?.outcome === 'unknown' ? '; it may or may not have been done' : '';
  return `${withoutFullStop(text)}${unknown}`;
}

function withoutFullStop(text: string): string {
  return text.replace(/\.$/u, '');
}
