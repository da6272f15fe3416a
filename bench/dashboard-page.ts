/** What the dashboard is like in a real browser: how soon it can be used, how smooth it is while the fleet changes, and whether it grows. */
import { setTimeout } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { benchmark, progress } from './support/benchmark.ts';
import { against, amount, type Figure, figure, percentile } from './support/figures.ts';
import { smoothnessOf } from './support/frames-of-trace.ts';
import { CpuOfPage, MeasuredBrowser } from './support/measured-browser.ts';
import { SteadyChanges } from './support/steady-changes.ts';
import { type ServerWithFleet, withFleet } from './support/with-fleet.ts';

/** Without what takes minutes: frames and memory. */
const isFirstViewOnly = process.argv.includes('--first-view');
/** As many nodes as the demo has. */
const DEMO_NODES = 3;
const VIEWS = 10;
/** Milliseconds between two looks whether the page can be used. */
const LOOK_EVERY_MS = 50;
const VIEW_MS_MAX = 1000;
/** Bytes of JavaScript, gzipped, before the first view can be used. */
const FIRST_LOAD_BYTES_MAX = 400 * 1024;
const CHANGES_PER_SECOND = 200;
/** Milliseconds for which the browser is watched. */
const WATCHED_MS = 10_000;
const FRAMES_MIN = 55;
/** Pixels a second, as somebody scrolls who looks for something. */
const SCROLL_SPEED = 1500;
/** Milliseconds between two looks at the memory. */
const MEMORY_EVERY_MS = 15_000;
const MEMORY_LOOKS = 16;
const MEBIBYTE = 1024 * 1024;

/** In the page: what its scripts took on the way. */
const SCRIPT_BYTES = `performance.getEntriesByType('resource')
  .filter(({ name }) => name.endsWith('.js'))
  .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0)`;

/** In the page: when the map of the fleet had been drawn, and whatever is pressed then is heard. Whoever asks from outside learns of it late. */
const TELL_WHEN_USABLE = `(() => {
  const look = new MutationObserver(() => {
    if (document.querySelector('main canvas') === null) return;
    look.disconnect();
    requestAnimationFrame(() => setTimeout(() => { window.usableAtMs = performance.now(); }));
  });
  look.observe(document, { childList: true, subtree: true });
})()`;

/** In the page: a frame is drawn only where something has changed, so a dot moves in each. */
const DRAW_EACH_FRAME = `(() => {
  const dot = document.body.appendChild(document.createElement('div'));
  Object.assign(dot.style, { position: 'fixed', top: 0, left: 0, width: '1px', height: '1px', background: 'red' });
  let count = 0;
  (function each() {
    dot.style.transform = 'translateX(' + (count++ % 2) + 'px)';
    requestAnimationFrame(each);
  })();
})()`;

interface View {
  readonly name: string;
  readonly path: string;
  /** What is on it once it shows the fleet. */
  readonly shows: string;
  readonly use: (page: Page) => Promise<void>;
}

const VIEWS_OF_ALL: readonly View[] = [
  { name: 'map', path: '/', shows: 'Map of the fleet', use: () => setTimeout(WATCHED_MS) },
  {
    name: 'table, scrolled',
    path: '/nodes',
    shows: 'node-0',
    use: async (page) => {
      const debuggerOfPage = await page.context().newCDPSession(page);
      await debuggerOfPage.send('Input.synthesizeScrollGesture', {
        x: 700,
        y: 500,
        yDistance: -(SCROLL_SPEED * WATCHED_MS) / 1000,
        speed: SCROLL_SPEED,
        gestureSourceType: 'mouse',
      });
    },
  },
];

await benchmark('dashboard-page', 15, async ({ isQuick, fleets }, figures) => {
  const largest = fleets.at(-1) ?? DEMO_NODES;
  for (const nodes of [DEMO_NODES, largest]) {
    progress(`${nodes} agents connect`);
    await withFleet(nodes, async (both) => {
      const browser = await MeasuredBrowser.start(both.server.url);
      if (browser === null) {
        progress('Chromium is not installed (apt-get install chromium): nothing is measured');
        return;
      }
      try {
        progress(`the first view of ${nodes} nodes`);
        figures.push(...(await firstViews(browser, both)));
        if (nodes !== largest || isFirstViewOnly) return;
        for (const view of VIEWS_OF_ALL) figures.push(...(await smoothness(browser, both, view)));
        figures.push(...(await memory(browser, both, isQuick ? 4 : MEMORY_LOOKS)));
      } finally {
        await browser.stop();
      }
    });
  }
});

/** The page notes the instant itself; to be asked for it seldom disturbs it little. Playwright's own waiting is forbidden by the policy of the page. */
async function usableAtMs(page: Page): Promise<number> {
  for (;;) {
    const at = Number(await page.evaluate('window.usableAtMs ?? 0'));
    if (at > 0) return at;
    await setTimeout(LOOK_EVERY_MS);
  }
}

