/** Budgets in a real browser: made, seen to bind, overridden with a reason, changed, removed. */
import { mkdirSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ADMIN_TOKEN } from '../end-to-end/fleet-under-test.ts';
import { accessibilityFaults } from './accessible.ts';
import { hasChromium } from './chromium.ts';
import { DashboardUnderTest } from './dashboard-under-test.ts';
import { SCREENSHOTS } from './screenshots.ts';

describe.skipIf(!hasChromium)('budgets (needs chromium)', { timeout: 90_000 }, () => {
  let dashboard: DashboardUnderTest;

  beforeAll(async () => {
    mkdirSync(SCREENSHOTS, { recursive: true });
    dashboard = await DashboardUnderTest.startDemo();
  }, 120_000);
  afterEach(async () => {
    await dashboard.closePages();
    dashboard.expectNoFaults();
  });
  afterAll(() => dashboard.stop(), 30_000);

  /** What axe-core finds in what is open, of which it leaves a picture. */
  async function faultsSeen(page: Page, name: string): Promise<readonly string[]> {
    await page.screenshot({ path: `${SCREENSHOTS}${name}.png` });
    return accessibilityFaults(page);
  }

  test('is made with a look at which nodes it is for', async () => {
    const page = await dashboard.visit({ path: '/budgets' });
    await page.getByText('There is none:').waitFor();
    expect(await faultsSeen(page, 'budgets-none.light')).toEqual([]);
    await page.getByRole('button', { name: 'New budget …' }).click();
    const dialog = page.getByRole('dialog', { name: 'New budget' });
    await dialog.getByLabel('Name').fill('arenas');
    await dialog.getByLabel('Nodes').last().fill('type=arena');
    await dialog.getByText('2 of 3 nodes now').waitFor();
    await dialog.getByLabel('May be out').fill('some');
    await dialog.getByRole('button', { name: 'Save' }).first().click();
    await dialog.getByText('Write a whole number from 0 on').waitFor();
    await dialog.getByLabel('May be out').fill('50%');
    expect(await faultsSeen(page, 'new-budget.light')).toEqual([]);
    await dialog.getByRole('button', { name: 'Save' }).first().click();
    await dialog.waitFor({ state: 'detached' });
    const row = page.getByRole('row', { name: /arenas/u });
    await row.getByText('0 of 1 taken').waitFor();
  });

  test('a drain that it refuses shows the arithmetic, and is forced with a reason', async () => {
    const { fleet } = dashboard;
    await fleet.post('arena-1', 'drain', { reason: 'a new kernel' });
    const page = await dashboard.visit({ path: '/nodes/arena-2' });
    await page.getByText('arenas: no place left').waitFor();
    await page.getByRole('button', { name: 'Drain', exact: true }).click();
    const dialog = page.getByRole('dialog');
    // It is production.
    await dialog.getByLabel(/production/u).fill('arena-2');
    await dialog.getByRole('button', { name: 'Drain: 1 node' }).click();
    await dialog.getByText(/'arenas' allows 1 of 2 nodes/u).waitFor();
    expect(await faultsSeen(page, 'budget-refused.light')).toEqual([]);
    expect((await fleet.node('arena-2'))?.status).toBe('active');

    await dialog.getByRole('button', { name: 'Force on 1 node …' }).click();
    await dialog.getByText('A budget has no place left').waitFor();
    await dialog.getByLabel(/production/u).fill('arena-2');
    const button = dialog.getByRole('button', { name: /^Drain: 1 node/u });
    expect(await button.getAttribute('aria-disabled')).toBe('true');
    await dialog.getByLabel('Reason').fill('the rack is on fire');
    expect(await faultsSeen(page, 'budget-forced.light')).toEqual([]);
    await button.click();
    await dialog.getByText('Begun on 1 node').waitFor();
    await fleet.nodeThat('arena-2', 'draining', ({ status }) => status === 'draining');
    await dialog.getByRole('button', { name: 'Close' }).last().click();
    await page.getByText('was forced although no place was left in “arenas”: the rack is on fire').waitFor();

    await page.goto(`${fleet.url}/budgets`);
    await page.getByText('1 more than it allows').waitFor();
    expect(await faultsSeen(page, 'budgets-overdrawn.light')).toEqual([]);
    for (const id of ['arena-1', 'arena-2']) await fleet.post(id, 'undrain', {});
    await page.getByText('0 of 1 taken').waitFor();
  });

  test('a slot that a machine took by FleetLock is seen, and freed by hand', async () => {
    const answer = await fetch(`${dashboard.fleet.url}/v1/pre-reboot`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${ADMIN_TOKEN}`,
        'content-type': 'application/json',
        'fleet-lock-protocol': 'true',
      },
      body: JSON.stringify({ client_params: { id: 'machine-7', group: 'arenas' } }),
    });
    expect(answer.status).toBe(200);
    const page = await dashboard.visit({ path: '/budgets' });
    await page.getByText('1 of 1 taken').waitFor();
    const slots = page.getByRole('group', { name: 'Slots' });
    await slots.getByText('machine-7').waitFor();
    expect(await faultsSeen(page, 'slots.light')).toEqual([]);
    await page.getByRole('button', { name: 'Free the slot of machine-7 …' }).click();
    const dialog = page.getByRole('dialog', { name: 'Free the slot of machine-7?' });
    await dialog.getByRole('button', { name: 'Free it' }).click();
    await page.getByText('Nobody holds a slot.').waitFor();
    await page.getByText('0 of 1 taken').waitFor();
  });

  test('is changed and removed by admins; others see why not', async () => {
    const { json } = await dashboard.fleet.request('POST', '/api/v1/tokens', { name: 'hands', role: 'operator' });
    const token = String(typeof json === 'object' && json !== null ? Reflect.get(json, 'secret') : null);
    const operator = await dashboard.visit({ path: '/budgets', token });
    await operator.getByRole('row', { name: /arenas/u }).waitFor();
    const create = operator.getByRole('button', { name: /^New budget … Your role is operator/u });
    expect(await create.getAttribute('aria-disabled')).toBe('true');

    const page = await dashboard.visit({ path: '/budgets' });
    await page.getByRole('button', { name: 'Edit arenas …' }).click();
    const edit = page.getByRole('dialog', { name: 'Budget arenas' });
    expect(await edit.getByLabel('May be out').inputValue()).toBe('50%');
    await edit.getByLabel('May be out').fill('2');
    await edit.getByRole('button', { name: 'Save' }).first().click();
    await edit.waitFor({ state: 'detached' });
    await page.getByText('0 of 2 taken').waitFor();
    await page.getByRole('button', { name: 'Remove arenas …' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove it' }).click();
    await page.getByText('There is none:').waitFor();
  });

  test.each([
    ['dark', { colours: 'dark' }],
    ['zh-CN', { language: 'zh-CN' }],
    ['phone', { width: 360, height: 740 }],
  ] as const)('%s', async (look, visit) => {
    await dashboard.fleet.request('PUT', '/api/v1/budgets/all', { selector: null, maxUnavailable: '40%' });
    const page = await dashboard.visit({ ...visit, path: '/budgets' });
    await page.getByRole('row', { name: /all/u }).last().waitFor();
    expect(await faultsSeen(page, `budgets.${look}`)).toEqual([]);
    const width = Number(await page.evaluate('document.documentElement.scrollWidth'));
    expect(width).toBeLessThanOrEqual(page.viewportSize()?.width ?? 0);
  });
});
