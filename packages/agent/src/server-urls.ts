/** The addresses of the servers that share one store: what is written of them, checked, and in which order a node's agent tries them. */
import { rendezvousOrder } from '@sluice/core';
import { urlFault } from './config-values.ts';

/** Origins, such as `https://sluice.example:7070`; none twice, all of one scheme. */
export type ServerUrls = readonly [string, ...string[]];

/** Addresses of one fleet's servers: more stand behind a name or a load balancer. */
const SERVERS_MAX = 32;

export interface ServerUrlFault {
  /** Which of the addresses it is about; `null`: all of them together. */
  readonly index: number | null;
  /** As the end of a sentence that begins with what it is about. */
  readonly message: string;
}

export type ReadServerUrls =
  | { readonly ok: true; readonly urls: ServerUrls }
  | { readonly ok: false; readonly faults: readonly ServerUrlFault[] };

/** Addresses in one text are separated by commas. */
export function splitServerUrls(text: string): readonly string[] {
  return text.split(',').map((each) => each.trim());
}

export function readServerUrls(written: readonly string[]): ReadServerUrls {
  const faults: ServerUrlFault[] = [];
  const origins: string[] = [];
  for (const [index, text] of written.entries()) {
    const fault = serverUrlFault(text);
    if (fault !== null) {
      faults.push({ index, message: fault });
      continue;
    }
    const { origin } = new URL(text);
    if (origins.includes(origin)) faults.push({ index, message: `${origin} is there twice; write each server once` });
    else origins.push(origin);
  }
  if (new Set(origins.map((origin) => new URL(origin).protocol)).size > 1)
    faults.push({
      index: null,
      message:
        'has http:// and https:// addresses; write all of one kind: an agent that cannot reach the encrypted ones would go on in the clear, with its join token',
    });
  if (written.length > SERVERS_MAX)
    faults.push({ index: null, message: `has ${written.length} addresses; at most ${SERVERS_MAX} are possible` });
  const [first, ...others] = origins;
  return faults.length > 0 || first === undefined ? { ok: false, faults } : { ok: true, urls: [first, ...others] };
}

/** `null`: it is one. */
function serverUrlFault(text: string): string | null {
  // Else two of them would be taken for one with a strange name.
  if (text.includes(',')) return `'${text}' has a comma in it; write each address as an item of its own`;
  const fault = urlFault(text);
  if (fault !== null) return fault;
  const { username, password } = new URL(text);
  if (username === '' && password === '') return null;
  return 'has a user or password in it, which would end up in logs; the token goes into joinToken';
}

/**
 * The node's own order: nodes are spread evenly over the servers, and those of a server that is gone over the others. Whoever adds
 * an address moves only the nodes that it gets.
 */
export function serversInOrder(nodeId: string, urls: ServerUrls): ServerUrls {
  const [first = urls[0], ...others] = rendezvousOrder(nodeId, urls);
  return [first, ...others];
}
