/** Getting into the dashboard and out again, in a real browser: by token, by one-time link, as a viewer, in Chinese. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ADMIN_TOKEN } from '../end-to-end/fleet-under-test.ts';
import { startSluice } from '../end-to-end/sluice-process.ts';
import { hasChromium } from './chromium.ts';
import { DashboardUnderTest } from './dashboard-under-test.ts';

describe.skipIf(!hasChromium)('logging in (needs chromium)', { timeout: 60_000 }, () => {
  let dashboard: DashboardUnderTest;

  beforeAll(async () => {
    dashboard = await DashboardUnderTest.start();
  }, 60_000);
  afterEach(async () => {
    await dashboard.closePages();
    dashboard.expectNoFaults();
  });
  afterAll(() => dashboard.stop(), 30_000);

  test('with a token: a wrong one is told so, the right one opens the page that was asked for, and out again', async () => {
    const page = await dashboard.visit({ token: null, path: '/operations' });
    await page.getByLabel('Token', { exact: true }).fill('slc_nobody-has-this');
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByText('This token opens nothing here').waitFor();
    await page.getByLabel('Token', { exact: true }).fill(ADMIN_TOKEN);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Operations', level: 1 }).waitFor();
    const kept = await page.evaluate('JSON.stringify([document.cookie, { ...localStorage }, { ...sessionStorage }])');
    expect(kept).not.toContain('slc_');

    await page.getByRole('button', { name: 'admin, admin' }).click();
    await page.getByRole('menuitem', { name: 'Log out' }).click();
    await page.getByRole('heading', { name: 'Log in to Sluice' }).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'Log in to Sluice' }).waitFor();
  });

  test('with the link of `sluice dashboard`: once, and its code stays nowhere', async () => {
    const { exitCode, out, error } = await startSluice(dashboard.fleet.url, ['dashboard']).ended;
    expect({ exitCode, error }).toEqual({ exitCode: 0, error: 'It works once, and ends in 15 min.\n' });
    const link = out.trim().slice(dashboard.fleet.url.length);
    const page = await dashboard.visit({ token: null, path: link });
    await page.getByRole('heading', { name: 'Fleet', level: 1 }).waitFor();
    const code = link.slice(link.indexOf('=') + 1);
    expect(page.url()).not.toContain(code);
    expect(dashboard.fleet.serverOutput()).not.toContain(code);

    const late = await dashboard.visit({ token: null, path: link });
    await late.getByText('This link was used before').waitFor();
    await late.getByLabel('Token', { exact: true }).waitFor();
  });

  test('in Chinese, as the browser asks for it', async () => {
    const page = await dashboard.visit({ token: null, language: 'zh-CN' });
    await page.getByRole('heading', { name: '登录 Sluice' }).waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('zh-CN');
  });

  test('a session that is ended elsewhere leads to the login, without a reload', async () => {
    const { json } = await dashboard.fleet.request('POST', '/api/v1/tokens', { name: 'guest', role: 'viewer' });
    const made: unknown = json;
    if (typeof made !== 'object' || made === null) throw new Error('making a token');
    const token: unknown = Reflect.get(made, 'token');
    const id = typeof token === 'object' && token !== null ? String(Reflect.get(token, 'id')) : '';
    const page = await dashboard.visit({ token: String(Reflect.get(made, 'secret')) });
    await page.getByRole('button', { name: 'guest, viewer' }).waitFor();
    await dashboard.fleet.request('DELETE', `/api/v1/tokens/${id}`);
    const title = page.getByRole('heading', { level: 1 });
    await expect.poll(() => title.innerText(), { timeout: 15_000 }).toBe('Log in to Sluice');
  });
});
