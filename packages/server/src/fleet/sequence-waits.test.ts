/** Waits for events on a clock that is moved by hand: they end by the event, the time, the signal, the stop; and are not without number. */
import { beforeEach, expect, test } from 'vitest';
import type { StoredEvent } from '../store/store.ts';
import { HandClock } from './hand-clock-under-test.ts';
import { SequenceWaits } from './sequence-waits.ts';

const FOR_EVER = new AbortController().signal;

let clock: HandClock;
let lastSequence: number;
let tell: () => void;
let waits: SequenceWaits;

beforeEach(() => {
  clock = new HandClock();
  lastSequence = 10;
  const source = {
    get lastSequence() {
      return lastSequence;
    },
    subscribeToEvents: (listener: (events: readonly StoredEvent[]) => void) => {
      tell = () => listener([]);
      return () => undefined;
    },
  };
  waits = new SequenceWaits(source, clock);
});

function show(sequence: number): void {
  lastSequence = sequence;
  tell();
}

/** What has ended, in the order in which it did. */
function noted(): { readonly ended: string[]; note: (name: string, wait: Promise<boolean>) => Promise<void> } {
  const ended: string[] = [];
  return { ended, note: (name, wait) => wait.then((isShown) => void ended.push(`${name} ${isShown}`)) };
}

test('what is shown already is not waited for', async () => {
  expect(await waits.reached(10, 5000, FOR_EVER)).toBe(true);
  expect(clock.timers).toBe(0);
});

test('each wait ends with its own event, and leaves no timer behind', async () => {
  const { ended, note } = noted();
  const both = [note('12', waits.reached(12, 5000, FOR_EVER)), note('13', waits.reached(13, 5000, FOR_EVER))];
  show(11);
  expect(clock.timers).toBe(2);
  show(12);
  await both[0];
  expect(ended).toEqual(['12 true']);
  show(20);
  await both[1];
  expect(ended).toEqual(['12 true', '13 true']);
  expect(clock.timers).toBe(0);
});

test('when the time is over it is told that the event is not there', async () => {
  const wait = waits.reached(11, 5000, FOR_EVER);
  clock.moveTo(4999);
  expect(clock.timers).toBe(1);
  clock.moveTo(5000);
  expect(await wait).toBe(false);
});

test('whoever is gone is not waited for', async () => {
  const gone = new AbortController();
  const wait = waits.reached(11, 5000, gone.signal);
  gone.abort();
  expect(await wait).toBe(false);
  expect(await waits.reached(11, 5000, gone.signal)).toBe(false);
  expect(clock.timers).toBe(0);
});

test('a server that stops ends all waits, and begins none', async () => {
  const wait = waits.reached(11, 5000, FOR_EVER);
  waits.endAll();
  expect(await wait).toBe(false);
  expect(await waits.reached(11, 5000, FOR_EVER)).toBe(false);
  expect(clock.timers).toBe(0);
});

test('a thousand wait at once; one more is told at once, and the next when there is room again', async () => {
  const gone = new AbortController();
  const first = waits.reached(11, 5000, gone.signal);
  const others = Array.from({ length: 999 }, () => waits.reached(12, 5000, FOR_EVER));
  expect(await waits.reached(11, 5000, FOR_EVER)).toBe(false);
  gone.abort();
  await first;
  const next = waits.reached(11, 5000, FOR_EVER);
  show(12);
  expect(await next).toBe(true);
  expect(await Promise.all(others)).toEqual(others.map(() => true));
});
