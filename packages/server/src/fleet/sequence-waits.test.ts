/** Waits for events on a clock that is moved by hand: they end by the event, the time, the signal, the stop; and are not without number. */
import { beforeEach, expect, test } from 'vitest';
import type { StoredEvent } from '../store/store.ts';
import { HandClock } from './hand-clock-under-test.ts';
import { SequenceWaits } from './sequence-waits.ts';

const forEver = () => new AbortController().signal;

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
  expect(await waits.reached(10, 5000, forEver(), 'somebody')).toBe(true);
  expect(clock.timers).toBe(0);
});

test('each wait ends with its own event, and leaves no timer behind', async () => {
  const { ended, note } = noted();
  const both = [
    note('12', waits.reached(12, 5000, forEver(), 'somebody')),
    note('13', waits.reached(13, 5000, forEver(), 'somebody')),
  ];
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
  const wait = waits.reached(11, 5000, forEver(), 'somebody');
  clock.moveTo(4999);
  expect(clock.timers).toBe(1);
  clock.moveTo(5000);
  expect(await wait).toBe(false);
});

test('whoever is gone is not waited for', async () => {
  const gone = new AbortController();
  const wait = waits.reached(11, 5000, gone.signal, 'somebody');
  gone.abort();
  expect(await wait).toBe(false);
  expect(await waits.reached(11, 5000, gone.signal, 'somebody')).toBe(false);
  expect(clock.timers).toBe(0);
});

test('a server that stops ends all waits, and begins none', async () => {
  const wait = waits.reached(11, 5000, forEver(), 'somebody');
  waits.endAll();
  expect(await wait).toBe(false);
  expect(await waits.reached(11, 5000, forEver(), 'somebody')).toBe(false);
  expect(clock.timers).toBe(0);
});

test('a hundred of one reader wait at once; one more is told at once, and waits again when there is room', async () => {
  const gone = new AbortController();
  const first = waits.reached(11, 5000, gone.signal, 'somebody');
  const others = Array.from({ length: 99 }, () => waits.reached(12, 5000, forEver(), 'somebody'));
  expect(await waits.reached(11, 5000, forEver(), 'somebody')).toBe(false);
  const another = waits.reached(12, 5000, forEver(), 'another');
  gone.abort();
  await first;
  const next = waits.reached(11, 5000, forEver(), 'somebody');
  show(12);
  expect(await Promise.all([next, another, ...others])).not.toContain(false);
});

test('a thousand wait at once in all', async () => {
  const all = Array.from({ length: 1000 }, (_each, index) =>
    waits.reached(12, 5000, forEver(), `reader ${index % 20}`),
  );
  expect(await waits.reached(12, 5000, forEver(), 'another')).toBe(false);
  show(12);
  expect(await Promise.all(all)).not.toContain(false);
});
