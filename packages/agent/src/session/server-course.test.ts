/** Where an agent goes next, and when: another server at once, a rest after a round of all, no haste where a person must act. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { afterEnd, beginCourse, type ServerCourse, type SessionEnd, withSession } from './server-course.ts';

const gone: SessionEnd = { kind: 'gone', toldMs: null };
const stopping: SessionEnd = { kind: 'gone', toldMs: 500 };
const busy: SessionEnd = { kind: 'busy', toldMs: 1000 };
const later: SessionEnd = { kind: 'put-off', toldMs: 3000 };
const refused: SessionEnd = { kind: 'refused' };

/** What happens, and for each end where the agent is next and after how long. The jitter is always in the middle. */
function play(course: ServerCourse, ...happens: readonly (SessionEnd | 'session')[]): readonly [string, number][] {
  const tries: [string, number][] = [];
  let now = course;
  for (const each of happens) {
    if (each === 'session') {
      now = withSession(now);
      continue;
    }
    const { course: next, waitMs } = afterEnd(now, each, 0.5);
    now = next;
    tries.push([next.at, waitMs]);
  }
  return tries;
}

const one = beginCourse(['a']);
const three = beginCourse(['a', 'b', 'c']);

test('one server: exponential backoff from the first failure on, and anew after a session', () => {
  expect(play(one, gone, gone, gone, gone, gone).map(([, waitMs]) => waitMs)).toEqual([500, 1000, 2000, 4000, 4000]);
  expect(play(one, gone, gone, 'session', gone, gone)).toEqual([
    ['a', 500],
    ['a', 1000],
    ['a', 500],
    ['a', 1000],
  ]);
});

test('several: the next one after a moment, and a longer rest only after a whole round', () => {
  expect(play(three, ...Array.from({ length: 9 }, () => gone))).toEqual([
    ['b', 500],
    ['c', 500],
    ['a', 500],
    ['b', 500],
    ['c', 500],
    ['a', 1000],
    ['b', 500],
    ['c', 500],
    ['a', 2000],
  ]);
});

describe('a session that was lost', () => {
  test('at the first choice: the others, then it', () => {
    expect(play(three, 'session', gone, gone, gone, gone)).toEqual([
      ['b', 500],
      ['c', 500],
      ['a', 500],
      // All three were tried in vain.
      ['b', 1000],
    ]);
  });

  test('at another one: the first choice comes first, and the one that was lost last', () => {
    expect(play(three, gone, 'session', gone, gone, gone)).toEqual([
      ['b', 500],
      ['a', 500],
      ['c', 500],
      ['b', 500],
    ]);
  });

  test('to a server that is stopping: another one at once; the only one when it said', () => {
    expect(play(three, 'session', stopping)).toEqual([['b', 500]]);
    expect(play(one, 'session', stopping)).toEqual([['a', 1000]]);
  });
});

test('a server that puts the agent off is asked again when it said; when it does so once more, another one is, as late', () => {
  expect(play(three, later, later, later)).toEqual([
    ['a', 3500],
    ['b', 3500],
    ['b', 3500],
  ]);
  expect(play(three, 'session', busy, busy, gone)).toEqual([
    ['a', 1500],
    ['b', 2000],
    ['c', 500],
  ]);
  expect(play(one, busy, busy, busy, busy).map(([, waitMs]) => waitMs)).toEqual([1500, 2000, 3000, 5000]);
});

test('what only a person can mend is tried no faster than with one server, but at each of them', () => {
  for (const course of [one, three])
    for (const [, waitMs] of play(course, refused, refused, refused)) expect(waitMs).toBeGreaterThanOrEqual(30_000);
  expect(play(three, refused, refused).map(([at]) => at)).toEqual(['b', 'c']);
});

test('who has something else to say says it to the same server', () => {
  expect(play(three, { kind: 'say-otherwise' }, gone)).toEqual([
    ['a', 700],
    ['b', 500],
  ]);
});

const anyEnd: fc.Arbitrary<SessionEnd> = fc.oneof(
  fc.record({ kind: fc.constant('gone'), toldMs: fc.option(fc.nat(300_000)) }),
  fc.record({ kind: fc.constant('put-off'), toldMs: fc.option(fc.nat(300_000)) }),
  fc.record({ kind: fc.constant('busy'), toldMs: fc.nat(30_000) }),
  fc.constant(refused),
);

test('whatever happens, no server is passed over', () => {
  const servers = fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(
      servers,
      fc.array(fc.oneof(anyEnd, fc.constant('session' as const)), { maxLength: 40 }),
      (all, happens) => {
        const [first = '', ...others] = all;
        const tried: string[] = [];
        let course = beginCourse([first, ...others]);
        for (const each of happens) {
          if (each === 'session') {
            course = withSession(course);
            tried.length = 0;
            continue;
          }
          tried.push(course.at);
          course = afterEnd(course, each, 0.5).course;
          // Two rounds, since it may be in the middle of one; each server may put it off once.
          const lately = tried.slice(-4 * all.length);
          if (lately.length === 4 * all.length) expect(new Set(lately).size).toBe(all.length);
        }
      },
    ),
  );
});
