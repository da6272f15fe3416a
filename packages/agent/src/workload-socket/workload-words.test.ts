/** What stands of what a workload said, over the end of its processes, of its agent, and of its own start: the rules, on a played clock. */
import { mkdtemp, rm } from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import type { Clock } from '@sluice/core';
import pino from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { KeptWords } from './kept-words.ts';
import { SaidWords, type WorkloadWords } from './said-words.ts';
import { WorkloadPeer } from './workload-peer.ts';

const logger = pino({ level: 'silent' });
const node = { id: 'n1', name: 'n1', type: 't', port: null, version: null, region: null, zone: null, labels: {} };
const OWN = { name: 'reload', description: 'Of agent.yaml', parameters: {}, disruptive: false, timeoutMs: 1000 };

const never = new AbortController().signal;

let directory = '';
let now = 1_000_000;
let incarnation = 1;
let words: WorkloadWords;
let said: SaidWords;
let peer: WorkloadPeer;

beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'sluice-words-'));
  now = 1_000_000;
  incarnation = 1;
  await startAgent();
});
afterEach(async () => {
  await said.stop();
  await rm(directory, { recursive: true, force: true });
});

/** An agent that comes after another one, with what that one kept. */
async function startAgent(): Promise<void> {
  const clock: Clock = { now: () => now, wakeAt: () => () => undefined };
  const kept = await KeptWords.open(directory, logger);
  said = new SaidWords({ clock, told: { node, commands: [OWN] }, kept });
  words = said.begin({ incarnation: () => incarnation, said: (newest) => (words = newest) });
  const nobody = { joined: () => undefined, said: () => undefined, gone: () => undefined };
  peer = new WorkloadPeer(new net.Socket(), nobody);
}

/** Everything that was begun has been kept and told. */
async function settle(): Promise<void> {
  const before = words;
  said.hear(peer, { kind: 'unlock', id: 'nothing' });
  await expect.poll(() => words !== before).toBe(true);
}

const offer = (name: string, params = {}) =>
  said.hear(peer, { kind: 'command', name, description: 'Does something', params });

async function die(): Promise<void> {
  await said.stop();
  await startAgent();
}

test('locks of an earlier agent hold until their process says them again, releases them, or does not come back', async () => {
  said.hear(peer, { kind: 'lock', id: 'a', reason: 'match', ttlMs: 60_000 });
  said.hear(peer, { kind: 'lock', id: 'b', reason: 'save', ttlMs: 60_000 });
  said.hear(peer, { kind: 'lock', id: 'c', reason: 'short', ttlMs: 60_000 });
  now += 5000;
  await die();
  expect(words.locks.map(({ reason }) => reason)).toEqual(['match', 'save', 'short']);
  said.hear(peer, { kind: 'lock', id: 'a', reason: 'match', ttlMs: 30_000 });
  said.hear(peer, { kind: 'unlock', id: 'b' });
  await settle();
  expect(words.locks).toMatchObject([{ reason: 'match', since: 1_000_000 }, { reason: 'short' }]);
  now += 10_000;
  await settle();
  expect(words.locks.map(({ reason }) => reason)).toEqual(['match']);
});

test('of a workload that was started anew while no agent was there nothing is known', async () => {
  said.hear(peer, { kind: 'lock', id: 'a', reason: 'match', ttlMs: 60_000 });
  said.hear(peer, { kind: 'leave', id: 'w', reason: 'tired' });
  await said.stop();
  incarnation = 2;
  await startAgent();
  expect(words).toMatchObject({ locks: [], leaving: null });
});

test('the wish to leave stays with the workload, and is the same wish when it is said again', async () => {
  said.hear(peer, { kind: 'leave', id: 'w', reason: 'tired' });
  await die();
  now += 60_000;
  said.hear(peer, { kind: 'leave', id: 'w', reason: 'tired' });
  await settle();
  expect(words.leaving).toEqual({ reason: 'tired', since: 1_000_000 });
  said.forget(peer);
  await settle();
  expect(words.leaving).not.toBeNull();
  incarnation = 2;
  said.workloadChanged();
  await settle();
  expect(words.leaving).toBeNull();
});

test('a wish of a process whose start was noticed late is not lost', async () => {
  said.hear(peer, { kind: 'leave', id: 'w', reason: null });
  incarnation = 2;
  said.workloadChanged();
  await settle();
  expect(words.leaving).toEqual({ reason: null, since: 1_000_000 });
  said.forget(peer);
  await settle();
  expect(words.leaving).toBeNull();
});

test('commands of a process that is gone are listed for a while, and whoever asks for one waits for its return', async () => {
  expect(offer('kick')).toBeNull();
  expect((await said.handlerOf('kick', never))?.command.timeoutMs).toBe(60_000);
  said.forget(peer);
  await settle();
  expect(words.commands.map(({ name }) => name)).toEqual(['kick']);
  const cancelled = said.handlerOf('kick', AbortSignal.abort());
  expect(await cancelled).toBeNull();
  const handler = said.handlerOf('kick', never);
  offer('kick');
  expect((await handler)?.peer).toBe(peer);
  said.forget(peer);
  const nobody = said.handlerOf('kick', never);
  now += 10_000;
  await settle();
  expect(words.commands).toEqual([]);
  expect(await nobody).toBeNull();
});

test.each([
  ['reload', {}, 'agent.yaml declares a command of that name, which goes first'],
  ['restart', {}, 'every node has a command restart of its own'],
  ['kick', { player: { type: 'text' } }, 'params.player.type'],
  ['kick', { player: { type: 'string', pattern: '(' } }, "params.player.pattern '(' is no regular expression"],
  ['kick', { 'the player': { type: 'string' } }, "a parameter's name has 1 to 63 characters"],
])('%s with %j is not taken', async (name, params, why) => {
  expect(offer(name, params)).toContain(why);
  expect(await said.handlerOf(name, never)).toBeNull();
});

test('no more commands are taken than a message to the server has room for', () => {
  const problems = Array.from({ length: 100 }, (_, index) =>
    said.hear(peer, { kind: 'command', name: `c${index}`, description: 'x'.repeat(1000) }),
  );
  expect(problems[0]).toBeNull();
  expect(problems.at(-1)).toContain('bytes together; shorten descriptions');
});
