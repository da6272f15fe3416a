/** Acting on nodes from the table, in a real browser: asked first, seen to happen, refused with a reason; and without a mouse. */
import type { Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { accessibilityFaults } from './accessible.ts';
import { hasChromium } from './chromium.ts';
import { DashboardUnderTest } from './dashboard-under-test.ts';

const WAIT = { timeout: 20_000 };

describe.skipIf(!hasChromium)('acting on nodes (needs chromium)', { timeout: 60_000 }, () => {
  let dashboard: DashboardUnderTest;

  beforeAll(async () => {
    dashboard = await DashboardUnderTest.startDemo();
  }, 90_000);
  afterEach(async () => {
    await dashboard.closePages();
    dashboard.expectNoFaults();
  });
  afterAll(() => dashboard.stop(), 30_000);

  const rowOf = (page: Page, id: string): Locator => page.getByRole('row', { name: new RegExp(id, 'u') });

  /** Opens the dialog of an action on one node of the table. */
  async function ask(page: Page, action: string, id: string): Promise<Locator> {
    await page.getByRole('checkbox', { name: `Select ${id}` }).check();
    await page.getByRole('button', { name: action, exact: true }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText(`${action} 1 node?`).waitFor();
    return dialog;
  }

  async function act(
    page: Page,
    action: string,
    id: string,
    choose: (dialog: Locator) => Promise<void> = () => Promise.resolve(),
  ): Promise<void> {
    const dialog = await ask(page, action, id);
    await choose(dialog);
    await dialog.getByRole('button', { name: `${action}: 1 node` }).click();
    await dialog.getByText('Begun on 1 node').waitFor();
    await dialog.getByRole('button', { name: 'Close' }).last().click();
    await dialog.waitFor({ state: 'detached' });
  }

  test('a drain says first whom it hits; then its players are seen to leave, one by one', async () => {
    const page = await dashboard.visit({ path: '/nodes' });
    const dialog = await ask(page, 'Drain', 'lobby-1');
    await dialog.getByText(/^1 node with \d+ sessions now$/u).waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect((await dashboard.fleet.node('lobby-1'))?.status).toBe('active');

    await page.getByRole('checkbox', { name: 'Select lobby-1' }).uncheck();
    await act(page, 'Drain', 'lobby-1');
    const row = rowOf(page, 'lobby-1');
    const left = new Set<string>();
    await expect
      .poll(async () => {
        const text = await row.innerText();
        for (const [count] of text.matchAll(/\d+ of \d+ left/gu)) left.add(count);
        return text;
      }, WAIT)
      .toContain('drained');
    expect(left.size).toBeGreaterThan(1);
    expect(await dashboard.fleet.players('lobby-1')).toBe(0);

    await act(page, 'Undrain', 'lobby-1');
    await expect.poll(() => row.innerText(), WAIT).toContain('active');
  });

  test('a drain is given up by undraining: nobody had to leave', async () => {
    const page = await dashboard.visit({ path: '/nodes' });
    const players = await dashboard.fleet.players('arena-1');
    await act(page, 'Drain', 'arena-1');
    const row = rowOf(page, 'arena-1');
    await expect.poll(() => row.innerText(), WAIT).toContain('draining');
    await act(page, 'Undrain', 'arena-1');
    await expect.poll(() => row.innerText(), WAIT).toContain('active');
    expect(await dashboard.fleet.players('arena-1')).toBe(players);
    const { json } = await dashboard.fleet.request('GET', '/api/v1/operations?node=arena-1&command=drain');
    expect(json).toMatchObject({ items: [{ status: 'cancelled' }] });
  });

  test('a restart starts the workload anew', async () => {
    const page = await dashboard.visit({ path: '/nodes' });
    const before = await dashboard.fleet.workloadPid('arena-1');
    // Its players would stay for ten minutes.
    await act(page, 'Restart', 'arena-1', (dialog) => dialog.getByLabel(/^Drain first/u).uncheck());
    await expect.poll(() => dashboard.fleet.workloadPid('arena-1'), WAIT).not.toBe(before);
    await expect.poll(() => rowOf(page, 'arena-1').innerText(), WAIT).toContain('active');
  });

  test('production is asked for by name', async () => {
    const page = await dashboard.visit({ path: '/nodes' });
    const dialog = await ask(page, 'Drain', 'arena-2');
    const button = dialog.getByRole('button', { name: 'Drain: 1 node' });
    expect(await button.getAttribute('aria-disabled')).toBe('true');
    // By force, as a hasty hand would.
    await button.click({ force: true });
    await dialog.getByLabel(/They? are|Some of them are production/u).fill('arena-1');
    expect(await button.getAttribute('aria-disabled')).toBe('true');
    await dialog.getByLabel(/production/u).fill('arena-2');
    expect((await dashboard.fleet.node('arena-2'))?.status).toBe('active');
    await dialog.getByRole('button', { name: 'Drain: 1 node' }).click();
    await dialog.getByText('Begun on 1 node').waitFor();
    await dashboard.fleet.nodeThat('arena-2', 'draining', ({ status }) => status === 'draining');
    await dashboard.fleet.post('arena-2', 'undrain', {});
  });

  test('a viewer sees the buttons, and why they may not be pressed', async () => {
    const { json } = await dashboard.fleet.request('POST', '/api/v1/tokens', { name: 'eyes', role: 'viewer' });
    const secret: unknown = typeof json === 'object' && json !== null ? Reflect.get(json, 'secret') : null;
    const page = await dashboard.visit({ path: '/nodes', token: String(secret) });
    await page.getByRole('checkbox', { name: 'Select lobby-1' }).check();
    for (const name of ['Drain', 'Undrain', 'Restart']) {
      const whole = `${name} Your role is viewer; this needs the role operator.`;
      const button = page.getByRole('button', { name: whole, exact: true });
      expect(await button.getAttribute('aria-disabled')).toBe('true');
      await button.click({ force: true });
    }
    expect(await page.getByRole('dialog').count()).toBe(0);
  });

  test('without a mouse: walk the table, choose, ask, think better of it, open', async () => {
    const page = await dashboard.visit({ path: '/nodes' });
    await page.getByRole('grid', { name: 'Nodes' }).focus();
    await page.keyboard.press('End');
    await page.keyboard.press(' ');
    await page.getByText('1 selected').waitFor();
    expect(await page.getByRole('checkbox', { name: 'Select lobby-1' }).isChecked()).toBe(true);
    await page.getByRole('button', { name: 'Drain', exact: true }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.getByRole('grid', { name: 'Nodes' }).focus();
    await page.keyboard.press('Enter');
    await page.waitForURL('**/nodes/lobby-1');
    expect((await dashboard.fleet.node('lobby-1'))?.status).toBe('active');
  });
});
