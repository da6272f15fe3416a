/** Which addresses the server may ask because a person gave them (webhooks, metric gates): those of the public internet, and others only where the configuration allows them. */
import { lookup as systemLookup, type LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';

type Network = ReturnType<typeof ipaddr.parseCIDR>;

/** What is allowed beside public addresses. */
export type AllowedAddresses = 'all' | readonly Network[];

/** Of IPv6 only what is given out for the internet: the rest is private, or another network in disguise. */
const GLOBAL_IPV6 = ipaddr.parseCIDR('2000::/3');

/** @returns `null`: it is no network. */
export function parseNetwork(text: string): Network | null {
  return ipaddr.isValidCIDR(text) ? ipaddr.parseCIDR(text) : null;
}

/** The end of a sentence that begins with what has the address; `null`: it may be asked. */
export function whyNotAllowed(address: string, allowed: AllowedAddresses): string | null {
  if (allowed === 'all') return null;
  // `::ffff:10.0.0.1` is 10.0.0.1.
  const parsed = ipaddr.process(address);
  const isPublic = parsed.range() === 'unicast' && (parsed.kind() === 'ipv4' || isIn(parsed, GLOBAL_IPV6));
  if (isPublic || allowed.some((network) => isIn(parsed, network))) return null;
  return `${address} is not an address of the public internet; allow it by webhooks.allowPrivateAddresses in the server's configuration file`;
}

function isIn(address: ReturnType<typeof ipaddr.process>, network: Network): boolean {
  return address.kind() === network[0].kind() && address.match(network);
}

/** A name leads somewhere that is not allowed; its message is the reason. */
export class AddressRefusedError extends Error {}

/** @param host As a URL has it: a name, or an address, one of IPv6 in brackets. */
export function whyNotAllowedHost(host: string, allowed: AllowedAddresses): string | null {
  const address = host.replaceAll(/^\[|\]$/gu, '');
  return isIP(address) === 0 ? null : whyNotAllowed(address, allowed);
}

/** Resolves a name to all its addresses. */
export type ResolveName = (
  name: string,
  resolved: (error: NodeJS.ErrnoException | null, addresses: readonly LookupAddress[]) => void,
) => void;

const resolveBySystem: ResolveName = (name, resolved) => systemLookup(name, { all: true }, resolved);

/**
 * For connections to an address that a person gave: what is connected to is the very address that was looked at, so that a name that is
 * resolved to something else the next time gains nothing by it. A name with one address that is not allowed is refused.
 */
export function allowedLookup(allowed: AllowedAddresses, resolve: ResolveName = resolveBySystem): LookupFunction {
  return (name, options, connect) => {
    resolve(name, (error, addresses) => {
      const refused = addresses?.map(({ address }) => whyNotAllowed(address, allowed)).find((why) => why !== null);
      const [first] = addresses ?? [];
      if (error !== null) connect(error, [], 0);
      else if (refused !== undefined) connect(new AddressRefusedError(refused), [], 0);
      else if (first === undefined) connect(Object.assign(new Error('no address'), { code: 'ENOTFOUND' }), [], 0);
      else if (options.all === true) connect(null, [...addresses]);
      else connect(null, first.address, first.family);
    });
  };
}
