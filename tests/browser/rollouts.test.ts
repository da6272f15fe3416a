/** Rollouts in a real browser: planned and started by the wizard, watched, paused, resumed, stopped by a node that fails, retried. */
import { mkdirSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { accessibilityFaults } from './accessible.ts';
import { hasChromium } from './chromium.ts';
import { DashboardUnderTest, type Visit } from './dashboard-under-test.ts';
import { SCREENSHOTS } from './screenshots.ts';

const WAIT = { timeout: 60_000 };
const PHONE: Visit = { width: 360, height: 740 };
const GAME_SERVER = fileURLToPath(new URL('../../examples/game-server/dist/server.js', import.meta.url));
const HALLS = ['hall-1', 'hall-2', 'hall-3'];

/** A game server that does not start while there is a file of this name. */
const mayFail = (file: string): string => `if [ -e '${file}' ]; then echo 'no licence' >&2; exit 1; fi; exec "$@"`;

describe.skipIf(!hasChromium)('rollouts (needs chromium)', { timeout: 180_000 }, () => {
  let dashboard: DashboardUnderTest;
  let fault: string;

  beforeAll(async () => {
    mkdirSync(SCREENSHOTS, { recursive: true });
    dashboard = await DashboardUnderTest.start({
      serverConfig: { agents: { heartbeatInterval: '500ms', lease: '10s' } },
    });
    const { fleet } = dashboard;
    fault = path.join(fleet.directory, 'fault');
    for (const id of HALLS) {
      const isFaulty = id === 'hall-2';
      await fleet.addNode(id, {
        // Long enough to be seen draining, short enough to wait for.
        game: { PLAYERS: '3', PLAY_SECONDS: '2' },
        ...(isFaulty ? { command: ['sh', '-c', mayFail(fault), 'game', process.execPath, GAME_SERVER] } : {}),
        agent: { node: { id, type: 'hall', region: 'eu-west', labels: { game: 'chess' } } },
      });
    }
    await fleet.addNode('arena-1', {
      game: { PLAYERS: '8', PLAY_SECONDS: '600' },
      agent: { node: { id: 'arena-1', type: 'arena', region: 'eu-west' } },
    });
    for (const id of [...HALLS, 'arena-1'])
      await fleet.nodeThat(id, 'active', ({ status }) => status === 'active', 60_000);
  }, 180_000);
  afterEach(async () => {
    await dashboard.closePages();
    dashboard.expectNoFaults();
  });
  afterAll(() => dashboard.stop(), 60_000);

  const heading = (page: Page, name: string): Locator => page.getByRole('heading', { level: 1, name });
  const statusIs = (page: Page, status: string) =>
    expect.poll(() => page.locator('main header [data-status]').first().innerText(), WAIT).toContain(status);

  /** What axe-core finds in what is open, of which it leaves a picture. */
  async function faultsSeen(page: Page, name: string): Promise<readonly string[]> {
    await page.screenshot({ path: `${SCREENSHOTS}${name}.png` });
    return accessibilityFaults(page);
  }

  /** Fills the form of the wizard for the halls, and shows the plan. */
  async function plan(page: Page, name: string): Promise<void> {
    await page.goto(`${dashboard.fleet.url}/rollouts/new?selector=type%3Dhall`);
    await page.getByText('3 of 4 nodes now').waitFor();
    await page.getByLabel('Name').fill(name);
    await page.getByText('More: order, health').click();
    await page.getByLabel('Healthy for').fill('1');
    await page.getByRole('button', { name: 'Show the plan' }).first().click();
    await page.getByText('3 nodes in 3 batches, at most 1 at once').waitFor();
  }

  async function start(page: Page, name: string): Promise<void> {
    await page.getByRole('button', { name: 'Start the rollout' }).first().click();
    await heading(page, name).waitFor();
  }

  async function tokenOf(name: string, role: string): Promise<string> {
    const { json } = await dashboard.fleet.request('POST', '/api/v1/tokens', { name, role });
    return String(typeof json === 'object' && json !== null ? Reflect.get(json, 'secret') : null);
  }

  test('without any, the page says what one does and how it is started', async () => {
    const page = await dashboard.visit({ path: '/rollouts' });
    await page.getByText('No rollout yet').waitFor();
    expect(await faultsSeen(page, 'rollouts-none.light')).toEqual([]);
    await page.keyboard.press('g');
    await page.keyboard.press('n');
    await page.waitForURL('**/nodes');
    await page.keyboard.press('g');
    await page.keyboard.press('r');
    await page.waitForURL('**/rollouts');
  });

  test('from the table to the plan, started, watched, paused, resumed, and every workload is another', async () => {
    const pids = await Promise.all(HALLS.map((id) => dashboard.fleet.workloadPid(id)));
    const page = await dashboard.visit({ path: '/nodes?type=hall' });
    await page.getByRole('button', { name: 'Roll out … (3)' }).click();
    await page.waitForURL('**/rollouts/new?**');
    await expect.poll(() => page.getByRole('textbox', { name: 'Selector' }).inputValue(), WAIT).toBe('type=hall');
    expect(await faultsSeen(page, 'new-rollout.light')).toEqual([]);
    await page.getByLabel('Out at once').fill('none');
    await page.getByRole('button', { name: 'Show the plan' }).first().click();
    await page.getByText('Write a whole number from 1 on').waitFor();
    await plan(page, 'halls 1.2');
    expect(await faultsSeen(page, 'rollout-plan.light')).toEqual([]);
    await start(page, 'halls 1.2');
    const inFlight = page.getByRole('group', { name: 'In flight' });
    await inFlight.getByRole('row', { name: /^hall-1/u }).waitFor(WAIT);
    // As large as a thumb needs it, however many stand side by side.
    const box = await inFlight.getByRole('link', { name: 'Operation 1 of hall-1' }).boundingBox(WAIT);
    expect(Math.min(box?.width ?? 0, box?.height ?? 0)).toBeGreaterThanOrEqual(24);
    expect(await faultsSeen(page, 'rollout-running.light')).toEqual([]);

    await page.getByRole('button', { name: 'Pause', exact: true }).click();
    await page.getByText('Somebody paused it (by admin)').waitFor(WAIT);
    await page.getByText('No node is at it now.').waitFor(WAIT);
    expect(await faultsSeen(page, 'rollout-paused.light')).toEqual([]);
    await page.getByRole('button', { name: 'Resume', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: 'Resume the rollout?' });
    await dialog.getByLabel('Reason').fill('all is quiet');
    await dialog.getByRole('button', { name: 'Resume' }).first().click();
    await dialog.waitFor({ state: 'detached' });
    await statusIs(page, 'succeeded');
    await page.getByText('the rollout was resumed: all is quiet').waitFor();
    await page.getByText('the rollout ended: succeeded').waitFor();
    expect(await faultsSeen(page, 'rollout-succeeded.light')).toEqual([]);
    const after = await Promise.all(HALLS.map((id) => dashboard.fleet.workloadPid(id)));
    expect(after.every((pid, index) => pid !== pids[index])).toBe(true);

    await page.goto(`${dashboard.fleet.url}/rollouts`);
    const row = page.getByRole('row', { name: /halls 1\.2/u });
    await row.getByText('3 done').waitFor();
    expect(await faultsSeen(page, 'rollouts.light')).toEqual([]);
  });

  test('a plan that has changed is shown again, and nothing was begun', async () => {
    const page = await dashboard.visit({ path: '/rollouts' });
    await plan(page, 'halls 1.3');
    await dashboard.fleet.request('PUT', '/api/v1/budgets/halls', { selector: 'type=hall', maxUnavailable: 1 });
    await page.getByRole('button', { name: 'Start the rollout' }).first().click();
    await page.getByText('The plan has changed while you looked at it').waitFor();
    await page.getByRole('cell', { name: 'halls', exact: true }).waitFor();
    expect(await faultsSeen(page, 'rollout-plan-changed.light')).toEqual([]);
    const { json } = await dashboard.fleet.request('GET', '/api/v1/rollouts?status=running,paused');
    expect(json).toMatchObject({ items: [] });
  });

  test('a node that fails stops it: why stands there, the others stay as they are, and it is retried when it is mended', async () => {
    await writeFile(fault, '');
    const page = await dashboard.visit({ path: '/rollouts' });
    await plan(page, 'halls 1.4');
    await start(page, 'halls 1.4');
    await page.getByText(/^As many nodes failed as may fail/u).waitFor({ timeout: 120_000 });
    const failed = page.getByRole('region', { name: 'Failed and skipped' });
    await failed.getByRole('link', { name: 'hall-2', exact: true }).waitFor();
    await expect.poll(() => page.getByRole('list', { name: 'What the cells mean' }).innerText()).toMatch(/failed 1/u);
    expect(await faultsSeen(page, 'rollout-failed.light')).toEqual([]);
    expect((await dashboard.fleet.node('hall-3'))?.status).toBe('active');

    // It waits for a person, so the page of the fleet says so.
    await page.goto(dashboard.fleet.url);
    await page.getByRole('link', { name: 'halls 1.4' }).click();
    await rm(fault);
    await page.getByRole('button', { name: 'Retry the failed …' }).click();
    const dialog = page.getByRole('dialog', { name: 'Retry the failed nodes?' });
    await dialog.getByText(/^1 node with/u).waitFor();
    expect(await faultsSeen(page, 'rollout-retry.light')).toEqual([]);
    await dialog.getByRole('button', { name: 'Retry them' }).first().click();
    await dialog.waitFor({ state: 'detached' });
    const resume = page.getByRole('button', { name: 'Resume', exact: true });
    if ((await resume.count()) > 0) {
      await resume.click();
      await page.getByRole('dialog').getByRole('button', { name: 'Resume' }).first().click();
    }
    await statusIs(page, 'succeeded');
  });

  test('the picture is walked by keys and opens the node; the node’s hold leads back to the rollout', async () => {
    const { json } = await dashboard.fleet.request('POST', '/api/v1/rollouts', {
      selector: 'type=arena',
      command: { kind: 'restart' },
      name: 'arenas',
    });
    const id = String(typeof json === 'object' && json !== null ? Reflect.get(json, 'id') : null);
    const page = await dashboard.visit({ path: `/rollouts/${id}` });
    await page.getByRole('application', { name: /^Picture of the rollout: 1 node/u }).focus();
    await page.keyboard.press('Home');
    await page.getByText('no. 1, batch 1').waitFor();
    await dashboard.fleet.nodeThat('arena-1', 'draining', ({ status }) => status === 'draining');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/nodes/arena-1');
    await page.getByRole('link', { name: 'Rollout', exact: true }).first().click();
    await heading(page, 'arenas').waitFor();
    expect(new URL(page.url()).pathname).toBe(`/rollouts/${id}`);
  });

  test.each([
    ['dark', { colours: 'dark' }],
    ['zh-CN', { language: 'zh-CN' }],
    ['phone', PHONE],
  ] as const)('%s: the list, one that runs, and its pause button in sight', async (look, visit) => {
    const page = await dashboard.visit({ ...visit, path: '/rollouts' });
    await page.getByRole('link', { name: 'arenas' }).waitFor();
    expect(await faultsSeen(page, `rollouts.${look}`)).toEqual([]);
    await page.getByRole('link', { name: 'arenas' }).click();
    const pause = page.getByRole('button', { name: look === 'zh-CN' ? '暂停' : 'Pause', exact: true });
    await pause.waitFor();
    await page.getByRole('application').waitFor();
    expect(await faultsSeen(page, `rollout-running.${look}`)).toEqual([]);
    expect(await page.getByText(look === 'zh-CN' ? '滚动操作' : 'Rollouts').count()).toBeGreaterThan(0);
    await page.evaluate('window.scrollTo(0, document.documentElement.scrollHeight)');
    const box = await pause.boundingBox();
    const { height = 0 } = page.viewportSize() ?? {};
    expect(box !== null && box.y >= 0 && box.y + box.height <= height).toBe(true);
    await page.goto(`${dashboard.fleet.url}/rollouts/new?all`);
    await page.locator('details').waitFor();
    expect(await faultsSeen(page, `new-rollout.${look}`)).toEqual([]);
    expect(Number(await page.evaluate('document.documentElement.scrollWidth'))).toBeLessThanOrEqual(
      visit === PHONE ? 360 : 1280,
    );
  });

  test('a viewer sees it all, and why the buttons may not be pressed', async () => {
    const page = await dashboard.visit({ path: '/rollouts', token: await tokenOf('guest', 'viewer') });
    await page.getByRole('link', { name: 'arenas' }).click();
    const why = 'Your role is viewer; this needs the role operator.';
    for (const name of ['Pause', 'Cancel …']) {
      const button = page.getByRole('button', { name: `${name} ${why}`, exact: true });
      expect(await button.getAttribute('aria-disabled')).toBe('true');
      await button.click({ force: true });
    }
    const { json } = await dashboard.fleet.request('GET', '/api/v1/rollouts?status=running');
    expect(json).toMatchObject({ items: [{ spec: { name: 'arenas' } }] });
  });

  test('one that is cancelled gives back what still drains', async () => {
    const page = await dashboard.visit({ path: '/rollouts' });
    await page.getByRole('link', { name: 'arenas' }).click();
    await page.getByRole('button', { name: 'Cancel …' }).click();
    const dialog = page.getByRole('dialog', { name: 'Cancel the rollout?' });
    await dialog.getByText('arena-1').waitFor();
    await dialog.getByRole('button', { name: 'Cancel the rollout' }).first().click();
    await statusIs(page, 'cancelled');
    const node = await dashboard.fleet.nodeThat('arena-1', 'active again', ({ status }) => status === 'active', 30_000);
    expect(node.holds).toEqual([]);
  });
});
