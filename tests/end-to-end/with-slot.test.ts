/** `sluice with-slot` as a process of its own, with real programs under it, against a real server that may be away. */
import { access, mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { waitFor } from '../wait-for.ts';
import { FleetUnderTest } from './fleet-under-test.ts';
import { type Started, startSluice } from './sluice-process.ts';

/** Milliseconds that one test may take: each starts several processes, on a machine that runs others beside them. */
const BUSY_MS = 120_000;

let fleet: FleetUnderTest;
let directory: string;

beforeAll(async () => {
  fleet = await FleetUnderTest.start();
});
afterAll(() => fleet.stop());
beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'sluice-slot-'));
  await fleet.request('PUT', '/api/v1/budgets/web', { selector: 'pool=none', maxUnavailable: 1 });
});
afterEach(async () => {
  await fleet.request('DELETE', '/api/v1/budgets/web');
  await rm(directory, { recursive: true, force: true });
});

function withSlot(id: string, command: readonly string[], ...options: readonly string[]): Started {
  return startSluice(fleet.url, ['with-slot', '--group', 'web', '--id', id, ...options, '--', ...command]);
}

/** A program of one line for node, whose first argument is the directory of the test. */
function program(line: string): readonly string[] {
  const source = `const [, directory] = process.argv; const fs = require('node:fs'); ${line}`;
  return [process.execPath, '-e', source, directory];
}

const WAITS = "fs.writeFileSync(directory + '/runs', ''); setInterval(() => undefined, 1000);";

const isThere = (name: string) =>
  access(path.join(directory, name)).then(
    () => true,
    () => false,
  );

