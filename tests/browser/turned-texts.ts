/** Which texts of a page are written from right to left although they are not: marks in somebody's name have turned what stands beside it. */
import type { Page } from 'playwright-core';

/** In the page: what stands behind such a name, and every other text, ends right of where it begins, or below. */
const TURNED = `((end) => {
  const turned = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const boxOf = (text, at) => {
    const range = document.createRange();
    range.setStart(text, at);
    range.setEnd(text, at + 1);
    return range.getBoundingClientRect();
  };
  while (texts.nextNode()) {
    const text = texts.currentNode;
    // What stands behind the last name in it.
    const begins = text.data.lastIndexOf(end) < 0 ? 0 : text.data.lastIndexOf(end) + end.length;
    const first = begins + text.data.slice(begins).search(/[^\\s\\p{Bidi_Control}]/u);
    const last = text.data.trimEnd().length - 1;
    if (first < begins || last <= first) continue;
    const [one, other] = [boxOf(text, first), boxOf(text, last)];
    if (one.width > 0 && Math.abs(one.top - other.top) < 2 && other.left < one.left) turned.push(text.data);
  }
  return turned;
})`;

/** @param end What the name ends with, without marks. */
export async function turnedTexts(page: Page, end: string): Promise<readonly string[]> {
  const turned: unknown = await page.evaluate(`${TURNED}(${JSON.stringify(end)})`);
  return Array.isArray(turned) ? turned.map(String) : [`the page answered ${JSON.stringify(turned)}`];
}
