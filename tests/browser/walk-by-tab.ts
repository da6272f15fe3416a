/** Goes through a page by the Tab key alone, as who has no mouse: everything that can be used is reached, and it is seen where one is. */
import type { Page } from 'playwright-core';

/** In the page: what can be used and is seen, each by its name; writes down what had the focus, and whether that was to be seen. */
const WATCH = `(() => {
  const named = (element) => element.localName + ' “' + (element.getAttribute('aria-label') ?? (element.innerText || element.placeholder || element.id || '')).trim().slice(0, 40) + '”';
  const isShown = (element) => element.checkVisibility({ opacityProperty: false, visibilityProperty: true });
  const usable = [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')]
    .filter((element) => element.tabIndex >= 0 && !element.disabled && isShown(element))
    // Of radio buttons Tab reaches one, and arrow keys the others.
    .filter((element) => element.type !== 'radio' || element.checked);
  const marked = (element) => {
    if (element === null || element === document.body) return false;
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
    return (outlineStyle !== 'none' && parseFloat(outlineWidth) >= 1) || boxShadow !== 'none';
  };
  // Fields of antd are marked by what stands around or beside them.
  const isMarked = (element) => [element, element.nextElementSibling, element.parentElement, element.parentElement?.parentElement, element.parentElement?.parentElement?.parentElement].some((each) => marked(each ?? null));
  window.walk = { usable, reached: new Set(), unseen: new Set(), named };
  document.addEventListener('focusin', ({ target }) => {
    window.walk.reached.add(target);
    if (!isMarked(target)) window.walk.unseen.add(named(target));
  });
  return usable.length;
})()`;

const ALL_REACHED = 'window.walk.usable.every((element) => !element.isConnected || window.walk.reached.has(element))';

const FAULTS = `[
  ...window.walk.usable.filter((element) => element.isConnected && !window.walk.reached.has(element)).map((element) => 'never reached: ' + window.walk.named(element)),
  ...[...window.walk.unseen].map((name) => 'the focus is not seen: ' + name),
]`;

/** One line for each thing that is wrong; none: all is well. */
export async function faultsByTab(page: Page): Promise<readonly string[]> {
  await page.evaluate('document.activeElement.blur()');
  const count = Number(await page.evaluate(WATCH));
  // A field of a date has a stop for each of its parts, and what appears meanwhile is walked through as well.
  const pressesMax = 2 * count + 20;
  for (let press = 0; press < pressesMax; press += 1) {
    await page.keyboard.press('Tab');
    if (press >= count && press % 5 === 0 && (await page.evaluate(ALL_REACHED)) === true) break;
  }
  const faults: unknown = await page.evaluate(FAULTS);
  return Array.isArray(faults) ? faults.map(String) : [`the page answered ${JSON.stringify(faults)}`];
}
