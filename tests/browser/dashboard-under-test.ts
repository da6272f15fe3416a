/** A real fleet and a real browser that looks at it: everything that goes wrong in the page fails the test that it happens in. */
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { ADMIN_TOKEN, type FleetOptions, FleetUnderTest, type GameOptions } from '../end-to-end/fleet-under-test.ts';
import { startChromium } from './chromium.ts';

/** Milliseconds that anything on a page may take, on a machine that is busy with other things. */
const SEEN_WITHIN_MS = 15_000;

export interface Visit {
  /** Absent: the admin token of the fleet; `null`: nobody is logged in. */
  readonly token?: string | null;
  readonly path?: string;
  readonly language?: 'en' | 'zh-CN';
  readonly colours?: 'light' | 'dark';
  readonly width?: number;
  readonly height?: number;
}

/** Three nodes of two types, as in the demo: a lobby of short games, and two arenas. */
const DEMO: Readonly<Record<string, GameOptions & { readonly node: Readonly<Record<string, unknown>> }>> = {
  'lobby-1': {
    node: { name: 'Lobby 1', type: 'lobby', region: 'eu-west', labels: { game: 'chess', env: 'demo' } },
    game: { PLAYERS: '12', PLAY_SECONDS: '4' },
  },
  'arena-1': {
    node: { name: 'Arena 1', type: 'arena', region: 'eu-west', labels: { game: 'chess', env: 'demo' } },
    game: { PLAYERS: '8', PLAY_SECONDS: '600' },
  },
  'arena-2': {
    node: { name: 'Arena 2', type: 'arena', region: 'us-east', labels: { game: 'go', env: 'prod' } },
    game: { PLAYERS: '5', PLAY_SECONDS: '600' },
  },
};

export class DashboardUnderTest {
  readonly fleet: FleetUnderTest;
  readonly #browser: Browser;
  readonly #contexts: BrowserContext[] = [];
  /** What pages complained of, with their addresses. */
  #faults: string[] = [];

  private constructor(fleet: FleetUnderTest, browser: Browser) {
    this.fleet = fleet;
    this.#browser = browser;
  }

  /** A server without nodes. */
  static async start(options: FleetOptions = {}): Promise<DashboardUnderTest> {
    // One after the other: each takes a whole machine to start.
    const fleet = await FleetUnderTest.start(options);
    return new DashboardUnderTest(fleet, await startChromium());
  }

  /** A server and the three nodes of a demo, all of them active, with their players counted. */
  static async startDemo(): Promise<DashboardUnderTest> {
    const dashboard = await DashboardUnderTest.start({
      serverConfig: { agents: { heartbeatInterval: '500ms', lease: '5s' } },
    });
    await dashboard.addDemoNodes();
    return dashboard;
  }

  async addDemoNodes(): Promise<void> {
    for (const [id, { node, ...options }] of Object.entries(DEMO)) {
      await this.fleet.addNode(id, { ...options, agent: { node: { id, ...node }, commands: COMMANDS } });
    }
    for (const id of Object.keys(DEMO)) {
      const isUp = 'active, with its players counted';
      await this.fleet.nodeThat(
        id,
        isUp,
        ({ status, load }) => status === 'active' && (load.sessions ?? 0) > 0,
        30_000,
      );
    }
  }

  /** A page of a browser of its own, at the address that was asked for, logged in and with the fleet on it. */
  async visit({ token = ADMIN_TOKEN, path = '/', ...look }: Visit = {}): Promise<Page> {
    const context = await this.#newContext(look);
    if (token !== null) {
      const answer = await context.request.post(`${this.fleet.url}/auth/token`, { data: { token } });
      if (!answer.ok()) throw new Error(`logging in answered ${answer.status()}: ${await answer.text()}`);
    }
    const page = await context.newPage();
    await page.goto(`${this.fleet.url}${path}`);
    return page;
  }

  /** Throws what pages have complained of since the last time. */
  expectNoFaults(): void {
    const faults = this.#faults;
    this.#faults = [];
    if (faults.length > 0) throw new Error(`the page complained:\n${faults.join('\n')}`);
  }

  /** For a test in which the server is away on purpose: what could not be fetched is no fault then. */
  forgiveFaults(): void {
    this.#faults = [];
  }

  async closePages(): Promise<void> {
    await Promise.all(this.#contexts.splice(0).map((context) => context.close()));
  }

  async stop(): Promise<void> {
    await this.#browser.close();
    await this.fleet.stop();
  }

  async #newContext({
    language = 'en',
    colours = 'light',
    width = 1280,
    height = 800,
  }: Visit): Promise<BrowserContext> {
    const options: BrowserContextOptions = {
      locale: language,
      colorScheme: colours,
      viewport: { width, height },
      timezoneId: 'Asia/Shanghai',
      hasTouch: width < 600,
    };
    const context = await this.#browser.newContext(options);
    context.setDefaultTimeout(SEEN_WITHIN_MS);
    this.#contexts.push(context);
    context.on('weberror', (error) => this.#faults.push(String(error.error().stack)));
    context.on('console', (message) => {
      // Chromium says of every answer that is no success that it failed to load; what of it matters is on the page.
      const isAnswer = message.text().startsWith('Failed to load resource');
      if (message.type() === 'error' && !isAnswer) this.#faults.push(`${message.page()?.url()}: ${message.text()}`);
    });
    return context;
  }
}

/** What the nodes of the demo declare. */
const COMMANDS = {
  greet: {
    description: 'Write a greeting, slowly',
    exec: [
      process.execPath,
      '-e',
      'console.log("hello", process.env.SLUICE_PARAM_NAME); setTimeout(() => console.log("goodbye"), 700)',
    ],
    timeout: '10s',
    params: {
      name: { type: 'string', default: 'guest' },
      times: { type: 'integer', minimum: 1, maximum: 9, default: 1 },
    },
  },
  wipe: {
    description: 'Throw away what it has cached',
    exec: [process.execPath, '-e', 'console.log("wiped")'],
    disruptive: true,
  },
  wait: {
    description: 'Wait until it is stopped',
    exec: [process.execPath, '-e', 'console.log("waiting"); setInterval(() => undefined, 1000)'],
    timeout: '60s',
  },
};
