/** Whether a rollout may ask the address of its metric gate. */
import type { Problem, RolloutSpec } from '@sluice/contract';
import { type AllowedAddresses, whyNotAllowedHost } from '../outgoing/allowed-address.ts';

/** As far as the address itself tells; what a name leads to is seen when it is asked. */
export function whyNotGate({ metricGate }: RolloutSpec, allowed: AllowedAddresses): Problem | null {
  if (metricGate === undefined) return null;
  const invalid = (detail: string): Problem => ({ code: 'invalid-request', field: 'metricGate.url', detail });
  if (!URL.canParse(metricGate.url))
    return invalid('metricGate.url is no address; write it as https://metrics.example/ok.');
  const url = new URL(metricGate.url);
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    return invalid('metricGate.url must begin with https:// or http://.');
  if (url.username !== '' || url.password !== '')
    return invalid('metricGate.url must not have a user or a password in it.');
  const refused = whyNotAllowedHost(url.hostname, allowed);
  return refused === null ? null : invalid(`metricGate.url: ${refused}.`);
}
