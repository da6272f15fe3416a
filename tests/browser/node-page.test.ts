/** The page of one node in a real browser: its drain as a curve, its restart, its metadata that two change at once, its commands, its history. */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { accessibilityFaults } from './accessible.ts';
import { ADMIN_TOKEN, freePort } from '../end-to-end/fleet-under-test.ts';
import { RebootingMachine } from '../end-to-end/rebooting-machine.ts';
import { hasChromium } from './chromium.ts';
import { DashboardUnderTest } from './dashboard-under-test.ts';

const LIBRARY_WORKLOAD = fileURLToPath(new URL('../end-to-end/library-workload.mjs', import.meta.url));
const WAIT = { timeout: 30_000 };
/** Milliseconds in which what is on its way to a page has moved it. */
const STILL_MS = 500;

describe.skipIf(!hasChromium)('the page of a node (needs chromium)', { timeout: 120_000 }, () => {
  let dashboard: DashboardUnderTest;

  beforeAll(async () => {
    dashboard = await DashboardUnderTest.startDemo();
  }, 90_000);
  afterEach(async () => {
    await dashboard.closePages();
    dashboard.expectNoFaults();
  });
  afterAll(() => dashboard.stop(), 30_000);

  const part = (page: Page, name: string): Locator => page.getByRole('region', { name, exact: true });

  async function act(page: Page, action: string, choose: (dialog: Locator) => Promise<void>): Promise<void> {
    const dialog = page.getByRole('dialog');
    await choose(dialog);
    await dialog.getByRole('button', { name: `${action}: 1 node` }).click();
    await dialog.getByText('Begun on 1 node').waitFor();
    await dialog.getByRole('button', { name: 'Close' }).last().click();
    await dialog.waitFor({ state: 'detached' });
  }

  test('a drain is followed to its end: the curve, who is left, how long it takes', async () => {
    // Long enough to look at, short enough to wait for.
    await dashboard.fleet.addNode('slow-1', { game: { PLAYERS: '6', PLAY_SECONDS: '15' } });
    await dashboard.fleet.nodeThat('slow-1', 'full of players', ({ load }) => (load.sessions ?? 0) >= 6, 30_000);
    const page = await dashboard.visit({ path: '/nodes/slow-1' });
    await page.getByRole('button', { name: 'Drain', exact: true }).click();
    await act(page, 'Drain', async (dialog) => {
      await dialog.getByLabel('Deadline').fill('5');
      await dialog.getByLabel('Reason').fill('a new kernel');
    });
    const drain = part(page, 'Drain');
    await drain.getByRole('img', { name: /^Sessions of the drain over time, \d+ of \d+ sessions now$/u }).waitFor();
    await drain.getByText('in 4 min').waitFor();
    await drain.getByText(/^over in \d+ s$/u).waitFor();
    const left = new Set<string>();
    await expect
      .poll(async () => {
        const text = await drain.innerText();
        for (const [count] of text.matchAll(/\d+ of \d+ sessions/gu)) left.add(count);
        return text;
      }, WAIT)
      .toMatch(/Phase\s+drained/u);
    expect(left.size).toBeGreaterThan(1);
    expect(await dashboard.fleet.players('slow-1')).toBe(0);
    await part(page, 'History').getByText('is drained').waitFor();
  });

  test('a machine is rebooted where its agent allows it, by who has typed its name; elsewhere there is no such button', async () => {
    const machine = await RebootingMachine.of(dashboard.fleet, 'box-1');
    await dashboard.fleet.addNode('box-1', { agent: machine.settings() });
    await dashboard.fleet.nodeThat('box-1', 'active', ({ status }) => status === 'active', 60_000);
    const page = await dashboard.visit({ path: '/nodes/box-1' });
    await page.getByRole('button', { name: 'Reboot machine', exact: true }).click();
    const dialog = page.getByRole('dialog');
    const button = dialog.getByRole('button', { name: 'Reboot machine: 1 node' });
    await dialog.getByText('Reboot the machine?').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(await button.getAttribute('aria-disabled')).toBe('true');
    await act(page, 'Reboot machine', async () => {
      await dialog.getByLabel('Reason').fill('kernel 6.12');
      await dialog.getByLabel(/needs somebody’s hands/u).fill('box-1');
    });
    await machine.isDown();
    await page.getByText('its machine is being rebooted').first().waitFor(WAIT);
    await machine.comesUp();
    await part(page, 'History').getByText('reboot', { exact: false }).first().waitFor();
    await dashboard.fleet.nodeThat('box-1', 'active again', ({ status }) => status === 'active', 60_000);
    const { json } = await dashboard.fleet.request('GET', '/api/v1/operations?node=box-1&command=reboot');
    expect(json).toMatchObject({ items: [{ status: 'succeeded', reason: 'kernel 6.12' }] });

    const other = await dashboard.visit({ path: '/nodes/arena-1' });
    await other.getByRole('button', { name: 'Restart', exact: true }).waitFor();
    expect(await other.getByRole('button', { name: 'Reboot machine' }).count()).toBe(0);
  });

  test('the drain is cancelled where it is shown, which says that this is an undrain', async () => {
    await dashboard.fleet.post('arena-1', 'drain', { reason: 'a new kernel' });
    await dashboard.fleet.post('arena-1', 'drain', { hold: 'backup', reason: 'tapes' });
    const page = await dashboard.visit({ path: '/nodes/arena-1' });
    const holds = part(page, 'Drain').getByRole('listitem');
    await holds.filter({ hasText: '“operator”' }).getByRole('button', { name: 'Cancel the drain (undrain) …' }).click();
    await act(page, 'Undrain', async (dialog) => {
      await dialog.getByText('It stays out of rotation: it is also held by “backup” (admin: tapes).').waitFor();
    });
    await holds.filter({ hasText: '“operator”' }).waitFor({ state: 'detached' });
    await holds.filter({ hasText: '“backup”' }).getByRole('button', { name: 'Release …' }).click();
    await act(page, 'Undrain', async (dialog) => {
      await dialog.getByText('The hold “backup” is released.').waitFor();
    });
    await part(page, 'Drain').waitFor({ state: 'detached' });
    const { holds: left } = await dashboard.fleet.nodeThat('arena-1', 'active', ({ status }) => status === 'active');
    expect(left).toEqual([]);
  });

  test('a restart is followed from its request to the new incarnation', async () => {
    const page = await dashboard.visit({ path: '/nodes/arena-1' });
    const before = await dashboard.fleet.workloadPid('arena-1');
    await page.getByRole('button', { name: 'Restart', exact: true }).click();
    await act(page, 'Restart', (dialog) => dialog.getByLabel(/^Drain first/u).uncheck());
    await part(page, 'Under way, and just ended').getByText('incarnation 1 became 2').waitFor();
    expect(await dashboard.fleet.workloadPid('arena-1')).not.toBe(before);
    await part(page, 'Workload').getByText('2 (its incarnation)').waitFor();
  });

  test('a workload that asks not to be interrupted is restarted only by who says so, and names whom a drain waits for', async () => {
    const { fleet } = dashboard;
    await fleet.addNode('cup-1', {
      command: [process.execPath, LIBRARY_WORKLOAD],
      game: { WEB_PORT: String(await freePort()), STARTS_FILE: path.join(fleet.directory, 'starts') },
      workload: (port) => ({
        sessions: { library: true, interval: '100ms' },
        drain: undefined,
        undrain: undefined,
        health: { http: `http://127.0.0.1:${port}/`, interval: '100ms', timeout: '2s', healthyWithin: '15s' },
      }),
    });
    await fleet.nodeThat('cup-1', 'counted', ({ status, load }) => status === 'active' && load.sessions === 0, 30_000);
    await fleet.game('cup-1', 'GET', '/lock?id=final-of-the-cup&ms=600000');
    const page = await dashboard.visit({ path: '/nodes/cup-1' });
    const restart = page.getByRole('button', {
      name: /^Restart The workload of cup-1 holds a lock: final-of-the-cup/u,
    });
    await restart.waitFor();
    expect(await restart.getAttribute('aria-disabled')).toBe('true');
    await page.getByRole('button', { name: 'Restart anyway …' }).click();
    await act(page, 'Restart', async (dialog) => {
      expect(await dialog.getByLabel(/^Although the workload is locked/u).isChecked()).toBe(true);
      expect(await dialog.getByLabel(/^Drain first/u).isChecked()).toBe(false);
    });
    await part(page, 'Under way, and just ended').getByText('incarnation 1 became 2').waitFor();

    await fleet.nodeThat('cup-1', 'counted', ({ status, load }) => status === 'active' && load.sessions === 0, 30_000);
    await fleet.game('cup-1', 'GET', '/begin?id=match-7');
    await fleet.post('cup-1', 'drain', {});
    await part(page, 'Drain').getByText('match-7').waitFor();
  });

  test('a command is run with what its form asks for, and its output is read as it comes', async () => {
    const page = await dashboard.visit({ path: '/nodes/arena-1' });
    await part(page, 'Commands').getByRole('button', { name: 'Run greet …' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('times', { exact: true }).fill('10');
    await dialog.getByRole('button', { name: 'Run greet' }).last().click();
    await dialog.getByText('At most 9.').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await dialog.getByLabel('times', { exact: true }).fill('2');
    await dialog.getByLabel('name', { exact: true }).fill('Ada');
    await dialog.getByRole('button', { name: 'Run greet' }).last().click();
    const output = dialog.getByRole('log', { name: 'Output' });
    await output.getByText('hello Ada').waitFor();
    await output.getByText('goodbye').waitFor();
    await dialog.getByText('exit code 0').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
  });

  test('a command that disturbs is run in production only by who has typed the name of the node', async () => {
    const page = await dashboard.visit({ path: '/nodes/arena-2' });
    await part(page, 'Commands').getByRole('button', { name: 'Run wipe …' }).click();
    const dialog = page.getByRole('dialog');
    const run = dialog.getByRole('button', { name: /^Run wipe/u }).last();
    expect(await run.getAttribute('aria-disabled')).toBe('true');
    const word = dialog.getByLabel(/production/u);
    await word.fill('arena-1');
    // By force, as a hasty hand would, and by the key that sends a form.
    await run.click({ force: true });
    await word.press('Enter');
    expect(await run.getAttribute('aria-disabled')).toBe('true');
    expect(await accessibilityFaults(page)).toEqual([]);
    const ran = async () => (await dashboard.fleet.request('GET', '/api/v1/operations?node=arena-2&command=wipe')).json;
    expect(await ran()).toMatchObject({ items: [] });
    await word.fill('arena-2');
    await word.press('Enter');
    await dialog.getByRole('log', { name: 'Output' }).getByText('wiped').waitFor();
    expect(await ran()).toMatchObject({ items: [{ command: 'wipe' }] });
  });

  test('a command that runs is cancelled, and says so', async () => {
    const page = await dashboard.visit({ path: '/nodes/arena-2' });
    const { id } = await dashboard.fleet.post('arena-2', 'commands/wait');
    const underWay = part(page, 'Under way, and just ended');
    await underWay.getByText('waiting').waitFor();
    await underWay.getByRole('button', { name: 'Cancel it …' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel wait' }).click();
    await underWay.getByText('cancelled').waitFor();
    expect((await dashboard.fleet.ended(id)).status).toBe('cancelled');
  });

  test('of two who change the metadata, the second sees both side by side, and nothing is lost', async () => {
    const { fleet } = dashboard;
    const big = '12345678901234567890';
    // As text: JSON.stringify would round it.
    const headers = { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' };
    const address = `${fleet.url}/api/v1/nodes/arena-2/meta`;
    const put = (meta: string) => fetch(address, { method: 'PUT', headers, body: `{"meta":${meta}}` });
    await put(`{"owner":"chess","big":${big}}`);
    const page = await dashboard.visit({ path: '/nodes/arena-2' });
    const metadata = part(page, 'Metadata');
    await metadata.getByRole('button', { name: 'Edit' }).click();
    const field = metadata.getByRole('textbox', { name: 'Metadata as JSON' });
    const text = await field.inputValue();
    await field.fill(text.replace('"chess",', '"chess"'));
    await metadata.getByText('Line 3, column 3: a comma is expected before this.').waitFor();
    const review = metadata.getByRole('button', { name: 'Review the change' });
    expect(await review.getAttribute('aria-disabled')).toBe('true');
    await field.fill(text.replace('{', '{\n  "ticket": "OPS-7",'));
    await review.click();
    await metadata.getByText('+  "ticket": "OPS-7",').waitFor();

    await put(`{"owner":"go","big":${big}}`);
    await metadata.getByRole('button', { name: 'Save' }).click();
    await metadata.getByText('admin saved first').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(await metadata.getByRole('textbox', { name: 'Theirs, as it is now' }).inputValue()).toContain('"go"');
    const mine = metadata.getByRole('textbox', { name: 'Yours' });
    await mine.fill((await mine.inputValue()).replace('"chess"', '"go"'));
    await review.click();
    await metadata.getByRole('button', { name: 'Save' }).click();
    await metadata.getByRole('button', { name: 'Edit' }).waitFor();
    const saved = await fetch(address, { headers });
    expect(await saved.text()).toBe(`{"meta":{"ticket":"OPS-7","owner":"go","big":${big}}}`);
  });

  test('what was typed is not lost by a click beside it', async () => {
    const page = await dashboard.visit({ path: '/nodes/arena-2' });
    await part(page, 'Metadata').getByRole('button', { name: 'Edit' }).click();
    await page.getByRole('textbox', { name: 'Metadata as JSON' }).fill('"typed"');
    await page.getByRole('link', { name: 'Fleet' }).click();
    const dialog = page.getByRole('dialog', { name: 'Leave without saving?' });
    await dialog.getByRole('button', { name: 'Stay' }).click();
    expect(await page.getByRole('textbox', { name: 'Metadata as JSON' }).inputValue()).toBe('"typed"');
    await page.getByRole('link', { name: 'Fleet' }).click();
    await dialog.getByRole('button', { name: 'Leave' }).click();
    await page.getByRole('heading', { level: 1, name: 'Fleet' }).waitFor();
  });

  test('the history waits while somebody points at it, then tells what is new', async () => {
    const page = await dashboard.visit({ path: '/nodes/arena-1' });
    const history = part(page, 'History');
    // What is above it may still be on its way: a history that moves leaves the pointer behind.
    await expect.poll(() => standsStill(history), WAIT).toBe(true);
    await history.getByText('joined the fleet').hover();
    const first = await history.getByRole('listitem').first().innerText();
    await dashboard.fleet.request('PUT', '/api/v1/nodes/arena-1/meta', { meta: { note: 'new' } });
    await history.getByText('Something has happened since.').waitFor();
    const what = (row: string) => row.split('\n').slice(1).join();
    expect(what(await history.getByRole('listitem').first().innerText())).toBe(what(first));
    // Without the pointer, which a click would take to it and so away from the history: that would tell by itself then.
    await history.getByRole('button', { name: 'Show it' }).dispatchEvent('click');
    await expect.poll(() => history.getByRole('listitem').first().innerText(), WAIT).toContain('has other metadata');
  });

  test('a long history is read a page at a time, to its beginning', async () => {
    const body = (count: number) => ({ meta: { count } });
    for (let count = 0; count < 55; count += 1)
      await dashboard.fleet.request('PUT', '/api/v1/nodes/lobby-1/meta', body(count));
    const page = await dashboard.visit({ path: '/nodes/lobby-1' });
    const history = part(page, 'History');
    await expect.poll(() => history.getByRole('listitem').count(), WAIT).toBe(50);
    expect(await history.getByText('joined the fleet').count()).toBe(0);
    await history.getByRole('button', { name: 'Show more' }).click();
    await history.getByText('joined the fleet').waitFor();
    expect(await history.getByRole('listitem').count()).toBeGreaterThan(55);
    await history.getByRole('button', { name: 'Show more' }).waitFor({ state: 'detached' });
  });

  test('a viewer is told why nothing may be changed, and changes nothing', async () => {
    const { json } = await dashboard.fleet.request('POST', '/api/v1/tokens', { name: 'looker', role: 'viewer' });
    const secret: unknown = typeof json === 'object' && json !== null ? Reflect.get(json, 'secret') : null;
    const page = await dashboard.visit({ path: '/nodes/arena-1', token: String(secret) });
    const reason = 'Your role is viewer; this needs the role operator.';
    for (const name of ['Drain', 'Restart', 'Edit', 'Run greet …']) {
      const button = page.getByRole('button', { name: `${name} ${reason}`, exact: true });
      expect(await button.getAttribute('aria-disabled')).toBe('true');
      await button.click({ force: true });
    }
    expect(await page.getByRole('dialog').count()).toBe(0);
    expect(await page.getByRole('textbox', { name: 'Metadata as JSON' }).count()).toBe(0);
  });
});

/** Whether it is where it was a moment before. */
async function standsStill(locator: Locator): Promise<boolean> {
  const before = await locator.boundingBox();
  await locator.page().waitForTimeout(STILL_MS);
  const after = await locator.boundingBox();
  return before !== null && before.y === after?.y;
}
