/** The live picture of a rollout: how far it is, its batches in cells, what is under way, what failed; it fits the terminal. */
import type { RolloutNode } from '@sluice/contract';
import { isEnded } from '@sluice/core';
import type { Paint } from '../output/colour.ts';
import { countInWords, numberInWords } from '../output/count-in-words.ts';
import { displayWidth } from '../output/display-width.ts';
import { renderSegments, wrapSegments, type Segment } from '../output/segments.ts';
import { wrapWords } from '../output/wrap.ts';
import { countParts, renderBatchRows, type Room } from './batch-rows.ts';
import { nodeProgressParts, operationOf, withoutFullStop } from './node-in-words.ts';
import { endedCount, hindranceInWords, nextCommands, rolloutTitle, timeLeftInWords } from './rollout-in-words.ts';
import { rolloutNodeMark, rolloutStatusCell } from './rollout-status.ts';
import { batchesOf, nodesFailed, nodesInProgress, type RolloutView } from './rollout-view.ts';
import { subjectInWords } from './spec-in-words.ts';

/** Columns of the bar: a share of a twentieth is seen even beside many words. */
const BAR_WIDTH_MIN = 10;
const BAR_WIDTH_MAX = 40;
/** Columns of the longest node id beside what is said of it. */
const ID_WIDTH_MAX = 28;
/** Rows that there are at least for what stands below the head: one of each part, and one before each. */
const BODY_ROWS_MIN = 6;

/** @param paint Colours only repeat what letters and words say. */
export function renderRolloutPicture(view: RolloutView, room: Room, paint: Paint, nowMs: number): string {
  const line = (segments: readonly Segment[]) => renderSegments(segments, room.columns, paint);
  const head = [...headLines(view, room.columns, nowMs), ...hindranceLines(view, room.columns)]
    .map(line)
    .slice(0, Math.max(1, room.rows - BODY_ROWS_MIN));
  const working = workingLines(view, nowMs).map(line);
  const failed = failedLines(view).map(line);
  const gaps = 1 + Math.min(1, working.length) + Math.min(1, failed.length);
  const rows = room.rows - head.length - gaps;

  // Of the rest the batches get what the others do not need, and at least half.
  const failedShown = cut(failed, Math.max(1, Math.floor(rows / 4)), 'more failed', line);
  const rest = rows - failedShown.length;
  const batchRows =
    working.length === 0 ? rest : Math.min(rest - 1, Math.max(rest - working.length, Math.ceil(rest / 2)));
  const { command } = view.rollout.spec;
  const batchLines = renderBatchRows(batchesOf(view), command, { columns: room.columns, rows: batchRows }, paint);
  const workingShown = cut(working, rest - batchLines.length, 'more under way', line);
  return [head, batchLines, workingShown, failedShown]
    .filter((part) => part.length > 0)
    .map((part) => part.join(''))
    .join('\n');
}

function headLines(view: RolloutView, columns: number, nowMs: number): readonly (readonly Segment[])[] {
  const { rollout } = view;
  const { id, spec, counts, newNodesCount } = rollout;
  const title = rolloutTitle(rollout);
  const subject = subjectInWords(spec, counts.nodes);
  const statuses = batchesOf(view).flatMap((batch) => batch.statuses);
  return [
    [
      { text: id, colour: 'bold' },
      { text: '  ' },
      rolloutStatusCell(rollout.status),
      { text: '  ' },
      { text: title, colour: 'bold' },
      ...(title === subject ? [] : [{ text: `  ${subject}` }]),
    ],
    progressSegments(rollout, columns, nowMs),
    ...wrapSegments(countParts(statuses, spec.command), columns),
    ...(newNodesCount === 0
      ? []
      : [[{ text: `+ ${countInWords(newNodesCount, 'new node')} that it selects, not taken (--include-new)` }]]),
  ];
}

