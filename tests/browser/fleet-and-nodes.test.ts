/** Finding nodes in a real browser: the map by pointer and by keys, the table's filters, columns and order, the search; and rows that stand still. */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { accessibilityFaults } from './accessible.ts';
import { hasChromium } from './chromium.ts';
import { DashboardUnderTest } from './dashboard-under-test.ts';
import { turnedTexts } from './turned-texts.ts';

const PAGE_KEYS = [
  ['f', 'Fleet'],
  ['n', 'Nodes'],
  ['r', 'Rollouts'],
  ['o', 'Operations'],
  ['b', 'Budgets'],
  ['a', 'Audit'],
  ['t', 'Access'],
] as const;

describe.skipIf(!hasChromium)('the fleet and its nodes (needs chromium)', { timeout: 60_000 }, () => {
  let dashboard: DashboardUnderTest;

  beforeAll(async () => {
    dashboard = await DashboardUnderTest.startDemo();
  }, 90_000);
  afterEach(async () => {
    await dashboard.closePages();
    dashboard.expectNoFaults();
  });
  afterAll(() => dashboard.stop(), 30_000);

  const map = (page: Page) => page.getByRole('application', { name: /^Map of the fleet/u });
  const expectHeading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name }).waitFor();

  /** The ids of the rows, as they stand. */
  async function rows(page: Page): Promise<readonly string[]> {
    return page.getByRole('grid').getByRole('link').allInnerTexts();
  }

  test('the map tells of the cell under the pointer, and a click opens its node', async () => {
    const page = await dashboard.visit();
    // The first cell of the first group, which has the name of its type above it.
    await map(page).hover({ position: { x: 30, y: 50 } });
    await page.getByText('arena · eu-west').waitFor();
    await map(page).click({ position: { x: 30, y: 50 } });
    await expectHeading(page, 'Arena 1');
  });

  test('arrow keys go from cell to cell and from group to group, and Enter opens the node', async () => {
    const page = await dashboard.visit();
    await map(page).focus();
    for (const [key, told] of [
      ['ArrowRight', 'arena · eu-west'],
      ['End', 'lobby · eu-west'],
      ['ArrowLeft', 'arena · us-east'],
    ] as const) {
      await page.keyboard.press(key);
      await page.getByText(told).waitFor();
    }
    await page.keyboard.press('Enter');
    await expectHeading(page, 'Arena 2');
  });

  test('the map is grouped by any label, and the address keeps it', async () => {
    const page = await dashboard.visit();
    const choice = page.getByRole('combobox', { name: 'Grouped by' });
    // Which labels there are is looked up when somebody comes to it.
    await choice.focus();
    await choice.selectOption({ label: 'label env' });
    await page.getByText('prod 1').waitFor();
    expect(new URL(page.url()).searchParams.get('group')).toBe('label:env');
    await page.reload();
    await page.getByText('demo 2').waitFor();
  });

  test('filters stand in the address, and are there again after a reload', async () => {
    const page = await dashboard.visit({ path: '/nodes' });
    await page.getByRole('textbox', { name: 'Text' }).fill('arena');
    await page.getByText('2 of 3 nodes').waitFor();
    await page.getByRole('textbox', { name: 'Selector' }).fill('env=prod');
    await page.getByText('1 of 3 nodes').waitFor();
    expect(await rows(page)).toEqual(['arena-2']);
    await page.reload();
    await page.getByText('1 of 3 nodes').waitFor();
    await page.getByRole('textbox', { name: 'Selector' }).fill('env');
    await page.getByText(/'env' is not a requirement/u).waitFor();
    await page.getByRole('button', { name: 'Clear the filters' }).click();
    await page.getByText('3 nodes', { exact: true }).waitFor();
    expect(new URL(page.url()).search).toBe('');
  });

  test('a count of the fleet leads to those nodes', async () => {
    const page = await dashboard.visit();
    await page
      .getByRole('list', { name: 'Nodes by status' })
      .getByRole('link', { name: /offline/u })
      .click();
    // The button that rolls out to these nodes says the same to those who only hear it.
    await page.getByRole('paragraph').filter({ hasText: 'No node passes these filters.' }).waitFor();
    expect(new URL(page.url()).searchParams.get('status')).toBe('offline');
  });

  test('columns are chosen, and remembered in this browser', async () => {
    const page = await dashboard.visit({ path: '/nodes' });
    await page.getByRole('button', { name: 'Columns' }).click();
    await page.getByRole('checkbox', { name: 'Labels', exact: true }).check();
    await page.getByRole('checkbox', { name: 'CPU', exact: true }).uncheck();
    await page.reload();
    await page.getByRole('columnheader', { name: 'Labels' }).waitFor();
    await page.getByText('game=go env=prod').waitFor();
    expect(await page.getByRole('columnheader', { name: 'CPU' }).count()).toBe(0);
  });

  test('rows do not move under the pointer: another order waits until it has gone', async () => {
    const page = await dashboard.visit({ path: '/nodes?sort=-status' });
    await page.getByRole('link', { name: 'lobby-1', exact: true }).waitFor();
    const before = await rows(page);
    const last = before.at(-1) ?? '';
    await page.getByRole('row', { name: new RegExp(last, 'u') }).hover();
    await dashboard.fleet.post(last, 'drain', {});
    await page
      .getByRole('row', { name: new RegExp(last, 'u') })
      .getByText(/draining|drained/u)
      .waitFor();
    await page.getByRole('button', { name: /The order has changed/u }).waitFor();
    expect(await rows(page)).toEqual(before);
    await page.getByRole('heading', { level: 1 }).hover();
    await expect.poll(() => rows(page)).toEqual([last, ...before.slice(0, -1)]);
    await dashboard.fleet.post(last, 'undrain', {});
  });

  test('keys lead everywhere: to a page, to a node by a few letters, to what the keys are', async () => {
    const page = await dashboard.visit();
    await expectHeading(page, 'Fleet');
    await page.keyboard.press('g');
    await page.keyboard.press('n');
    await expectHeading(page, 'Nodes');
    // As fast as a machine types: no letter after the first key is lost.
    await page.keyboard.type('/us-e', { delay: 0 });
    await expect.poll(() => page.getByRole('combobox', { name: 'Find a node' }).inputValue()).toBe('us-e');
    await page.getByRole('combobox', { name: 'Find a node' }).fill('go');
    await page.getByRole('option', { name: /arena-2/u }).waitFor();
    await page.keyboard.press('Enter');
    await expectHeading(page, 'Arena 2');
    for (const [key, name] of PAGE_KEYS) {
      await page.keyboard.press('g');
      await page.keyboard.press(key);
      await expectHeading(page, name);
      for (const [opens, dialog] of [
        ['?', 'Keys'],
        ['/', 'Find a node'],
      ] as const) {
        await page.keyboard.press(opens);
        await page.getByRole('dialog', { name: dialog }).waitFor();
        await page.keyboard.press('Escape');
        await page.getByRole('dialog', { name: dialog }).waitFor({ state: 'detached' });
      }
    }
  });

  test('the menu of the account is walked by keys: another language, another colour, and back', async () => {
    const page = await dashboard.visit();
    const opener = page.getByRole('button', { name: 'admin, admin' });
    await opener.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('menuitemradio', { name: 'English', checked: true }).waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await expectHeading(page, '集群');
    await page.keyboard.press('Enter');
    await page.getByRole('menuitemradio', { name: '简体中文', checked: true }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('menu').waitFor({ state: 'hidden' });
    // The focus is where it came from.
    await page.keyboard.press('Enter');
    await page.keyboard.press('End');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
  });

  test('a name with marks that turn the direction of writing turns nothing beside it', async () => {
    const id = 'evil\u202edne-1';
    const { fleet } = dashboard;
    await fleet.addNode(id, { game: { PLAYERS: '2', PLAY_SECONDS: '600' } });
    await fleet.nodeThat(id, 'active', ({ status }) => status === 'active', 60_000);
    const { id: drain } = await fleet.post(id, 'drain', { reason: 'for good reasons' });
    const page = await dashboard.visit();
    const turned: string[] = [];
    for (const path of [
      '/',
      '/nodes',
      `/nodes/${encodeURIComponent(id)}`,
      '/operations',
      `/operations/${drain}`,
      '/audit',
    ]) {
      await page.goto(`${fleet.url}${path}`);
      await page.getByText('evil').first().waitFor();
      for (const text of await turnedTexts(page, 'dne-1')) turned.push(`${path}: ${text}`);
    }
    await page.keyboard.press('/');
    await page.keyboard.type('evil');
    await page.getByRole('option').first().waitFor();
    for (const text of await turnedTexts(page, 'dne-1')) turned.push(`search: ${text}`);
    await page.goto(`${fleet.url}/nodes`);
    await page.getByRole('checkbox', { name: 'Select evil' }).check();
    await page.getByRole('button', { name: 'Restart', exact: true }).click();
    await page.getByText('Restart 1 node?').waitFor();
    for (const text of await turnedTexts(page, 'dne-1')) turned.push(`dialog: ${text}`);
    expect(turned).toEqual([]);
  });
});
