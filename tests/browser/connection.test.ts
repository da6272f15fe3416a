/** What happens in an open page: the fleet changes, the server is killed and comes back, and nothing needs to be loaded anew. */
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { hasChromium } from './chromium.ts';
import { DashboardUnderTest } from './dashboard-under-test.ts';

describe.skipIf(!hasChromium)('an open page (needs chromium)', { timeout: 60_000 }, () => {
  let dashboard: DashboardUnderTest;

  beforeAll(async () => {
    dashboard = await DashboardUnderTest.startDemo();
  }, 90_000);
  afterEach(async () => {
    await dashboard.closePages();
    dashboard.expectNoFaults();
  });
  afterAll(() => dashboard.stop(), 30_000);

  test('says that the server is away, keeps what it knew, and is live again by itself when the server is back', async () => {
    const page = await dashboard.visit({ path: '/nodes' });
    await page.getByRole('link', { name: 'lobby-1', exact: true }).waitFor();
    await page.evaluate('window.wasNeverReloaded = true');
    await dashboard.fleet.stopServer('SIGKILL');
    await page.getByText('The server cannot be reached', { exact: true }).waitFor();
    await page.getByRole('link', { name: 'lobby-1', exact: true }).waitFor();
    await page.screenshot({ path: fileURLToPath(new URL('screenshots/connection-lost.light.png', import.meta.url)) });

    await dashboard.fleet.startServer();
    await page.getByText('The server cannot be reached', { exact: true }).waitFor({ state: 'detached' });
    await page.getByRole('banner').getByText('Live').waitFor();
    // What happens from now on is told again.
    await dashboard.fleet.nodeThat('arena-2', 'connected', ({ connected }) => connected);
    await dashboard.fleet.post('arena-2', 'drain', {});
    await page
      .getByRole('row', { name: /arena-2/u })
      .getByText('draining')
      .waitFor();
    expect(await page.evaluate('window.wasNeverReloaded')).toBe(true);
    dashboard.forgiveFaults();
  });

  test('shows a node that joins, and what becomes of it, without being asked', async () => {
    const page = await dashboard.visit({ path: '/nodes' });
    await page.getByRole('link', { name: 'lobby-1', exact: true }).waitFor();
    await dashboard.fleet.addNode('late-1', { game: { PLAYERS: '2', PLAY_SECONDS: '600' } });
    const row = page.getByRole('row', { name: /late-1/u });
    await expect.poll(() => row.innerText(), { timeout: 15_000 }).toContain('active');
    await dashboard.fleet.stopAgent('late-1', 'SIGTERM');
    await expect.poll(() => row.innerText(), { timeout: 15_000 }).toContain('offline');
  });
});
