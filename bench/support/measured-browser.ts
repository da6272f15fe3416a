/** A real browser for a benchmark: Chromium without hardware for graphics, so that its cores do all of the work. */
import { existsSync } from 'node:fs';
import { type Browser, type BrowserContext, type CDPSession, chromium, type Page } from 'playwright-core';
import { ADMIN_TOKEN } from './tokens.ts';

/** As Debian and others name it. */
const PROGRAMS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
/** Milliseconds that anything on a page may take. */
const SEEN_WITHIN_MS = 60_000;
const SCREEN = { width: 1440, height: 900 };

export class MeasuredBrowser {
  readonly #browser: Browser;
  readonly #url: string;

  private constructor(browser: Browser, url: string) {
    this.#browser = browser;
    this.#url = url;
  }

  /** @returns `null`: Chromium is not installed. */
  static async start(url: string): Promise<MeasuredBrowser | null> {
    const executablePath = PROGRAMS.find((program) => existsSync(program));
    if (executablePath === undefined) return null;
    return new MeasuredBrowser(await chromium.launch({ executablePath, args: FLAGS }), url);
  }

  /** A page of a browser that was never here, logged in; what it opens it loads anew. */
  async page(): Promise<Page> {
    const context: BrowserContext = await this.#browser.newContext({ viewport: SCREEN, locale: 'en' });
    context.setDefaultTimeout(SEEN_WITHIN_MS);
    const answer = await context.request.post(`${this.#url}/auth/token`, { data: { token: ADMIN_TOKEN } });
    if (!answer.ok()) throw new Error(`logging in answered ${answer.status()}`);
    return context.newPage();
  }

  /** Writes down what the browser does meanwhile. @returns The events of Chromium's tracing. */
  async traced(page: Page, work: () => Promise<void>): Promise<readonly unknown[]> {
    await this.#browser.startTracing(page, { categories: TRACED });
    await work();
    const trace: unknown = JSON.parse((await this.#browser.stopTracing()).toString());
    const given: unknown = typeof trace === 'object' && trace !== null ? Reflect.get(trace, 'traceEvents') : null;
    const events: readonly unknown[] = Array.isArray(given) ? given : [];
    return events;
  }

  async stop(): Promise<void> {
    await this.#browser.close();
  }
}

/** Frames that were drawn, and tasks of the threads. */
const TRACED = [
  '-*',
  'disabled-by-default-devtools.timeline',
  'disabled-by-default-devtools.timeline.frame',
  '__metadata',
];

/** The CPU of a page's main thread, which does not grow with what else the machine does. */
export class CpuOfPage {
  readonly #debugger: CDPSession;

  private constructor(session: CDPSession) {
    this.#debugger = session;
  }

  static async begin(page: Page): Promise<CpuOfPage> {
    const session = await page.context().newCDPSession(page);
    await session.send('Performance.enable', { timeDomain: 'threadTicks' });
    return new CpuOfPage(session);
  }

  /** Milliseconds since the page was opened. */
  async ms(): Promise<number> {
    const { metrics } = await this.#debugger.send('Performance.getMetrics');
    return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN) * 1000;
  }
}
