/** Everything that is known of an operation, on one page. */
import type { Operation } from '@sluice/contract';
import { hasEnded, outcomeInWords, progressParts } from '../waiting/operation-in-words.ts';
import type { Paint } from './colour.ts';
import { renderPage } from './page.ts';
import { printable } from './printable.ts';
import { operationStatusCell } from './status.ts';
import { durationInWords } from '@sluice/core';
import { agoInWords, untilInWords } from './time-in-words.ts';

export function renderOperationPage(operation: Operation, paint: Paint, nowMs: number): string {
  const { createdAt, startedAt, endedAt, parameters } = operation;
  const from = operation.requestedFrom === null ? '' : ` from ${operation.requestedFrom}`;
  const took =
    startedAt === null || endedAt === null
      ? ''
      : `, took ${durationInWords(Date.parse(endedAt) - Date.parse(startedAt))}`;
  return renderPage(
    `${operation.command} ${operation.nodeId}`,
    operationStatusCell(operation.status),
    [
      { label: 'Operation', lines: [operation.id] },
      {
        label: hasEnded(operation) ? 'Result' : 'Progress',
        lines: [hasEnded(operation) ? outcomeInWords(operation) : progressParts(operation, nowMs).join(' · ')],
      },
      { label: 'Asked', lines: [`by ${operation.requestedBy}${from}, ${agoInWords(createdAt, nowMs)} (${createdAt})`] },
      { label: 'Reason', lines: operation.reason === null ? [] : [operation.reason] },
      {
        label: 'Parameters',
        lines: Object.entries(parameters).map(([key, value]) => `${key}=${JSON.stringify(value)}`),
      },
      { label: 'Started', lines: startedAt === null ? [] : [`${agoInWords(startedAt, nowMs)} (${startedAt})`] },
      { label: 'Ended', lines: endedAt === null ? [] : [`${agoInWords(endedAt, nowMs)} (${endedAt})${took}`] },
      {
        label: 'Expires',
        lines:
          operation.status !== 'queued' || operation.deliverBy === null
            ? []
            : [`in ${untilInWords(operation.deliverBy, nowMs)}, if its agent does not come`],
      },
      {
        label: 'Output',
        lines: operation.output === null ? [] : printable(operation.output, 'line-breaks').trimEnd().split('\n'),
      },
    ],
    paint,
  );
}