async function firstViews(browser: MeasuredBrowser, { server, nodes }: ServerWithFleet): Promise<readonly Figure[]> {
  const usableMs: number[] = [];
  const cpuMs: number[] = [];
  let scriptBytes = 0;
  for (let view = 0; view < VIEWS; view += 1) {
    const page = await browser.page();
    const cpu = await CpuOfPage.begin(page);
    await page.addInitScript(TELL_WHEN_USABLE);
    await page.goto(`${server.url}/`, { waitUntil: 'commit' });
    usableMs.push(await usableAtMs(page));
    cpuMs.push(await cpu.ms());
    scriptBytes = Number(await page.evaluate(SCRIPT_BYTES));
    await page.context().close();
  }
  const views = figure('first view, from nothing to usable', nodes, usableMs, null);
  const bytes = amount('JavaScript of the first load, as it was sent', nodes, scriptBytes / 1024, 'KiB');
  const cpu = amount('first view, CPU of the main thread', nodes, percentile(cpuMs, 0.5), 'ms');
  if (nodes !== DEMO_NODES) return [views, cpu];
  return [
    against(views, `p50 ≤ ${VIEW_MS_MAX} ms`, views.p50Ms, VIEW_MS_MAX),
    cpu,
    against(bytes, `${FIRST_LOAD_BYTES_MAX / 1024} KiB`, scriptBytes, FIRST_LOAD_BYTES_MAX),
  ];
}

async function smoothness(
  browser: MeasuredBrowser,
  { server, nodes }: ServerWithFleet,
  { name, path, shows, use }: View,
): Promise<readonly Figure[]> {
  progress(`${name}: ${nodes} nodes, ${CHANGES_PER_SECOND} changes a second`);
  const page = await browser.page();
  await page.goto(`${server.url}${path}`);
  await page.getByText(shows).first().waitFor();
  await page.evaluate(DRAW_EACH_FRAME);
  const changes = new SteadyChanges(server.url, nodes, CHANGES_PER_SECOND);
  const { framesPerSecond, gapsMs, cpuShare, longestTaskMs } = smoothnessOf(
    await browser.traced(page, () => use(page)),
  );
  const perSecond = await changes.stop();
  await page.context().close();
  const frames = amount(`${name}: frames a second`, nodes, framesPerSecond, 'frames');
  return [
    { ...frames, target: { text: `≥ ${FRAMES_MIN} of 60`, isMet: framesPerSecond >= FRAMES_MIN } },
    { ...figure(`${name}: from frame to frame`, nodes, gapsMs, null), p99Ms: percentile(gapsMs, 0.99) },
    amount(`${name}: CPU of the main thread`, nodes, cpuShare * 100, '% of a core'),
    amount(`${name}: longest task of it, CPU`, nodes, longestTaskMs, 'ms'),
    amount(`${name}: changes a second, in truth`, nodes, perSecond, 'changes'),
  ];
}

/** What is in use after collections, over minutes of changes; the slope through it is what an hour would add. */
async function memory(
  browser: MeasuredBrowser,
  { server, nodes }: ServerWithFleet,
  looks: number,
): Promise<readonly Figure[]> {
  progress(`memory: ${(looks * MEMORY_EVERY_MS) / 60_000} minutes of ${CHANGES_PER_SECOND} changes a second`);
  const page = await browser.page();
  await page.goto(`${server.url}/`);
  await page.getByText('Map of the fleet').first().waitFor();
  const debuggerOfPage = await page.context().newCDPSession(page);
  const changes = new SteadyChanges(server.url, nodes, CHANGES_PER_SECOND);
  const used: { readonly atMs: number; readonly bytes: number }[] = [];
  for (let look = 0; look < looks; look += 1) {
    await setTimeout(MEMORY_EVERY_MS);
    await debuggerOfPage.send('HeapProfiler.collectGarbage');
    const { usedSize } = await debuggerOfPage.send('Runtime.getHeapUsage');
    used.push({ atMs: performance.now(), bytes: usedSize });
  }
  await changes.stop();
  await page.context().close();
  // The first half of the time fills what has a bound, such as the list of what changed lately.
  const later = used.slice(Math.floor(used.length / 2));
  const minutes = ((later.at(-1)?.atMs ?? 0) - (later[0]?.atMs ?? 0)) / 60_000;
  return [
    amount('memory of the page at the beginning', nodes, (used[0]?.bytes ?? 0) / MEBIBYTE, 'MiB'),
    amount('memory of the page at the end', nodes, (used.at(-1)?.bytes ?? 0) / MEBIBYTE, 'MiB'),
    amount(
      `memory of the page, what an hour would add (from ${minutes.toFixed(1)} min)`,
      nodes,
      (slopeOf(later) * 3_600_000) / MEBIBYTE,
      'MiB',
    ),
  ];
}

/** Of the straight line that fits best, in bytes a millisecond. */
function slopeOf(points: readonly { readonly atMs: number; readonly bytes: number }[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanAt, meanBytes] = [mean(points.map(({ atMs }) => atMs)), mean(points.map(({ bytes }) => bytes))];
  const above = points.reduce((sum, { atMs, bytes }) => sum + (atMs - meanAt) * (bytes - meanBytes), 0);
  const below = points.reduce((sum, { atMs }) => sum + (atMs - meanAt) ** 2, 0);
  return below === 0 ? 0 : above / below;
}
