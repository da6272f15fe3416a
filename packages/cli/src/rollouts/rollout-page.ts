/** Everything that is known of a rollout, on one page. */
import { isEnded } from '@sluice/core';
import type { Paint } from '../output/colour.ts';
import { countInWords, numberInWords } from '../output/count-in-words.ts';
import { renderPage } from '../output/page.ts';
import { agoInWords } from '../output/time-in-words.ts';
import { countParts, renderBatchRows } from './batch-rows.ts';
import { nodeInWords } from './node-in-words.ts';
import { hindranceInWords, nextCommands, rolloutOutcome, rolloutTitle, timeLeftInWords } from './rollout-in-words.ts';
import { rolloutStatusCell } from './rollout-status.ts';
import { batchesOf, nodesFailed, type RolloutView } from './rollout-view.ts';
import { conditionsInWords, paceInWords, stepsInWords, stopsInWords, subjectInWords } from './spec-in-words.ts';

/** Columns where it is piped, and rows of batches: more of them are folded. */
const COLUMNS_DEFAULT = 80;
const BATCH_ROWS_MAX = 20;
/** Failed nodes that are told here; `rollouts nodes` lists all. */
const FAILED_MAX = 5;
const NEW_NODES_MAX = 5;

export function renderRolloutPage(view: RolloutView, columns: number | null, paint: Paint, nowMs: number): string {
  const { rollout } = view;
  const { id, spec, counts, unavailable, createdAt, createdBy, endedAt, newNodes, newNodesCount } = rollout;
  const title = rolloutTitle(rollout);
  const subject = subjectInWords(spec, counts.nodes);
  const failed = nodesFailed(view);
  const hasEnded = isEnded(rollout);
  const hindrance = hindranceInWords(rollout);
  const timeLeft = timeLeftInWords(rollout, nowMs);
  const statuses = batchesOf(view).flatMap((batch) => batch.statuses);
  const shownNew = newNodes.slice(0, NEW_NODES_MAX).join(', ');
  const page = renderPage(
    title,
    rolloutStatusCell(rollout.status),
    [
      { label: 'Rollout', lines: [id] },
      { label: 'What', lines: title === subject ? [] : [subject] },
      { label: 'Reason', lines: spec.reason === undefined ? [] : [spec.reason] },
      { label: 'Result', lines: hasEnded ? [rolloutOutcome(rollout)] : [] },
      { label: 'Now', lines: hindrance === null ? [] : [hindrance] },
      { label: 'Next', lines: nextCommands(rollout) },
      {
        label: 'Nodes',
        lines: [
          countParts(statuses, spec.command)
            .map((part) => part.map(({ text }) => text).join(''))
            .join(', '),
        ],
      },
      {
        label: 'Failed',
        lines: [
          ...failed.slice(0, FAILED_MAX).map((node) => `✗ ${node.nodeId}: ${nodeInWords(node, spec.command)}`),
          ...(failed.length <= FAILED_MAX ? [] : [`and ${numberInWords(failed.length - FAILED_MAX)} more`]),
        ],
      },
      {
        label: 'New',
        lines:
          newNodesCount === 0 ? [] : [`${countInWords(newNodesCount, 'node')} that it selects, not taken: ${shownNew}`],
      },
      {
        label: 'Out',
        lines: hasEnded ? [] : [`${numberInWords(unavailable.now)}; ${numberInWords(unavailable.allowed)} may be`],
      },
      { label: 'Time', lines: timeLeft === null ? [] : [timeLeft] },
      { label: 'Each node', lines: [stepsInWords(spec)] },
      { label: 'At once', lines: [paceInWords(spec, unavailable.allowed)] },
      { label: 'Stops', lines: [stopsInWords(spec)] },
      { label: 'Only when', lines: conditionsInWords(spec) },
      { label: 'Started', lines: [`by ${createdBy}, ${agoInWords(createdAt, nowMs)} (${createdAt})`] },
      { label: 'Ended', lines: endedAt === null ? [] : [`${agoInWords(endedAt, nowMs)} (${endedAt})`] },
    ],
    paint,
    columns,
  );
  const room = { columns: columns ?? COLUMNS_DEFAULT, rows: BATCH_ROWS_MAX };
  return `${page}\n${renderBatchRows(batchesOf(view), spec.command, room, paint).join('')}`;
}
