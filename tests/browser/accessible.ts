/** Whether a page is accessible as far as axe-core can tell. */
import axe from 'axe-core';
import type { Page } from 'playwright-core';

/** WCAG 2.2, A and AA, and what else its authors call good practice. */
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** One line for each thing that is wrong, with where it is; none: all is well. */
export async function accessibilityFaults(page: Page): Promise<readonly string[]> {
  // By the debugger, which the page's policy does not hold up: it forbids scripts of others.
  await page.evaluate(axe.source);
  const violations: unknown = await page.evaluate(
    `axe.run({ runOnly: ${JSON.stringify(TAGS)} }).then(({ violations }) => violations.flatMap(({ id, help, nodes }) => nodes.map(({ target, failureSummary }) => id + ' (' + help + ') at ' + target.join(' ') + ': ' + failureSummary)))`,
  );
  return Array.isArray(violations) ? violations.map(String) : [`axe answered ${JSON.stringify(violations)}`];
}
