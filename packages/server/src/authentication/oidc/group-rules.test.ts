/** From claims to names and groups: what providers write, and what they must not be able to do with it. */
import { describe, expect, test } from 'vitest';
import { firstRuleFor, groupsIn, nameIn } from './group-rules.ts';

test('the first rule of the list that fits is theirs, whatever the order of their groups', () => {
  const rules = [
    { group: 'chess', role: 'operator', selector: 'game=chess' },
    { group: 'ops', role: 'admin', selector: null },
  ] as const;
  expect(firstRuleFor(['ops', 'chess'], rules)).toBe(rules[0]);
  expect(firstRuleFor(['ops'], rules)).toBe(rules[1]);
  expect(firstRuleFor(['OPS', 'op', ''], rules)).toBeNull();
  expect(firstRuleFor([], rules)).toBeNull();
});

describe('groups', () => {
  test.each<[string, Readonly<Record<string, unknown>>, string, readonly string[] | null]>([
    ['a list', { groups: ['a', 'b'] }, 'groups', ['a', 'b']],
    ['one text', { hd: 'example.com' }, 'hd', ['example.com']],
    ['a list with other things in it', { groups: ['a', 7, null, ['b']] }, 'groups', ['a']],
    ['a claim within a claim', { realm_access: { roles: ['a'] } }, 'realm_access.roles', ['a']],
    ['a name with dots', { 'https://example.com/groups': ['a'] }, 'https://example.com/groups', ['a']],
    ['none', {}, 'groups', null],
    ['a number', { groups: 7 }, 'groups', null],
    ['what every object has', {}, 'constructor.name', null],
    ['an address that was verified', { email: 'ada@example.com', email_verified: true }, 'email', ['ada@example.com']],
    ['an address that anybody may write', { email: 'ada@example.com' }, 'email', null],
  ])('%s', (_name, claims, claim, groups) => {
    expect(groupsIn(claims, claim)).toEqual(groups);
  });
});

describe('names', () => {
  const name = (claims: Readonly<Record<string, unknown>>) => nameIn(claims, ['email', 'preferred_username'], 'sub-1');
  test.each<[string, Readonly<Record<string, unknown>>, string]>([
    ['the address', { email: 'ada@example.com', preferred_username: 'ada' }, 'ada@example.com'],
    [
      'not an address that is not verified',
      { email: 'admin@example.com', email_verified: false, preferred_username: 'ada' },
      'ada',
    ],
    ['the subject', { email: ' ' }, 'sub-1'],
    ['no line breaks or directions', { email: 'a\nb\u202Ec' }, 'a b c'],
    ['not longer than a line', { email: 'a'.repeat(500) }, 'a'.repeat(100)],
  ])('%s', (_name, claims, expected) => {
    expect(name(claims)).toBe(expected);
  });
});
