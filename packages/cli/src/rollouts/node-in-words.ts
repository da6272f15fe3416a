/** One node of a rollout in words: what is done to it now, or what came of it. */
import type { Operation, RolloutNode, RolloutSpec } from '@sluice/contract';
import { durationInWords } from '@sluice/core';
import { progressParts } from '../waiting/operation-in-words.ts';
import { rolloutNodeMark } from './rollout-status.ts';
import type { RolloutView } from './rollout-view.ts';

/** The operation that a node waits for now: the newest of its attempt, while it has not ended. */
export function operationOf({ operations }: Pick<RolloutView, 'operations'>, node: RolloutNode): Operation | null {
  const operation = operations.get(node.operationIds.at(-1) ?? '');
  return operation === undefined || operation.endedAt !== null ? null : operation;
}

/** What it is doing, most telling first; empty where its status tells everything. */
export function nodeProgressParts(node: RolloutNode, operation: Operation | null, nowMs: number): readonly string[] {
  const since = node.startedAt === null ? [] : [`for ${durationInWords(nowMs - Date.parse(node.startedAt))}`];
  if (node.detail !== null) return [withoutFullStop(node.detail), ...since];
  if (operation === null || node.status === 'settling') return since;
  const parts = progressParts(operation, nowMs);
  return parts.length === 1 && parts[0] === 'running' ? since : parts;
}

/** What came of it, or how it is, in one sentence without a full stop. */
export function nodeInWords(node: RolloutNode, command: RolloutSpec['command']): string {
  const { startedAt, endedAt, detail, attempt } = node;
  const { word } = rolloutNodeMark(node.status, command);
  const took =
    startedAt === null || endedAt === null
      ? ''
      : ` after ${durationInWords(Date.parse(endedAt) - Date.parse(startedAt))}`;
  const again = attempt > 1 ? ` (attempt ${attempt})` : '';
  return `${word}${node.status === 'skipped' ? '' : took}${again}${detail === null ? '' : `: ${withoutFullStop(detail)}`}`;
}

export function withoutFullStop(text: string): string {
  return text.replace(/\.$/u, '');
}
