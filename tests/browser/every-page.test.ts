/** Every page, light and dark, in Chinese and on a phone: accessible as far as axe-core can tell, nothing cut off, and a picture of each. */
import { mkdirSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accessibilityFaults } from './accessible.ts';
import { hasChromium } from './chromium.ts';
import { DashboardUnderTest, type Visit } from './dashboard-under-test.ts';
import { SCREENSHOTS } from './screenshots.ts';
import { faultsByTab } from './walk-by-tab.ts';

const PHONE_WIDTH = 360;

const LOOKS: Readonly<Record<string, Visit>> = {
  light: {},
  dark: { colours: 'dark' },
  'zh-CN': { language: 'zh-CN' },
  phone: { width: PHONE_WIDTH, height: 740 },
};

/** By name, each with something that is on it once it is whole, in any language. */
const PAGES: Readonly<Record<string, { readonly path: (ids: Ids) => string; readonly shows: string }>> = {
  fleet: { path: () => '/', shows: 'Sluice' },
  nodes: { path: () => '/nodes', shows: 'lobby-1' },
  node: { path: () => '/nodes/lobby-1', shows: 'lobby-1' },
  'node-draining': { path: () => '/nodes/arena-1', shows: 'a new kernel' },
  'no-such-node': { path: () => '/nodes/nobody', shows: 'nobody' },
  rollouts: { path: () => '/rollouts', shows: 'arena 2.0' },
  rollout: { path: ({ rollout }) => `/rollouts/${rollout}`, shows: 'arena-2' },
  'new-rollout': { path: () => '/rollouts/new?selector=type%3Darena', shows: 'env in (prod, demo)' },
  budgets: { path: () => '/budgets', shows: 'type=arena' },
  operations: { path: () => '/operations', shows: 'arena-1' },
  operation: { path: ({ operation }) => `/operations/${operation}`, shows: 'a new kernel' },
  audit: { path: () => '/audit', shows: 'arena-1' },
  access: { path: () => '/access', shows: 'pipeline' },
  'no-such-page': { path: () => '/nothing/here', shows: 'Sluice' },
};

interface Ids {
  readonly operation: string;
  readonly rollout: string;
}

describe.skipIf(!hasChromium)('every page (needs chromium)', { timeout: 240_000 }, () => {
  let dashboard: DashboardUnderTest;
  let ids: Ids;

  beforeAll(async () => {
    mkdirSync(SCREENSHOTS, { recursive: true });
    dashboard = await DashboardUnderTest.startDemo();
    const { fleet } = dashboard;
    await fleet.request('POST', '/api/v1/tokens', { name: 'pipeline', role: 'operator', selector: 'game=chess' });
    await fleet.request('POST', '/api/v1/join-tokens', { type: 'lobby', uses: 3 });
    await fleet.request('PUT', '/api/v1/nodes/lobby-1/meta', { meta: { match: 'finals', seats: [8, 16] } });
    const { id } = await fleet.post('arena-1', 'drain', { timeout: 900, reason: 'a new kernel' });
    await fleet.ended((await fleet.post('lobby-1', 'commands/greet', { params: { name: 'Ada' } })).id);
    await fleet.request('PUT', '/api/v1/budgets/arenas', { selector: 'type=arena', maxUnavailable: 2 });
    const { json } = await fleet.request('POST', '/api/v1/rollouts', {
      nodeIds: ['arena-2'],
      command: { kind: 'restart' },
      name: 'arena 2.0',
    });
    ids = {
      operation: id,
      rollout: String(typeof json === 'object' && json !== null ? Reflect.get(json, 'id') : null),
    };
  }, 120_000);
  afterAll(() => dashboard.stop(), 30_000);

  /** Calls with each page, whole, in one look. */
  async function forEachPage(look: string, visit: (page: Page, name: string) => Promise<void>): Promise<void> {
    const page = await dashboard.visit({ ...LOOKS[look] });
    for (const [name, { path, shows }] of Object.entries(PAGES)) {
      await page.goto(`${dashboard.fleet.url}${path(ids)}`);
      await page.getByRole('heading', { level: 1 }).first().waitFor();
      await page.getByText(shows).first().waitFor({ state: 'attached' });
      await visit(page, name);
      await page.screenshot({ path: `${SCREENSHOTS}${name}.${look}.png` });
    }
    await dashboard.closePages();
    dashboard.expectNoFaults();
  }

  test.each(['light', 'dark'])('%s: axe-core finds nothing, and Tab reaches everything', async (look) => {
    const faults: string[] = [];
    await forEachPage(look, async (page, name) => {
      for (const fault of await accessibilityFaults(page)) faults.push(`${name}: ${fault}`);
      // Where one is by Tab does not depend on the colours.
      if (look === 'light') for (const fault of await faultsByTab(page)) faults.push(`${name}: ${fault}`);
    });
    expect(faults).toEqual([]);
  });

  test('in Chinese the page says so, and its navigation is', async () => {
    await forEachPage('zh-CN', async (page) => {
      expect(await page.locator('html').getAttribute('lang')).toBe('zh-CN');
      expect(await page.getByRole('navigation').first().innerText()).toContain('节点');
    });
  });

  test('on a phone nothing is wider than the screen', async () => {
    const wide: string[] = [];
    await forEachPage('phone', async (page, name) => {
      const width = Number(await page.evaluate('document.documentElement.scrollWidth'));
      if (width > PHONE_WIDTH) wide.push(`${name}: ${width} pixels`);
    });
    expect(wide).toEqual([]);
  });

  test('the login is accessible too', async () => {
    for (const look of ['light', 'dark', 'zh-CN', 'phone']) {
      const page = await dashboard.visit({ ...LOOKS[look], token: null });
      await page.getByRole('heading', { level: 1 }).waitFor();
      expect(await accessibilityFaults(page)).toEqual([]);
      await page.screenshot({ path: `${SCREENSHOTS}login.${look}.png` });
    }
    await dashboard.closePages();
    dashboard.expectNoFaults();
  });
});

describe.skipIf(!hasChromium)('a fleet without nodes (needs chromium)', { timeout: 60_000 }, () => {
  let dashboard: DashboardUnderTest;

  beforeAll(async () => {
    dashboard = await DashboardUnderTest.start();
  }, 60_000);
  afterAll(() => dashboard.stop(), 30_000);

  test('says how a node is added', async () => {
    for (const [look, visit] of Object.entries(LOOKS)) {
      const page = await dashboard.visit(visit);
      await page.getByText('sluice agent').first().waitFor();
      expect(await accessibilityFaults(page)).toEqual([]);
      await page.screenshot({ path: `${SCREENSHOTS}empty-fleet.${look}.png` });
    }
    await dashboard.closePages();
    dashboard.expectNoFaults();
  });
});
