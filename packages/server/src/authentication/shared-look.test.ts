/** Looks that are shared: nobody gets one that began before they asked, and there is never more than one at a time. */
import { expect, test } from 'vitest';
import { SharedLook } from './shared-look.ts';

/** Looks that end when the test says so. */
function watched() {
  const ends: { readonly resolve: () => void; readonly reject: (error: Error) => void }[] = [];
  const look = new SharedLook(
    () =>
      new Promise<void>((resolve, reject) => {
        ends.push({ resolve, reject });
      }),
  );
  return { ends, look };
}

test('who comes while one is under way shares the next', async () => {
  const { ends, look } = watched();
  const first = look.take();
  const others = [look.take(), look.take(), look.take()];
  expect(ends).toHaveLength(1);
  ends[0]?.resolve();
  await first;
  await expect.poll(() => ends.length).toBe(2);
  const later = look.take();
  ends[1]?.resolve();
  await Promise.all(others);
  await expect.poll(() => ends.length).toBe(3);
  ends[2]?.resolve();
  await later;
  const alone = look.take();
  expect(ends).toHaveLength(4);
  ends[3]?.resolve();
  await alone;
});

test('one that fails fails for those who shared it, and not for the next', async () => {
  const { ends, look } = watched();
  const first = look.take();
  const second = look.take();
  ends[0]?.reject(new Error('away'));
  await expect(first).rejects.toThrow('away');
  await expect.poll(() => ends.length).toBe(2);
  ends[1]?.resolve();
  await second;
});
