/** What a rollout would do, on one screen, whether for two nodes or for two thousand. */
import type { RolloutPlan } from '@sluice/contract';
import { durationInWords } from '@sluice/core';
import type { Paint } from '../output/colour.ts';
import { countInWords, numberInWords } from '../output/count-in-words.ts';
import { renderPage } from '../output/page.ts';
import { renderTable, type Cell, type Column } from '../output/table.ts';
import { conditionsInWords, paceInWords, stepsInWords, stopsInWords, subjectInWords } from './spec-in-words.ts';

/** Batches that are shown; of more the first ones and the last. */
const BATCHES_MAX = 8;
/** Ids of a batch that are written out; of more the first and the last. */
const IDS_MAX = 3;
/** Reasons to skip nodes, budgets, and warnings that are told one by one. */
const REASONS_MAX = 4;
const BUDGETS_MAX = 4;
const WARNINGS_MAX = 5;

type Batch = RolloutPlan['batches'][number];

/** One row of the table: a batch, or those between that are folded. */
interface BatchRow {
  readonly number: string;
  readonly nodes: number;
  readonly sessions: number;
  readonly which: string;
}

/** @param columns How wide the terminal is; `null`: nothing is wrapped or cut. */
export function renderPlanPage(plan: RolloutPlan, columns: number | null, paint: Paint): string {
  const { spec } = plan;
  const subject = subjectInWords(spec, plan.nodes);
  const status: Cell = { text: '◌ planned, nothing is begun', colour: 'grey' };
  const page = renderPage(
    spec.name ?? subject,
    status,
    [
      { label: 'What', lines: spec.name === undefined ? [] : [subject] },
      { label: 'Reason', lines: spec.reason === undefined ? [] : [spec.reason] },
      { label: 'Each node', lines: [stepsInWords(spec)] },
      { label: 'At once', lines: [paceInWords(spec, plan.maxUnavailable)] },
      { label: 'Stops', lines: [stopsInWords(spec)] },
      { label: 'Only when', lines: conditionsInWords(spec) },
      { label: 'Sessions', lines: [sessionsInWords(plan)] },
      { label: 'Takes', lines: [durationOfPlan(plan)] },
      { label: 'Budgets', lines: budgetLines(plan) },
      { label: 'Skipped', lines: skippedLines(plan) },
      { label: 'Warnings', lines: warningLines(plan) },
    ],
    paint,
    columns,
  );
  return `${page}\n${renderTable(batchColumns(), batchRows(plan.batches), columns, paint)}`;
}

function batchColumns(): readonly Column<BatchRow>[] {
  return [
    { header: 'BATCH', importance: Infinity, cell: ({ number }) => number },
    { header: 'NODES', importance: Infinity, cell: ({ nodes }) => numberInWords(nodes) },
    { header: 'SESSIONS', importance: Infinity, cell: ({ sessions }) => numberInWords(sessions) },
    { header: 'WHICH', importance: 90, widthMin: 12, cell: ({ which }) => which },
  ];
}

function batchRows(batches: readonly Batch[]): readonly BatchRow[] {
  const row = ({ number, nodes, sessions }: Batch): BatchRow => ({
    number: String(number),
    nodes: nodes.length,
    sessions,
    which: idsInWords(nodes.map(({ id }) => id)),
  });
  if (batches.length <= BATCHES_MAX) return batches.map(row);
  // One row is of those that are folded, one of the last.
  const first = batches.slice(0, BATCHES_MAX - 2);
  const folded = batches.slice(BATCHES_MAX - 2, -1);
  const last = batches.slice(-1);
  const between: BatchRow = {
    number: '…',
    nodes: folded.reduce((sum, { nodes }) => sum + nodes.length, 0),
    sessions: folded.reduce((sum, { sessions }) => sum + sessions, 0),
    which: `${numberInWords(folded.length)} batches between`,
  };
  return [...first.map(row), between, ...last.map(row)];
}

function idsInWords(ids: readonly string[]): string {
  return ids.length <= IDS_MAX ? ids.join(', ') : `${ids[0] ?? ''} … ${ids.at(-1) ?? ''}`;
}

function sessionsInWords({ sessions, uncountedNodes }: RolloutPlan): string {
  const counted = `${numberInWords(sessions)} on them now`;
  return uncountedNodes === 0 ? counted : `${counted}; nobody counts those of ${countInWords(uncountedNodes, 'node')}`;
}

function durationOfPlan({ duration }: RolloutPlan): string {
  if (duration === null) return 'nobody knows: this fleet has done nothing like it yet';
  const { expectedSeconds, pessimisticSeconds, basis } = duration;
  const longest =
    pessimisticSeconds > expectedSeconds ? `, ${durationInWords(pessimisticSeconds * 1000)} if all goes slowly` : '';
  return `about ${durationInWords(expectedSeconds * 1000)}${longest} (${withoutCapital(basis).replace(/\.$/u, '')})`;
}

/** A sentence that stands within another. */
function withoutCapital(sentence: string): string {
  return `${sentence.charAt(0).toLowerCase()}${sentence.slice(1)}`;
}

/** Those that bind first, all of them: each is a reason why it takes longer than it need. */
function budgetLines({ budgets }: RolloutPlan): readonly string[] {
  const binding = budgets.filter(({ binds }) => binds);
  const others = budgets.filter(({ binds }) => !binds);
  const shown = [...binding, ...others.slice(0, Math.max(0, BUDGETS_MAX - binding.length))];
  const left = budgets.length - shown.length;
  return [
    ...shown.map(({ binds, detail }) => `${binds ? '▲ binds:' : '✓'} ${detail}`),
    ...(left === 0 ? [] : [`and ${left} more that leave room`]),
  ];
}

/** Those that have the same reason stand together. */
function skippedLines({ skipped }: RolloutPlan): readonly string[] {
  const byReason = new Map<string, string[]>();
  for (const { nodeId, because } of skipped) {
    const ids = byReason.get(because);
    if (ids === undefined) byReason.set(because, [nodeId]);
    else ids.push(nodeId);
  }
  const left = byReason.size - REASONS_MAX;
  return [
    ...[...byReason].slice(0, REASONS_MAX).map(([because, ids]) => {
      const more = ids.length - IDS_MAX;
      return `– ${ids.slice(0, IDS_MAX).join(', ')}${more <= 0 ? '' : ` and ${numberInWords(more)} more`}: ${because}`;
    }),
    ...(left <= 0 ? [] : [`and others for ${numberInWords(left)} more reasons; all of them with -o json`]),
  ];
}

function warningLines({ warnings }: RolloutPlan): readonly string[] {
  const left = warnings.length - WARNINGS_MAX;
  return [
    ...warnings.slice(0, WARNINGS_MAX).map((warning) => `▲ ${warning}`),
    ...(left <= 0 ? [] : [`and ${left} more; all of them with -o json`]),
  ];
}
