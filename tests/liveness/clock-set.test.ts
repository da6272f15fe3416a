/** Clocks that are set while the fleet works: nothing is hurried, nothing hangs, nobody is called offline. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FleetUnderTest } from '../end-to-end/fleet-under-test.ts';
import { waitFor } from '../wait-for.ts';

const HOUR_MS = 3_600_000;
const DEADLINE_SECONDS = 12;

let directory: string;
let clockFile: string;
let fleet: FleetUnderTest;

beforeAll(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'sluice-clock-'));
  clockFile = path.join(directory, 'offset-ms');
  await setClock(0);
  fleet = await FleetUnderTest.start({
    preload: pathToFileURL(fileURLToPath(new URL('set-clock.mjs', import.meta.url))).href,
    env: { SLUICE_TEST_CLOCK: clockFile },
    serverConfig: { agents: { heartbeatInterval: '500ms', lease: '1500ms' } },
  });
  await fleet.addNode('n1');
  await fleet.nodeThat('n1', 'active', ({ status }) => status === 'active');
}, 60_000);

afterAll(async () => {
  await fleet.stop();
  await rm(directory, { recursive: true, force: true });
});

function setClock(offsetMs: number): Promise<void> {
  return writeFile(clockFile, String(offsetMs));
}

/** Sets the clock of server and agent, and waits until the server has taken everything along. */
async function jump(offsetMs: number, stepMs: number): Promise<void> {
  await setClock(offsetMs);
  await waitFor('the server to notice', () => stepSeen(stepMs), { seen: () => fleet.serverOutput().slice(-2000) });
  const wanted = Date.now() + offsetMs;
  await waitFor('the server to say the new time', async () => {
    const { json } = await fleet.request('GET', '/api/v1/server/status');
    const now = typeof json === 'object' && json !== null && 'now' in json ? Date.parse(String(json.now)) : 0;
    return Math.abs(now - wanted) < 60_000;
  });
}

/** The step that was logged last, to a second. */
function stepSeen(stepMs: number): boolean {
  const steps = [...fleet.serverOutput().matchAll(/"event":"clock-set","stepMs":(-?\d+)/gu)];
  return Math.abs(Number(steps.at(-1)?.[1]) - stepMs) < 1000;
}

test('an hour forward and back again in the middle of a drain', { timeout: 60_000 }, async () => {
  await fleet.game('n1', 'POST', '/players', { seconds: 600 });
  const began = performance.now();
  const drain = await fleet.post('n1', 'drain', { timeout: DEADLINE_SECONDS, onDeadline: 'cancel' });
  const restart = await fleet.post('n1', 'restart');
  await fleet.post('n1', 'drain', { hold: 'maintenance', expiresIn: 600 });
  const statuses = new Set<string>();
  const watching = setInterval(() => {
    void fleet.node('n1').then((node) => statuses.add(node?.status ?? 'nothing'));
  }, 50);
  try {
    await jump(HOUR_MS, HOUR_MS);
    expect(await fleet.operationThat(drain.id, 'running', ({ status }) => status === 'running')).toBeDefined();
    expect((await fleet.operationThat(restart.id, 'there', () => true)).status).toBe('queued');
    await jump(0, -HOUR_MS);
    expect((await fleet.operationThat(restart.id, 'there', () => true)).status).toBe('queued');
    const ended = await fleet.ended(drain.id, 40_000);
    const tookMs = performance.now() - began;
    expect(ended).toMatchObject({ status: 'failed', error: { code: 'deadline-reached' } });
    // As long as was asked for, however often the clock was set; plus what a busy machine takes.
    expect(tookMs).toBeGreaterThan(DEADLINE_SECONDS * 1000 - 500);
    expect(tookMs).toBeLessThan(DEADLINE_SECONDS * 1000 + 8000);
  } finally {
    clearInterval(watching);
  }
  expect([...statuses]).toEqual(['draining']);
  expect((await fleet.node('n1'))?.holds.map(({ name }) => name)).toEqual(['maintenance']);
});