async function holders(): Promise<readonly unknown[]> {
  const { json } = await fleet.request('GET', '/api/v1/slots');
  const items: unknown = typeof json === 'object' && json !== null ? Reflect.get(json, 'items') : null;
  return Array.isArray(items) ? items.map((slot: unknown) => (isRecord(slot) ? slot['id'] : slot)) : [];
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

describe('the command', { timeout: BUSY_MS }, () => {
  test('runs while the slot is held, without a shell, and its end gives it back', async () => {
    const started = withSlot('one', [
      ...program("fs.writeFileSync(directory + '/runs', process.argv[2]); process.stdin.resume();"),
      '$HOME; *',
    ]);
    // Its input is empty, so it ends by itself.
    const ended = await started.ended;
    expect(ended).toMatchObject({ exitCode: 0, error: '' });
    expect(await readFile(path.join(directory, 'runs'), 'utf8')).toBe('$HOME; *');
    expect(await holders()).toEqual([]);
    const { json } = await fleet.request('GET', '/api/v1/audit?action=SlotTaken,SlotReleased&limit=2');
    expect(json).toMatchObject({ items: [{ action: 'SlotReleased' }, { action: 'SlotTaken', after: { id: 'one' } }] });
  });

  test('that fails hands its exit code on, and the slot is given back', async () => {
    expect(await withSlot('one', program('process.exit(42)')).ended).toMatchObject({ exitCode: 42 });
    expect(await holders()).toEqual([]);
  });

  test('that is not there is told', async () => {
    expect(await withSlot('one', ['/no/such/program']).ended).toMatchObject({
      exitCode: 127,
      error: expect.stringContaining('/no/such/program is not there.'),
    });
    expect(await holders()).toEqual([]);
  });

  test('that may not be run is told', async () => {
    expect(await withSlot('one', [directory]).ended).toMatchObject({ exitCode: 126 });
    expect(await holders()).toEqual([]);
  });

  test('gets the signals, and is waited for', async () => {
    const line =
      "process.on('SIGTERM', () => { fs.writeFileSync(directory + '/told', ''); setTimeout(() => process.exit(7), 300); });";
    const started = withSlot('one', program(`${line} ${WAITS}`));
    await waitFor('the command to run', () => isThere('runs'));
    expect(await holders()).toEqual(['one']);
    started.signal('SIGTERM');
    expect(await started.ended).toMatchObject({ exitCode: 7 });
    expect(await isThere('told')).toBe(true);
    expect(await holders()).toEqual([]);
  });

  test('that a signal ends is told as shells do', async () => {
    const started = withSlot('one', program(WAITS));
    await waitFor('the command to run', () => isThere('runs'));
    started.signal('SIGTERM');
    expect(await started.ended).toMatchObject({ exitCode: 143 });
    expect(await holders()).toEqual([]);
  });

  test('that succeeded keeps the slot where that is asked for; one that failed does not', async () => {
    expect(await withSlot('one', program('process.exit(1)'), '--keep').ended).toMatchObject({ exitCode: 1 });
    expect(await holders()).toEqual([]);
    expect(await withSlot('one', program(''), '--keep').ended).toMatchObject({
      exitCode: 0,
      error: expect.stringContaining('sluice slots release web one'),
    });
    expect(await holders()).toEqual(['one']);
    const release = () => startSluice(fleet.url, ['slots', 'release', 'web', 'one', '--if-held']).ended;
    expect(await release()).toMatchObject({ exitCode: 0 });
    expect(await holders()).toEqual([]);
    expect(await release()).toMatchObject({ exitCode: 0 });
    expect(await startSluice(fleet.url, ['slots', 'release', 'web', 'one']).ended).toMatchObject({ exitCode: 4 });
  });
});

/** Fails when two of it run at the same time. */
const ALONE = "fs.mkdirSync(directory + '/alone'); setTimeout(() => { fs.rmdirSync(directory + '/alone'); }, 400);";

describe('two at once', { timeout: BUSY_MS }, () => {
  test.each([
    ['machines', 'one', 'two'],
    ['programs of one machine', 'one', 'one'],
  ])('%s take turns', async (_what, first, second) => {
    const both = [withSlot(first, program(ALONE)), withSlot(second, program(ALONE))];
    for (const { ended } of both) expect(await ended).toMatchObject({ exitCode: 0 });
    expect(await holders()).toEqual([]);
  });
});

describe('while there is no place', { timeout: BUSY_MS }, () => {
  test('it says who has it, and gives up in time', async () => {
    const holder = withSlot('one', program(WAITS));
    await waitFor('the command to run', () => isThere('runs'));
    const ended = await withSlot('two', program("fs.writeFileSync(directory + '/second', '')"), '--wait', '1s').ended;
    expect(ended).toMatchObject({ exitCode: 6, error: expect.stringContaining('one (holds a slot)') });
    expect(ended.error).toContain('Waiting:');
    expect(await isThere('second')).toBe(false);
    holder.signal('SIGTERM');
    await holder.ended;
  });

  test.each(['SIGINT', 'SIGTERM'] as const)('%s ends the waiting, and nothing is run or held', async (signal) => {
    const holder = withSlot('one', program(WAITS));
    await waitFor('the command to run', () => isThere('runs'));
    const waiting = withSlot('two', program("fs.writeFileSync(directory + '/second', '')"));
    await waitFor('it to wait', () => waiting.error().includes('Waiting:'));
    waiting.signal(signal);
    expect(await waiting.ended).toMatchObject({ exitCode: 130 });
    expect(await isThere('second')).toBe(false);
    expect(await holders()).toEqual(['one']);
    holder.signal('SIGTERM');
    await holder.ended;
    expect(await holders()).toEqual([]);
  });

  test('a slot that is held while its node is not let go is given back when the waiting ends', async () => {
    await fleet.request('PUT', '/api/v1/budgets/web', { selector: 'game=chess', maxUnavailable: 1 });
    await fleet.addNode('web-1', { game: { PLAYERS: '3' } });
    await fleet.nodeThat('web-1', 'active', ({ status }) => status === 'active');
    const waiting = withSlot('web-1', program("fs.writeFileSync(directory + '/runs', '')"));
    await waitFor('its node to drain', () => waiting.error().includes('web-1 has to drain'));
    expect(await holders()).toEqual(['web-1']);
    // Somebody lets the node back into rotation, and it may not leave that again.
    await fleet.request('PUT', '/api/v1/budgets/none-out', { selector: 'game=chess', maxUnavailable: 0 });
    await fleet.post('web-1', 'undrain', { hold: 'fleetlock/web' });
    await waitFor('it to be refused', () => waiting.error().includes("Budget 'none-out' allows 0"), {
      withinMs: 60_000,
    });
    expect(await holders()).toEqual(['web-1']);
    waiting.interrupt();
    expect(await waiting.ended).toMatchObject({ exitCode: 130 });
    expect(await isThere('runs')).toBe(false);
    expect(await holders()).toEqual([]);
    await fleet.request('DELETE', '/api/v1/budgets/none-out');
  });

  test('a group that nobody has made is no reason to wait', async () => {
    const ended = await startSluice(fleet.url, ['with-slot', '--group', 'nobody', '--id', 'one', '--', 'true']).ended;
    expect(ended).toMatchObject({ exitCode: 4, error: expect.stringContaining('sluice budgets set nobody') });
  });

  test('a token that opens nothing is no reason to wait', async () => {
    const given = ['with-slot', '--group', 'web', '--id', 'one', '--', 'true'];
    expect(await startSluice(fleet.url, given, { SLUICE_TOKEN: 'slc_wrong' }).ended).toMatchObject({ exitCode: 3 });
  });
});

describe('while the server is away', () => {
  test('it waits for the server, and gives back what it holds when that is back', async () => {
    await fleet.stopServer('SIGKILL');
    const started = withSlot('one', program(WAITS));
    await waitFor('it to wait', () => started.error().includes('Waiting: Cannot reach the server'), {
      withinMs: 30_000,
    });
    await fleet.startServer();
    await waitFor('the command to run', () => isThere('runs'), { withinMs: 60_000 });
    expect(await holders()).toEqual(['one']);
    await fleet.stopServer('SIGKILL');
    started.signal('SIGTERM');
    await waitFor('it to try', () => started.error().includes('Giving the slot back'), { withinMs: 30_000 });
    await fleet.startServer();
    expect(await started.ended).toMatchObject({ exitCode: 143 });
    expect(await holders()).toEqual([]);
  }, 180_000);

  test('whoever does not want to wait for that is told how to free it by hand', async () => {
    const started = withSlot('one', program(WAITS));
    await waitFor('the command to run', () => isThere('runs'));
    await fleet.stopServer('SIGKILL');
    started.signal('SIGTERM');
    await waitFor('it to try', () => started.error().includes('Giving the slot back'), { withinMs: 30_000 });
    started.interrupt();
    expect(await started.ended).toMatchObject({
      exitCode: 143,
      error: expect.stringContaining('Free it by hand: sluice slots release web one'),
    });
    await fleet.startServer();
    expect(await holders()).toEqual(['one']);
    expect(await startSluice(fleet.url, ['slots', 'release', 'web', 'one']).ended).toMatchObject({ exitCode: 0 });
    expect(await startSluice(fleet.url, ['slots', 'list']).ended).toMatchObject({
      exitCode: 0,
      error: 'Nobody holds a slot.\n',
    });
  }, 180_000);
});
