/** Operations, the audit and access in a real browser: what was asked, by whom and what came of it; what is cancelled; who gets in. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { accessibilityFaults } from './accessible.ts';
import { hasChromium } from './chromium.ts';
import { DashboardUnderTest, type Visit } from './dashboard-under-test.ts';
import { SCREENSHOTS } from './screenshots.ts';

const WAIT = { timeout: 20_000 };
const PHONE: Visit = { width: 360, height: 740 };

/** Every page of which there is one. */
const PLACES = [
  '/',
  '/nodes',
  '/nodes/arena-2',
  '/rollouts',
  '/rollouts/new',
  '/operations',
  '/budgets',
  '/audit',
  '/access',
];

describe.skipIf(!hasChromium)('operations, audit and access (needs chromium)', { timeout: 60_000 }, () => {
  let dashboard: DashboardUnderTest;

  beforeAll(async () => {
    mkdirSync(SCREENSHOTS, { recursive: true });
    dashboard = await DashboardUnderTest.startDemo();
    const { fleet } = dashboard;
    await fleet.ended((await fleet.post('lobby-1', 'commands/greet', { reason: 'to be there' })).id);
    const { id } = await fleet.post('arena-1', 'drain', {});
    await fleet.request('POST', `/api/v1/operations/${id}/cancel`, {});
    for (const owner of ['ada', 'bob'])
      await fleet.request('PUT', '/api/v1/nodes/arena-2/meta', { meta: { owner, seats: 8 } });
  }, 90_000);
  afterEach(async () => {
    await dashboard.closePages();
    dashboard.expectNoFaults();
  });
  afterAll(() => dashboard.stop(), 30_000);

  const rowWith = (page: Page, ...texts: readonly string[]): Locator =>
    texts.reduce((rows, hasText) => rows.filter({ hasText }), page.getByRole('row')).first();

  /** What axe-core finds in what is open, of which it leaves a picture. */
  async function faultsSeen(page: Page, name: string): Promise<readonly string[]> {
    await page.screenshot({ path: `${SCREENSHOTS}${name}.png` });
    return accessibilityFaults(page);
  }

  async function tokenOf(name: string, role: string): Promise<string> {
    const { json } = await dashboard.fleet.request('POST', '/api/v1/tokens', { name, role });
    return String(typeof json === 'object' && json !== null ? Reflect.get(json, 'secret') : null);
  }

  test('what is under way comes first and is seen to go on; a drain is given up, after it was said what that does', async () => {
    const page = await dashboard.visit({ path: '/operations' });
    await rowWith(page, 'greet', 'exit code 0').waitFor();
    // What is asked for now appears by itself.
    await dashboard.fleet.post('arena-1', 'drain', { timeout: 900, reason: 'a new kernel' });
    const drain = rowWith(page, 'drain', 'arena-1', 'a new kernel');
    await expect.poll(() => drain.innerText(), WAIT).toMatch(/\d+ of \d+ left · waits for sessions to end/u);
    expect(await page.getByRole('row').nth(1).innerText()).toContain('drain');
    await drain.getByRole('button', { name: 'Cancel it …' }).click();
    const dialog = page.getByRole('dialog', { name: 'Cancel drain on arena-1?' });
    await dialog.getByText('its hold is released').waitFor();
    expect(await faultsSeen(page, 'cancel-operation.light')).toEqual([]);
    await dialog.getByLabel('Reason').fill('not today');
    await dialog.getByRole('button', { name: 'Cancel drain' }).click();
    await dialog.waitFor({ state: 'detached' });
    await expect.poll(() => drain.innerText(), WAIT).toContain('Cancelled by admin: not today.');
    await dashboard.fleet.nodeThat('arena-1', 'active again', ({ status }) => status === 'active');
  });

  test('filters by node, person, command and status stand in the address', async () => {
    const page = await dashboard.visit({ path: '/operations' });
    await page.getByRole('combobox', { name: 'Node (its id)' }).fill('lobby');
    await page.getByTitle('lobby-1').click();
    await expect.poll(() => page.getByRole('link', { name: /^arena/u }).count(), WAIT).toBe(0);
    await rowWith(page, 'greet', 'lobby-1').waitFor();
    await page.getByRole('combobox', { name: 'Person or program' }).fill('nobody');
    await page.keyboard.press('Enter');
    await page.getByText('No operation passes these filters.').waitFor();
    expect(Object.fromEntries(new URL(page.url()).searchParams)).toEqual({ node: 'lobby-1', by: 'nobody' });
    await page.getByRole('button', { name: 'Clear the filters' }).click();
    await page.goto(`${dashboard.fleet.url}/operations?command=drain&status=cancelled`);
    await rowWith(page, 'drain', 'arena-1', 'cancelled').waitFor();
    expect(await page.getByText('succeeded').count()).toBe(0);
  });

  test('no line moves under the pointer: what is new waits, and what is shown goes on being true', async () => {
    const page = await dashboard.visit({ path: '/operations' });
    const first = page.getByRole('row').nth(1);
    const before = await first.innerText();
    await first.hover();
    await dashboard.fleet.ended((await dashboard.fleet.post('lobby-1', 'commands/greet')).id);
    await page.getByText('There is more: move the pointer away to see it.').waitFor();
    expect((await first.innerText()).split('\t')[0]).toBe(before.split('\t')[0]);
    const count = await page.getByRole('row').count();
    await page.mouse.move(1, 1);
    await expect.poll(() => page.getByRole('row').count(), WAIT).toBe(count + 1);
  });

  test('one operation: its output as it comes, then its result; by whom, from where and why', async () => {
    const { id } = await dashboard.fleet.post('lobby-1', 'commands/greet', {
      params: { name: 'Ada' },
      reason: 'to say hello',
    });
    const page = await dashboard.visit({ path: `/operations/${id}` });
    await page.getByRole('log', { name: 'Output' }).getByText('goodbye').waitFor();
    await page.getByText('exit code 0').waitFor();
    for (const text of ['to say hello', '127.0.0.1', 'name="Ada"']) await page.getByText(text).first().waitFor();
    const cancel = page.getByRole('button', { name: 'Cancel it … It has ended.' });
    expect(await cancel.getAttribute('aria-disabled')).toBe('true');
    expect(await faultsSeen(page, 'operation-command.light')).toEqual([]);
  });

  test('a drain that ended shows the evidence for it', async () => {
    const { id } = await dashboard.fleet.post('lobby-1', 'drain', {});
    const page = await dashboard.visit({ path: `/operations/${id}` });
    await page.getByText('no session is left, and none was cut').waitFor(WAIT);
    await page.getByText('counted as none twice in a row').waitFor();
    expect(await faultsSeen(page, 'operation-evidence.light')).toEqual([]);
    await dashboard.fleet.post('lobby-1', 'undrain', {});
  });

  test('a restart that failed shows the last words of its workload', async () => {
    const flag = path.join(dashboard.fleet.directory, 'no-level');
    const program = `
      if (require('fs').existsSync(${JSON.stringify(flag)})) { console.error('cannot open the level file'); process.exit(3); }
      require('http').createServer((_, answer) => answer.end('{"players":0}')).listen(Number(process.env.PORT), '127.0.0.1');`;
    await dashboard.fleet.addNode('fragile-1', {
      command: [process.execPath, '-e', program],
      workload: (port) => ({
        health: { tcp: `127.0.0.1:${port}`, interval: '200ms', healthyWithin: '1500ms' },
        drain: undefined,
        undrain: undefined,
      }),
    });
    await dashboard.fleet.nodeThat('fragile-1', 'active', ({ status }) => status === 'active', 30_000);
    writeFileSync(flag, '');
    const { id } = await dashboard.fleet.post('fragile-1', 'restart', {});
    const page = await dashboard.visit({ path: `/operations/${id}` });
    await page
      .getByRole('region', { name: 'The last words of the workload' })
      .getByText('cannot open the level file')
      .waitFor({ timeout: 30_000 });
    expect(await faultsSeen(page, 'operation-failed.light')).toEqual([]);
  });

  test('the audit has both values of changed metadata, by whom and from where', async () => {
    const page = await dashboard.visit({ path: '/audit?action=MetadataReplaced' });
    await rowWith(page, 'changed metadata')
      .getByRole('button', { name: /^Show event/u })
      .click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('region', { name: 'Before' }).getByText('"owner": "ada"').waitFor();
    await dialog.getByRole('region', { name: 'After' }).getByText('"owner": "bob"').waitFor();
    await dialog.getByText('-  "owner": "ada"').waitFor();
    await dialog.getByText('127.0.0.1').waitFor();
    expect(await faultsSeen(page, 'audit-entry.light')).toEqual([]);
  });

  test('refusals stand in the audit, and are found by the filters in the address', async () => {
    const eyes = await tokenOf('curious', 'viewer');
    await fetch(`${dashboard.fleet.url}/api/v1/nodes/arena-2/drain`, {
      method: 'POST',
      headers: { authorization: `Bearer ${eyes}`, 'content-type': 'application/json' },
      body: '{}',
    });
    const page = await dashboard.visit({ path: '/audit' });
    await page.getByRole('checkbox', { name: 'Only what was refused' }).click();
    await page.getByRole('button', { name: 'Last hour' }).click();
    await rowWith(page, 'curious', 'was refused')
      .getByText(/refused/u)
      .first()
      .waitFor();
    const { searchParams } = new URL(page.url());
    expect(searchParams.get('result')).toBe('refused');
    expect(Date.now() - Date.parse(searchParams.get('since') ?? '')).toBeLessThan(2 * 3_600_000);
    await page.getByRole('combobox', { name: 'Who (name of the token)' }).fill('somebody else');
    await page.keyboard.press('Enter');
    await page.getByText('Nothing passes these filters.').waitFor();
  });

  test('the head of the chain, with the commands that prove and export it, is for admins', async () => {
    const page = await dashboard.visit({ path: '/audit' });
    await page.getByText(/^\d+:[0-9a-f]{64}$/u).waitFor();
    await page.getByText(/^sluice audit export sluice-audit-\d+\.jsonl$/u).waitFor();
    const operator = await dashboard.visit({ path: '/audit', token: await tokenOf('hands', 'operator') });
    await operator.getByText('Your role is operator; this needs the role admin.').waitFor();
    await operator.getByText('asked for an operation: drain').first().waitFor();
    expect(await operator.getByText('sluice audit export').count()).toBe(0);
  });

  test('a token is made, shown once and ready to use, works, and is revoked after a question', async () => {
    const page = await dashboard.visit({ path: '/access' });
    await page.getByRole('button', { name: 'New token …' }).click();
    const dialog = page.getByRole('dialog');
    const make = dialog.getByRole('button', { name: /^Make it/u });
    expect(await make.getAttribute('aria-disabled')).toBe('true');
    await dialog.getByLabel('Name').fill('night shift');
    await dialog.getByRole('radio', { name: 'operator' }).check();
    await dialog.getByLabel('Only nodes that match').fill('game=go');
    await dialog.getByText(/^1 of \d nodes now$/u).waitFor();
    expect(await faultsSeen(page, 'new-token.light')).toEqual([]);
    await make.click();
    const lines = await dialog.getByText('export SLUICE_TOKEN=').innerText();
    expect(await faultsSeen(page, 'new-token-made.light')).toEqual([]);
    const secret = /SLUICE_TOKEN=(\S+)/u.exec(lines)?.[1] ?? '';
    const ask = () => fetch(`${dashboard.fleet.url}/api/v1/nodes`, { headers: { authorization: `Bearer ${secret}` } });
    expect(await (await ask()).json()).toMatchObject({ items: [{ id: 'arena-2' }] });
    await dialog.getByRole('button', { name: 'Close' }).last().click();
    expect(await page.content()).not.toContain(secret);
    await page.getByRole('button', { name: 'Revoke night shift …' }).click();
    await page.getByRole('dialog', { name: 'Revoke night shift?' }).getByRole('button', { name: 'Revoke it' }).click();
    await page.getByRole('button', { name: 'Revoke night shift …' }).waitFor({ state: 'detached' });
    expect((await ask()).status).toBe(401);
  });

  test('a join token comes with the lines that add a node', async () => {
    const page = await dashboard.visit({ path: '/access' });
    await page.getByRole('button', { name: 'Add a node …' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Node type').fill('lobby');
    await dialog.getByRole('button', { name: 'Make it' }).click();
    await dialog.getByText('joinToken: ${SLUICE_JOIN_TOKEN}').waitFor();
    await dialog.getByText(`server: ${dashboard.fleet.url}`).waitFor();
    await dialog.getByText(/^SLUICE_JOIN_TOKEN=slc_\S+ sluice agent --config agent\.yaml$/u).waitFor();
    expect(await faultsSeen(page, 'new-join-token.light')).toEqual([]);
  });

  test('an agent gets a new key', async () => {
    const page = await dashboard.visit({ path: '/access?node=arena-2' });
    const keys = page.getByRole('group', { name: 'Keys of agents' });
    await expect.poll(() => keys.getByRole('row').count(), WAIT).toBe(2);
    await page.getByRole('button', { name: 'New key' }).click();
    await expect.poll(() => keys.getByRole('row').count(), WAIT).toBe(3);
    expect(await faultsSeen(page, 'agent-keys.light')).toEqual([]);
  });

  test('a long list is loaded a page at a time', async () => {
    // Nothing is to be released: each is an operation all the same.
    for (let count = 0; count < 55; count += 1) await dashboard.fleet.post('arena-2', 'undrain', {});
    const page = await dashboard.visit({ path: '/operations?node=arena-2' });
    await expect.poll(() => page.getByRole('row').count(), WAIT).toBe(51);
    await page.getByRole('button', { name: 'Show more' }).click();
    await expect.poll(() => page.getByRole('row').count(), WAIT).toBe(56);
    expect(await page.getByRole('button', { name: 'Show more' }).count()).toBe(0);
  });

  test('a viewer sees what they may, and why not the rest', async () => {
    const page = await dashboard.visit({ path: '/access', token: await tokenOf('guest', 'viewer') });
    await page.getByText('You are guest, with the role viewer.').waitFor();
    const button = page.getByRole('button', {
      name: 'New token … Your role is viewer; this needs the role admin.',
      exact: true,
    });
    expect(await button.getAttribute('aria-disabled')).toBe('true');
    expect(await faultsSeen(page, 'access-viewer.light')).toEqual([]);
    await page.goto(`${dashboard.fleet.url}/audit`);
    await page.getByText('Your role is viewer; this needs the role operator.').waitFor();
  });

  test.each([
    ['dark', { colours: 'dark' }],
    ['zh-CN', { language: 'zh-CN' }],
    ['phone', PHONE],
  ] as const)('dialogs and lists, %s', async (name, visit) => {
    const page = await dashboard.visit({ ...visit, path: '/operations' });
    await page.getByRole('row').nth(1).waitFor();
    expect(await faultsSeen(page, `operations-full.${name}`)).toEqual([]);
    await page.goto(`${dashboard.fleet.url}/audit?action=MetadataReplaced`);
    await page.locator('tbody button').first().click();
    await page.getByRole('dialog').waitFor();
    expect(await faultsSeen(page, `audit-entry.${name}`)).toEqual([]);
    await page.goto(`${dashboard.fleet.url}/access`);
    await page.locator('main .ant-btn-primary').nth(1).click();
    await page.getByRole('dialog').waitFor();
    expect(await faultsSeen(page, `new-token.${name}`)).toEqual([]);
    expect(Number(await page.evaluate('document.documentElement.scrollWidth'))).toBeLessThanOrEqual(
      visit === PHONE ? 360 : 1280,
    );
  });

  test(
    'after many fell silent together, what waits is confirmed by a person before it is done',
    { timeout: 150_000 },
    async () => {
      const { fleet } = dashboard;
      // Of fewer than five it is no mass.
      for (const id of ['arena-3', 'arena-4']) {
        await fleet.addNode(id);
        await fleet.nodeThat(id, 'active', ({ status }) => status === 'active', 30_000);
      }
      await Promise.all(['lobby-1', 'arena-1'].map((id) => fleet.stopAgent(id, 'SIGKILL')));
      const { id } = await fleet.post('arena-1', 'restart', {});
      const page = await dashboard.visit({ path: `/operations/${id}` });
      await page.getByText('It waits for somebody to say that it is still wanted').waitFor({ timeout: 30_000 });
      expect(await faultsSeen(page, 'operation-confirm.light')).toEqual([]);
      // Whatever somebody looks at, it stands above it.
      const banner = page.getByText(/^\d of \d nodes fell silent together$/u);
      for (const place of PLACES) {
        await page.goto(`${fleet.url}${place}`);
        await banner.waitFor();
      }
      expect(await faultsSeen(page, 'mass-silence.light')).toEqual([]);
      await page.goto(`${fleet.url}/operations/${id}`);
      await page.getByRole('button', { name: 'It is still wanted' }).click();
      await page.getByText('It waits for somebody to say that it is still wanted').waitFor({ state: 'detached' });
      fleet.startAgent('arena-1');
      await page.getByText('restarted and healthy').waitFor({ timeout: 30_000 });
      fleet.startAgent('lobby-1');
      await banner.waitFor({ state: 'detached', timeout: 30_000 });
    },
  );
});
