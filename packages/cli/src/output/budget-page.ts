/** Everything that is known of a budget, on one page. */
import type { Budget } from '@sluice/contract';
import { budgetAllowedInWords, budgetLeftCell, budgetNodesInWords } from './budget-in-words.ts';
import type { Paint } from './colour.ts';
import { renderPage } from './page.ts';
import { agoInWords } from './time-in-words.ts';

export function renderBudgetPage(budget: Budget, paint: Paint, nowMs: number): string {
  const { name, description, standing, createdBy, createdAt, updatedAt, revision } = budget;
  const named = standing.nodes.map(({ id, because }) => `${id} (${because})`);
  const others = standing.unavailable - named.length;
  const counted = standing.unavailable === 0 ? 'none' : String(standing.unavailable);
  return renderPage(
    name,
    budgetLeftCell(budget),
    [
      { label: 'For', lines: description === null ? [] : [description] },
      { label: 'Nodes', lines: [budgetNodesInWords(budget)] },
      { label: 'Allowed', lines: [`${budgetAllowedInWords(budget)} may be unavailable`] },
      {
        label: 'Unavailable',
        lines: [
          ...(named.length === 0 ? [counted] : named),
          ...(named.length > 0 && others > 0 ? [`and ${others} more`] : []),
        ],
      },
      { label: 'Made', lines: [`by ${createdBy}, ${agoInWords(createdAt, nowMs)} (${createdAt})`] },
      {
        label: 'Changed',
        lines: revision === 1 ? [] : [`${agoInWords(updatedAt, nowMs)} (${updatedAt}), revision ${revision}`],
      },
    ],
    paint,
  );
}
