/** Batches as rows of cells, one cell a node; what does not fit the terminal is folded into counts, the quiet ones first. */
import type { RolloutCommand, RolloutNodeStatus } from '@sluice/contract';
import type { Paint } from '../output/colour.ts';
import { numberInWords } from '../output/count-in-words.ts';
import { renderSegments, type Segment } from '../output/segments.ts';
import { ROLLOUT_NODE_STATUSES, rolloutNodeMark } from './rollout-status.ts';
import type { Batch } from './rollout-view.ts';

export interface Room {
  readonly columns: number;
  readonly rows: number;
}

/** Rows that one batch may take in cells; a larger one is told in counts. */
const ROWS_OF_BATCH_MAX = 4;
/** Between label and cells, and between batches that share a row. */
const GAP = ' ';

/** Batches that are shown alike: each with its cells, or several folded into counts. */
interface Group {
  readonly batches: readonly Batch[];
  readonly isFolded: boolean;
}

/** How much is folded, from nothing to everything: the first that fits is taken. */
const FOLDINGS: readonly ((batch: Batch) => string | null)[] = [
  () => null,
  ({ counts }) => (counts.pending === counts.nodes ? 'pending' : isQuietEnd(counts) ? 'ended' : null),
  ({ counts }) =>
    counts.pending === counts.nodes ? 'pending' : counts.inProgress + counts.pending === 0 ? 'ended' : null,
  ({ counts }) => (counts.inProgress > 0 ? null : 'waits'),
  () => 'all',
];

/** Whole lines, at most as many as there is room for. */
export function renderBatchRows(
  batches: readonly Batch[],
  command: RolloutCommand,
  room: Room,
  paint: Paint,
): readonly string[] {
  let rows: readonly (readonly Segment[])[] = [];
  for (const keyOf of FOLDINGS) {
    rows = rowsOf(grouped(batches, keyOf), command, room.columns);
    if (rows.length <= room.rows) break;
  }
  return rows.slice(0, Math.max(1, room.rows)).map((row) => renderSegments(row, room.columns, paint));
}

function isQuietEnd({ nodes, succeeded, skipped }: Batch['counts']): boolean {
  return nodes === succeeded + skipped;
}

/** Batches that follow each other and have the same key become one; `null`: it stands by itself. */
function grouped(batches: readonly Batch[], keyOf: (batch: Batch) => string | null): readonly Group[] {
  const groups: { batches: Batch[]; key: string | null }[] = [];
  for (const batch of batches) {
    const key = keyOf(batch);
    const last = groups.at(-1);
    if (last !== undefined && key !== null && last.key === key) last.batches.push(batch);
    else groups.push({ batches: [batch], key });
  }
  return groups.map((group) => ({ batches: group.batches, isFolded: group.batches.length > 1 }));
}

function rowsOf(groups: readonly Group[], command: RolloutCommand, columns: number): readonly (readonly Segment[])[] {
  const labelWidth = Math.max(...groups.map((group) => labelOf(group).length), 0);
  const width = Math.max(8, columns - labelWidth - 2 * GAP.length);
  const rows: Segment[][] = [];
  /** Columns that are left in the row that batches share now. */
  let left = 0;
  for (const group of groups) {
    const statuses = group.batches.flatMap((batch) => batch.statuses);
    const label = { text: `${labelOf(group).padStart(labelWidth)}${GAP}${GAP}`, colour: 'grey' } as const;
    if (group.isFolded || statuses.length > ROWS_OF_BATCH_MAX * width) {
      rows.push([label, ...countSegments(statuses, command)]);
      left = 0;
    } else if (statuses.length + GAP.length <= left) {
      rows.at(-1)?.push({ text: GAP }, ...cellSegments(statuses, command));
      left -= statuses.length + GAP.length;
    } else {
      for (let from = 0; from < statuses.length; from += width) {
        const isFirst = from === 0;
        const part = statuses.slice(from, from + width);
        rows.push([isFirst ? label : { text: ' '.repeat(label.text.length) }, ...cellSegments(part, command)]);
        left = width - part.length;
      }
    }
  }
  return rows;
}

function labelOf({ batches }: Group): string {
  const [first, last] = [batches[0]?.counts.number ?? 0, batches.at(-1)?.counts.number ?? 0];
  return first === last ? String(first) : `${first}–${last}`;
}

/** Cells that are alike and follow each other are painted at once. */
function cellSegments(statuses: readonly RolloutNodeStatus[], command: RolloutCommand): readonly Segment[] {
  const segments: { text: string; status: RolloutNodeStatus }[] = [];
  for (const status of statuses) {
    const { letter } = rolloutNodeMark(status, command);
    const last = segments.at(-1);
    if (last?.status === status) last.text += letter;
    else segments.push({ text: letter, status });
  }
  return segments.map(({ text, status }) => ({ text, colour: rolloutNodeMark(status, command).colour }));
}

/** `✓ 838 succeeded  – 2 skipped`: which is also what the letters of the cells mean. */
function countSegments(statuses: readonly RolloutNodeStatus[], command: RolloutCommand): readonly Segment[] {
  return countParts(statuses, command).flatMap((part, index) => [...(index === 0 ? [] : [{ text: '  ' }]), ...part]);
}

/** The same, part by part, for those who break it into lines. */
export function countParts(
  statuses: readonly RolloutNodeStatus[],
  command: RolloutCommand,
): readonly (readonly Segment[])[] {
  const counts = new Map<RolloutNodeStatus, number>();
  for (const status of statuses) counts.set(status, (counts.get(status) ?? 0) + 1);
  return ROLLOUT_NODE_STATUSES.filter((status) => counts.has(status)).map((status) => {
    const { letter, word, colour } = rolloutNodeMark(status, command);
    return [{ text: letter, colour }, { text: ` ${numberInWords(counts.get(status) ?? 0)} ${word}` }];
  });
}
