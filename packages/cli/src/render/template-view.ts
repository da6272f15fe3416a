/** What a template is given: the nodes in rotation, with nothing in their texts that could mean something to a configuration file. */
import { isIP } from 'node:net';
import type { Node } from '@sluice/contract';

export interface NodeView {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  /** For use before a port: IPv6 in brackets. */
  readonly host: string;
  readonly port: string;
  /** `host:port`; empty where the node has no port. */
  readonly address: string;
  readonly version: string;
  readonly region: string;
  readonly zone: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Its agent cannot be heard; its workload may well serve. */
  readonly isOffline: boolean;
}

export interface TemplateView {
  /** By id. */
  readonly nodes: readonly NodeView[];
}

/** Ids of nodes in rotation that cannot be rendered, since what they call their address is none. */
export interface Viewed {
  readonly view: TemplateView;
  readonly unaddressable: readonly string[];
}

export function templateViewOf(nodes: readonly Node[]): Viewed {
  const wanted = nodes
    .filter(isInRotation)
    .toSorted((one, other) => (one.id < other.id ? -1 : one.id > other.id ? 1 : 0));
  return {
    view: { nodes: wanted.filter(({ ip }) => isIP(ip) !== 0).map(viewOf) },
    unaddressable: wanted.filter(({ ip }) => isIP(ip) === 0).map(({ id }) => id),
  };
}

/**
 * A node whose agent cannot be heard stays as it was wanted: the server or the network may be at fault, as after a restart of the
 * server, when for a moment no agent is there, and all of them must not fall out of rotation by that.
 */
function isInRotation({ status, availability, workload }: Node): boolean {
  if (status === 'active') return true;
  return status === 'offline' && availability === 'active' && workload.phase === 'running' && workload.healthy === true;
}

function viewOf(node: Node): NodeView {
  const host = isIP(node.ip) === 6 ? `[${node.ip}]` : node.ip;
  const port = node.port === null ? '' : String(node.port);
  return {
    id: plain(node.id),
    name: plain(node.name),
    type: plain(node.type),
    host,
    port,
    address: port === '' ? '' : `${host}:${port}`,
    version: plain(node.version ?? ''),
    region: plain(node.region ?? ''),
    zone: plain(node.zone ?? ''),
    labels: Object.fromEntries(Object.entries(node.labels).map(([key, value]) => [key, plain(value)])),
    isOffline: node.status === 'offline',
  };
}

/** Agents choose these texts: what could end a word, a line or a block of a configuration file is percent-encoded. */
function plain(text: string): string {
  return text.replaceAll(/[^\w.:@/+~-]/gu, (character) =>
    [...new TextEncoder().encode(character)]
      .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
      .join(''),
  );
}
