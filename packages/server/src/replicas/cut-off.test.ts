/** When agents are sent to other servers, and when they stay. */
import type { Clock } from '@sluice/core';
import pino from 'pino';
import { expect, test } from 'vitest';
import type { FleetServer } from '../fleet/servers.ts';
import { CutOff } from './cut-off.ts';

const server = (id: string, url: string | null): FleetServer => ({
  id,
  beat: 1,
  name: id,
  url,
  version: '0.1.0',
  startedAt: 0,
  sessions: 0,
  lagMs: 0,
  isLeaving: false,
});

/** Plays a server that is silent from the beginning. @returns When its agents were sent away, and when they could come again. */
async function play(others: readonly FleetServer[], ready: boolean | null, untilMs: number, backAtMs = Infinity) {
  let now = 0;
  let wake: () => void = () => undefined;
  let wakeAt = 0;
  const clock: Clock = {
    now: () => now,
    wakeAt: (at, then) => {
      wakeAt = at;
      wake = then;
      return () => undefined;
    },
  };
  const happened: [string, number][] = [];
  const cutOff = new CutOff({
    replicas: {
      id: 'own',
      roll: [server('own', null), ...others],
      hasOthers: others.length > 0,
      get silentForMs() {
        return now < backAtMs ? now : 0;
      },
    },
    clock,
    logger: pino({ level: 'silent' }),
    isReady: () => Promise.resolve(ready),
    agents: { sendAway: () => happened.push(['away', now]), open: () => happened.push(['open', now]) },
  });
  while (now < untilMs) {
    now = wakeAt;
    wake();
    // What a look does is done in the turn after.
    await new Promise(setImmediate);
  }
  await cutOff.stop();
  return happened;
}

const other = server('other', 'http://other.example:7070');

test('another server is ready: they are sent there, once, and may come again when the database is back', async () => {
  expect(await play([other], true, 30_000, 20_000)).toEqual([
    ['away', 6000],
    ['open', 20_000],
  ]);
});

test('no other server is ready either: they stay', async () => {
  expect(await play([other], false, 300_000)).toEqual([]);
});

test('no other server answers, or says where it is reached: they try elsewhere after a while', async () => {
  expect(await play([other], null, 70_000)).toEqual([['away', 60_000]]);
  expect(await play([server('other', null)], true, 70_000)).toEqual([['away', 60_000]]);
});

test('there is no other server: they stay', async () => {
  expect(await play([], true, 300_000)).toEqual([]);
});
