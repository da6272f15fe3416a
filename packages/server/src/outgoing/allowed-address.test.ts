/** Which addresses may be asked: every kind of private address in every writing, and names that are resolved to one. */
import { describe, expect, test } from 'vitest';
import {
  type AllowedAddresses,
  allowedLookup,
  parseNetwork,
  whyNotAllowed,
  whyNotAllowedHost,
} from './allowed-address.ts';

const NONE: AllowedAddresses = [];

describe('an address', () => {
  test.each(['93.184.215.14', '1.1.1.1', '2606:4700:4700::1111', '::ffff:1.1.1.1'])(
    '%s of the internet may be asked',
    (address) => expect(whyNotAllowed(address, NONE)).toBeNull(),
  );

  test.each([
    ['loopback', '127.0.0.1'],
    ['loopback', '127.255.255.254'],
    ['loopback', '::1'],
    ['private', '10.0.0.1'],
    ['private', '172.16.0.1'],
    ['private', '192.168.1.1'],
    ['link-local, where clouds tell secrets', '169.254.169.254'],
    ['link-local', 'fe80::1'],
    ['link-local, of one interface', 'fe80::1%eth0'],
    ['unique local', 'fd00:ec2::254'],
    ['site-local, as it once was', 'fec0::1'],
    ['of a carrier', '100.64.0.1'],
    ['of nobody', '0.0.0.0'],
    ['of nobody', '::'],
    ['multicast', '224.0.0.1'],
    ['multicast', 'ff02::1'],
    ['broadcast', '255.255.255.255'],
    ['reserved', '240.0.0.1'],
    ['for benchmarks', '198.18.0.1'],
    ['of examples', '192.0.2.1'],
    ['of examples', '2001:db8::1'],
    ['IPv4 in IPv6', '::ffff:127.0.0.1'],
    ['IPv4 in IPv6, in hexadecimal', '::ffff:a00:1'],
    ['IPv4 in IPv6, as it once was', '::7f00:1'],
    ['IPv4 behind NAT64', '64:ff9b::a00:1'],
    ['IPv4 behind a 6to4 relay', '2002:7f00:1::'],
    ['IPv4 behind Teredo', '2001:0:7f00:1::'],
  ])('that is %s may not: %s', (_kind, address) => {
    expect(whyNotAllowed(address, NONE)).toContain('webhooks.allowPrivateAddresses');
    expect(whyNotAllowed(address, 'all')).toBeNull();
  });

  test('of a network that is allowed may be asked, and its neighbours not', () => {
    const network = parseNetwork('10.1.0.0/16');
    if (network === null) throw new Error('it is one');
    expect(whyNotAllowed('10.1.2.3', [network])).toBeNull();
    expect(whyNotAllowed('::ffff:10.1.2.3', [network])).toBeNull();
    expect(whyNotAllowed('10.2.0.1', [network])).not.toBeNull();
    expect(whyNotAllowed('::1', [network])).not.toBeNull();
  });

  // As `new URL` writes them: it knows all the disguises of an IPv4 address.
  test.each(['http://127.1/', 'http://2130706433/', 'http://0x7f.0.0.1/', 'http://[::1]/', 'http://0177.0.0.1/'])(
    '%s is seen for what it is',
    (url) => expect(whyNotAllowedHost(new URL(url).hostname, NONE)).not.toBeNull(),
  );

  test('is not what a name is', () => expect(whyNotAllowedHost('hooks.example', NONE)).toBeNull());
});

describe('a name', () => {
  type Asked = { readonly error: string | null; readonly address: unknown };
  const ask = (answers: readonly string[][], all = true) => {
    let next = 0;
    const lookup = allowedLookup(NONE, (_name, resolved) => {
      const addresses = answers[next] ?? [];
      next += 1;
      resolved(
        null,
        addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      );
    });
    return () =>
      new Promise<Asked>((resolve) => {
        lookup('hooks.example', { all }, (error, address) => resolve({ error: error?.message ?? null, address }));
      });
  };

  test('leads to exactly the addresses that were looked at', async () => {
    expect(await ask([['1.1.1.1', '1.0.0.1']])()).toMatchObject({
      error: null,
      address: [{ address: '1.1.1.1' }, { address: '1.0.0.1' }],
    });
    expect(await ask([['1.1.1.1']], false)()).toEqual({ error: null, address: '1.1.1.1' });
  });

  test('that leads elsewhere the second time is refused then', async () => {
    const again = ask([['1.1.1.1'], ['127.0.0.1']]);
    expect(await again()).toMatchObject({ error: null });
    expect(await again()).toMatchObject({ error: expect.stringContaining('127.0.0.1 is not an address'), address: [] });
  });

  test('with one address that may not be asked is refused, and so is one without any', async () => {
    expect((await ask([['1.1.1.1', '10.0.0.1']])()).error).toContain('10.0.0.1');
    expect((await ask([[]])()).error).not.toBeNull();
  });
});
