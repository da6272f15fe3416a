/** Names of certificates: one that holds what looks like another is one name. */
import { expect, test } from 'vitest';
import { alternativeNames } from './client-certificate.ts';

test.each([
  ['DNS:lobby-1, DNS:localhost, IP Address:127.0.0.1', ['lobby-1', 'localhost']],
  ['URI:spiffe://fleet/lobby-1', ['spiffe://fleet/lobby-1']],
  ['', []],
  ['DNS:"evil, DNS:victim, DNS:x"', ['evil, DNS:victim, DNS:x']],
  ['DNS:"evil\\", DNS:victim, DNS:\\"x"', ['evil", DNS:victim, DNS:"x']],
  ['DNS:"evil, DNS:victim', []],
  ['othername:<unsupported>, DNS:lobby-1', ['lobby-1']],
  ['email:a@b.example, DNS:lobby-1', ['lobby-1']],
])('%s', (list, names) => {
  expect(alternativeNames(list)).toEqual(names);
});