function progressSegments(rollout: RolloutView['rollout'], columns: number, nowMs: number): readonly Segment[] {
  const { counts, unavailable } = rollout;
  const timeLeft = timeLeftInWords(rollout, nowMs);
  const words = [
    `${numberInWords(endedCount(rollout))} of ${numberInWords(counts.nodes)}`,
    ...(timeLeft === null ? [] : [timeLeft]),
    ...(isEnded(rollout)
      ? []
      : [`${numberInWords(unavailable.now)} out, ${numberInWords(unavailable.allowed)} may be`]),
  ].join(' · ');
  return [...barSegments(counts, columns - 2 - displayWidth(words)), { text: `  ${words}` }];
}

/** Failed ones stand at the end of what is done, in their own colour and with their own sign. */
function barSegments(
  { nodes, succeeded, failed, skipped }: RolloutView['rollout']['counts'],
  room: number,
): readonly Segment[] {
  const cells = Math.max(BAR_WIDTH_MIN, Math.min(BAR_WIDTH_MAX, room));
  const part = (count: number) => (nodes === 0 ? 0 : Math.round((count / nodes) * cells));
  // What failed is seen, however little it is beside the rest.
  const bad = failed > 0 ? Math.max(1, part(failed)) : 0;
  const done = Math.min(cells - bad, part(succeeded + skipped));
  return [
    { text: '█'.repeat(done), colour: 'green' },
    { text: '✗'.repeat(bad), colour: 'red' },
    { text: '░'.repeat(cells - done - bad), colour: 'grey' },
  ];
}

function hindranceLines({ rollout }: RolloutView, columns: number): readonly (readonly Segment[])[] {
  const text = hindranceInWords(rollout);
  const isPaused = rollout.status === 'paused';
  const lines = text === null ? [] : wrapWords(text.split(' '), columns - 2);
  return [
    ...lines.map((part, index): readonly Segment[] => [
      { text: index > 0 ? '  ' : isPaused ? '‖ ' : '◌ ' },
      { text: part, colour: isPaused ? 'red' : 'yellow' },
    ]),
    ...nextCommands(rollout).map((text): readonly Segment[] => [{ text: '→', colour: 'blue' }, { text: ` ${text}` }]),
  ];
}

function workingLines(view: RolloutView, nowMs: number): readonly (readonly Segment[])[] {
  const { command } = view.rollout.spec;
  const nodes = nodesInProgress(view);
  const width = idWidth(nodes);
  const wordWidth = Math.max(0, ...nodes.map(({ status }) => rolloutNodeMark(status, command).word.length));
  return nodes.map((node) => {
    const { letter, word, colour } = rolloutNodeMark(node.status, command);
    const parts = nodeProgressParts(node, operationOf(view, node), nowMs);
    return [
      { text: `${letter} `, colour },
      { text: padded(node.nodeId, width) },
      { text: `  ${word.padEnd(wordWidth)}  ${parts.join(' · ')}` },
    ];
  });
}

function failedLines(view: RolloutView): readonly (readonly Segment[])[] {
  const nodes = nodesFailed(view);
  const width = idWidth(nodes);
  return nodes.map((node) => [
    { text: '✗ ', colour: 'red' },
    { text: padded(node.nodeId, width) },
    { text: `  ${withoutFullStop(node.detail ?? 'no reason was given')}` },
  ]);
}

function idWidth(nodes: readonly RolloutNode[]): number {
  return Math.min(ID_WIDTH_MAX, Math.max(0, ...nodes.map(({ nodeId }) => displayWidth(nodeId))));
}

function padded(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - displayWidth(text)));
}

function cut(
  lines: readonly string[],
  rows: number,
  what: string,
  line: (segments: readonly Segment[]) => string,
): readonly string[] {
  if (lines.length <= rows) return lines;
  const shown = lines.slice(0, rows - 1);
  return [...shown, line([{ text: `… ${numberInWords(lines.length - shown.length)} ${what}`, colour: 'grey' }])];
}
