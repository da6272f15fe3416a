/** Under which id a machine holds slots: readable, told apart from others of its name, and never the id of the machine itself. */
import { expect, test } from 'vitest';
import { slotIdOf } from './slot-id.ts';

const MACHINE = 'c988d2509fdf4cdcbed39037c56406fb';
const OTHER = 'e0f3745b108f471cbd4883c6fbed8cdd';

test('it is the same each time, and another on another machine of the same name', () => {
  expect(slotIdOf('web-3', MACHINE)).toMatch(/^web-3-[\da-f]{8}$/u);
  expect(slotIdOf('web-3', MACHINE)).toBe(slotIdOf('web-3', MACHINE));
  expect(slotIdOf('web-3', MACHINE)).not.toBe(slotIdOf('web-3', OTHER));
  expect(slotIdOf('localhost', MACHINE)).not.toBe(slotIdOf('localhost', OTHER));
});

test('it does not tell the id of the machine', () => {
  for (let start = 0; start + 8 <= MACHINE.length; start += 1)
    expect(slotIdOf('', MACHINE)).not.toBe(MACHINE.slice(start, start + 8));
});

test('without an id of the machine it is its name, where that tells it apart', () => {
  expect(slotIdOf('f3b1c2d4e5a6', null)).toBe('f3b1c2d4e5a6');
  expect(slotIdOf('localhost', null)).toBeNull();
  expect(slotIdOf('', null)).toBeNull();
});
